"""A hearing of the court: which trainings it takes, what has become of them, and the ruling on those that are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dgviz.experiment.config import RunConfig
from dgviz.experiment.court import BUDGET, Ruling, judge
from dgviz.experiment.disagreement import disagreement, measure_next
from dgviz.experiment.presets import HOLDOUTS, Configs, Key, found, with_holdout
from dgviz.experiment.run_folder import FINISHED
from dgviz.experiment.runs import Run
from dgviz.experiment.untrained import untrained
from dgviz.processes.declare import Parameter


@dataclass(frozen=True)
class Hearing:
    """A ruling with what it rests on.

    `runs` are of each structure, trained on all sites, one for each seed. `sites` and `days` are where the structures
    disagree most, see `measure_next`.
    """

    structures: Mapping[str, RunConfig]
    ruling: Ruling
    runs: Mapping[str, Sequence[Run]]
    sites: Mapping[str, float]
    days: Mapping[str, float]


def with_options(config: RunConfig, options: Mapping[str, str]) -> RunConfig:
    """A structure: a configuration with other options in some slots, trained as it is.

    Parameters that only the replaced processes have do not vary in time any more. Raises ConfigError for an option
    that there is not.
    """
    known = config.edited(**options, dynamic=()).build().of(Parameter)
    return config.edited(**options, dynamic=tuple(name for name in config.dynamic if name in known))


def cases_of(structures: Mapping[str, RunConfig]) -> Configs:
    """What to train of each structure, by its name and holdout: on all sites, in folds and in regions."""
    # Parameters of each site, for one, are of no use at others.
    return {
        name: {holdout: case for holdout in HOLDOUTS if (case := with_holdout(config, holdout))}
        for name, config in structures.items()
    }


def standing(configs: Configs, runs: Sequence[Run], n_seeds: int) -> dict[Key, Run | None]:
    """What there is for each structure, holdout and seed below `n_seeds`, of the same budget; `runs` begin with the
    newest.

    The newest run with results; without one the newest at all, which may wait, train or have failed.
    """
    known = found(of_budget(runs, _budget_of(configs)), configs)
    return {
        (name, holdout, seed): _best([run for run in known[name][holdout] if run.config.seed == seed])
        for seed in range(n_seeds)
        for name, of_structure in configs.items()
        for holdout in of_structure
    }


def of_budget(runs: Sequence[Run], config: RunConfig) -> list[Run]:
    """The runs that were trained as a configuration says: those with fewer epochs would lose for that."""
    return [run for run in runs if all(getattr(run.config, name) == getattr(config, name) for name in BUDGET)]


def _budget_of(configs: Configs) -> RunConfig:
    """A configuration of any of the structures: they are trained alike."""
    return next(iter(next(iter(configs.values())).values()))


def _best(runs: Sequence[Run]) -> Run | None:
    return next((run for run in runs if has_results(run)), next(iter(runs), None))


def has_results(run: Run | None) -> bool:
    """Has a run ended, and not failed?"""
    return run is not None and run.status in FINISHED


def lacking(configs: Configs, stands: Mapping[Key, Run | None]) -> dict[Key, RunConfig]:
    """What is still to be trained: what nobody trained yet, or failed."""
    return {
        (name, holdout, seed): configs[name][holdout].edited(seed=seed)
        for (name, holdout, seed), run in stands.items()
        if run is None or run.status == "failed"
    }


def hear(structures: Mapping[str, RunConfig], stands: Mapping[Key, Run | None]) -> Hearing | None:
    """The ruling on what has results of what stands for some structures, from as many seeds as there are.

    None as long as one of them has not been trained on all sites.
    """
    done = {key: run for key, run in stands.items() if run is not None and has_results(run)}
    on_all = {
        name: [run for (other, holdout, _), run in done.items() if other == name and holdout == "none"]
        for name in structures
    }
    if not all(on_all.values()):
        return None
    scores = {key: run.read_results({"period", "site"}) for key, run in done.items()}
    dataset = next(iter(on_all.values()))[0].dataset()
    beside = {name: [untrained(run, dataset) for run in runs] for name, runs in on_all.items()}
    ruling = judge(structures, scores, beside)
    sites, days = measure_next(disagreement(on_all))
    return Hearing(structures, ruling, on_all, sites, days)
