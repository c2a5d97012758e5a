"""A small made-up data set and finished runs on it, in a store that neither reads nor trains anything."""

import importlib
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
import xarray as xr

from dgviz import domains
from dgviz.domains import discover
from dgviz.experiment.config import RunConfig
from dgviz.experiment.run_files import RunError
from dgviz.learn import DifferentiableModel
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Flux, Parameter, State
from dgviz.scores import metrics
from dgviz.steps import STEPS as RECORD_STEPS
from dgviz.ui import theme
from dgviz.ui.look import Look
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore
from dgviz.ui.words.steps import STEPS
from tests import made_up

HYDROLOGY = discover()["hydrology"]
LOOK = Look(HYDROLOGY.targets["streamflow"], STEPS["day"], theme.colours_of(HYDROLOGY))
SITES = ["a1", "b2", "c3", "d4", "e5"]


def make_dataset(first="1999-10-01", years=3) -> xr.Dataset:
    time = pd.date_range(first, periods=int(365.25 * years), freq="D")
    random = np.random.default_rng(0)
    shape, days = (len(time), len(SITES)), np.arange(len(time))[:, None]
    prcp = random.gamma(0.3, 8.0, shape).astype("float32")
    tmean = (8 - 14 * np.cos(2 * np.pi * days / 365) + random.normal(0, 3, shape)).astype("float32")
    flow = pd.DataFrame(prcp).ewm(span=15).mean().to_numpy("float32").copy()
    flow[40:60, 1] = np.nan

    def series(values, units, name, role="forcing"):
        return (("time", "site"), values, {"units": units, "long_name": name, "role": role})

    return xr.Dataset(
        {
            "prcp": series(prcp, "mm d-1", "Precipitation"),
            "tmean": series(tmean, "degC", "Mean air temperature"),
            "day_of_year": (
                "time",
                time.day_of_year.to_numpy("float32"),
                {"units": "1", "long_name": "Day of the year"},
            ),
            "streamflow": series(flow, "mm d-1", "Observed streamflow", "target"),
            "area": ("site", np.float32([10, 200, 3000, 40, 55]), {"units": "km2", "long_name": "Drainage area"}),
            "elevation": ("site", np.float32([1, 20, 300, 40, 55]), {"units": "m", "long_name": "Mean elevation"}),
        },
        coords={
            "time": time,
            "site": SITES,
            "lat": ("site", np.float32([40, 40.5, 41, 41.5, 42])),
            "lon": ("site", np.float32([-75, -75.5, -75, -74.5, -75])),
            "name": ("site", ["<Alder> Creek", "Birch River", "Cedar Run", "Dogwood Brook", "Elm Branch"]),
        },
        attrs={
            "title": "Made-up basins",
            "domain": "hydrology",
            "train_period": "1999-10-01/2000-09-30",
            "test_period": "2000-10-01/2001-09-30",
            "first_site": "a1",
        },
    )


def make_results(dataset: xr.Dataset, config: RunConfig, noise: float) -> xr.Dataset:
    """Results as a run has them: the observed target with noise, and random parameters."""
    random, target, sites = np.random.default_rng(1), config.target, dataset.site.values
    declared, observed = config.target_quantity, dataset[config.target]
    error = noise * random.standard_normal(observed.shape)
    known = observed.fillna(float(observed.mean()))
    simulated = known * (1 + error) if declared.floor == 0 else known + error
    results = xr.Dataset({target: simulated.assign_attrs(declared.attrs)})
    spans = {p: slice(*dataset.attrs[f"{p}_period"].split("/")) for p in ("train", "test")}
    scores = [metrics.scores(simulated.sel(time=s), observed.sel(time=s), declared.scores) for s in spans.values()]
    for name in scores[0]:
        both = np.stack([part[name].values for part in scores])
        results[name] = (("period", "site"), both, scores[0][name].attrs)
    for name, parameter in config.build().of(Parameter).items():
        low, high = parameter.range
        results[name] = (("site", "member"), random.uniform(low, high, (len(sites), 4)), parameter.attrs)
        about = {"units": declared.units, "long_name": f"Sensitivity of mean {target} to {name}"}
        results[f"sensitivity_{name}"] = ("site", random.normal(0, 1, len(sites)), about)
    if config.seeds > 1:
        results[f"{target}_low"], results[f"{target}_high"] = simulated - abs(error), simulated + abs(error)
    if config.holdout != "none":
        held = np.isin(sites, config.held_sites) | (config.holdout != "sites")
        results["fold"], results["held_out"] = ("site", np.arange(len(sites)) % config.folds), ("site", held)
    return results.assign_coords(period=list(spans))


