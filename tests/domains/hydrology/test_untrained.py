"""What the flow alone does not show: the rest of the water balance of a run."""

import numpy as np
import pytest
import torch
import xarray as xr

from dgviz.datasets import attribute_names
from dgviz.domains.hydrology.evaluation.untrained import untrained


@pytest.fixture
def trained(done_run, delaware, small):
    return done_run.results(), delaware.sel(site=list(small.sites))


def test_a_run_holds_the_mean_of_each_flux_over_its_days(trained, done_run, delaware):
    results, _ = trained
    site = str(results.site.values[1])
    days = results.indexes["time"]
    simulated = done_run.simulate(delaware, site, str(days[0].date()), str(days[-1].date()))
    for name in ("evapotranspiration", "baseflow", "recharge", "pet", "streamflow"):
        mean = results[f"mean_{name}"].sel(site=site)
        assert mean.item() == pytest.approx(simulated[name].mean().item(), rel=1e-5), name
    assert results.mean_baseflow.attrs["into"] == "channel" and results.mean_baseflow.attrs["units"] == "mm d-1"


def test_the_means_of_a_run_close_the_water_balance(untrained_results):
    results, prcp, storage = untrained_results
    left = results.mean_streamflow + results.mean_evapotranspiration
    np.testing.assert_allclose(prcp - left, storage, atol=1e-4)


@pytest.fixture
def untrained_results(done_run, delaware, trained):
    """Means of a run, the precipitation, and what was stored a day, `(site,)`."""
    results, data = trained
    model = done_run.model(data)
    tensors = model.tensors(data, "streamflow").span(0, results.sizes["time"], 20)
    with torch.no_grad():
        states = model.mean(tensors, ["soil_moisture", "upper_zone", "lower_zone", "channel", "surface"])
    stored = sum((v[-1] - v[19]).numpy() for v in states.values()) / results.sizes["time"]
    return results, data.prcp.sel(time=results.time).mean("time").values, stored


def test_evapotranspiration_stands_beside_precipitation_minus_flow(trained):
    results, data = trained
    found = untrained(results, data)
    days = data.sel(time=results.time)
    np.testing.assert_allclose(found.observed_evapotranspiration, (days.prcp - days.streamflow).mean("time"), atol=1e-5)
    np.testing.assert_allclose(found.evapotranspiration, results.mean_evapotranspiration)
    np.testing.assert_allclose(found.aridity, results.mean_pet / days.prcp.mean("time"), rtol=1e-5)
    np.testing.assert_allclose(found.evaporative_index, found.evapotranspiration / days.prcp.mean("time"), rtol=1e-5)


def test_a_day_without_observation_counts_in_neither_precipitation_nor_flow(trained):
    results, data = trained
    wet = data.prcp[:, 0].sel(time=results.time).idxmax()
    gap = data.assign(streamflow=data.streamflow.where(data.time != wet))
    days = gap.isel(site=0).sel(time=results.time)
    known = days.prcp.where(days.streamflow.notnull()).mean() - days.streamflow.mean()
    assert untrained(results, gap).observed_evapotranspiration[0].item() == pytest.approx(known.item(), abs=1e-5)


def test_the_baseflow_share_is_of_all_that_enters_the_channel(trained):
    results, data = trained
    flux = xr.zeros_like(results.mean_baseflow)
    results = results.assign(mean_baseflow=flux + 1.0, mean_quickflow=flux + 3.0)
    for name in ("baseflow", "quickflow"):
        results[f"mean_{name}"].attrs["into"] = "channel"
    np.testing.assert_allclose(untrained(results, data).baseflow_share, 0.25)


def test_the_index_of_the_data_set_goes_before_the_filtered_one(trained):
    results, data = trained
    published = data.assign_coords(baseflow_index=("site", np.float32([0.1, 0.2, 0.3, 0.4])))
    np.testing.assert_allclose(untrained(results, published).observed_baseflow_share, [0.1, 0.2, 0.3, 0.4], rtol=1e-6)
    assert (untrained(results, data).observed_baseflow_share > 0.1).all()


def test_results_without_fluxes_have_only_what_is_observed(trained):
    results, data = trained
    earlier = results.drop_vars([name for name in results if name.startswith("mean_")])
    found = untrained(earlier, data)
    assert set(found) == {
        "aridity",
        "observed_baseflow_share",
        "observed_evapotranspiration",
        "observed_evaporative_index",
    }
    np.testing.assert_allclose(found.aridity, data.aridity)


def test_an_observed_signature_is_no_attribute_that_a_network_could_read(delaware):
    signed = delaware.assign_coords(baseflow_index=("site", np.zeros(94, "float32")))
    assert "baseflow_index" not in attribute_names(signed)


def test_every_variable_says_what_it_is(trained):
    for values in untrained(*trained).values():
        assert values.attrs["long_name"] and values.attrs["units"] in ("1", "mm d-1") and values.dims == ("site",)
