"""A run is a folder: what it says of itself, and what a person reads when something is wrong with it."""

import json
import os
import shutil

import numpy as np
import pytest
import xarray as xr

from dgviz.experiment import runs
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run, compare, find_run, list_runs, runs_folder
from dgviz.ui.session.store import DataStore


@pytest.fixture
def run(small, tmp_path):
    """A run that waits."""
    return Run.create(small, tmp_path)


@pytest.fixture
def site(small):
    return small.sites[2]


def write(run, **files):
    for name, content in files.items():
        (run.folder / name.replace("_", ".")).write_text(content)


def epoch(number):
    about = dict.fromkeys(("loss", "median_nse", "seconds", "eta"), 0.0) | {"part_name": "", "device": "CPU"}
    return {"epoch": number, "epochs": 2, "part": 1, "parts": 1, "parameters": {}} | about


def test_a_run_keeps_its_configuration(run, small):
    assert Run(run.folder).config == small
    assert run.id.startswith("delaware-") and run.error == "" and run.record == {} and run.progress == []


def test_status_is_read_from_files_and_worker(run):
    assert run.status == "waiting"
    assert run.claim() and run.status == "training"
    run.request("pause")
    assert run.status == "paused"
    run.request("resume")
    assert run.status == "training"
    run.request("stop")
    assert run.status == "stopping"
    write(run, worker_json=json.dumps({"pid": os.getpid(), "started": 0.0}))  # the id of a dead process, used again
    assert run.status == "failed" and "Train again" in run.error
    write(run, error_txt="no space left\n\nTraceback ...")
    assert run.status == "failed" and run.error.startswith("no space left")
    (run.folder / "results.zarr").mkdir()
    assert run.status == "failed"  # until there is a record
    record = dict(ended="stopped", seconds=1.0, device="CPU", backend="fused", created="2026-01-01 00:00")
    write(run, record_json=json.dumps(record))
    assert run.status == "stopped"
    write(run, record_json=json.dumps(record | {"ended": "done"}))
    assert run.status == "done"


@pytest.mark.parametrize("content", ["", '{"pid": 1'])
def test_a_worker_that_is_just_written_down_is_no_error(content, run):
    write(run, worker_json=content)
    assert run.status == "failed"


def test_only_one_process_claims_a_run(run):
    assert run.claim()
    assert not Run(run.folder).claim()


def test_a_half_written_line_of_progress_is_left_for_later(run):
    path = run.folder / "progress.jsonl"
    first, second = epoch(1), epoch(2)
    path.write_text(json.dumps(first) + "\n" + json.dumps(second)[:10])
    records, cursor = run.read_progress(0)
    assert records == [first] == run.progress
    with path.open("a") as file:
        file.write(json.dumps(second)[10:] + "\n")
    assert run.read_progress(cursor) == ([second], path.stat().st_size)
    assert run.read_progress(path.stat().st_size) == ([], path.stat().st_size)


def test_a_waiting_run_that_is_asked_to_stop_is_removed(run):
    run.request("stop")
    assert not run.folder.exists()
    assert run.id not in [r.id for r in list_runs(run.folder.parent)]


