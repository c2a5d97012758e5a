"""The dial from physics to learning: which runs stand for its presets, and how well each does.

A preset of the dial, or a control, is trained twice: once on every site, to be tested on other days, and once in folds,
so that every site is predicted by a model that has not seen it. `claims` says what the scores mean.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import xarray as xr

from dgviz.experiment.config import NOT_THE_MODEL, ConfigError, RunConfig
from dgviz.experiment.run_folder import ENDED
from dgviz.experiment.runs import Run
from dgviz.learn import DifferentiableModel
from dgviz.processes.balance import balance, substances

HOLDOUTS = ("none", "folds")
CASES = {  # what a score is of: the holdout of the run, and the period
    "train": ("none", "train"),
    "test": ("none", "test"),
    "held_out": ("folds", "test"),
}


def wanted(config: RunConfig) -> dict[str, dict[str, RunConfig]]:
    """What to train for each preset of the dial and each control of a domain, by preset and holdout.

    Data, sites and periods are those of `config`, the rest is as the preset has it. A holdout is left out where the
    preset cannot have it: parameters that were learned for each site are of no use at others.
    """
    kept = {name: getattr(config, name) for name in ("domain", "data", "sites", "train_period", "test_period")}
    plain, science = RunConfig(**kept), config.science
    configs = {}
    for name in (*science.dial, *science.controls):
        possible = {holdout: _edited(plain.preset(name), holdout) for holdout in HOLDOUTS}
        configs[name] = {holdout: found for holdout, found in possible.items() if found}
    return configs


def _edited(config: RunConfig, holdout: str) -> RunConfig | None:
    try:
        return config.edited(holdout=holdout)
    except ConfigError:
        return None


def found(runs: Iterable[Run], configs: Mapping[str, Mapping[str, RunConfig]]) -> dict[str, dict[str, list[Run]]]:
    """The runs that stand for each preset and holdout, in the order given.

    They match the wanted configuration except for how they were trained (epochs, learning rate, seed ...) and the
    number of folds; those that start from another run do not stand for their preset.
    """
    by_model: dict[str, list[Run]] = {}
    for run in runs:
        if run.config.start_from:  # it shows what a change does, not what the model can learn
            continue
        # Runs of the same model, whatever their training.
        by_model.setdefault(_model_of(run.config), []).append(run)
    return {
        name: {holdout: by_model.get(_model_of(config), []) for holdout, config in of_preset.items()}
        for name, of_preset in configs.items()
    }


@dataclass(frozen=True)
class Place:
    """A preset with a holdout: what to train for it, the newest run with results, and one that is newer without."""

    config: RunConfig
    run: Run | None
    later: Run | None


Places = dict[str, dict[str, Place]]


def places(runs: Iterable[Run], configs: Mapping[str, Mapping[str, RunConfig]]) -> Places:
    """What there is for each preset and holdout; `runs` begin with the newest."""
    standing = found(runs, configs)
    return {
        name: {holdout: _place(config, standing[name][holdout]) for holdout, config in of_preset.items()}
        for name, of_preset in configs.items()
    }


def _place(config: RunConfig, runs: list[Run]) -> Place:
    with_results = [run for run in runs if run.status in ENDED and run.status != "failed"]
    newest = with_results[0] if with_results else None
    return Place(config, newest, runs[0] if runs and runs[0] is not newest else None)


def missing(there: Places) -> list[RunConfig]:
    """What has no results and is not on its way."""
    every = (place for of_preset in there.values() for place in of_preset.values())
    return [p.config for p in every if p.run is None and (p.later is None or p.later.status == "failed")]


def _model_of(config: RunConfig) -> str:
    """What makes two runs the same model on the same sites and days."""
    return config.model_dump_json(exclude=set((NOT_THE_MODEL | {"folds"}) - {"sites", "trained_sites"}))


def n_weights(config: RunConfig, dataset: xr.Dataset) -> int:
    """How many numbers a run learns, in all networks and tables of parameters."""
    return sum(weight.numel() for weight in DifferentiableModel.build(config, dataset).parameters())


def scores_of(results: Mapping[str, Mapping[str, xr.Dataset]]) -> xr.Dataset:
    """Every score `(preset, case, site)` from the results, or the scores alone, by preset and holdout.

    The cases are "train" and "test", days of sites that were trained on, and "held_out", test days of sites that were
    not. NaN where there is no run.
    """
    scores = xr.Dataset(coords={"preset": [], "case": list(CASES)})
    of_presets = []
    for name, of_preset in results.items():
        cases = [
            of_preset[holdout][_score_names(of_preset[holdout])].sel(period=period, drop=True).assign_coords(case=case)
            for case, (holdout, period) in CASES.items()
            if holdout in of_preset
        ]
        if cases:
            joined = xr.concat(
                cases, "case", join="outer", coords="minimal", compat="override", combine_attrs="override"
            )
            of_presets.append(joined.reindex(case=list(CASES)).assign_coords(preset=name))
    if not of_presets:
        return scores
    return xr.concat(of_presets, "preset", join="outer", coords="minimal", compat="override", combine_attrs="override")


def _score_names(results: xr.Dataset) -> list[str]:
    return [str(name) for name in results if set(results[name].dims) == {"period", "site"}]


def unclosed(run: Run, dataset: xr.Dataset, sites: Sequence[str]) -> xr.DataArray:
    """What the balance leaves unexplained at some sites over the test period, as a share of all inflow `(site,)`.

    Only rounding if the processes alone move what is stored; for a corrected target, what the network added or removed.
    Needs a run with processes.
    """
    first, last = (run.config.test_period or dataset.attrs["test_period"]).split("/")
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
    return xr.DataArray(shares, {"site": list(sites)}, "site", name="unclosed", attrs=about)
