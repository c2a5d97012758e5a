"""What a run was not trained on, beside its observation: in a twin, the truth of every flux is known."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.domains.untrained import Untrained
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run
from dgviz.experiment.untrained import compared, untrained

TWIN = "twin:hydrology,sites=12,years=3,noise=0"
QUICK = {"data": TWIN, "epochs": 15, "members": 2, "hidden": 8}
TRUE, FALSE = "ThreeOutlets", "ZonesInWrongOrder"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run with the true groundwater, one with absurd groundwater, and the data."""
    folder = tmp_path_factory.mktemp("runs")
    runs = {option: Run.create(RunConfig(**QUICK).edited(groundwater=option), folder) for option in (TRUE, FALSE)}
    for run in runs.values():
        carry_out(run)
    return runs, runs[TRUE].dataset()


@pytest.fixture(scope="module")
def found(trained):
    runs, dataset = trained
    return {option: untrained(run, dataset) for option, run in runs.items()}


def test_the_observation_stands_for_the_truth(found, trained):
    _, dataset = trained
    truth = dataset.true_evapotranspiration.mean("time")
    seen = found[TRUE]["Evapotranspiration"].observed
    # What was stored over three years is a few percent of what evaporated.
    assert float(abs(seen / truth - 1).median()) < 0.05
    share = dataset.true_baseflow / (dataset.true_quickflow + dataset.true_interflow + dataset.true_baseflow)
    share = share.where(np.isfinite(share)).mean("time")
    assert float(np.corrcoef(found[TRUE]["Baseflow share"].observed, share)[0, 1]) > 0.5


def test_the_true_structure_is_right_in_what_it_was_not_trained_on(found):
    of_true = found[TRUE]
    assert float(of_true["Evapotranspiration"].agreement.median()) > 0.9
    assert float(of_true["Daily evapotranspiration"].correlation.median()) > 0.95
    assert float(of_true["Snow water equivalent"].correlation.median()) > 0.8
    assert float(of_true["Baseflow share"].agreement.median()) > 0.8


def test_an_absurd_structure_is_not_although_its_score_is_close(found, trained):
    runs, _ = trained
    nse = {option: float(run.results().nse.sel(period="test").median()) for option, run in runs.items()}
    assert nse[FALSE] > nse[TRUE] - 0.15
    agreement = {option: found[option]["Baseflow share"].agreement for option in found}
    assert float((agreement[TRUE] - agreement[FALSE]).median()) > 0.2
    assert float(found[FALSE]["Baseflow share"].simulated.min()) == pytest.approx(1.0)  # all of its water is slow


def test_series_are_those_of_the_run_at_each_site(found, trained):
    runs, dataset = trained
    days = runs[TRUE].results().indexes["time"]
    site = str(dataset.site.values[3])
    alone = runs[TRUE].simulate(dataset, site, str(days[0].date()), str(days[-1].date()))
    packed = float((alone.snowpack + alone.meltwater).mean())
    assert float(found[TRUE]["Snow water equivalent"].simulated.sel(site=site)) == pytest.approx(packed, rel=1e-4)


def test_a_series_of_the_data_goes_before_the_truth_and_gaps_do_not_count(trained):
    runs, dataset = trained
    snow = (dataset.true_snowpack + dataset.true_meltwater).reset_coords(drop=True)
    snow = (2 * snow).where(snow.time.dt.month != 1).assign_attrs(units="mm")
    seen = untrained(runs[TRUE], dataset.assign(snow_water_equivalent=snow))["Snow water equivalent"]
    np.testing.assert_allclose(seen.observed, snow.sel(time=runs[TRUE].results().time).mean("time"), rtol=1e-5)


def test_what_the_model_lacks_is_absent(trained, tmp_path):
    _, dataset = trained
    bare = Run.create(RunConfig(**QUICK).edited(snow="NoSnow", groundwater="LinearReservoir", epochs=1), tmp_path)
    alone = Run.create(RunConfig(**QUICK).edited(predictor="network", epochs=1), tmp_path)
    for run in (bare, alone):
        carry_out(run)
    assert "Snow water equivalent" not in untrained(bare, dataset) and "Evapotranspiration" in untrained(bare, dataset)
    assert untrained(alone, dataset) == {}


def test_other_targets_of_the_science_are_untrained(tmp_path):
    config = RunConfig(data="twin:watershed,sites=3,years=2", epochs=1, members=2)
    run = Run.create(config, tmp_path)
    carry_out(run)
    found, others = untrained(run, run.dataset()), {*config.science.targets} - {config.target}
    assert found.keys() == {config.science.targets[name].long_name for name in others}


def test_every_variable_says_what_it_is(found):
    for of_one in found[TRUE].values():
        assert of_one.attrs["assumes"] and {"observed", "simulated", "bias", "agreement"} <= {*of_one}
        for values in of_one.values():
            assert values.dims == ("site",) and values.attrs["long_name"] and values.attrs["units"]


def long_term(observed, simulated):
    values = [
        xr.DataArray(np.float64(v), {"site": list("abc")}, attrs={"units": "mm d-1"}) for v in (observed, simulated)
    ]
    return compared(Untrained("Loss", lambda _: None, lambda _: None, assumes="nothing leaks"), *values)


def test_long_term_values_agree_by_their_relative_error():
    seen = long_term([2.0, 2.0, -0.1], [2.0, 3.0, 1.0])
    np.testing.assert_allclose(seen.agreement, [1.0, 0.5, np.nan])  # a share of what is not there says nothing
    np.testing.assert_allclose(seen.bias, [0.0, 1.0, 1.1])


def test_an_efficiency_by_a_ratio_is_left_out_where_the_observation_can_be_negative():
    time = pd.date_range("2001-01-01", periods=50)
    values = xr.DataArray(np.random.default_rng(0).normal(0, 3, (50, 2)), {"time": time, "site": ["a", "b"]},
                          attrs={"units": "degC"})  # fmt: skip
    each = Untrained("Warmth", lambda _: None, lambda _: None)
    assert "kge_2012" not in compared(each, values, values) and "kge_2012" in compared(each, abs(values), values)
    np.testing.assert_allclose(compared(each, values, values).agreement, 1.0)
