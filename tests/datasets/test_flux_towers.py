"""The reader of flux towers, on a small file of the same layout and, where it is there, on the real one."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.datasets import DataError, attribute_names, forcing_names, open_dataset, target_names
from dgviz.datasets.flux_towers import FILE, HEIGHTS
from dgviz.datasets.remarks import remarks

MONTHS = pd.date_range("2001-01-01", "2016-12-01", freq="MS")
SITES, TYPES = ["AA-One", "BB-Two", "CC-Tre"], ["ENF", "GRA", "GRA"]
SHARED = Path(__file__).parents[3] / "shared" / "data"


def said_of(ds, name):
    return [f"{kind}: {text}" for kind, about, text in remarks(ds) if about == name]


def raw_data() -> xr.Dataset:
    """Three towers without a gap: leaves with a season, the rest constant."""
    season = 2 - np.cos(2 * np.pi * (MONTHS.month.to_numpy() - 1) / 12)
    constant = dict(tmin=5.0, tmax=15.0, srad=10.0, co2=390.0, vpd=6.0, prec=2.0, GPP=4.0)
    series = {name: np.full(len(MONTHS), value) for name, value in constant.items()} | {"LAI": season}
    variables = {name: (("site", "time"), np.tile(values, (3, 1)).astype("float32")) for name, values in series.items()}
    place = {"lat": ("site", [50.0, 40.0, 30.0]), "lon": ("site", [0.0, 10.0, 20.0]), "igbp": ("site", TYPES)}
    return xr.Dataset(variables, {"time": MONTHS, "site": SITES} | place, {"source": "made up", "license": "none"})


@pytest.fixture
def opened(tmp_path):
    """Opens the small file after a change; heights are known of the first two towers."""

    def opened(change=lambda ds: None) -> xr.Dataset:
        raw = raw_data()
        change(raw)
        raw.to_netcdf(tmp_path / FILE, engine="h5netcdf")
        pd.DataFrame({"site": SITES[:2], "elevation": [0.0, 1000.0]}).to_csv(tmp_path / HEIGHTS, index=False)
        return open_dataset("flux_towers", folder=tmp_path)

    return opened


def test_series_attributes_and_units(opened):
    ds = opened()
    assert ds.sizes == {"time": 168, "site": 3} and ds.domain == "ecosystem" and ds.step == "month"
    assert forcing_names(ds) == ["tair", "vpd", "ppfd", "fapar", "co2", "pressure", "wetness", "prcp"]
    assert target_names(ds) == ["gpp"] and {"t_mean", "is_enf", "is_gra", "elevation"} <= {*attribute_names(ds)}
    assert float(ds.tair.mean()) == 10 and float(ds.vpd.mean()) == 600
    np.testing.assert_allclose(ds.ppfd, 20.4)  # 10 MJ m-2 d-1
    np.testing.assert_allclose(ds.fapar[0], 1 - np.exp(-0.5), rtol=1e-6)  # one layer of leaves in January
    assert ds.igbp.values.tolist() == TYPES and ds.is_gra.values.tolist() == [0, 1, 1]


def test_pressure_is_that_of_the_height_and_an_unknown_height_is_told(opened):
    ds = opened()
    np.testing.assert_allclose(ds.pressure[0], [101325, 89875, 101325], rtol=1e-4)
    assert ds.elevation.isnull().values.tolist() == [False, False, True]
    assert said_of(ds, "pressure")[0].endswith("at 1 towers without a known height that of sea level")


def test_missing_leaf_area_has_the_mean_of_its_calendar_month(opened):
    def change(raw):
        raw.LAI[0, 12:24] = np.nan  # a year
        raw.LAI[1, :] = np.nan  # always: what its type has
        raw.LAI[2, 6::12] = np.nan  # every July: between June and August

    ds = opened(change)
    whole = 1 - np.exp(-0.5 * raw_data().LAI[0].values[:168])
    np.testing.assert_allclose(ds.fapar[:, 0], whole, rtol=1e-6)
    assert float(ds.fapar[6, 2]) == pytest.approx(float(ds.fapar[5, 2]))
    np.testing.assert_allclose(ds.fapar[:, 1], ds.fapar[:, 2], rtol=1e-6)
    assert "1 towers without any that of their type" in said_of(ds, "fapar")[0]


def test_wetness_is_high_where_it_rains_more_than_evaporates(opened):
    def change(raw):
        raw.prec[0, :], raw.prec[1, :] = 8.0, 0.1

    wetness = opened(change).wetness.mean("time")
    assert wetness[0] > 0.99 and wetness[1] < 0.1


def test_towers_with_few_months_are_named(opened):
    def change(raw):
        raw.GPP[1, 11:] = np.nan

    assert said_of(opened(change), "gpp")[0].endswith("fewer than 12 months at 1 towers: BB-Two")


def test_climate_is_that_of_the_training_months(opened):
    def change(raw):
        raw.tmax[:, MONTHS >= "2010-01-01"] = 40.0

    assert opened(change).t_mean.values.tolist() == [10, 10, 10]


def test_an_absent_file_says_what_to_set(tmp_path):
    with pytest.raises(DataError, match=f"flux_towers: .*{FILE} does not exist; set .*DGVIZ_DATA"):
        open_dataset("flux_towers", folder=tmp_path)


def test_the_real_towers():
    folder = Path(os.environ.get("DGVIZ_DATA", SHARED))
    if not (folder / FILE).is_file():
        pytest.skip(f"{FILE} is not in {folder}; set DGVIZ_DATA to the folder that holds it")
    ds = open_dataset("flux_towers", folder=folder)
    assert ds.sizes == {"time": 168, "site": 204} and int(ds.gpp.notnull().sum()) == 12692
    assert len(np.unique(ds.igbp)) == 12 and int(ds.elevation.isnull().sum()) == 44
    assert "4 towers without any that of their type" in said_of(ds, "fapar")[0]
    assert "fewer than 12 months at 17 towers" in said_of(ds, "gpp")[0]
    assert 0.2 < float(ds.fapar.mean()) < 0.7 and float(ds.wetness.min()) >= 0
