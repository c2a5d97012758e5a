"""The rivers of the Thames that travel with dgviz, and the Choptank, where its file is there."""

import os
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from dgviz.datasets import attribute_names, forcing_names, open_dataset, target_names
from dgviz.datasets.remarks import remarks
from dgviz.paths import data_folder

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="module")
def thames():
    return open_dataset("thames")


@pytest.fixture(scope="module")
def raw():
    return xr.load_dataset(data_folder() / "thames.nc", engine="h5netcdf")


def test_it_opens_without_the_internet(thames):
    assert thames.sizes == {"time": 1457, "site": 20} and thames.domain == "solutes"
    assert forcing_names(thames) == ["discharge", "water_temperature"]
    assert target_names(thames) == ["chloride", "sulfate", "silica", "nitrate"]
    assert attribute_names(thames) == ["alkalinity", "boron", "phosphorus", "flow_variability"]
    assert "doi:10.5194/essd-10-1637-2018" in thames.references
    for name, variable in thames.data_vars.items():
        assert variable.units and variable.long_name, name


def test_every_river_lies_in_the_basin_of_the_thames(thames):
    assert ((thames.lat > 51.3) & (thames.lat < 52.0) & (thames.lon > -1.9) & (thames.lon < -0.5)).all()


def test_samples_are_as_measured_and_about_once_a_week(thames, raw):
    for name in target_names(thames):
        np.testing.assert_array_equal(thames[name], raw[name])
    n_samples = thames.chloride.notnull().sum("time")
    assert n_samples.min() > 150 and n_samples.max() == 202


def test_nitrate_is_counted_as_nitrogen(raw):
    """The table has a median of 27.87 mg of nitrate in a litre at 22 sites."""
    assert 4 < float(raw.nitrate.median()) < 9


def test_discharge_is_as_measured_on_the_days_of_samples_and_interpolated_between(thames, raw):
    known = raw.discharge.notnull().values
    np.testing.assert_allclose(thames.discharge.values[known], raw.discharge.values[known], rtol=1e-5)
    assert thames.discharge.notnull().all() and thames.water_temperature.notnull().all()
    before, after = np.flatnonzero(known[:, 8])[:2]
    share = 1 / (after - before)
    day_after = raw.discharge[before, 8] ** (1 - share) * raw.discharge[after, 8] ** share
    assert float(thames.discharge[before + 1, 8]) == pytest.approx(float(day_after), rel=1e-4)
    said = {about for kind, about, _ in remarks(thames) if kind == "filled"}
    assert said == {"discharge", "water_temperature"}


def test_what_is_left_out_and_assumed_is_told(thames):
    said = {(kind, about) for kind, about, _ in remarks(thames)}
    assert ("left out", "River Lodden at Charvil") in said and ("converted", "nitrate") in said
    assert ("taken over", "lat, lon") in said


def test_the_real_choptank():
    folder = Path(os.environ.get("DGVIZ_DATA", SHARED))
    if not (folder / "choptank.nc").is_file():
        pytest.skip(f"choptank.nc is not in {folder}; set DGVIZ_DATA to the folder that holds it")
    ds = open_dataset("choptank", folder=folder)
    assert ds.sizes == {"time": 11688, "site": 1} and target_names(ds) == ["nitrate"]
    assert int(ds.nitrate.notnull().sum()) == 605 and ds.discharge.notnull().all()
    assert ("taken as missing", "nitrate", "1 samples below the limit of detection") in remarks(ds)
