"""Attributes, forcings and sites are bound by name: another order is the same run, another set is refused."""

import shutil

import numpy as np
import pytest
import xarray as xr

from dgviz.datasets import DataError
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run
from dgviz.experiment.sources import open_dataset

NAMES = ["prcp", "tmin", "tmax", "tmean", "streamflow", "area", "elevation", "slope"]
DAYS = ("1979-07-01", "1979-08-31")
KINDS = {
    "static": {},
    "dynamic": dict(dynamic=("k2",)),
    "alone": dict(predictor="network"),
    "site by site": dict(parameters="sites"),
}


@pytest.fixture
def file(delaware, small, tmp_path):
    part = delaware.sel(site=list(small.sites))[NAMES].drop_dims("reach", errors="ignore").copy(deep=True)
    part.attrs = {"domain": "hydrology"}
    return write(part, tmp_path / "mine.nc")


def write(dataset, path):
    dataset.drop_encoding().to_netcdf(path, engine="h5netcdf")
    return path


@pytest.fixture(params=KINDS)
def run(request, file, small, tmp_path):
    options = small.model_dump(exclude={"domain", "data", "sites"}) | KINDS[request.param]
    return Run.create(RunConfig(data=str(file), **options), tmp_path / "runs")


def changed(file, change):
    """The file rewritten with `change`, as it is opened then."""
    with xr.open_dataset(file) as opened:
        dataset = opened.load()
    write(change(dataset), file)
    return open_dataset(file)


def exchanged(dataset):
    return dataset[NAMES[::-1]].isel(site=[2, 0, 3, 1])


def in_feet(dataset):
    feet = (dataset.elevation / 0.3048).astype("float32").assign_attrs(dataset.elevation.attrs, units="ft")
    return dataset.assign(elevation=feet)


def with_more(dataset):
    return dataset.assign(another=("site", np.float32([1, 2, 3, 4]), {"units": "1", "long_name": "Another"}))


def in_capitals(dataset):
    return dataset.rename(slope="SLOPE")


@pytest.mark.parametrize("change", [exchanged, in_feet, with_more, in_capitals])
def test_the_same_data_in_another_form_give_the_same_flows(change, run, file):
    carry_out(run)
    simulated = {site: run.simulate(open_dataset(file), site, *DAYS).streamflow.load() for site in run.inputs.sites}
    other = changed(file, change)
    for site, flow in simulated.items():
        np.testing.assert_allclose(run.simulate(other, site, *DAYS).streamflow, flow, rtol=1e-5)


@pytest.mark.parametrize("change", [exchanged, with_more])
def test_a_run_resumed_on_the_same_data_in_another_form_is_the_same_run(change, run, file, tmp_path):
    carry_out(run, lambda record: run.request("stop"))
    again = Run(shutil.copytree(run.folder, tmp_path / "runs" / "again"))
    carry_out(run)
    changed(file, change)
    carry_out(again)
    xr.testing.assert_equal(again.results().streamflow, run.results().streamflow)


def test_another_set_of_attributes_is_refused_with_the_difference(run, file):
    if run.config.parameters == "sites":
        pytest.skip("attributes count for nothing in it")
    carry_out(run, lambda record: run.request("stop"))
    other = changed(file, lambda dataset: dataset.rename(slope="slop"))
    for refused in (lambda: run.simulate(other, run.inputs.sites[0], *DAYS), lambda: carry_out(run)):
        with pytest.raises(DataError, match="reads the attribute slope, which .* lacks; besides it has slop"):
            refused()


def test_units_that_measure_something_else_are_refused(run, file):
    if run.config.parameters == "sites":
        pytest.skip("attributes count for nothing in it")
    carry_out(run)
    other = open_dataset(file)
    other["elevation"] = other.elevation.assign_attrs(units="degC")
    with pytest.raises(DataError, match="elevation has units 'degC', the run was trained on 'm'"):
        run.simulate(other, run.inputs.sites[0], *DAYS)


def test_sites_that_a_run_was_not_begun_with_are_named(run, file):
    carry_out(run, lambda record: run.request("stop"))
    changed(file, lambda dataset: dataset.isel(site=[0, 1, 2]))
    with pytest.raises(DataError, match=f"not those that the run was begun with: they lack {run.inputs.sites[3]}"):
        carry_out(run)


def test_a_forcing_in_other_units_is_converted_and_one_that_is_missing_named(run, file):
    carry_out(run)
    site = run.inputs.sites[0]
    data = open_dataset(file)
    kelvin = data.assign(tmean=(data.tmean + 273.15).assign_attrs(data.tmean.attrs, units="K"))
    expected = run.simulate(data, site, *DAYS).streamflow
    np.testing.assert_allclose(run.simulate(kelvin, site, *DAYS).streamflow, expected, rtol=1e-3)
    with pytest.raises(DataError, match="The run reads the forcing.* prcp, which .* lacks; it has "):
        run.simulate(data.drop_vars("prcp"), site, *DAYS)


def test_runs_without_a_network_on_attributes_need_none(file, small, tmp_path):
    changed(file, lambda dataset: dataset.drop_vars(["area", "elevation", "slope"]))
    options = small.model_dump(exclude={"domain", "data", "sites", "parameters"}) | dict(epochs=1)
    for parameters in ("shared", "sites", "fixed"):
        run = Run.create(RunConfig(data=str(file), parameters=parameters, **options), tmp_path / "runs")
        carry_out(run)
        assert run.results().streamflow.notnull().all()
