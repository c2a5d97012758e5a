"""The court: two to four structures on the same data, split and budget, and what the data can tell of them.

A structure is a configuration of a run: options of slots, a person's own process. Each is trained from the same seeds
and scored on other days, at sites and in regions that it has not seen; differences are judged in pairs. A ruling may be
that the data cannot tell; then it says where the structures differ most, which is where to measure.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import xarray as xr

from dgviz.experiment.config import NOT_THE_MODEL, ConfigError, RunConfig
from dgviz.experiment.presets import Scores, scores_of
from dgviz.processes.declare import Parameter
from dgviz.quantities import lower_first
from dgviz.scores.paired import Paired, paired

FEWEST, MOST = 2, 4  # structures
FEWEST_SITES = 2  # that an interval takes
Beside = Mapping[str, Sequence[Mapping[str, xr.Dataset]]]  # what is untrained, by structure, seed and title
# How a structure is trained; seeds are drawn again, and where it is trained changes nothing.
BUDGET = (*sorted(NOT_THE_MODEL - {"seed", "start_from", "device"}), "loss", "prior")
CASES = {  # where a structure is judged, in the words of a ruling
    "test": "on other days",
    "held_out": "at {site}s not seen",
    "region": "in regions not seen",
}


@dataclass(frozen=True)
class Judgment:
    """One case: the structures from the best median on, and the difference of the best from each of the others.

    `case` is one of CASES or "untrained", `where` what that is in the words of a ruling, `score` what was compared;
    `note` is what that assumes.
    """

    case: str
    where: str
    score: str
    medians: Mapping[str, float]
    against: Mapping[str, Paired]
    note: str = ""

    @property
    def winner(self) -> str | None:
        """The structure that is better than every other, beyond its interval; None where that cannot be told."""
        first = next(iter(self.medians))
        return first if all(difference.above() for difference in self.against.values()) else None


@dataclass(frozen=True)
class Ruling:
    """What the data tell of some structures: a judgment for each case, and how many parameters each learns.

    `left_out` says, a sentence each, what was not judged.
    """

    judgments: tuple[Judgment, ...]
    n_parameters: Mapping[str, int]
    site: str
    left_out: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        where: dict[str | None, list[str]] = {}
        for judgment in self.judgments:
            where.setdefault(judgment.winner, []).append(judgment.where)
        undecided = where.pop(None, [])
        won = [f"{name} does best {_listed(places)}" for name, places in where.items() if name]
        if not won:
            return f"These data cannot tell {_listed(list(self.n_parameters))} apart{self._simplest()}."
        untold = f"; {_listed(undecided)} these data cannot tell{self._simplest()}" if undecided else ""
        return f"{'; '.join(won)}{untold}."

    def _simplest(self) -> str:
        """The structure with the fewest parameters, if one alone has them."""
        least = min(self.n_parameters.values())
        fewest = [name for name, n in self.n_parameters.items() if n == least]
        most = max(self.n_parameters.values())
        return (
            f"; {fewest[0]} learns the fewest parameters, {least} instead of up to {most}" if len(fewest) == 1 else ""
        )


def _listed(words: Sequence[str]) -> str:
    """As "a", "a and b" or "a, b and c"."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def check_structures(structures: Mapping[str, RunConfig]) -> None:
    """Refuse what cannot be compared. Raises ConfigError naming what differs beside the model, or their number."""
    if not FEWEST <= len(structures) <= MOST:
        raise ConfigError(f"{len(structures)} structures cannot be compared. Give {FEWEST} to {MOST}.")
    for (one, first), (other, second) in itertools.combinations(structures.items(), 2):
        for name in ("data", "train_period", "test_period", *BUDGET):
            mine, theirs = getattr(first, name), getattr(second, name)
            if mine != theirs:
                raise ConfigError(
                    f"{one!r} has {name} {mine!r} and {other!r} has {theirs!r}: with other data or another budget a "
                    "comparison says nothing of the structures. Give both the same."
                )
        if first == second:
            raise ConfigError(f"{one!r} and {other!r} are the same structure. Leave one out.")


def judge(structures: Mapping[str, RunConfig], runs: Scores, beside: Beside | None = None) -> Ruling:
    """What the scores of runs tell of the structures, by their NSE, and how they do in what they were not trained on.

    `beside` is what `untrained` finds of the runs of each structure, seed by seed.
    """
    scores, config = scores_of(runs), next(iter(structures.values()))
    judgments = []
    for case in CASES:
        of_case = {name: _scores_in(scores, name, case) for name in structures}
        known = {name: values for name, values in of_case.items() if values is not None}
        if len(known) == len(structures):  # all or none: the missing one might be the best
            where = CASES[case].format(site=config.science.site)
            judgments.append(_judge_case(case, where, "NSE", known))
    untrained, left_out = _judge_untrained(beside or {}, config.science.site)
    n_parameters = {name: len(config.build().of(Parameter)) for name, config in structures.items()}
    return Ruling((*judgments, *untrained), n_parameters, config.science.site, left_out)


def _judge_untrained(beside: Beside, site: str) -> tuple[list[Judgment], tuple[str, ...]]:
    """A judgment for each quantity that all structures have, and why there is none for the others."""
    titles = dict.fromkeys(title for runs in beside.values() for found in runs for title in found)
    judgments, left_out = [], []
    for title in titles:
        has = {name: [found[title] for found in runs if title in found] for name, runs in beside.items()}
        if lacking := [name for name, found in has.items() if not found]:
            left_out.append(f"{title} is not judged: {_listed(lacking)} does not tell it.")
            continue
        known = {name: xr.concat([each.agreement for each in found], "seed") for name, found in has.items()}
        if (n_sites := int(sum(known.values()).notnull().all("seed").sum())) < FEWEST_SITES:
            left_out.append(
                f"{title} is not judged: an interval takes two {site}s with an observation, there are {n_sites}."
            )
            continue
        about = next(iter(has.values()))[0]
        case = _judge_case("untrained", f"in untrained {lower_first(title)}", about.agreement.attrs["long_name"], known)
        judgments.append(replace(case, note=about.attrs["assumes"]))
    return judgments, tuple(left_out)


def _scores_in(scores: xr.Dataset, name: str, case: str) -> xr.DataArray | None:
    """The NSE `(seed, site)` of a structure in a case, of the seeds that there are; None without any."""
    if "nse" not in scores or name not in scores.preset:
        return None
    found = scores.nse.sel(preset=name, case=case, drop=True).dropna("seed", how="all")
    return found if found.sizes["seed"] else None


def _judge_case(case: str, where: str, score: str, known: Mapping[str, xr.DataArray]) -> Judgment:
    """The judgment on scores `(seed, site)` of each structure, of which more is better."""
    # Over the sites, of the mean over the seeds.
    medians = {name: float(values.mean("seed").median()) for name, values in known.items()}
    best, *others = sorted(medians, key=medians.__getitem__, reverse=True)
    against = {name: paired(known[best], known[name]) for name in others}
    return Judgment(case, where, score, {name: medians[name] for name in (best, *others)}, against)