class FakeRun:
    def __init__(self, folder, config, results, status):
        self.folder, self.id, self.config, self.status, self.error = folder, folder.name, config, status, ""
        self.stored, self.progress, self.asked, self.checkpointed, self.remarks = results, [], [], False, []
        self.record = {
            "device": "cpu",
            "seconds": 12.0,
            "seed": 0,
            "versions": {},
            "ended": status,
            "created": "2001-02-03 04:05",
        }

    def results(self):
        if self.stored is None:
            raise RunError(f"The run {self.id!r} has no results.")
        return self.stored

    def read_results(self, dims=None):
        results = self.results()
        return results if dims is None else results[[n for n in results if {*results[n].dims} == {*dims}]]

    def simulate(self, dataset, site, start=None, stop=None):
        """Every flux and store, of no physical sense."""
        time = dataset.sel(time=slice(start, stop)).time
        random, model = np.random.default_rng(2), self.config.build()
        declared = model.of(Flux) | model.of(State) | {self.config.target: self.config.target_quantity}
        return xr.Dataset({k: ("time", random.random(time.size), q.attrs) for k, q in declared.items()}, {"time": time})

    def seen(self, dataset):
        """All sites."""
        return dataset

    def model(self, dataset):
        """An untrained model that has seen the attributes of all sites."""
        torch.manual_seed(0)
        model = DifferentiableModel.build(self.config.edited(members=1), dataset).eval()
        model.learn_statistics(model.tensors(dataset.isel(time=slice(40)), self.config.target))
        return model

    def at(self, dataset, site, start, stop):
        """An untrained model with what it needs to simulate one site."""
        dataset = dataset.sel(site=[site])
        torch.manual_seed(0)
        model = DifferentiableModel.build(self.config.edited(members=1), dataset).eval()
        first, last = dataset.indexes["time"].slice_indexer(start, stop).indices(dataset.sizes["time"])[:2]
        tensors = model.tensors(dataset, self.config.target).span(first, last, 30)
        return SiteModel(model, tensors, dataset.time[first:last], self.config.target, sites=[site])

    def at_all(self, dataset, sites, start, stop):
        """As if each site had weights of its own."""
        return [self.at(dataset, site, start, stop) for site in sites]

    def read_progress(self, cursor):
        return self.progress[cursor:], len(self.progress)

    def request(self, what):
        self.asked.append(what)


class FakeStore(DataStore):
    """The store over given data sets and runs; it trains nothing."""

    recent = 0.0

    def __init__(self, folder, datasets):
        super().__init__(folder, next(iter(datasets)))
        self._datasets.update(datasets)
        self.made = []

    def known_data(self):
        return {f"Data {name}": name for name in self._datasets}

    def runs(self):
        return self.made

    def _by_id(self):
        return {run.id: run for run in self.made}

    def add(self, run_id, config, results=None, status="done"):
        folder = self.runs_folder / run_id
        folder.mkdir()
        (folder / "config.json").write_text(config.model_dump_json())
        self.made.insert(0, FakeRun(folder, config, results, status))
        return run_id

    def submit(self, config):
        return self.add(f"new-{len(self.made)}", config, status="waiting")


@pytest.fixture(scope="session")
def dataset():
    return make_dataset()


@pytest.fixture
def empty_store(dataset, tmp_path, monkeypatch):
    """A store with a data set and no run. Of a site, only the last two months of a window are simulated."""
    monkeypatch.setattr("dgviz.ui.session.simulation.SHORT", 0)
    monkeypatch.setattr("dgviz.ui.session.simulation.LONGEST", 60)
    return FakeStore(tmp_path, {"made-up": dataset, "other": make_dataset("1980-10-01", 30)})


@pytest.fixture
def store(empty_store, dataset):
    """A store with two finished runs: the default configuration, and one without snow, which is newer."""
    for run_id, options, noise in (("default", {}, 0.1), ("no-snow", {"snow": "NoSnow"}, 0.3)):
        config = RunConfig(domain="hydrology", data="made-up").edited(**options)
        empty_store.add(run_id, config, make_results(dataset, config, noise))
    return empty_store


@pytest.fixture
def state(store):
    return AppState(store)


