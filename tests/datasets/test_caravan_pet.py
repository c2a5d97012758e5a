"""Of the two kinds of potential evapotranspiration in Caravan one is read for all basins, and it is said which."""

import numpy as np
import pytest

from dgviz.datasets import open_dataset
from dgviz.datasets.remarks import remarks
from tests.datasets.camels_files import caravan_series, write_caravan

PENMAN, ERA5 = "potential_evaporation_sum_FAO_PENMAN_MONTEITH", "potential_evaporation_sum"
CLIMATE = "gauge_id,p_mean,pet_mean,aridity,frac_snow,moisture_index,seasonality"


def write_source(root, site, columns, climate, kind="csv"):
    """A source of one basin with these columns of potential evapotranspiration, and lines of attributes_caravan."""
    series = caravan_series(pet="unused").drop(columns="unused").assign(**columns)
    write_caravan(root, kind, (site,), {site: series})
    source = site.partition("_")[0]
    (root / "attributes" / source / f"attributes_caravan_{source}.csv").write_text("\n".join(climate) + "\n")


def said_of(ds, name):
    (text,) = [remark.text for remark in remarks(ds) if name in remark.about.split(", ")]
    return text


@pytest.mark.parametrize("kind", ["csv", "netcdf"])
def test_sources_of_two_versions_have_one_kind(tmp_path, kind):
    new = f"{CLIMATE},pet_mean_FAO_PM,aridity_FAO_PM"
    write_source(tmp_path, "new_1", {PENMAN: 1.0, ERA5: 2.0}, [new, "new_1,3,2,0.7,0.2,0.1,1,1,0.3"], kind)
    write_source(tmp_path, "old_1", {ERA5: 2.5}, [CLIMATE, "old_1,3,2.5,0.8,0.2,0.1,1"], kind)
    ds = open_dataset(tmp_path)
    assert ds.pet.isel(time=0).values.tolist() == [2.0, 2.5]
    assert ds.pet_mean.values.tolist() == [2.0, 2.5]
    np.testing.assert_allclose(ds.aridity, [0.7, 0.8])
    assert said_of(ds, "pet").startswith("that of ERA5-Land; that of FAO Penman-Monteith is not read, as only 1 of 2")
    assert "ERA5-Land" in said_of(ds, "aridity")


def test_the_names_of_the_latest_version_are_read_too(tmp_path):
    latest = "gauge_id,p_mean,frac_snow,pet_mean_ERA5_LAND,pet_mean_FAO_PM,aridity_ERA5_LAND,aridity_FAO_PM"
    write_source(tmp_path, "new_1", {PENMAN: 1.0, ERA5 + "_ERA5_LAND": 2.0}, [latest, "new_1,3,0.2,2,1,0.7,0.3"])
    ds = open_dataset(tmp_path)
    assert (
        float(ds.pet.max()) == 1.0
        and float(ds.pet_mean[0]) == 1.0
        and said_of(ds, "pet") == "that of FAO Penman-Monteith"
    )
    assert not any("_FAO_PM" in name or "_ERA5" in name for name in ds)
    write_source(tmp_path, "old_1", {ERA5: 2.5}, [CLIMATE, "old_1,3,2.5,0.8,0.2,0.1,1"])
    ds = open_dataset(tmp_path)
    assert ds.pet.isel(time=0).values.tolist() == [2.0, 2.5] and ds.pet_mean.values.tolist() == [2.0, 2.5]


def test_attributes_are_of_the_kind_that_all_basins_have(tmp_path):
    write_source(tmp_path, "a_1", {PENMAN: 1.0}, [CLIMATE + ",pet_mean_FAO_PM", "a_1,3,2,0.7,0.2,0.1,1,1"])
    write_source(tmp_path, "b_1", {PENMAN: 1.5}, [CLIMATE, "b_1,3,2.5,0.8,0.2,0.1,1"])
    ds = open_dataset(tmp_path)
    assert ds.pet.isel(time=0).values.tolist() == [1.0, 1.5] and ds.pet_mean.values.tolist() == [2.0, 2.5]
    assert said_of(ds, "pet_mean") == "made of the potential evapotranspiration of ERA5-Land"


def test_kinds_that_no_choice_makes_one_are_doubted(tmp_path):
    write_source(tmp_path, "a_1", {PENMAN: 1.0}, [CLIMATE, "a_1,3,2,0.7,0.2,0.1,1"])
    write_source(tmp_path, "b_1", {ERA5: 2.5}, [CLIMATE, "b_1,3,2.5,0.8,0.2,0.1,1"])
    said = said_of(open_dataset(tmp_path), "pet")
    assert said.startswith("that of FAO Penman-Monteith in a, that of ERA5-Land in b: no kind is there for all")
