"""Opening a data set by name or path, choosing attributes and periods, and the CAMELS-US reader."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from dgviz import datasets
from dgviz.datasets import DataError, attribute_names, forcing_names, open_dataset, period_slice
from dgviz.datasets.remarks import remarks
from dgviz.paths import data_folder

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="module")
def camels_file():
    folder = Path(os.environ.get("DGVIZ_DATA", SHARED))
    if not (folder / "camels_us.nc").is_file():
        pytest.skip(f"camels_us.nc is not in {folder}; set DGVIZ_DATA to the folder that holds it")
    return folder / "camels_us.nc"


@pytest.fixture(scope="module")
def camels(camels_file):
    return open_dataset("camels_us", folder=camels_file)


@pytest.mark.parametrize("path", ["a" * 100_000, "a\0b"])
def test_a_path_that_no_system_allows_is_not_there(path):
    assert datasets.resolve(path) == path and datasets.series_in(path) == frozenset()
    for ask in (open_dataset, datasets.domain_of):
        with pytest.raises(DataError, match="there is no such source, file or folder") as said:
            ask(path)
        assert len(str(said.value)) < 2000
    with pytest.raises(DataError, match="does not exist"):
        datasets.import_dataset(path, "mine")


def test_sources_are_the_modules_that_load():
    assert set(datasets.sources()) == {
        *("delaware", "delaware_river", "camels_us", "camels_folder", "caravan", "stream_temperature", "table"),
        *("camels_aus", "camels_br", "camels_ch", "camels_cl", "camels_de", "camels_gb", "lamah_ce"),
        *("airgr", "neuralhydrology_folder"),
        *("oxygen", "choptank", "thames", "camels_chem"),
        *("flux_towers", "fr_pue", "twitchell"),
        *("leaf_curves", "leaf_species"),
    }
    for name, module in datasets.sources().items():
        assert module.title and module.__doc__, name


def test_what_opens_by_its_name_alone_is_known():
    assert list(datasets.known()) == [
        *("camels_us", "choptank", "delaware", "delaware_river", "flux_towers", "fr_pue"),
        *("leaf_curves", "leaf_species", "oxygen", "stream_temperature", "thames", "twitchell"),
    ]


def test_public_names_exist():
    for name in datasets.__all__:
        assert getattr(datasets, name)


def test_unknown_source_names_the_nearest():
    with pytest.raises(DataError, match=r"'delawere': there is no such source.*Did you mean 'delaware'\?.*camels_us"):
        open_dataset("delawere")


def test_a_copy_of_a_packaged_file_is_read_as_its_source(tmp_path):
    (tmp_path / "delaware.nc").write_bytes((data_folder() / "delaware.nc").read_bytes())
    ds = open_dataset(tmp_path / "delaware.nc")
    assert attribute_names(ds) == attribute_names(open_dataset("delaware"))
    with pytest.raises(DataError, match=r"delaware\.nc: a span is for data of your own"):
        datasets.read_path(tmp_path / "delaware.nc", "1979-01-01/1979-12-31")


def test_units_of_a_packaged_file_are_checked(tmp_path):
    ds = open_dataset("delaware")
    ds = ds.assign(tmin=ds.tmin.assign_attrs(units="Pa"))
    ds.to_netcdf(tmp_path / "delaware.nc", engine="h5netcdf")
    with pytest.raises(DataError, match=r"delaware\.nc: tmin has units 'Pa', it needs 'degC'"):
        open_dataset("delaware", folder=tmp_path)


def test_chosen_attributes_are_checked():
    ds = open_dataset("delaware")
    assert attribute_names(ds, ("slope", "area")) == ["slope", "area"]
    with pytest.raises(DataError, match=r"'elevatoin' is not in .*Did you mean 'elevation'\?.*frac_snow"):
        attribute_names(ds, ("elevatoin",))


def test_period_is_a_slice_of_both_ends():
    ds = open_dataset("delaware")
    assert ds.sel(time=period_slice(ds, ds.test_period)).sizes["time"] == 366


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("1981-01-01/1981-12-31", "reaches beyond the record.*1979-01-01/1980-12-31"),
        ("1978-10-01/1979-09-30", "reaches beyond the record"),
        ("1980-01-01/1979-01-01", "ends before it starts"),
        ("1980", "is not a period; write it as"),
        ("1980-13-01/1980-12-31", "is not a period; write it as"),
    ],
)
def test_impossible_period_is_named(period, expected):
    with pytest.raises(DataError, match=f"train_period {period!r} {expected}"):
        period_slice(open_dataset("delaware"), period, "train_period")


def test_absent_camels_file_says_what_to_set(monkeypatch, tmp_path):
    needs = (
        r"camels_us\.nc does not exist; set the environment variable DGVIZ_DATA to the folder that has camels_us\.nc"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DGVIZ_DATA", raising=False)
    with pytest.raises(DataError, match=needs):
        open_dataset("camels_us")
    monkeypatch.setenv("DGVIZ_DATA", str(tmp_path))
    with pytest.raises(DataError, match=needs):
        open_dataset("camels_us")
    with pytest.raises(DataError, match=needs):
        open_dataset("camels_us", folder=tmp_path)


def test_camels_gives_the_compared_basins_in_the_same_form(camels):
    assert camels.sizes == {"site": 476, "time": 10957}
    assert (camels.train_period, camels.test_period) == ("1999-10-01/2008-09-30", "1989-10-01/1999-09-30")
    assert forcing_names(camels) == ["prcp", "tmin", "tmax", "tmean", "srad", "vp"]
    assert len(attribute_names(camels)) == 27
    for name in forcing_names(camels):
        assert camels[name].dims == ("time", "site") and camels[name].dtype == "float32"
    assert not camels.streamflow.isnull().any()


def test_camels_basins_in_doubt_are_flagged(camels):
    assert camels.clean.dtype == bool and int(camels.clean.sum()) == 368
    ratio = camels.streamflow.mean("time") / camels.prcp.mean("time")
    assert (ratio[camels.clean] < 1).all() and (ratio[~camels.clean] > 1).any()


def test_camels_temperatures_are_in_order_and_their_mean_is_kept(camels, camels_file):
    assert (camels.tmin <= camels.tmax).all()
    (said,) = [remark for remark in remarks(camels) if remark.kind == "exchanged"]
    assert re.search(r"where tmin was above tmax: \d+ days of 65 basins", said.text)
    with xr.open_dataset(camels_file, engine="h5netcdf") as raw:
        raw = raw[["tmin", "tmax"]].rename(basin="site").sel(site=camels.site).isel(time=slice(0, 366)).load()
    assert (raw.tmin > raw.tmax).any()
    of_year = camels.isel(time=slice(0, 366))
    np.testing.assert_allclose(of_year.tmean, (raw.tmin + raw.tmax).T / 2, atol=1e-5)
    np.testing.assert_allclose(of_year.tmax - of_year.tmin, abs(raw.tmax - raw.tmin).T, atol=1e-5)


def test_camels_attributes_tell_nothing_of_the_streamflow(camels):
    signatures = {"q_mean", "runoff_ratio", "baseflow_index", "slope_fdc", "q5", "q95"}
    assert not signatures & set(camels.data_vars)
    assert not signatures & set(attribute_names(camels))
    with pytest.raises(DataError, match="'baseflow_index' is not in"):
        attribute_names(camels, ("baseflow_index",))


def test_camels_has_the_published_baseflow_index_to_check_against(camels):
    assert camels.coords["baseflow_index"].dims == ("site",)
    assert 0.4 < camels.baseflow_index.median() < 0.6 and camels.baseflow_index.max() < 1


def test_camels_climate_is_that_of_its_forcing(camels):
    # Published means are of 1989-10..2009-09; radiation is of the whole day, as 100 to 250 W m-2 in these latitudes.
    means = camels.sel(time=period_slice(camels, camels.p_mean.period)).mean("time")
    assert camels.p_mean.period == "1989-10-01/2009-09-30"
    np.testing.assert_allclose(means.prcp, camels.p_mean, rtol=0.05)
    assert means.srad.min() > 90 and means.srad.max() < 260


def test_climate_says_from_which_period_it_is(camels):
    dated = {name for name in attribute_names(camels) if "period" in camels[name].attrs}
    seasons = {"p_seasonality", "frac_snow", "high_prec_freq", "high_prec_dur", "low_prec_freq", "low_prec_dur"}
    assert dated == {"p_mean", "pet_mean", "aridity"} | seasons