def epoch(number, epochs=4, **more):
    """The record of an epoch in the progress of a run."""
    learned = {"fc": [100.0 * number, 200.0, 300.0, 400.0, 500.0], "beta": [1.0, 2.0, 3.0, 4.0, 5.0]}
    record = {
        "epoch": number,
        "epochs": epochs,
        "loss": 2 / number,
        "validation_loss": None,
        "median_nse": 0.1 * number,
        "nse": [round(0.1 * number, 4)] * 4 + [None],
    }
    return record | {"seconds": 3.0 * number, "eta": 3.0 * (epochs - number), "parameters": learned} | more


class Helper:
    """What a session asks of the process that trains."""

    def __init__(self):
        self.started, self.killed = 0, []

    def start(self):
        self.started += 1

    def kill(self, run):
        self.killed.append(run.id)

    def trains(self, run):
        return run.status in ("training", "paused", "stopping")


@pytest.fixture
def worker(store):
    store._worker = Helper()
    return store._worker


@pytest.fixture
def training(state, store, worker):
    """A run of this session after its second epoch."""
    state.edit(epochs=4)
    run = store.run(state.start_training())
    run.status, run.progress = "training", [epoch(1), epoch(2)]
    state.follow()
    return run


def science_dataset(name: str) -> xr.Dataset:
    """Made-up data for a science, from its declarations alone."""
    if name == made_up.NAME:
        return made_up.dataset()
    return make_dataset() if name == "hydrology" else declared_dataset(name)


def declared_dataset(name: str) -> xr.Dataset:
    """Three years of every forcing and target, within the middle of their ranges, and some attributes."""
    science, random = discover()[name], np.random.default_rng(0)
    offset = next(step.offset for step in RECORD_STEPS if step.name == science.step)
    time = pd.date_range("1999-10-01", periods=3 * 365 if science.step != "month" else 240, freq=offset)
    season = np.sin(2 * np.pi * np.arange(len(time)) / 365)[:, None]
    variables = {}
    for role, quantities in (("forcing", science.forcings), ("target", science.targets)):
        for quantity, declared in quantities.items():
            low, high = declared.range
            share = 0.4 + 0.05 * season + random.uniform(0, 0.03, (len(time), len(SITES)))
            values = (low + (high - low) * share).astype("float32")
            variables[quantity] = (("time", "site"), values, declared.attrs | {"role": role})
    for quantity, declared in science.attributes.items():
        low, high = declared.range
        values = np.float32(low + (high - low) * np.linspace(0.3, 0.6, len(SITES)))
        variables[quantity] = ("site", values, declared.attrs)
    variables["area"] = ("site", np.float32([10, 200, 3000, 40, 55]), {"units": "km2", "long_name": "Drainage area"})
    variables["elevation"] = ("site", np.float32([1, 20, 300, 40, 55]), {"units": "m", "long_name": "Elevation"})
    place = {"lat": ("site", np.linspace(40, 42, 5)), "lon": ("site", np.linspace(-76, -74, 5))}
    coords = {"time": time, "site": SITES, "name": ("site", [f"Site {site}" for site in SITES])} | place
    middle = time[len(time) // 2]
    spans = {"train": (time[0], middle - offset), "test": (middle, time[-1])}
    attrs = {f"{period}_period": f"{first:%Y-%m-%d}/{last:%Y-%m-%d}" for period, (first, last) in spans.items()}
    variables = {k: v for k, v in variables.items() if k not in coords}
    return xr.Dataset(variables, coords, attrs | {"title": "Made up", "domain": name})


@pytest.fixture
def all_sciences(tmp_path_factory, monkeypatch):
    """The made-up science is found among the others."""
    path = [*domains.__path__, made_up.install(tmp_path_factory.mktemp("domains"))]
    monkeypatch.setattr(domains, "__path__", path)
    importlib.invalidate_caches()


@pytest.fixture(params=[*discover(), made_up.NAME])
def science_store(request, all_sciences, tmp_path, monkeypatch):
    """A store with made-up data of every science in turn, and hydrology's beside them; without a run."""
    monkeypatch.setattr("dgviz.ui.session.simulation.SHORT", 0)
    monkeypatch.setattr("dgviz.ui.session.simulation.LONGEST", 60)
    return FakeStore(tmp_path, {"mine": science_dataset(request.param), "made-up": make_dataset()})


@pytest.fixture
def served_at_once(monkeypatch):
    """What a thread hands over to the loop of a server, there is none here, is done in that thread."""
    loop = SimpleNamespace(add_callback=lambda act, *given: act(*given))
    monkeypatch.setattr("dgviz.ui.session.served.IOLoop", SimpleNamespace(current=lambda: loop))
