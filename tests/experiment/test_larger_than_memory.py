"""Data that would not fit into memory stay in their file: a run reads of them what it needs, and learns the same."""

import tracemalloc

import numpy as np
import pytest

from dgviz import memory
from dgviz.datasets import prepared
from dgviz.datasets.kept_files import stays_in_file
from dgviz.experiment import checksums, gathered, results
from dgviz.experiment.config import RunConfig
from dgviz.experiment.data import dataset_of
from dgviz.experiment.job import carry_out
from dgviz.experiment.memory import estimate
from dgviz.experiment.runs import Run
from dgviz.experiment.sources import open_dataset
from dgviz.experiment.splits import training_days
from dgviz.learn import DifferentiableModel

OPTIONS = dict(epochs=2, members=2, hidden=4, warmup=400, window=400)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A file of a person's own, of 60 sites and 12 years."""
    twin = open_dataset("twin:hydrology,sites=60,years=12")
    file = tmp_path_factory.mktemp("own") / "world.nc"
    twin.drop_vars([name for name in twin.variables if str(name).startswith("true_")]).to_netcdf(
        file, engine="h5netcdf"
    )
    return str(file)


@pytest.fixture
def large(monkeypatch, tmp_path):
    """Every data set counts as large."""
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(memory, "LARGEST", 0)
    monkeypatch.setattr(prepared, "WORTH_KEEPING", -1)


def run_on(path, folder):
    run = Run.create(RunConfig(data=path, device="cpu", **OPTIONS), folder)
    carry_out(run)
    return run


def test_a_run_learns_the_same_from_data_in_a_file(path, large, tmp_path, monkeypatch):
    in_file = run_on(path, tmp_path / "runs")
    assert stays_in_file(in_file.dataset())
    monkeypatch.setattr(memory, "LARGEST", 2**40)
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path / "other"))
    in_memory = run_on(path, tmp_path / "runs")
    assert not stays_in_file(in_memory.dataset())
    # Sums over time are rounded otherwise, as the times of a site lie side by side.
    losses = [[record["loss"] for record in run.progress] for run in (in_file, in_memory)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    one, other = (run.read_results() for run in (in_file, in_memory))
    np.testing.assert_allclose(one.streamflow, other.streamflow, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(one.pooled_nse, other.pooled_nse, atol=1e-4)


def test_by_blocks_the_results_are_the_same_bit_for_bit(tmp_path, large, monkeypatch):
    """How many sites are simulated together is the same in both: kernels round by that."""
    twin, file = open_dataset("twin:hydrology,sites=8,years=4"), tmp_path / "few.nc"
    twin.drop_vars([name for name in twin.variables if str(name).startswith("true_")]).to_netcdf(
        file, engine="h5netcdf"
    )
    monkeypatch.setattr(results, "CELL_DAYS_AT_ONCE", 3 * 2 * (twin.sizes["time"] + OPTIONS["warmup"]))
    whole = run_on(str(file), tmp_path / "whole")
    monkeypatch.setattr(memory, "MOST_OF_BLOCK", 3 * memory.DOUBLE * twin.sizes["time"])
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path / "other"))  # read anew, in blocks
    seen = spied(monkeypatch)
    blocks = run_on(str(file), tmp_path / "blocks")
    assert seen == [3, 3, 2]
    one, other = whole.read_results(), blocks.read_results()
    assert [*one.variables] == [*other.variables] and one.attrs == other.attrs
    for name in one.variables:
        assert one[name].attrs == other[name].attrs
        if name != "pooled_nse":
            np.testing.assert_array_equal(one[name], other[name], err_msg=str(name))
    # A sum over all sites is one of the sums over blocks.
    np.testing.assert_allclose(one.pooled_nse, other.pooled_nse, rtol=1e-12)
    assert whole.record["remarks"] == blocks.record["remarks"]


def spied(monkeypatch):
    """How many sites each prediction has from now on."""
    seen, predict = [], results._prediction

    def counted(model, tensors, time, config):
        seen.append(tensors.target.shape[1])
        return predict(model, tensors, time, config)

    monkeypatch.setattr(results, "_prediction", counted)
    return seen


def test_large_results_are_stored_some_sites_at_a_time_and_read_as_they_are_used(path, large, tmp_path, monkeypatch):
    monkeypatch.setattr(gathered, "CHUNK", 7 * 4 * 4000)
    run = run_on(path, tmp_path / "runs")
    stored = run.results().streamflow
    assert stored.encoding["chunks"] == (stored.sizes["time"], 7 * 4000 // stored.sizes["time"])
    asked = []
    get = checksums.CheckedStore.get

    async def counted(self, key, *given, **named):
        asked.append(key)
        return await get(self, key, *given, **named)

    monkeypatch.setattr(checksums.CheckedStore, "get", counted)
    found = run.read_results()
    assert not [key for key in asked if key.startswith("streamflow/0")]  # its chunks
    assert found.streamflow.isel(site=0).notnull().all()
    assert len([key for key in asked if key.startswith("streamflow/0")]) == 1


def test_what_stays_in_a_file_takes_no_memory(path, large):
    open_dataset(path)  # kept from now on
    config = RunConfig(data=path, **OPTIONS)
    tracemalloc.start()
    dataset = dataset_of(config)
    days, warmup = training_days(config, dataset)
    tensors = DifferentiableModel.build(config, dataset).tensors(dataset, config.target)
    span = tensors.span(days.start, days.stop, warmup)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 0.2 * dataset.nbytes
    assert span.target.data_ptr() == tensors.target[days.start - warmup :].data_ptr()
    assert estimate(config, dataset)["data"] == 0


def test_a_change_does_not_reach_the_file(path, large):
    open_dataset(path).prcp[:] = -1.0
    assert float(open_dataset(path).prcp.min()) >= 0
