"""Published claims about models between physics and learning, judged by the scores of the dial."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import xarray as xr

from dgviz.domains.claims import BALANCE, Claim
from dgviz.experiment.config import RunConfig
from dgviz.experiment.needs import learns
from dgviz.experiment.preset_scores import some_sites, with_probe
from dgviz.experiment.presets import CASES, Configs, Key, Scores, probe, probes_of, scores_of
from dgviz.experiment.roles import roles
from dgviz.experiment.runs import Run
from dgviz.scores.paired import Paired

Outcome = Literal["holds", "fails", "cannot tell here", "not trained yet"]
OUTCOMES: dict[bool | None, Outcome] = {True: "holds", False: "fails", None: "cannot tell here"}
FEWEST = 2  # sites that an interval takes


@dataclass(frozen=True)
class Verdict:
    """A claim and the finding on it.

    `difference` is what it was judged by. `missing` are the presets (with holdouts) that are not trained yet.
    """

    claim: Claim
    sentence: str
    against: str
    outcome: Outcome
    found: str = ""
    difference: Paired | None = None
    missing: tuple[tuple[str, str], ...] = ()


def claims_of(config: RunConfig) -> Iterator[tuple[Claim, list[tuple[str, str]]]]:
    """Every claim that the domain has presets for, with the preset and the case that stand for each of its needs."""
    presets = roles(config)
    for claim in (*config.science.claims, BALANCE) if config.science.claims else ():
        if all(role in presets for role, _ in claim.needs):
            yield claim, [(presets[role], case) for role, case in claim.needs]


def verdicts(config: RunConfig, runs: Scores) -> list[Verdict]:
    """Every claim that the domain has presets for, judged by the scores of runs."""
    scores = scores_of(runs)
    return [judge(claim, needs, scores, config) for claim, needs in claims_of(config)]


def judge(claim: Claim, needs: list[tuple[str, str]], scores: xr.Dataset, config: RunConfig) -> Verdict:
    """One claim, judged by scores `(preset, case, seed, site)` of the presets and cases that stand for its needs."""
    site = config.science.site
    verdict = partial(Verdict, claim, claim.sentence.format(site=site), claim.against.format(site=site))
    values = {need: _of_need(claim.score, scores, need, config) for need in needs}
    known = [found.dropna("site") for found in values.values() if found is not None]
    if len(known) < len(needs):
        missing = tuple(dict.fromkeys((name, CASES[case][0]) for name, case in needs if not _any(scores, name, case)))
        return verdict("not trained yet", missing=missing)
    together = xr.align(*known, join="inner", exclude=["seed"])
    if (count := together[0].sizes["site"]) < FEWEST:
        found = f"{count} {site} has all that is compared: an interval takes at least {FEWEST}"
        return verdict("cannot tell here", found)
    finding = claim.judge(*together)
    score = scores[claim.score].attrs.get("long_name", claim.score)
    words = f"{score[:1].upper()}{score[1:]}, median: {finding.words}; {interval_words(finding.difference, site)}"
    return verdict(OUTCOMES[finding.holds], words, finding.difference)


def interval_words(difference: Paired, site: str) -> str:
    """As "paired difference 0.08 (0.05 to 0.10), 94 sites, 5 seeds", with their word in the science."""
    one, low, high = (
        f"{value:+.2g}".replace("-", "\u2212") for value in (difference.median, difference.low, difference.high)
    )
    seeds = f"{difference.n_seeds} seed{'s' * (difference.n_seeds > 1)}"
    return f"paired difference {one} ({low} to {high}), {difference.n_sites} {site}s, {seeds}"


def _any(scores: xr.Dataset, preset: str, case: str) -> bool:
    """Is there a score of any kind?"""
    if preset not in scores.preset:
        return False
    return bool(scores.sel(preset=preset, case=case).to_array().notnull().any())


def _of_need(score: str, scores: xr.Dataset, need: tuple[str, str], config: RunConfig) -> xr.DataArray | None:
    """The scores `(seed, site)` of a preset in a case, of the seeds that there are; None without any."""
    preset, case = need
    if score not in scores or preset not in scores.preset:
        return None
    found = scores[score].sel(preset=preset, case=case, drop=True).dropna("seed", how="all")
    if not found.sizes["seed"]:
        return None
    if not learns(RunConfig(domain=config.domain).preset(preset)):
        # Nothing in it is random: it has the same scores for every seed.
        return found.isel(seed=[0] * scores.sizes["seed"]).assign_coords(seed=scores.seed)
    return found


def unprobed(config: RunConfig, runs: Scores) -> list[tuple[Key, str]]:
    """The runs with a score that only an experiment gives and that is not known yet, see `presets.probe`.

    Only where there are runs of all that the claim on it compares.
    """
    lacking, asked = [], probes_of(config.science)
    for claim, needs in claims_of(config):
        needed = {(name, CASES[case][0]) for name, case in needs}
        if claim.score in asked and needed <= {key[:2] for key in runs}:
            lacking += [(key, claim.score) for key in runs if key[:2] in needed and claim.score not in runs[key]]
    return lacking


def probed(
    config: RunConfig, known: Scores, runs: Mapping[Key, Run], dataset: xr.Dataset, sites: Sequence[str]
) -> Scores:
    """The scores with what experiments with own runs tell, at some of these sites of a data set."""
    for key, score in unprobed(config, known):
        if key in runs and score not in known[key]:  # one experiment may give several
            known = with_probe(known, key, probe(score, runs[key], dataset, some_sites(sites)))
    return known


def to_train(config: RunConfig, configs: Configs, runs: Scores, n_seeds: int) -> dict[Key, RunConfig]:
    """What the claims still lack of the seeds 0, 1, ... up to a number of them."""
    needed = dict.fromkeys((name, CASES[case][0]) for _, needs in claims_of(config) for name, case in needs)
    return {
        (name, holdout, seed): configs[name][holdout].edited(seed=seed)
        for seed in range(n_seeds)
        for name, holdout in needed
        if (name, holdout, seed) not in runs and (seed == 0 or learns(configs[name][holdout]))
    }
