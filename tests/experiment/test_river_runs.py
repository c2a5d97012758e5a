"""Runs on a river: its reaches are trained, simulated and looked at together."""

import numpy as np
import pytest
import torch

from dgviz.datasets import open_dataset
from dgviz.datasets.site_network import upstream_of
from dgviz.experiment.check_config import check_config
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run
from dgviz.learn import DifferentiableModel, fit
from dgviz.sensitivity import agreement, finite_difference, forcing_response, parameter_response, score_gradient

GAUGE = "01447720"  # Tobyhanna Creek near Blakeslee: five reaches, two of them observed


@pytest.fixture(scope="module")
def river():
    return open_dataset("delaware_river")


@pytest.fixture(scope="module")
def small(river):
    """A run on a tributary that takes some seconds."""
    gauge = river.site.values[river.gauge.values == GAUGE].item()
    return RunConfig(
        data="delaware_river",
        sites=tuple(upstream_of(river, [gauge])),
        train_period="1979-01-01/1979-03-31",
        test_period="1979-04-01/1979-05-30",
        processes=dict(snow="NoSnow", groundwater="LinearReservoir", routing="MuskingumCunge"),
        epochs=2,
        members=2,
        hidden=4,
        window=30,
        warmup=20,
        device="cpu",
    )


@pytest.fixture(scope="module")
def done(small, tmp_path_factory):
    run = Run.create(small, tmp_path_factory.mktemp("runs"))
    carry_out(run)
    return run


def test_results_are_of_all_reaches_and_scores_of_the_gauges(done, river, small):
    results, observed = done.results(), river.gauge.sel(site=list(small.sites)).values != ""
    assert results.streamflow.notnull().all() and observed.sum() == 2
    assert (results.nse.notnull().all("period").values == observed).all()
    assert results.manning_n.min() >= 0.01 and results.manning_n.max() <= 0.3
    outlet = results.mean_discharge.values.argmax()
    assert small.sites[outlet] == small.sites[0]  # the gauge itself, below all others


def test_a_site_is_simulated_with_all_upstream_of_it(done, river, small):
    results = done.results()
    for site in small.sites[0], small.sites[-1]:
        here = done.simulate(river, site, "1979-01-01", "1979-05-30")
        np.testing.assert_allclose(here.streamflow, results.streamflow.sel(site=site), rtol=1e-5)


def trained(config, river, observed=None, sites=None):
    """The weights after an epoch, the data being those of the run with other observations."""
    data = river.sel(site=list(config.sites), time=slice("1979-01-01", "1979-03-31"))
    data = data if observed is None else data.assign(streamflow=observed)
    torch.manual_seed(0)
    model = DifferentiableModel.build(config, data)
    tensors = model.tensors(data, "streamflow")
    *_, last = fit(model, tensors, config, sites=sites)
    return last, torch.cat([w.detach().flatten() for w in model.parameters()])


def test_a_reach_held_out_is_simulated_but_not_learned_from(river, small):
    data = river.streamflow.sel(site=list(small.sites), time=slice("1979-01-01", "1979-03-31"))
    seen = [i for i in range(len(small.sites)) if i != 0]
    epoch, weights = trained(small, river, sites=seen)
    _, other = trained(small, river, observed=data.where(data.site != small.sites[0], 3 * data), sites=seen)
    assert torch.equal(weights, other)
    assert epoch.nse[0].isnan() and epoch.nse[1:].isfinite().any()
    _, everything = trained(small, river)
    assert not torch.equal(weights, everything)


@pytest.mark.parametrize("validation", ["sites", "period"])
def test_what_is_held_out_for_validation_is_scored(river, small, validation):
    epoch, _ = trained(small.edited(validation=validation, validation_fraction=0.5), river)
    assert np.isfinite(epoch.validation_loss) and epoch.validation_loss > 0


def test_the_gradient_of_the_score_is_the_difference_of_two_scores(done, river):
    at = done.at(river, done.config.sites[0], "1979-02-01", "1979-04-30")
    model, tensors = at.model, at.tensors
    gradient = score_gradient(at)["manning_n"].values
    observed = tensors.target[tensors.warmup :].double()
    seen = observed.isfinite().all(0)
    with torch.no_grad():
        parameters = {k: v.double() for k, v in model.parameters_of(tensors).items()}

    def score(at, shift):
        moved = parameters["manning_n"].clone()
        moved[:, at] += shift
        double = {k: v.double() for k, v in tensors.forcings.items()}
        flow = model.process_model.mean(double, parameters | {"manning_n": moved}, ["streamflow"])["streamflow"]
        o, s = observed[:, seen], flow[tensors.warmup :][:, seen]
        return (1 - (s - o).square().sum(0) / (o - o.mean(0)).square().sum(0)).mean().item()

    for at in range(len(gradient)):
        difference = (score(at, 1e-4) - score(at, -1e-4)) / 2e-4
        assert gradient[at] == pytest.approx(difference, rel=0.02, abs=1e-3)


def test_the_response_of_a_day_is_that_to_a_shift_in_all_reaches_upstream(done, river):
    at = done.at(river, done.config.sites[0], "1979-02-01", "1979-04-30")
    exact = parameter_response(at)
    for name in ("manning_n", "k2", "beta"):
        assert agreement(exact[name], finite_difference(at, name)) > 98
    rain = forcing_response(at, "prcp", day=60)
    assert (
        rain.sizes["time"] == at.tensors.warmup + at.time.size
        and rain[at.tensors.warmup + 61 :].max() == 0 < rain.max()
    )


def test_a_river_without_its_upper_reaches_is_refused(small):
    with pytest.raises(ConfigError, match="what joins sites is simulated as a whole, but 4 upstream"):
        check_config(small.edited(sites=small.sites[:1]))


def test_a_data_set_without_a_river_says_what_to_choose():
    with pytest.raises(ValueError, match="lacks. Choose routing=GammaRouting, or data that have it"):
        check_config(RunConfig(data="delaware", routing="MuskingumCunge"))


def test_mean_discharge_is_the_streamflow_over_all_land_above(done, river):
    """1 mm of water on 1 km2 is 1000 m3, and a day has 86 400 s."""
    results = done.results()
    for site in results.site.values:
        above = river.reach_area.sel(site=upstream_of(river, [site])).sum()
        expected = results.streamflow.sel(site=site).mean() * above * 1000 / 86400
        assert float(results.mean_discharge.sel(site=site)) == pytest.approx(float(expected), rel=1e-5)
