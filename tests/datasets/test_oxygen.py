"""The reader of dissolved oxygen, on a small file of the same layout and, where it is there, on the real one."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.datasets import DataError, attribute_names, forcing_names, open_dataset, target_names
from dgviz.datasets.oxygen import ATTRIBUTES, FILE, MEMORY
from dgviz.datasets.remarks import remarks
from dgviz.experiment.config import RunConfig
from dgviz.experiment.leakage import leaks

DAYS = pd.date_range("1981-01-01", "2019-12-31")
SITES = ["us1", "us2", "us3"]
SHARED = Path(__file__).parents[3] / "shared" / "data"
SAMPLED = np.arange(len(DAYS)) % 30 == 10


def season():
    """Water temperature of 12 degC that swings by 8 around its mean, on every day."""
    return 12 - 8 * np.cos(2 * np.pi * DAYS.day_of_year.to_numpy() / 365.25)


def raw_data() -> xr.Dataset:
    """Three rivers sampled every thirty days, exactly as the season has it."""
    water = np.where(SAMPLED, season(), np.nan).astype("float32")
    oxygen = np.where(SAMPLED, 9.0, np.nan).astype("float32")
    variables = {name: (("site", "time"), np.tile(v, (3, 1))) for name, v in (("tw", water), ("do", oxygen))}
    variables |= {name: ("site", np.float32([-1, 0, 1])) for name in ATTRIBUTES}
    nowhere = ("site", np.full(3, np.nan))
    coords = {"time": DAYS, "site": SITES, "lat": nowhere, "lon": nowhere}
    return xr.Dataset(variables, coords, {"source": "made up", "licence": "none"})


@pytest.fixture
def opened(tmp_path):
    """Opens the small file after a change."""

    def opened(change=lambda ds: None) -> xr.Dataset:
        raw = raw_data()
        change(raw)
        raw.to_netcdf(tmp_path / FILE, engine="h5netcdf")
        return open_dataset("oxygen", folder=tmp_path)

    return opened


def test_a_season_that_is_known_from_the_test_period_is_told(opened):
    rivers = opened()
    assert leaks(RunConfig(domain="oxygen"), rivers) == []
    early = RunConfig(domain="oxygen", train_period="1981/1999", test_period="2000/2009")
    (leak,) = leaks(early, rivers)
    assert leak.startswith(
        "t_mean, t_range tell of 1981-01-01/2009-12-31, which has days of the test period 2000-01-01"
    )


def test_series_attributes_and_periods(opened):
    ds = opened()
    assert ds.sizes == {"time": 14244, "site": 3} and ds.domain == "oxygen"
    assert forcing_names(ds) == ["water_temperature"] and target_names(ds) == ["dissolved_oxygen"]
    assert len(attribute_names(ds)) == len(ATTRIBUTES) + 2
    assert (ds.train_period, ds.test_period) == ("1981-01-01/2009-12-31", "2010-01-01/2019-12-31")
    np.testing.assert_allclose(ds.t_mean, 12, atol=0.05)
    np.testing.assert_allclose(ds.t_range, 16, atol=0.05)
    for name, variable in ds.data_vars.items():
        assert variable.units and variable.long_name, name


def test_between_samples_water_follows_the_season(opened):
    ds = opened()
    np.testing.assert_allclose(ds.water_temperature.isel(site=1), season(), atol=1e-3)
    said = [text for kind, about, text in remarks(ds) if (kind, about) == ("filled", "water_temperature")]
    assert len(said) == 1 and said[0].startswith(f"measured on {3 * SAMPLED.sum()} days of 3 rivers (3.3 % of all)")


def test_a_warm_sample_is_kept_and_forgotten_on_both_sides(opened):
    """Half of what is unusual is left after ln 2 of the memory, where no other sample is near."""

    def change(raw):
        raw.tw[0, 12000:] = np.nan
        raw.tw[0, 13000] = season()[13000] + 5

    water, usual = opened(change).water_temperature.isel(site=0).values, season()
    half = round(MEMORY * np.log(2))
    beside = water - usual
    assert beside[13000] == pytest.approx(5, abs=0.1)
    for days in (-half, half):
        assert beside[13000 + days] == pytest.approx(5 * np.exp(-half / MEMORY), abs=0.1)
    assert abs(beside[13000 + 200]) < 0.1


def test_no_sample_is_changed_and_no_filled_day_is_below_freezing(opened):
    def change(raw):
        raw.tw[2] -= 6

    ds, raw = opened(change), raw_data()
    change(raw)
    filled, known = ds.water_temperature.isel(site=2), raw.tw[2].values[SAMPLED]
    assert float(filled.min()) < 0  # a sample
    np.testing.assert_array_equal(filled.values[SAMPLED], known)
    assert float(filled[~SAMPLED].min()) == 0


def test_the_season_knows_nothing_of_the_test_period(opened):
    def change(raw):
        raw.tw[:, DAYS.year >= 2010] += 10

    np.testing.assert_allclose(opened(change).t_mean, 12, atol=0.05)


def test_rivers_without_a_place_are_told(opened):
    ds = opened()
    assert ds.lat.isnull().all() and ds.lon.isnull().all()
    assert any(about == "lat, lon" and "not published" in text for _, about, text in remarks(ds))


def test_a_place_that_is_not_said_to_be_unpublished_is_refused(tmp_path, opened):
    ds = opened().drop_attrs(deep=False)
    table = ds.drop_vars("day_of_year").assign_attrs(domain="oxygen", train_period="1981/2009", test_period="2010/2019")
    table.to_netcdf(tmp_path / "own.nc", engine="h5netcdf")
    with pytest.raises(DataError, match="lat is nan"):
        open_dataset(tmp_path / "own.nc")


def test_an_absent_file_says_what_to_set(tmp_path):
    with pytest.raises(DataError, match=f"oxygen: .*{FILE} does not exist; set .*DGVIZ_DATA"):
        open_dataset("oxygen", folder=tmp_path)


def test_the_real_rivers():
    folder = Path(os.environ.get("DGVIZ_DATA", SHARED))
    if not (folder / FILE).is_file():
        pytest.skip(f"{FILE} is not in {folder}; set DGVIZ_DATA to the folder that holds it")
    ds = open_dataset("oxygen", folder=folder)
    assert ds.sizes == {"time": 14244, "site": 40} and int(ds.dissolved_oxygen.notnull().sum()) == 10384
    assert ds.water_temperature.notnull().all() and float(ds.water_temperature.min()) >= 0
    raw = xr.load_dataset(folder / FILE, engine="h5netcdf").tw.transpose("time", "site")
    np.testing.assert_array_equal(ds.water_temperature.where(raw.notnull()), raw)
