"""The reader of leaf curves, on small tables of the same layout and, where they are there, on the real ones."""

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dgviz.datasets import DataError, attribute_names, domain_of, forcing_names, open_dataset, series_in, target_names
from dgviz.datasets.leaf_curves import COLUMNS, FILE, POINTS
from dgviz.datasets.leaf_traits import KINDS, MEASURED, PUBLISHED
from dgviz.datasets.remarks import remarks

SHARED = Path(__file__).parents[3] / "shared" / "data"
CI = [300.0, 200.0, 100.0, 50.0, 400.0, 600.0, 1000.0]  # in the order in which they were measured


def said_of(ds, name):
    return [f"{kind}: {text}" for kind, about, text in remarks(ds) if about == name]


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Six C3 curves of two species at two places and a C4 curve, seven points each; A is a tenth of Ci."""
    ids = [f"Here_Aaaa_{i}" for i in range(4)] + ["There_Bbbb_1", "There_Bbbb_2", "There_Zmay_1"]
    curves = pd.DataFrame({"aci_id": ids, "Location": [name.split("_")[0] for name in ids], "Rep": 1})
    curves["Genus"], curves["Species"] = (
        ["Acer"] * 4 + ["Betula"] * 2 + ["Zea"],
        ["rubrum"] * 4 + ["lenta"] * 2 + ["mays"],
    )
    curves["Lat"], curves["Lon"] = [40.0] * 4 + [10.0] * 3, [-80.0] * 4 + [-84.0] * 3
    curves["Photosynthesis"] = ["C3"] * 6 + ["C4"]
    curves["LM"], curves["LA"] = 0.2, 20.0
    for column in MEASURED:
        curves[column] = 2.0
    for column, (counted, *_) in KINDS.items():
        curves[column] = [counted, *["other"] * 6]
    for column in PUBLISHED:
        curves[column] = 30.0
    points = pd.DataFrame({"aci_id": np.repeat(ids, len(CI)), "Ci": np.tile(CI, len(ids))})
    points["A"] = points.Ci / 10
    for name, column in COLUMNS.items():
        if name not in ("ci", "net_assimilation"):
            points[column] = {"gs": 0.2, "vpd": 1.0}.get(name, 25.0)
    return curves, points


@pytest.fixture
def opened(tmp_path):
    """Opens the small tables after a change."""
    pytest.importorskip("pyarrow", reason="Parquet files take pyarrow: pip install 'dgviz[parquet]'")

    def opened(change=lambda curves, points: None, name="leaf_curves"):
        curves, points = tables()
        change(curves, points)
        curves.to_parquet(tmp_path / FILE)
        points.to_parquet(tmp_path / POINTS)
        return open_dataset(name, folder=tmp_path)

    return opened


def test_series_attributes_texts_and_periods(opened):
    ds = opened()
    assert ds.sizes == {"time": 8, "site": 6} and (ds.domain, ds.step) == ("leaf", "point")
    assert forcing_names(ds) == ["ppfd", "tleaf", "co2", "ci", "vpd", "rh"]
    assert target_names(ds) == ["net_assimilation", "gs"]
    assert len(attribute_names(ds)) == len(MEASURED) + len(KINDS) + 3
    assert set(ds.species.values) == {"Acer rubrum", "Betula lenta"} and set(ds.location.values) == {"Here", "There"}
    np.testing.assert_allclose(ds.leaf_mass_per_area, 100.0)  # 0.2 g on 20 cm2
    np.testing.assert_allclose(ds.nitrogen_per_area, 2.0)  # 2 percent of it
    assert ds.evergreen.values.tolist() == [1, 0, 0, 0, 0, 0]
    for name, variable in ds.variables.items():
        assert name in ("time", "site", "name") or {"units", "long_name"} <= {*variable.attrs}, name


def test_both_periods_cover_the_whole_curve_and_padding_is_not_observed(opened):
    ds = opened()
    train, test = (
        ds.isel(site=0).sel(time=slice(*ds.attrs[name].split("/"))) for name in ("train_period", "test_period")
    )
    assert train.ci.values.tolist() == [50, 200, 400, 1000]
    assert test.ci.values.tolist() == [100, 300, 600, 600]
    assert train.net_assimilation.values.tolist() == [5, 20, 40, 100]
    assert test.net_assimilation.values[:3].tolist() == [10, 30, 60] and np.isnan(test.net_assimilation.values[3])


def test_c4_leaves_and_points_that_cannot_be_used_are_left_out_with_the_reason(opened):
    def change(curves, points):
        points.loc[3, "Ci"] = 20.0
        points.loc[10, "A"] = np.nan

    ds = opened(change)
    assert ds.left_out == "There_Zmay_1: a C4 leaf, which the equations are not for"
    assert said_of(ds, "points") == [
        "not read: 1 without a measurement, of 1 curves",
        "not read: 1 with Ci of 20 umol mol-1 or less, of 1 curves",
    ]
    assert ds.net_assimilation.notnull().sum("time").values.tolist() == [6, 6, 7, 7, 7, 7]


def test_what_others_fitted_is_no_attribute(opened):
    ds = opened()
    for name, *_ in PUBLISHED.values():
        assert name in ds.coords and name not in attribute_names(ds)


def test_species_of_three_curves_or_more_have_a_column(opened):
    ds = opened(name="leaf_species")
    columns = [name for name in attribute_names(ds) if name.startswith("species_")]
    assert columns == ["species_acer_rubrum"] and ds.species_acer_rubrum.values.tolist() == [1, 1, 1, 1, 0, 0]


def test_measured_co2_between_the_cells_is_known_before_the_data_are_read():
    assert "ci" in series_in("leaf_curves") and "ci" in series_in("leaf_species")


def test_without_pyarrow_it_is_said_what_to_install(opened, tmp_path, monkeypatch):
    opened()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError, match=r'takes the package pyarrow.*pip install "dgviz\[parquet\]"'):
        open_dataset("leaf_curves", folder=tmp_path)


def test_an_absent_file_says_what_to_set(tmp_path):
    with pytest.raises(DataError, match=f"leaf_curves: .*{FILE} does not exist; set .*DGVIZ_DATA"):
        open_dataset("leaf_curves", folder=tmp_path)
    assert domain_of("leaf_curves") == domain_of("leaf_species") == "leaf"


def test_the_real_curves():
    pytest.importorskip("pyarrow", reason="Parquet files take pyarrow: pip install 'dgviz[parquet]'")
    folder = Path(os.environ.get("DGVIZ_DATA", SHARED))
    if not (folder / FILE).is_file():
        pytest.skip(f"{FILE} is not in {folder}; set DGVIZ_DATA to the folder that holds it")
    ds = open_dataset("leaf_curves", folder=folder)
    assert ds.sizes == {"time": 14, "site": 555} and len(ds.left_out.splitlines()) == 43
    assert int(ds.net_assimilation.notnull().sum()) == 7145 and float(ds.ci.min()) > 20
    assert len(np.unique(ds.species)) == 93 and len(np.unique(ds.location)) == 12
    order = ds.ci.sel(time=slice(*ds.train_period.split("/")))
    assert (order.diff("time") >= 0).all()