def test_a_folder_that_cannot_be_written_is_named_with_the_fix(small, tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(RunError, match=f"{file / 'runs'} cannot be written: Not a directory. Choose .*DGVIZ_RUNS"):
        Run.create(small, file / "runs")
    assert [r for r in list_runs(file / "runs") if tmp_path in r.folder.parents] == []


@pytest.mark.parametrize("letter", ["n", "ß", "流"])
def test_a_file_of_a_long_name_gives_its_runs_a_shorter_one(letter, small, tmp_path):
    name = letter * (250 // len(letter.encode()))
    (tmp_path / f"{name}.nc").touch()
    config = small.model_dump(exclude={"domain"}) | {"data": str(tmp_path / f"{name}.nc"), "domain": "hydrology"}
    run = Run.create(RunConfig(**config), tmp_path / "runs")
    assert run.id.startswith(letter * 30) and len(run.id.encode()) < 140 and run.status == "waiting"


def test_a_run_of_ones_own_stands_for_one_of_the_same_id_that_travels_with_dgviz(small, tmp_path):
    travelling = list_runs(tmp_path)
    namesake = shutil.copytree(travelling[0].folder, tmp_path / travelling[0].id)
    ids = [run.id for run in list_runs(tmp_path)]
    assert list_runs(tmp_path)[0].folder == namesake and sorted(ids) == sorted(run.id for run in travelling)
    store = DataStore(tmp_path)
    assert store.run(travelling[0].id).folder == namesake == find_run(travelling[0].id, tmp_path).folder


def test_a_full_disk_is_named_and_leaves_no_run(small, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(runs, "write_whole", full)
    with pytest.raises(RunError, match="cannot be written: No space left on device"):
        Run.create(small, tmp_path)
    assert [r for r in list_runs(tmp_path) if r.folder.parent == tmp_path] == []


def test_runs_are_listed_newest_first(small, tmp_path):
    made = [Run.create(small, tmp_path).id for _ in range(3)]
    for age, name in enumerate(reversed(made)):
        os.utime(tmp_path / name / "config.json", (1e9 - age, 1e9 - age))
    assert [r.id for r in list_runs(tmp_path)][:3] == made[::-1]
    assert find_run(made[1], tmp_path).folder == tmp_path / made[1]


def test_an_unknown_run_is_named_with_the_known(run):
    with pytest.raises(RunError, match=f"There is no run 'nothing' in .* Runs: {run.id}"):
        find_run("nothing", run.folder.parent)


def test_a_broken_configuration_does_not_hide_the_other_runs(run, small):
    broken = Run.create(small, run.folder.parent)
    write(broken, config_json="{")
    assert {run.id, broken.id} <= {r.id for r in list_runs(run.folder.parent)}
    with pytest.raises(RunError, match="config.json is not the configuration of a run"):
        _ = Run(broken.folder).config
    with pytest.raises(RunError, match="is not the configuration of a run"):
        carry_out(Run(broken.folder))
    assert broken.status == "failed" and "config.json" in broken.error


def test_where_runs_are_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("DGVIZ_RUNS", str(tmp_path))
    assert runs_folder() == tmp_path
    monkeypatch.delenv("DGVIZ_RUNS")
    assert str(runs_folder()) == "runs"


def test_what_is_not_there_yet_is_said(run, delaware, site):
    with pytest.raises(RunError, match=f"run '{run.id}' has no results; it is waiting"):
        run.results()
    with pytest.raises(RunError, match="has no results; it is waiting"):
        run.simulate(delaware, site, "1979-01-01", "1979-02-01")


def test_unknown_sites_are_named(small, tmp_path):
    run = Run.create(small.edited(sites=("01413500", "nowhere")), tmp_path)
    with pytest.raises(ConfigError, match="the data set 'delaware' has no nowhere"):
        run.dataset()


def test_results_are_complete(done_run, small):
    results = done_run.results()
    assert dict(results.sizes) == {"site": 4, "member": 2, "time": 150, "period": 2}
    assert results.site.values.tolist() == list(small.sites) and results.period.values.tolist() == ["train", "test"]
    assert results.fc.dims == ("site", "member") and results.fc.attrs["units"] == "mm"
    assert results.nse.dims == ("period", "site") and results.streamflow.dims == ("time", "site")
    assert results.sensitivity_k2.attrs["units"] == "mm"
    assert all(np.isfinite(results[name]).all() for name in results)


def test_record_says_what_and_where(done_run):
    record = json.loads((done_run.folder / "record.json").read_text())
    assert record["ended"] == "done" and record["device"] == "CPU, 1 thread" and record["seed"] == 0
    assert record["versions"].keys() == {"dgviz", "torch", "xarray", "python"}


def test_a_simulation_equals_the_results(done_run, delaware, site):
    results = done_run.results().streamflow.sel(site=site)
    simulated = done_run.simulate(delaware, site, "1979-01-01", "1979-05-30")
    np.testing.assert_allclose(simulated.streamflow, results, rtol=1e-5)
    assert simulated.indexes["time"].equals(results.indexes["time"])
    assert {"baseflow", "soil_moisture", "pet"} <= set(simulated)


def test_a_simulation_has_the_days_asked_for(done_run, delaware, site):
    time = done_run.simulate(delaware, site, "1979-02-03", "1979-02-05").time
    assert [str(day)[:10] for day in time.values] == ["1979-02-03", "1979-02-04", "1979-02-05"]


def test_runs_of_one_name_in_two_folders_are_not_compared(done_run, tmp_path):
    namesake = Run(tmp_path / done_run.id)
    with pytest.raises(RunError, match=done_run.id):
        compare([done_run, namesake])


def test_a_simulation_with_a_shifted_parameter_is_another(done_run, delaware, site):
    days = (delaware, site, "1979-02-01", "1979-05-30")
    learned, deeper = done_run.simulate(*days), done_run.simulate(*days, shifts={"fc": 200.0})
    assert float(deeper.soil_moisture[-1]) > float(learned.soil_moisture[-1]) + 10
    assert float(deeper.streamflow.sum()) < float(learned.streamflow.sum())
    with pytest.raises(ValueError, match="no parameter 'fcc'.*Did you mean 'fc'"):
        done_run.simulate(*days, shifts={"fcc": 1.0})


def test_runs_that_differ_are_compared_and_what_is_missing_is_empty(done_run, small, delaware, tmp_path):
    sites = delaware.site.values[3:6].tolist()
    other = Run.create(small.edited(groundwater="TwoOutlets", members=3, sites=tuple(sites), epochs=1), tmp_path)
    carry_out(other)
    both = compare([done_run, other])
    assert both.run.values.tolist() == [done_run.id, other.id]
    assert both.sizes["site"] == 6 and both.sizes["member"] == 3
    assert both.k1.sel(run=done_run.id).isnull().all() and both.k1.sel(run=other.id, site=sites).notnull().all()
    xr.testing.assert_equal(both.lat, delaware.lat.sel(site=both.site))
    for run in (done_run, other):
        scores = run.results().nse
        xr.testing.assert_equal(both.nse.sel(run=run.id, site=scores.site, drop=True), scores)


@pytest.mark.parametrize(
    "site, start, message",
    [("1", "1979-01-01", "The data set has no site '1'"), (None, "1990-01-01", "There is no day from 1990-01-01")],
)
def test_a_simulation_of_what_is_not_there_is_refused(site, start, message, done_run, delaware):
    with pytest.raises(RunError, match=message):
        done_run.simulate(delaware, site or delaware.site.values[0], start, "1990-02-01")


def test_a_static_parameter_beside_a_dynamic_one_is_compared_by_its_mean(done_run, small, tmp_path):
    other = Run.create(small.edited(dynamic=("beta",), epochs=1), tmp_path)
    carry_out(other)
    both = compare([done_run, other])
    assert both.beta.dims == ("run", "site")
    xr.testing.assert_allclose(both.beta[0].drop_vars("run"), done_run.results().beta.mean("member"))


def test_only_one_of_two_that_saw_a_run_waiting_claims_it(small, tmp_path, monkeypatch):
    run = Run.create(small, tmp_path)
    monkeypatch.setattr(Run, "status", "waiting")
    assert [run.claim(), Run(run.folder).claim()] == [True, False]


def test_a_run_that_was_removed_takes_no_request(small, tmp_path):
    run = Run.create(small, tmp_path)
    run.request("stop")
    with pytest.raises(RunError, match="was removed; there is nothing to pause"):
        run.request("pause")


def test_the_folder_of_a_run_on_a_twin_has_a_name_that_every_system_takes(tmp_path):
    run = Run.create(RunConfig(data="twin:stream_temperature,noise=0.5"), tmp_path)
    assert run.id.startswith("twin-stream_temperature") and not set(run.id) & set(':<>"|?*,')


def test_a_run_on_a_path_holds_from_any_folder(small, tmp_path, monkeypatch):
    (tmp_path / "basins").mkdir()
    (tmp_path / "basins" / "attributes.csv").write_text("# domain: hydrology\nsite,lat,lon\n")
    monkeypatch.chdir(tmp_path)
    own = small.edited(data="basins")
    assert Run.create(own, tmp_path / "runs").config.data == str(tmp_path / "basins")
    assert Run.create(small, tmp_path / "runs").config.data == "delaware"


def test_the_seconds_before_an_interruption_count(small, tmp_path):
    def interrupt(record):
        raise KeyboardInterrupt

    run = Run.create(small.edited(epochs=2), tmp_path)
    carry_out(run, interrupt)
    (first,) = run.progress
    (run.folder / "progress.jsonl").write_text(json.dumps(first | {"seconds": 1000.0}) + "\n")
    carry_out(run)
    assert [record["epoch"] for record in run.progress] == [1, 2]
    assert run.progress[1]["seconds"] > 1000 and run.record["seconds"] > 1000


def test_a_run_sees_its_own_sites_with_the_attributes_that_it_was_given(done_run, delaware):
    seen = done_run.seen(delaware)
    assert tuple(seen.site.values) == done_run.sites and (seen.area == delaware.area.sel(site=seen.site)).all()
    elsewhere = delaware.isel(site=slice(10, 13))
    assert (done_run.seen(elsewhere).site == elsewhere.site).all()
