"""Claims of a field, as data: a sentence, what it is judged by, and the judge; and those that several fields make.

A judge gets the scores `(seed, site)` of each case that a claim needs, at the sites that all have. It compares them in
pairs, site by site, and says whether the claim holds, fails, or cannot be told from these sites and seeds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import xarray as xr

from dgviz.scores.paired import Paired, paired

CLOSE = 0.05  # of NSE: as good as
CLOSED = 1e-3  # of the inflow: rounding
BROKEN = 1e-2  # of the inflow: no rounding explains that
UNCLOSED = "unclosed"  # the score that is what a balance leaves unexplained


@dataclass(frozen=True)
class Finding:
    """Whether a claim holds, or None where that cannot be told; the figures in words, and the difference it is by."""

    holds: bool | None
    words: str
    difference: Paired


@dataclass(frozen=True)
class Claim:
    """A sentence of the field, what it is judged by, pairs of role and case, and the judge.

    A role is what a preset stands for, see `dgviz.experiment.roles.role_of`; a case is one of
    `dgviz.experiment.presets.CASES`. `score` is what the judge gets of each: one of the target's, or of
    `dgviz.experiment.presets.probes_of`. `against` is what others found that speaks against the claim, with its source.
    """

    sentence: str
    source: str
    needs: tuple[tuple[str, str], ...]
    judge: Callable[..., Finding]
    score: str = "nse"
    against: str = ""


def close(mine: xr.DataArray, other: xr.DataArray) -> Finding:
    """Is it at most a little lower, in the median over the sites?"""
    difference = paired(mine, other)
    words = f"{_against(mine, other)} (a difference above \u2212{CLOSE:g} counts as close)"
    return Finding(difference.above(-CLOSE), words, difference)


def better(mine: xr.DataArray, other: xr.DataArray) -> Finding:
    """Is it higher, in the median over the sites?"""
    difference = paired(mine, other)
    return Finding(difference.above(), _against(mine, other), difference)


def clearly_better(mine: xr.DataArray, other: xr.DataArray) -> Finding:
    """Is it higher by more than a little, in the median over the sites?"""
    difference = paired(mine, other)
    words = f"{_against(mine, other)} (a difference above {CLOSE:g} counts as clear)"
    return Finding(difference.above(CLOSE), words, difference)


def loses_less(mine: xr.DataArray, mine_held: xr.DataArray, other: xr.DataArray, other_held: xr.DataArray) -> Finding:
    """Is less lost where sites are held out, in the median over them?"""
    difference = paired(mine_held - mine, other_held - other)
    return Finding(difference.above(), f"{_from_to(mine, mine_held)} against {_from_to(other, other_held)}", difference)


def gains_where_few(*scores: xr.DataArray) -> Finding:
    """Is more gained where there is less to learn from? The first half of the scores are mine, from few to many."""
    half = len(scores) // 2
    few, many = scores[0] - scores[half], scores[half - 1] - scores[-1]
    difference = paired(few, many)
    return Finding(
        difference.above(), f"a gain of {_median(few):.2f} with few, {_median(many):.2f} with more", difference
    )


def better_on_average(*scores: xr.DataArray) -> Finding:
    """Is the mean of the first half of the scores higher than that of the second, in the median over the sites?"""
    half = len(scores) // 2
    return better(_mean(scores[:half]), _mean(scores[half:]))


def breaks_balance(kept: xr.DataArray, broken: xr.DataArray) -> Finding:
    """Is the unexplained share of the inflow more than rounding in the second, and no more than that in the first?"""
    difference = paired(abs(broken), abs(kept))
    opens, stays = difference.above(BROKEN), paired(abs(kept), xr.zeros_like(kept)).above(CLOSED)
    holds = None if opens is None or stays is None else opens and not stays
    return Finding(holds, f"{_percent(kept)} of the inflow without and {_percent(broken)} with it", difference)


def _mean(scores: Sequence[xr.DataArray]) -> xr.DataArray:
    return sum(scores[1:], scores[0]) / len(scores)


def _median(scores: xr.DataArray) -> float:
    """Over the sites, of the mean over the seeds."""
    return float((scores.mean("seed") if "seed" in scores.dims else scores).median())


def _against(mine: xr.DataArray, other: xr.DataArray) -> str:
    return f"{_median(mine):.2f} against {_median(other):.2f}"


def _from_to(before: xr.DataArray, after: xr.DataArray) -> str:
    return f"{_median(before):.2f} to {_median(after):.2f}"


def _percent(shares: xr.DataArray) -> str:
    share = _median(abs(shares))
    return f"{100 * share:.2g} %" if share > 1e-5 else "less than 0.001 %"


def unseen_sites(source: str, against: str = "") -> Claim:
    """That attributes carry parameters to sites that were not trained on."""
    return Claim(
        "At {site}s not seen, parameters learned from attributes do better than one set for all.",
        source,
        (("attributes", "held_out"), ("shared", "held_out")),
        better,
        against=against,
    )


def network_alone(source: str, against: str = "") -> Claim:
    """That pure learning is the most accurate where there are data."""
    return Claim(
        "A network alone does better than learned parameters at {site}s that it was trained on.",
        source,
        (("network", "test"), ("attributes", "test")),
        better,
        against=against,
    )


def processes_lose_less(source: str) -> Claim:
    """That processes extrapolate better than pure learning."""
    return Claim(
        "Processes with learned parameters lose less than a network alone at {site}s not seen.",
        source,
        (("attributes", "test"), ("attributes", "held_out"), ("network", "test"), ("network", "held_out")),
        loses_less,
    )


BALANCE = Claim(
    "A residual that is learned after the processes breaks the balance that they keep.",
    "Frame et al. (2023), doi:10.1002/hyp.14847",
    (("attributes", "test"), ("corrected", "test")),
    breaks_balance,
    score=UNCLOSED,
)
