"""A run that is taken home as one file predicts the same elsewhere."""

import io
import zipfile

import pytest
import xarray as xr
from typer.testing import CliRunner

from dgviz.cli import app
from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run, find_run
from dgviz.experiment.take_home import zipped
from dgviz.experiment.turns import sign


def unpacked(run, folder):
    with zipfile.ZipFile(io.BytesIO(zipped(run))) as archive:
        archive.extractall(folder)
    return find_run(run.id, folder)


def test_it_is_the_same_run_elsewhere(done_run, tmp_path):
    there = unpacked(done_run, tmp_path)
    assert there.status == "done" and there.damage == [] and there.config == done_run.config
    xr.testing.assert_identical(there.read_results(), done_run.read_results())
    first, last = "1979-04-01", "1979-04-30"
    dataset, site = done_run.dataset(), done_run.config.sites[0]
    xr.testing.assert_identical(
        there.simulate(dataset, site, first, last), done_run.simulate(dataset, site, first, last)
    )
    assert there.extended(3, tmp_path / "more").status == "waiting"  # it can be trained on, too


def test_dgviz_predict_opens_it(done_run, tmp_path):
    there, file = unpacked(done_run, tmp_path), tmp_path / "out.nc"
    command = ["predict", there.id, "--runs", str(tmp_path), "--period", "1979-04-01/1979-04-10", "--out", str(file)]
    told = CliRunner().invoke(app, [*command, "--sites", done_run.config.sites[0]])
    assert told.exit_code == 0, told.output
    assert xr.load_dataset(file).streamflow.notnull().all()


def test_nothing_of_the_machine_and_of_whose_it_is_goes_along(done_run, tmp_path, small):
    sign(done_run.folder, "somebody")
    try:
        there = unpacked(done_run, tmp_path)
    finally:
        (done_run.folder / "visitor").unlink()
    assert not {"visitor", "worker.json", "request"} & {path.name for path in there.folder.iterdir()}
    words = (tmp_path / "README.txt").read_text()
    assert f"dgviz predict {there.id} --runs runs" in words and "'delaware'" in words


def test_a_run_without_results_stays_here(small, tmp_path):
    with pytest.raises(RunError, match="has no results to take home; it is waiting. Wait until it has ended."):
        zipped(Run.create(small, tmp_path))
