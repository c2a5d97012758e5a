"""A person's own towers, which lack what a science can do without, and what it makes up in its place."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from typer.testing import CliRunner

from dgviz import cli
from dgviz.cli import terminal
from dgviz.datasets import attribute_names, open_dataset
from dgviz.datasets.ecosystem_climate import with_climate_of
from dgviz.datasets.remarks import remarks
from dgviz.experiment import sources
from dgviz.experiment.config import RunConfig
from dgviz.experiment.data import dataset_of
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run

MONTHS = pd.date_range("2001-01-01", periods=48, freq="MS")
UNITS = dict(
    tair="degC",
    vpd="Pa",
    ppfd="mol m-2 d-1",
    fapar="1",
    co2="ppm",
    prcp="mm d-1",
    pressure="Pa",
    gpp="g m-2 d-1",
    elevation="m",
)


@pytest.fixture
def write(tmp_path):
    """Writes three towers as a file, with a season in all but CO2; without some of their series or attributes."""

    def write(without=(), **changes):
        season = 1 - 0.4 * np.cos(2 * np.pi * np.arange(48) / 12)[:, None] * np.array([0.8, 1.0, 1.2])
        scale = dict(tair=15.0, vpd=800.0, ppfd=25.0, fapar=0.5, prcp=3.0, gpp=4.0)
        series = {name: (("time", "site"), value * season) for name, value in scale.items()}
        series["co2"] = ("time", "site"), np.full((48, 3), 390.0)
        places = dict(lat=("site", [40.0, 45.0, 50.0]), lon=("site", [0.0, 5.0, 10.0]))
        made = xr.Dataset({**series, "elevation": ("site", [0.0, 500.0, 1000.0])}, dict(time=MONTHS, site=[*"abc"]))
        made = made.assign_coords(places).assign(changes).drop_vars([*without])
        for name in {*made} & {*UNITS}:
            made[name].attrs["units"] = UNITS[name]
        made.assign_attrs(domain="ecosystem").to_netcdf(tmp_path / "own.nc")
        return str(tmp_path / "own.nc")

    return write


@pytest.mark.parametrize(
    "without, lost",
    [
        (["prcp"], {"p_mean", "wetness_index"}),
        (["vpd"], {"vpd_mean"}),
        (["prcp", "vpd"], {"p_mean", "wetness_index", "vpd_mean"}),
    ],
    ids=["no rain", "no vpd", "neither"],
)
def test_climate_of_the_training_period_is_made_of_the_series_that_there_are(without, lost, write):
    options = dict(processes={"stomata": "ConstantRatio"}, climate="training")
    whole = dataset_of(RunConfig(data=write(), **options))
    climate = {name for name in attribute_names(whole) if "period" in whole[name].attrs}
    assert lost < climate
    part = dataset_of(RunConfig(data=write(without), **options))
    assert {name for name in attribute_names(part) if "period" in part[name].attrs} == climate - lost
    for name in climate - lost:
        np.testing.assert_array_equal(part[name], whole[name])


def said_of(dataset):
    return {about: text for kind, about, text in remarks(dataset) if kind == "filled"}


def test_what_is_made_up_is_told_by_the_check_and_by_the_run(write, tmp_path, monkeypatch):
    monkeypatch.setattr(terminal.out, "_width", 200)
    file = write(elevation=("site", [0.0, np.nan, 1000.0]))
    done = CliRunner().invoke(cli.app, ["data", "check", file])
    assert done.exit_code == 0, done.output
    shown = " ".join(done.stdout.split())
    assert "wetness not in the data: from a bucket of 150 mm" in shown
    assert "of sea level where no height is known: b" in shown
    run = Run.create(RunConfig(data=file, parameters="fixed", device="cpu"), tmp_path / "runs")
    carry_out(run)
    told = {about: text for kind, about, text in run.record["remarks"] if kind == "filled"}
    assert "150 mm" in told["wetness"] and told["pressure"].endswith("of sea level where no height is known: b")


def test_what_the_data_have_is_not_told_as_made_up(write):
    whole = sources.open_dataset(write())
    assert said_of(whole).keys() == {"wetness", "pressure"}
    assert said_of(whole)["pressure"].endswith("at the tower's height")
    given = sources.open_dataset(write(["prcp"], pressure=(("time", "site"), np.full((48, 3), 95000.0))))
    assert not said_of(given) and float(given.pressure.mean()) == 95000


def test_what_is_made_anew_for_the_days_and_sites_of_a_run_is_told_once(write):
    file = write(elevation=("site", [np.nan, np.nan, 1000.0]))
    config = RunConfig(data=file, sites=("b", "c"), train_period="2001-01-01/2001-12-31")
    (text,) = (text for _, about, text in remarks(dataset_of(config)) if about == "pressure")
    assert text.endswith("of sea level where no height is known: b")


def test_climate_is_that_of_its_period_alone(write):
    towers = open_dataset(write())
    made = with_climate_of(towers, "2001-01-01/2001-06-30")
    first = towers.isel(time=slice(6))
    np.testing.assert_allclose(made.t_mean, first.tair.mean("time"), rtol=1e-6)
    np.testing.assert_allclose(made.fapar_season, first.fapar.std("time"), rtol=1e-5)
