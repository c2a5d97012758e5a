"""The dial from physics to learning: which runs stand for its presets, and how well each does.

A preset of the dial, or a control, is trained twice: once on every site, to be tested on other days, and once in folds,
so that every site is predicted by a model that has not seen it; where claims ask for it also in regions, and
from a few sites of two thirds, to be tested at the third. `claims` says what the scores mean.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from dgviz.domains import Domain
from dgviz.domains.claims import UNCLOSED
from dgviz.experiment.config import NOT_THE_MODEL, SITES_LEARNED_FROM, ConfigError, RunConfig
from dgviz.experiment.data import as_networks_see
from dgviz.experiment.roles import roles
from dgviz.experiment.run_folder import FINISHED
from dgviz.experiment.runs import Run
from dgviz.experiment.splits import folds_of
from dgviz.experiment.untrained import untrained
from dgviz.learn import DifferentiableModel
from dgviz.processes.balance import balance, substances

HOLDOUTS = ("none", "folds", "regions")
FEW = {f"thirds, {n} trained on": n for n in (4, 8, 16)}  # from so many sites of two thirds, scored at the third
CASES = {  # what a score is of: the holdout of the run, and the period
    "train": ("none", "train"),
    "test": ("none", "test"),
    "held_out": ("folds", "test"),
    "region": ("regions", "test"),
    **{f"few {n}": (holdout, "test") for holdout, n in FEW.items()},
}


def wanted(config: RunConfig) -> dict[str, dict[str, RunConfig]]:
    """What to train for each preset of the dial and each control of a domain, by preset and holdout.

    Data, sites and periods are those of `config`, the rest is as the preset has it. A holdout is left out where the
    preset cannot have it: parameters that were learned for each site are of no use at others. Regions are held out,
    and few sites learned from, where a claim asks for it.
    """
    kept = {name: getattr(config, name) for name in ("domain", "data", "sites", "train_period", "test_period")}
    plain, science, presets = RunConfig(**kept), config.science, roles(config)
    needs = {(presets.get(role), CASES[case][0]) for claim in science.claims for role, case in claim.needs}
    configs = {}
    for name in (*science.dial, *science.controls):
        asked = [holdout for holdout in (*HOLDOUTS[2:], *FEW) if (name, holdout) in needs]
        holdouts = [*HOLDOUTS[:2], *asked]
        possible = {holdout: with_holdout(plain.preset(name), holdout) for holdout in holdouts}
        configs[name] = {holdout: found for holdout, found in possible.items() if found}
    return configs


def with_holdout(config: RunConfig, holdout: str) -> RunConfig | None:
    """The configuration with a holdout, of `HOLDOUTS` or `FEW`; None where it cannot have it."""
    changes = {"holdout": "folds", "folds": 3, "n_trained": FEW[holdout]} if holdout in FEW else {"holdout": holdout}
    try:
        return config.edited(**changes)
    except ConfigError:
        return None


def found(runs: Iterable[Run], configs: "Configs") -> dict[str, dict[str, list[Run]]]:
    """The runs that stand for each preset and holdout, in the order given.

    They match the wanted configuration except for how they were trained (epochs, learning rate, seed ...) and the
    number of folds; those that start from another run do not stand for their preset.
    """
    by_model: dict[str, list[Run]] = {}
    for run in runs:
        if run.config.start_from:  # it shows what a change does, not what the model can learn
            continue
        # Runs of the same model, whatever their training.
        by_model.setdefault(model_of(run.config), []).append(run)
    return {
        name: {holdout: by_model.get(model_of(config), []) for holdout, config in of_preset.items()}
        for name, of_preset in configs.items()
    }


@dataclass(frozen=True)
class Place:
    """A preset with a holdout: what to train for it, the newest run with results, one that is newer without, and the
    newest run with results of each seed."""

    config: RunConfig
    run: Run | None
    later: Run | None
    of_seeds: Mapping[int, Run]


Places = dict[str, dict[str, Place]]
Configs = Mapping[str, Mapping[str, RunConfig]]  # what to train, by preset and holdout
Key = tuple[str, str, int]  # the preset, holdout and seed of a run
Scores = dict[Key, xr.Dataset]  # (period, site)


def places(runs: Iterable[Run], configs: "Configs") -> Places:
    """What there is for each preset and holdout; `runs` begin with the newest."""
    standing = found(runs, configs)
    return {
        name: {holdout: _place(config, standing[name][holdout]) for holdout, config in of_preset.items()}
        for name, of_preset in configs.items()
    }


def _place(config: RunConfig, runs: list[Run]) -> Place:
    with_results = [run for run in runs if run.status in FINISHED]
    newest = with_results[0] if with_results else None
    of_seeds = {run.config.seed: run for run in reversed(with_results)}
    return Place(config, newest, runs[0] if runs and runs[0] is not newest else None, of_seeds)


def missing(there: Places, known: Iterable[Key] = ()) -> list[RunConfig]:
    """What has no results, is not on its way and not `known` otherwise; what only claims on few sites need is not."""
    had = {key[:2] for key in known}
    every = [of[held] for name, of in there.items() for held in HOLDOUTS if held in of and (name, held) not in had]
    return [p.config for p in every if p.run is None and (p.later is None or p.later.status == "failed")]


def model_of(config: RunConfig) -> str:
    """What makes two runs the same model on the same sites and days."""
    return config.model_dump_json(exclude=set((NOT_THE_MODEL | {"folds"}) - SITES_LEARNED_FROM))


def n_learned_from(config: RunConfig, dataset: xr.Dataset) -> int:
    """From how many sites a run learns, about: the mean over its folds."""
    return round(np.mean([len(fold.trained) for fold in folds_of(config, dataset)]))


def n_weights(config: RunConfig, dataset: xr.Dataset) -> int:
    """How many numbers a run learns, in all networks and tables of parameters."""
    model = DifferentiableModel.build(config, as_networks_see(config, dataset))
    return sum(weight.numel() for weight in model.parameters())


def scores_of(runs: Scores) -> xr.Dataset:
    """Every score `(preset, case, seed, site)` of some runs, from their results or the scores alone.

    The cases are "train" and "test", days of sites that were trained on, and "held_out" and "region", test days of
    sites that were not. NaN where there is no run.
    """
    names = {name: runs_of[name].attrs for runs_of in runs.values() for name in _score_names(runs_of)}
    places: dict[str, list] = {
        "preset": list(dict.fromkeys(name for name, _, _ in runs)),
        "case": list(CASES),
        "seed": sorted({seed for _, _, seed in runs}),
        "site": list(dict.fromkeys(str(site) for found in runs.values() for site in found.site.values)),
    }
    empty = xr.DataArray(np.full([len(labels) for labels in places.values()], np.nan), places)
    scores = {name: empty.copy().assign_attrs(attrs) for name, attrs in names.items()}
    for (preset, held, seed), found in runs.items():
        for case, (holdout, period) in CASES.items():
            for name in _score_names(found) if held == holdout else ():
                at = {"preset": preset, "case": case, "seed": seed, "site": found.site.values}
                scores[name].loc[at] = found[name].sel(period=period).values
    return xr.Dataset(scores, places)


def _score_names(results: xr.Dataset) -> list[str]:
    return [str(name) for name in results if set(results[name].dims) == {"period", "site"}]


def probes_of(science: Domain) -> tuple[str, ...]:
    """The scores that only an experiment with the model of a run tells, or a comparison with what is untrained."""
    asked = [score for experiment in science.experiments for score in experiment.scores]
    return (UNCLOSED, *asked, *(each.score for each in science.untrained))


def probe(score: str, run: Run, dataset: xr.Dataset, sites: Sequence[str]) -> xr.Dataset:
    """One of `probes_of`, and those that come with it, `(site,)` by name.

    What the balance leaves unexplained, or the answers to all `experiments` of the science, at these sites over the
    test period; or how well the run agrees with what it was not trained on, at all of its sites.
    """
    compared = {each.score: each.title for each in run.config.science.untrained}
    if score in compared:
        known = untrained(run, dataset)
        return xr.Dataset({name: known[title].agreement for name, title in compared.items() if title in known})
    first, last = (run.config.test_period or dataset.attrs["test_period"]).split("/")
    if score == UNCLOSED:
        return unclosed(run, dataset, sites, first, last).to_dataset()
    models, found = [run.at(dataset, site, first, last) for site in sites], {}
    for experiment in run.config.science.experiments:
        about = {"long_name": experiment.long_name, "units": experiment.units}
        for name, value in experiment.scores.items():
            found[name] = "site", [experiment.ask(model, value) for model in models], about
    return xr.Dataset(found, {"site": list(sites)})


def unclosed(run: Run, dataset: xr.Dataset, sites: Sequence[str], first: str, last: str) -> xr.DataArray:
    """What the balance leaves unexplained at some sites, as a share of all inflow `(site,)`.

    Only rounding if the processes alone move what is stored; for a corrected target, what the network added or removed.
    Needs a run with processes.
    """
    model, shares = run.config.build(), []
    for site in sites:
        simulated = run.simulate(dataset, site, first, last)
        found = []
        for unit in substances(model):
            terms = balance(model, simulated, unit)
            # Amounts whatever their sign: gains and losses of heat nearly cancel.
            found.append(float(terms.sel(term="residual") / abs(terms[terms.kind == "inflow"]).sum()))
        shares.append(max(found, key=abs))
    about = {"long_name": "Unexplained share of the inflow", "units": "1"}
    return xr.DataArray(shares, {"site": list(sites)}, "site", name=UNCLOSED, attrs=about)
