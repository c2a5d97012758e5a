"""Published claims about models between physics and learning, judged by the runs of the dial."""

from collections.abc import Mapping
from dataclasses import dataclass

import xarray as xr

from dgviz.domains.claims import Claim
from dgviz.experiment.config import RunConfig
from dgviz.experiment.presets import CASES

CLOSED = 1e-3  # of the inflow: rounding
BROKEN = 1e-2  # of the inflow: no rounding explains that

FRAME = "Frame et al. (2023), doi:10.1002/hyp.14847"


@dataclass(frozen=True)
class Verdict:
    """A claim and the finding on it; `holds` is None until the presets (with holdouts) in `missing` are trained."""

    sentence: str
    source: str
    holds: bool | None
    found: str
    missing: tuple[tuple[str, str], ...] = ()


BALANCE = "A residual that is learned after the processes breaks the balance that they keep."


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share > 1e-5 else "less than 0.001 %"


def role_of(config: RunConfig, control: bool) -> str:
    """What a preset stands for: "fixed", "sites" (calibrated), "shared", "attributes", "dynamic", "closure" (a process
    replaced), "corrected" or "network"; of the controls "shuffled", "absurd" or "absurd, dynamic"."""
    if control:
        return "shuffled" if config.shuffled else "absurd, dynamic" if config.dynamic else "absurd"
    if config.predictor != "processes":
        return config.predictor
    if config.parameters != "attributes":
        return config.parameters
    if config.dynamic:
        return "dynamic"
    return "attributes" if config.processes == RunConfig(domain=config.domain).processes else "closure"


def roles(config: RunConfig) -> dict[str, str]:
    """The preset of each role in the domain of a configuration; of several, the first."""
    plain, science = RunConfig(domain=config.domain), config.science
    names = {role_of(plain.preset(name), True): name for name in reversed(science.controls)}
    return names | {role_of(plain.preset(name), False): name for name in reversed(science.dial)}


def verdicts(config: RunConfig, scores: xr.Dataset) -> list[Verdict]:
    """Every claim that the domain has presets for, judged by scores `(preset, case, site)`, see `presets.scores_of`."""
    presets, site = roles(config), config.science.site
    judged = []
    for claim in config.science.claims:
        if all(role in presets for role, _ in claim.needs):
            needs = [(presets[role], case) for role, case in claim.needs]
            judged.append(judge(claim, needs, scores, site))
    return judged


def judge(claim: Claim, needs: list[tuple[str, str]], scores: xr.Dataset, site: str) -> Verdict:
    """One claim, judged by the presets and cases that stand for what it needs."""
    sentence = claim.sentence.format(site=site)
    values = {need: _nse(scores, *need) for need in needs}
    missing = tuple((name, CASES[case][0]) for (name, case), nse in values.items() if nse is None)
    if missing:
        return Verdict(sentence, claim.source, None, "", missing)
    together = xr.align(*(nse.dropna("site") for nse in values.values()), join="inner")
    return Verdict(sentence, claim.source, *claim.judge(*together, site))


def _nse(scores: xr.Dataset, preset: str, case: str) -> xr.DataArray | None:
    if "nse" not in scores or preset not in scores.preset:
        return None
    nse = scores.nse.sel(preset=preset, case=case, drop=True)
    return nse if nse.notnull().any() else None


def verdict_on_balance(config: RunConfig, shares: Mapping[str, xr.DataArray]) -> Verdict:
    """That a learned residual breaks the balance, judged by the unexplained share of the inflow `(site,)` by preset,
    see `presets.unclosed`."""
    presets = roles(config)
    names = [presets[role] for role in ("attributes", "corrected")]
    missing = tuple((name, "none") for name in names if name not in shares)
    if missing:
        return Verdict(BALANCE, FRAME, None, "", missing)
    kept, broken = (float(abs(shares[name]).median()) for name in names)
    found = f"unexplained, median over {shares[names[0]].size} {config.science.site}s: "
    found += f"{_percent(kept)} of the inflow without and {_percent(broken)} with it"
    return Verdict(BALANCE, FRAME, kept < CLOSED and broken > BROKEN, found)
