"""Scores of the presets of a data set, from several seeds: those that travel with dgviz, and those of own runs.

data/claims/NAME.nc holds scores `(preset, case, seed, site)` and the `config` of each preset and holdout, as JSON.
"""

import json
import platform
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import xarray as xr

from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.presets import CASES, FEW, HOLDOUTS, Configs, Key, Places, Scores, model_of, scores_of
from dgviz.experiment.runs import Run
from dgviz.files import whole
from dgviz.paths import data_folder

PROBED = 8  # sites at which experiments are made


def shipped_file(data: str) -> Path:
    """Where the scores of a data set are, if any travel with dgviz."""
    return data_folder() / "claims" / f"{re.sub(r'[^a-z0-9]+', '-', data.lower())}.nc"


def shipped(data: str, configs: Configs) -> Scores:
    """The scores that travel with dgviz, of those presets and holdouts whose configuration is still what is wanted."""
    path = shipped_file(data)
    if not path.exists():
        return {}
    with xr.open_dataset(path, engine="h5netcdf") as stored:
        scores = stored.load()
    known = {name: configs[name] for name in map(str, scores.preset.values) if name in configs}
    return {
        (name, holdout, int(seed)): found
        for name, of_preset in known.items()
        for holdout, config in of_preset.items()
        if _is_of(scores.config.sel(preset=name, holdout=holdout), config)
        for seed in scores.seed.values
        if (found := _of_run(scores, name, holdout, seed))
    }


def _is_of(stored: xr.DataArray, wanted: RunConfig) -> bool:
    """Is a stored configuration, if there is one, the model that is wanted?"""
    try:
        return bool(stored.item()) and model_of(RunConfig(**json.loads(stored.item()))) == model_of(wanted)
    except (ConfigError, ValueError):  # it has an option that there is no more
        return False


def _of_run(scores: xr.Dataset, name: str, holdout: str, seed: int) -> xr.Dataset:
    """The scores of one run `(period, site)`, without those that are empty."""
    cases = [(case, period) for case, (held, period) in CASES.items() if held == holdout]
    numbers = scores.drop_vars(["config", "holdout"]).sel(preset=name, seed=seed, drop=True)
    found = numbers.sel(case=[case for case, _ in cases]).rename(case="period")
    found = found.assign_coords(period=[period for _, period in cases])
    return found[[key for key in found if found[key].notnull().any()]]


def own_scores(there: Places, read: Callable[[Run], xr.Dataset]) -> Scores:
    """The scores of own runs, the newest of each seed; `read` gives those of a run `(period, site)`."""
    return {
        (name, holdout, seed): scores
        for name, of_preset in there.items()
        for holdout, place in of_preset.items()
        for seed, run in place.of_seeds.items()
        if (scores := read(run))
    }


def some_sites(sites: Sequence[str]) -> list[str]:
    """The sites at which experiments are made: a few across all, as each is simulated."""
    return list(sites[:: max(1, -(-len(sites) // PROBED))])


def with_probe(scores: Scores, key: Key, found: xr.Dataset) -> Scores:
    """Scores with what an experiment with one run gave, `(site,)` at some of its sites, among its own."""
    of_test = found.expand_dims(period=["test"]).reindex(site=scores[key].site)
    return scores | {key: scores[key].assign(of_test.data_vars)}


def write(scores: Scores, configs: Configs, names: Iterable[str], path: Path) -> None:
    """Write the scores of these names to one file, with the configurations that they are of, versions and date."""
    gathered = scores_of(scores)
    gathered = gathered[[name for name in names if name in gathered]].astype("float32")
    texts = [
        [
            configs[name][holdout].model_dump_json() if any(key[:2] == (name, holdout) for key in scores) else ""
            for holdout in (*HOLDOUTS, *FEW)
        ]
        for name in map(str, gathered.preset.values)
    ]
    gathered = gathered.assign_coords(holdout=[*HOLDOUTS, *FEW])
    gathered["config"] = ("preset", "holdout"), np.array(texts, "O")
    versions = {name: version(name) for name in ("dgviz", "torch", "xarray")} | {"python": platform.python_version()}
    gathered.attrs = {
        "title": "Scores of the presets between physics and learning, by which claims are judged",
        "versions": ", ".join(f"{name} {number}" for name, number in versions.items()),
        "created": f"{datetime.now():%Y-%m-%d}",
    }
    smaller = {"zlib": True, "complevel": 9, "shuffle": True}
    with whole(path) as partial:
        gathered.to_netcdf(partial, engine="h5netcdf", encoding={n: smaller for n in gathered if n != "config"})
