"""A made-up copy of the layout of CAMELS-Chem: units, gaps, samples on one day, and what is left out."""

import numpy as np
import pandas as pd
import pytest

from dgviz.datasets import DataError, open_dataset
from dgviz.datasets.remarks import remarks

SITES = {"1013500": 40, "6350000": 30, "14400000": 3}


def table_of(site, n_samples, random):
    days = pd.date_range("2000-01-05", periods=n_samples, freq="28D") + pd.Timedelta(hours=11)
    table = pd.DataFrame({"gauge_id": site, "sample_start_dt": days.strftime("%Y-%m-%d %H:%M:%S")})
    table["q_inst"], table["q_daily"] = random.uniform(10, 200, n_samples), 100.0
    table["cl"], table["no3"], table["ca"] = random.uniform(2, 9, n_samples), 0.5, 12.0
    return table


def write(folder, change=lambda table: table, day="sample_start_dt"):
    random = np.random.default_rng(0)
    samples = pd.concat([table_of(site, n, random) for site, n in SITES.items()], ignore_index=True)
    data = folder / "Camels_Chem_Dataset"
    data.mkdir(parents=True)
    change(samples).rename(columns={"sample_start_dt": day}).to_csv(data / "Camels_chem_1980_2018.csv", index=False)
    names = pd.DataFrame({"gauge_id": list(SITES), "gauge_name": ["Fish River", "Cannonball River", "Chetco River"]})
    names.to_csv(data / "Gauge_and_region_names.csv", index=False)
    places = pd.DataFrame(
        {"gauge_id": list(SITES), "gauge_lat": [47.2, 46.4, 42.1], "gauge_lon": [-68.6, -101.0, -124]}
    )
    places.assign(elev_mean=250.0, area_gages2=[2252.7, 1500.0, 700.0]).to_csv(folder / "Camels_topography.csv")
    return folder, samples


def test_units_names_and_places(tmp_path):
    folder, samples = write(tmp_path)
    ds = open_dataset(folder)
    assert ds.site.values.tolist() == ["01013500", "06350000"] and ds.domain == "solutes"
    assert ds.name.values.tolist() == ["Fish River", "Cannonball River"] and float(ds.lat[0]) == pytest.approx(47.2)
    assert "calcium" not in ds and "sulfate" not in ds and ds.area.units == "km2"
    first = samples.iloc[0]
    assert float(ds.chloride.sel(site="01013500", time="2000-01-05")) == pytest.approx(first.cl)
    assert float(ds.discharge.sel(site="01013500", time="2000-01-05")) == pytest.approx(
        first.q_inst * 0.0283168, rel=1e-5
    )
    assert int(ds.chloride.notnull().sum()) == 70 and ds.discharge.notnull().all()


def test_what_is_assumed_filled_and_left_out_is_told(tmp_path):
    said = {(kind, about) for kind, about, _ in remarks(open_dataset(write(tmp_path)[0]))}
    assert {("filled", "discharge"), ("converted", "discharge"), ("doubtful", "nitrate, silica")} <= said
    assert ("left out", "1 gauges") in said


def test_samples_on_one_day_are_averaged_and_values_below_zero_are_missing(tmp_path):
    def change(table):
        again = table.iloc[[0]].assign(cl=table.cl[0] + 2.0)
        negative = table.cl.where(table.index != 1, -999.0)
        return pd.concat([table.assign(cl=negative), again], ignore_index=True)

    folder, samples = write(tmp_path, change)
    ds = open_dataset(folder).sel(site="01013500")
    assert float(ds.chloride.sel(time="2000-01-05")) == pytest.approx(samples.cl[0] + 1.0)
    assert np.isnan(ds.chloride.sel(time="2000-02-02"))
    said = {(kind, words) for kind, _, words in remarks(open_dataset(folder))}
    assert {
        ("aggregated", "1 taken on the day of another: their mean"),
        ("taken as missing", "1 values below zero"),
    } <= said


def test_discharge_of_the_day_stands_in_for_that_of_the_sample(tmp_path):
    folder, _ = write(tmp_path, lambda table: table.assign(q_inst=table.q_inst.where(table.index != 0)))
    flow = open_dataset(folder).discharge.sel(site="01013500", time="2000-01-05")
    assert float(flow) == pytest.approx(2.83168, rel=1e-5)


def test_the_other_name_of_the_day_is_read_too(tmp_path):
    assert open_dataset(write(tmp_path, day="sample_timestamp")[0]).sizes["site"] == 2


def test_a_missing_column_or_table_is_named(tmp_path):
    folder, _ = write(tmp_path / "a", lambda table: table.drop(columns=["q_inst", "q_daily"]))
    with pytest.raises(DataError, match="one of q_inst, q_15, q_derived, q_daily"):
        open_dataset(folder)
    folder, _ = write(tmp_path / "b")
    (folder / "Camels_topography.csv").unlink()
    with pytest.raises(DataError, match="there is no file Camels_topography.csv"):
        open_dataset(folder)


def test_a_dry_stream_is_dry_and_flow_below_zero_is_missing(tmp_path):
    """No flow is a measurement; the flow of the day stands in for a negative one."""

    def change(table):
        return table.assign(q_inst=table.q_inst.where(table.index != 1, 0.0).where(table.index != 2, -999999.0))

    folder, _ = write(tmp_path, change)
    ds = open_dataset(folder)
    flow = ds.discharge.sel(site="01013500")
    assert float(flow.sel(time="2000-02-02")) == 0.0
    assert float(flow.sel(time="2000-03-01")) == pytest.approx(2.83168, rel=1e-5)
    assert (flow.sel(time=slice("2000-02-03", "2000-02-29")) > 0).all()  # a logarithm is interpolated
    said = remarks(ds)
    assert ("taken as missing", "discharge", "1 values below zero") in said
    (dry,) = [words for kind, about, words in said if about == "discharge" and "without flow" in words]
    assert dry.startswith("1 of 73 samples without flow")
