"""What the field says of models between physics and learning, judged by the runs of the dial."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import xarray as xr

from dgviz.experiment.config import RunConfig
from dgviz.experiment.presets import CASES

CLOSE = 0.05  # of median NSE: as good as
CLOSED = 1e-3  # of the inflow: rounding
BROKEN = 1e-2  # of the inflow: no rounding explains that

TSAI = "Tsai et al. (2021), doi:10.1038/s41467-021-26107-z"
FENG = "Feng et al. (2022), doi:10.1029/2022WR032404"
FENG_UNGAUGED = "Feng et al. (2023), doi:10.5194/hess-27-2357-2023"
KRATZERT = "Kratzert et al. (2019), doi:10.5194/hess-23-5089-2019"
FRAME = "Frame et al. (2023), doi:10.1002/hyp.14847"
LI = "Li et al. (2022), doi:10.1029/2021WR031794"
ACUNA = "Acu\u00f1a Espinoza et al. (2024), doi:10.5194/hess-28-2705-2024"


@dataclass(frozen=True)
class Verdict:
    """A claim with what was found: `holds` is None while `missing`, presets with holdouts, are to be trained."""

    sentence: str
    source: str
    holds: bool | None
    found: str
    missing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Claim:
    """A sentence of the field, what it is judged by, pairs of role and case, and the judge.

    The judge gets NSE `(site,)` of each, on the sites that all have, and what sites are called.
    """

    sentence: str
    source: str
    needs: tuple[tuple[str, str], ...]
    judge: Callable[..., tuple[bool, str]]


def close(mine: xr.DataArray, other: xr.DataArray, site: str) -> tuple[bool, str]:
    """Is the median at most a little lower?"""
    return bool(mine.median() >= other.median() - CLOSE), _against(mine, other)


def better(mine: xr.DataArray, other: xr.DataArray, site: str) -> tuple[bool, str]:
    """Is it higher at most sites, and in the median?"""
    gain = mine - other
    higher = f"{_against(mine, other)}; higher at {int((gain > 0).sum())} of {gain.size} {site}s"
    return bool(gain.median() > 0 and mine.median() > other.median()), higher


def clearly_better(mine: xr.DataArray, other: xr.DataArray, site: str) -> tuple[bool, str]:
    """Is it higher at most sites, and in the median by more than a little?"""
    holds, found = better(mine, other, site)
    return holds and not close(other, mine, site)[0], found


def loses_less(
    mine: xr.DataArray, mine_held: xr.DataArray, other: xr.DataArray, other_held: xr.DataArray, site: str
) -> tuple[bool, str]:
    """Is less lost where sites are held out, in the median?"""
    lost, others = float(mine.median() - mine_held.median()), float(other.median() - other_held.median())
    said = f"{_from_to(mine, mine_held)} against {_from_to(other, other_held)}"
    return lost < others, f"median NSE {said} at {site}s held out"


def _against(mine: xr.DataArray, other: xr.DataArray) -> str:
    return f"median NSE {float(mine.median()):.2f} against {float(other.median()):.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share > 1e-5 else "less than 0.001 %"


def _from_to(before: xr.DataArray, after: xr.DataArray) -> str:
    return f"{float(before.median()):.2f} to {float(after.median()):.2f}"


CLAIMS = (
    Claim(
        "Parameters learned from attributes do about as well as those calibrated for each {site} by itself.",
        TSAI,
        (("attributes", "test"), ("sites", "test")),
        close,
    ),
    Claim(
        "At {site}s not seen, parameters learned from attributes do better than one set for all.",
        TSAI,
        (("attributes", "held_out"), ("shared", "held_out")),
        better,
    ),
    Claim(
        "Parameters that vary in time do better than static ones.",
        FENG,
        (("dynamic", "test"), ("attributes", "test")),
        better,
    ),
    Claim(
        "A process that is replaced by a network does about as well.",
        FENG,
        (("closure", "test"), ("attributes", "test")),
        close,
    ),
    Claim(
        "A network alone does better than learned parameters at {site}s that it was trained on.",
        KRATZERT,
        (("network", "test"), ("attributes", "test")),
        better,
    ),
    Claim(
        "Processes with learned parameters lose less than a network alone at {site}s not seen.",
        FENG_UNGAUGED,
        (("attributes", "test"), ("attributes", "held_out"), ("network", "test"), ("network", "held_out")),
        loses_less,
    ),
    Claim(
        "Control: with the attributes of another {site} the skill in time stays, as they still name the {site}.",
        LI,
        (("shuffled", "test"), ("attributes", "test")),
        close,
    ),
    Claim(
        "Control: with the attributes of another {site} the skill at {site}s not seen is lost.",
        LI,
        (("attributes", "held_out"), ("shuffled", "held_out")),
        clearly_better,
    ),
    Claim(
        "Control: an absurd bucket does worse than a sound one.",
        ACUNA,
        (("attributes", "test"), ("absurd", "test")),
        clearly_better,
    ),
    Claim(
        "Control: with parameters that vary in time even an absurd bucket does about as well as a sound one.",
        ACUNA,
        (("absurd, dynamic", "test"), ("dynamic", "test")),
        close,
    ),
)
BALANCE = "A residual that is learned after the processes breaks the balance that they keep."


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
    """Every claim that the domain has presets for, judged by scores `(preset, case, site)`, see `dial.scores_of`."""
    presets, site = roles(config), config.science.site
    judged = []
    for claim in CLAIMS:
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
    see `dial.unclosed`."""
    presets = roles(config)
    names = [presets[role] for role in ("attributes", "corrected")]
    missing = tuple((name, "none") for name in names if name not in shares)
    if missing:
        return Verdict(BALANCE, FRAME, None, "", missing)
    kept, broken = (float(abs(shares[name]).median()) for name in names)
    found = f"unexplained, median over {shares[names[0]].size} {config.science.site}s: "
    found += f"{_percent(kept)} of the inflow without and {_percent(broken)} with it"
    return Verdict(BALANCE, FRAME, kept < CLOSED and broken > BROKEN, found)
