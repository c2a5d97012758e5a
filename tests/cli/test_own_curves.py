"""A person's own curves of leaves: read, divided by alternate points, trained on and held out."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from typer.testing import CliRunner

from dgviz import cli
from dgviz.cli import terminal
from dgviz.datasets import open_dataset
from dgviz.datasets.remarks import remarks
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.runs import Run
from dgviz.experiment.splits import periods_of
from tests.datasets.own_files import write_own

LEAVES = [f"leaf{i}" for i in range(6)]
CI = np.linspace(50, 1200, 14).round(1)
DAYS = pd.date_range("2001-01-01", periods=len(CI), name="date")
QUICK = ("--set", "epochs=2", "--set", "device=cpu", "--json")


def curve(leaf):
    net = (-1 + (30 + 3 * LEAVES.index(leaf)) * CI / (CI + 400)).round(3)
    series = {"ppfd": 1500.0, "tleaf": 25.0, "co2": 1.3 * CI, "ci": CI, "vpd": 1.2, "net_assimilation": net}
    return pd.DataFrame(series, index=DAYS)


@pytest.fixture(params=["csv", "netcdf"])
def own(request, tmp_path):
    """The same six curves as a folder, and as a file."""
    if request.param == "csv":
        leaves = pd.DataFrame({"site": LEAVES, "lat": 45.0, "lon": -70.0, "nitrogen_per_area": 1 + 0.2 * np.arange(6)})
        return write_own(tmp_path / "own", LEAVES, {leaf: curve(leaf) for leaf in LEAVES}, leaves)
    return write_file(tmp_path)


def write_file(folder, **attrs):
    series = xr.concat([curve(leaf).rename_axis("time").to_xarray() for leaf in LEAVES], pd.Index(LEAVES, name="site"))
    for name, units in {
        "ppfd": "umol m-2 s-1", "tleaf": "degC", "co2": "umol mol-1", "ci": "umol mol-1", "vpd": "kPa",
        "net_assimilation": "umol m-2 s-1",
    }.items():  # fmt: skip
        series[name].attrs["units"] = units
    nitrogen = ("site", 1 + 0.2 * np.arange(6), {"units": "g m-2"})
    places = dict(lat=("site", np.full(6, 45.0)), lon=("site", np.full(6, -70.0)), nitrogen_per_area=nitrogen)
    series.transpose("time", "site").assign(places).assign_attrs(domain="leaf", **attrs).to_netcdf(folder / "own.nc")
    return folder / "own.nc"


def write_two(folder, first, second):
    leaves = pd.DataFrame({"site": ["a", "b"], "lat": 45.0, "lon": -70.0})
    return open_dataset(write_own(folder / "own", ["a", "b"], {"a": first, "b": second}, leaves))


def test_points_are_numbered_in_the_order_of_their_times(tmp_path):
    """As an instrument writes them: times within a day, and A for net assimilation."""
    times = [pd.date_range(f"2019-06-0{day} 10:00", periods=len(CI), freq="3min", name="date") for day in (1, 2)]
    measured = [curve(LEAVES[i]).set_axis(times[i]).rename(columns={"net_assimilation": "A"}) for i in (0, 1)]
    dataset = write_two(tmp_path, *measured)
    found = np.sort(dataset.net_assimilation.values, axis=0)
    np.testing.assert_allclose(found[:, 0], np.sort(measured[0]["A"]), rtol=1e-6)
    assert dataset.sizes["time"] == len(CI) and "points of a curve" in " ".join(r.text for r in remarks(dataset))


def test_a_shorter_curve_is_not_cut_from_the_longer_one(tmp_path):
    dataset = write_two(tmp_path, curve(LEAVES[0]), curve(LEAVES[1]).iloc[:9])
    assert dataset.net_assimilation.notnull().sum("time").values.tolist() == [len(CI), 9]
    assert dataset.ci.notnull().all() and any("fewer than 14 points" in r.text for r in remarks(dataset))


@pytest.fixture
def command(tmp_path, monkeypatch):
    monkeypatch.setenv("DGVIZ_RUNS", str(tmp_path / "runs"))

    def run(*words):
        for console in (terminal.out, terminal.err):
            monkeypatch.setattr(console, "_width", 200)
        return CliRunner().invoke(cli.app, [str(word) for word in words])

    return run


def run_of(done):
    assert done.exit_code == 0, done.output
    return Run(json.loads(done.stdout.strip().splitlines()[-1])["run"])


def test_every_second_point_is_trained_on_and_the_others_test(own, command):
    run = run_of(command("train", "--data", own, *QUICK))
    data = run.dataset()
    for period, points in (("train_period", CI[::2]), ("test_period", CI[1::2])):
        part = data.sel(time=slice(*data.attrs[period].split("/")), site="leaf3")
        np.testing.assert_allclose(part.ci, points, rtol=1e-6)
        np.testing.assert_allclose(part.net_assimilation, (-1 + 39 * points / (points + 400)).round(3), rtol=1e-5)
    assert np.isfinite(run.results().nse.sel(period="test")).all()
    (said,) = [remark for remark in remarks(data) if remark.about == "time"]
    assert said.kind == "exchanged" and "every second of the 14 points of a curve" in said.text


def test_curves_without_species_are_held_out_one_by_one_and_that_is_said(own, command):
    run = run_of(command("train", "--data", own, *QUICK, "--set", "holdout=folds", "--set", "folds=3"))
    assert sorted(run.results().fold.values.tolist()) == [0, 0, 1, 1, 2, 2]
    (said,) = [text for kind, about, text in run.record["remarks"] if about == "groups"]
    assert "no text 'species' that some of the 6 curves share" in said and "Set groups=" in said
    quiet = run_of(command("train", "--data", own, *QUICK, "--set", "holdout=folds", "--set", "groups="))
    assert not [about for _, about, _ in quiet.record["remarks"] if about == "groups"]


def test_periods_of_the_file_are_kept_as_they_are(tmp_path):
    given = dict(train_period="2001-01-01/2001-01-10", test_period="2001-01-11/2001-01-14")
    data = open_dataset(write_file(tmp_path, **given))
    assert given.items() <= data.attrs.items() and not remarks(data)
    np.testing.assert_allclose(data.ci.sel(site="leaf0"), CI, rtol=1e-6)


def test_periods_of_curves_that_overlap_share_points(tmp_path):
    config = dict(data=str(write_file(tmp_path)), test_period="2001-01-05/2001-01-09")
    with pytest.raises(ConfigError) as error:
        periods_of(RunConfig(**config), open_dataset(config["data"]))
    assert "share points" in str(error.value) and "day" not in str(error.value) and "year" not in str(error.value)
