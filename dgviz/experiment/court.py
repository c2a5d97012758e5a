"""The court: two to four structures on the same data, split and budget, and what the data can tell of them.

A structure is a configuration of a run: options of slots, a person's own process. Each is trained from the same seeds
and scored on other days, at sites and in regions that it has not seen; differences are judged in pairs. A ruling may be
that the data cannot tell; then it says where the structures differ most, which is where to measure.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from dgviz.experiment.config import NOT_THE_MODEL, ConfigError, RunConfig
from dgviz.experiment.presets import HOLDOUTS, Configs, Key, Scores, scores_of, with_holdout
from dgviz.experiment.runs import Run
from dgviz.experiment.splits import periods_of
from dgviz.processes.declare import Parameter
from dgviz.quantities import lower_first
from dgviz.scores.paired import Paired, paired

FEWEST, MOST = 2, 4  # structures
WEEK = pd.Timedelta(days=7)
# How a structure is trained; seeds are drawn again, and where it is trained changes nothing.
BUDGET = (*sorted(NOT_THE_MODEL - {"seed", "start_from", "device"}), "loss", "prior")
CASES = {  # where a structure is judged, in the words of a ruling
    "test": "on other days",
    "held_out": "at {site}s not seen",
    "region": "in regions not seen",
}


@dataclass(frozen=True)
class Judgment:
    """One case: the structures from the best median on, and the difference of the best from each of the others."""

    case: str
    medians: Mapping[str, float]
    against: Mapping[str, Paired]

    @property
    def winner(self) -> str | None:
        """The structure that is better than every other, beyond its interval; None where that cannot be told."""
        first = next(iter(self.medians))
        return first if all(difference.above() for difference in self.against.values()) else None


@dataclass(frozen=True)
class Ruling:
    """What the data tell of some structures: a judgment for each case, and how many parameters each learns."""

    judgments: tuple[Judgment, ...]
    n_parameters: Mapping[str, int]
    site: str

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        where: dict[str | None, list[str]] = {}
        for judgment in self.judgments:
            where.setdefault(judgment.winner, []).append(CASES[judgment.case].format(site=self.site))
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


def cases_of(structures: Mapping[str, RunConfig]) -> Configs:
    """What to train of each structure, by its name and holdout: on all sites, in folds and in regions."""
    # Parameters of each site, for one, are of no use at others.
    return {
        name: {holdout: found for holdout in HOLDOUTS if (found := with_holdout(config, holdout))}
        for name, config in structures.items()
    }


def of_budget(runs: Sequence[Run], config: RunConfig) -> list[Run]:
    """The runs that were trained as a configuration says: those with fewer epochs would lose for that."""
    return [run for run in runs if all(getattr(run.config, name) == getattr(config, name) for name in BUDGET)]


def lacking(configs: Configs, known: Sequence[Key], n_seeds: int) -> dict[Key, RunConfig]:
    """What is still to be trained of the seeds 0, 1, ... up to a number of them."""
    return {
        (name, holdout, seed): config.edited(seed=seed)
        for seed in range(n_seeds)
        for name, of_structure in configs.items()
        for holdout, config in of_structure.items()
        if (name, holdout, seed) not in known
    }


def judge(structures: Mapping[str, RunConfig], runs: Scores) -> Ruling:
    """What the scores of runs tell of the structures, by the first score of the target that is better the higher."""
    scores, config = scores_of(runs), next(iter(structures.values()))
    judgments = []
    for case in CASES:
        of_case = {name: _scores_in(scores, name, case) for name in structures}
        known = {name: values for name, values in of_case.items() if values is not None}
        if len(known) == len(structures):  # all or none: the missing one might be the best
            judgments.append(_judge_case(case, known))
    n_parameters = {name: len(config.build().of(Parameter)) for name, config in structures.items()}
    return Ruling(tuple(judgments), n_parameters, config.science.site)


def _scores_in(scores: xr.Dataset, name: str, case: str) -> xr.DataArray | None:
    """The NSE `(seed, site)` of a structure in a case, of the seeds that there are; None without any."""
    if "nse" not in scores or name not in scores.preset:
        return None
    found = scores.nse.sel(preset=name, case=case, drop=True).dropna("seed", how="all")
    return found if found.sizes["seed"] else None


def _judge_case(case: str, known: Mapping[str, xr.DataArray]) -> Judgment:
    # Over the sites, of the mean over the seeds.
    medians = {name: float(values.mean("seed").median()) for name, values in known.items()}
    best, *others = sorted(medians, key=medians.__getitem__, reverse=True)
    against = {name: paired(known[best], known[name]) for name in others}
    return Judgment(case, {name: medians[name] for name in (best, *others)}, against)


def disagreement(runs: Mapping[str, Sequence[Run]]) -> xr.DataArray:
    """How far the structures are apart, `(time, site)` on the test days: where a measurement would decide.

    The standard deviation over the structures of the target, each the mean over its seeds, divided by the standard
    deviation of the observed target at the site.
    """
    means = []
    for name, of_structure in runs.items():
        predicted = [on_test_days(run) for run in of_structure]
        means.append(xr.concat(predicted, "seed").mean("seed").expand_dims(structure=[name]))
    apart = xr.concat(means, "structure").std("structure")
    first = next(iter(runs.values()))[0]
    observed = first.dataset()[first.config.target].sel(time=apart.time, site=apart.site)
    scale = observed.std("time")
    apart = apart / scale.where(scale > 0)
    target = lower_first(observed.attrs.get("long_name", first.config.target))
    about = {"long_name": f"Disagreement on {target}, of its standard deviation", "units": "1"}
    return apart.rename("disagreement").assign_attrs(about)


def on_test_days(run: Run) -> xr.DataArray:
    """The target `(time, site)` of a run on its test days."""
    first, last = periods_of(run.config, run.dataset())["test"].split("/")
    return run.results()[run.config.target].sel(time=slice(first, last)).load()


def measure_next(apart: xr.DataArray, n: int = 5) -> tuple[dict[str, float], dict[str, float]]:
    """The sites, and the days, at which structures disagree most, `(time, site)`: root mean squares by name.

    Days are at least a week apart: those of one event tell the same.
    """
    squared = apart * apart
    of_sites = (squared.mean("time") ** 0.5).to_series().dropna().nlargest(n)
    of_days = (squared.mean("site") ** 0.5).to_series().dropna().sort_values(ascending=False)
    days: dict[pd.Timestamp, float] = {}
    for day, size in of_days.items():
        if len(days) < n and all(abs(day - other) >= WEEK for other in days):
            days[day] = float(size)
    return {str(site): float(size) for site, size in of_sites.items()}, {
        f"{day:%Y-%m-%d}": x for day, x in days.items()
    }
