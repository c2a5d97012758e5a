"""What a network makes of attributes: against finite differences, Captum, and twins whose law is known."""

import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients

from dgviz.experiment.config import RunConfig
from dgviz.experiment.runs import list_runs
from dgviz.experiment.sources import open_dataset
from dgviz.learn import DifferentiableModel, Ensemble, fit
from dgviz.paths import data_folder
from dgviz.sensitivity.attribute_contributions import attribute_contributions
from dgviz.sensitivity.attribute_response import attribute_response
from dgviz.sensitivity.attributes import AttributesToParameters
from dgviz.sensitivity.chance import influence_by_chance
from dgviz.sensitivity.partial_dependence import partial_dependence

TARGET, READ = "streamflow", ("area", "elevation", "slope", "frac_forest")


@pytest.fixture
def data(delaware):
    """Twenty sites, of which one lacks an attribute; the area is read by its logarithm."""
    data = delaware.isel(site=slice(20), time=slice(60))
    area = data.area.copy(data=np.geomspace(1.0, 5000.0, 20).astype("float32"))
    slope = data.slope.where(np.arange(20) != 3)
    return data.assign(area=area, slope=slope)


def model_of(data, seed=0, **options):
    """An untrained model that has seen the attributes, larger than at the start so that it is not linear."""
    config = RunConfig(domain="hydrology", attributes=READ, members=3, hidden=6, **options)
    torch.manual_seed(seed)
    model = DifferentiableModel.build(config, data)
    model.learn_statistics(model.tensors(data, TARGET))
    with torch.no_grad():
        model.network.level.layers[0].weight.mul_(2)
    return model.eval()


@pytest.fixture(params=["one", "seeds", "dynamic"])
def model(request, data):
    if request.param == "seeds":
        return Ensemble([model_of(data, seed) for seed in (0, 1)]).eval()
    return model_of(data, dynamic=("fc",) if request.param == "dynamic" else ())


def learned(model, data) -> np.ndarray:
    """The parameters `(site, parameter)` in double precision, without this library's way of asking for them."""
    double = AttributesToParameters(model, data, TARGET).model
    with torch.no_grad():
        values = double.parameters_of(double.tensors(data, TARGET).to(torch.float64))
    return np.stack([value.mean((0, -1)).numpy() for value in values.values()], -1)


def test_responses_are_finite_differences_in_their_units(model, data):
    found = attribute_response(model, data, TARGET)
    assert dict(found.sizes) == {"site": 20, "parameter": len(found.parameter), "attribute": 4}
    for name in READ:
        values = data[name].astype("float64")
        step = 1e-3 * (values if name == "area" else values.std())
        # In single precision on the way into the tensors: the step that was taken is asked for.
        higher, lower = ((values + sign * step).astype("float32") for sign in (1, -1))
        taken = (higher.astype("float64") - lower.astype("float64")).values[:, None]
        difference = learned(model, data.assign({name: higher})) - learned(model, data.assign({name: lower}))
        expected = difference / taken
        here = found.response.sel(attribute=name).fillna(0)  # where it is missing, a step changes nothing
        scale = np.nanmax(abs(expected), 0)
        assert (abs(here - np.nan_to_num(expected)).values <= 1e-4 * scale).all(), name
    assert found.unit.sel(parameter="fc", attribute="area").item() == "mm km-2"
    assert found.unit.sel(parameter="k1", attribute="slope").item() == "d-1 m-1 km"


def test_what_is_missing_has_no_response_and_no_contribution(data):
    model = model_of(data)
    response = attribute_response(model, data, TARGET)
    contribution = attribute_contributions(model, data, TARGET).contribution
    gone = dict(site=data.site.values[3], attribute="slope")
    assert response.response.sel(gone).isnull().all() and response.per_deviation.sel(gone).isnull().all()
    assert int(response.response.isnull().sum()) == response.sizes["parameter"]
    assert (contribution.sel(gone) == 0).all() and (contribution != 0).sum() > 0.9 * contribution.size
    assert np.isfinite(response.influence).all()


def test_a_standard_deviation_is_that_of_the_sites_on_the_scale_of_the_network(data):
    found = attribute_response(model_of(data), data, TARGET)
    declared = model_of(data).network.parameters_declared["fc"].range
    width = declared[1] - declared[0]
    flat = found.response.sel(parameter="fc", attribute="elevation") * float(data.elevation.std()) / width * 100
    np.testing.assert_allclose(found.per_deviation.sel(parameter="fc", attribute="elevation"), flat, rtol=1e-5)
    by_logarithm = found.response.sel(parameter="fc", attribute="area") * data.area * float(np.log(data.area).std())
    np.testing.assert_allclose(
        found.per_deviation.sel(parameter="fc", attribute="area"), 100 * by_logarithm / width, rtol=1e-5
    )
    mean = abs(found.per_deviation).mean("site")
    np.testing.assert_allclose(found.influence, mean)


def test_contributions_are_those_of_captum_and_complete(model, data):
    found = attribute_contributions(model, data, TARGET)
    law = AttributesToParameters(model, data, TARGET)
    oracle = IntegratedGradients(law.at)
    for i in (0, found.sizes["parameter"] - 1):
        baseline = law.mean.expand_as(law.places).contiguous()
        expected = oracle.attribute(law.places, baseline, target=i, n_steps=32, internal_batch_size=len(law.places))
        np.testing.assert_allclose(found.contribution[:, i], expected.detach().numpy(), rtol=1e-6, atol=1e-9)
    rest = abs(found.learned - found.baseline - found.contribution.sum("attribute")).transpose("site", "parameter")
    np.testing.assert_allclose(found.incomplete, 100 * rest / law.widths.numpy(), atol=1e-9)
    # Where an attribute is missing, the network takes the mean in single precision.
    np.testing.assert_allclose(found.learned, learned(model, data), rtol=1e-6)
    # A recurrent network bends so sharply that 32 steps leave a part of it out; a perceptron does not.
    assert float(found.incomplete.sel(parameter="k1").max()) < 1e-3 and float(found.incomplete.max()) < 1
    assert found.incomplete.attrs["units"] == "%"


def test_few_steps_leave_more_unexplained(data):
    model = model_of(data)
    coarse, fine = (attribute_contributions(model, data, TARGET, n_steps=n).incomplete.max() for n in (2, 32))
    assert float(coarse) > 100 * float(fine)


def test_the_dominant_attribute_contributes_most(data):
    found = attribute_contributions(model_of(data), data, TARGET)
    site, parameter = found.site.values[5], "fc"
    here = abs(found.contribution.sel(site=site, parameter=parameter))
    assert found.dominant.sel(site=site, parameter=parameter).item() == here.attribute.values[here.values.argmax()]


def test_individual_curves_pass_through_what_was_learned(model, data):
    found = partial_dependence(model, data, TARGET, "area", n=7)
    assert found.along.values[[0, -1]] == pytest.approx([1.0, 5000.0], rel=1e-5)
    np.testing.assert_allclose(np.diff(np.log(found.along)), np.log(5000) / 6, rtol=1e-5)
    here = learned(model, data)
    np.testing.assert_allclose(found.individual.isel(site=0, along=0), here[0], rtol=1e-5)
    np.testing.assert_allclose(found.individual.isel(site=19, along=-1), here[19], rtol=1e-5)
    np.testing.assert_allclose(found.dependence, found.individual.mean("site"))
    assert found.along.attrs["units"] == "km2" and found.along.attrs["spacing"] == "logarithmic"
    assert (found.observed == data.area).all()


def test_the_curve_of_an_attribute_that_is_missing_somewhere_spans_those_known(data):
    found = partial_dependence(model_of(data), data, TARGET, "slope", n=5)
    assert found.along.values[[0, -1]] == pytest.approx([float(data.slope.min()), float(data.slope.max())], rel=1e-5)
    assert int(found.observed.isnull().sum()) == 1 and np.isfinite(found.individual).all()


def test_an_attribute_that_is_not_read_is_said(data):
    with pytest.raises(ValueError, match="reads no attribute 'aridity'. It reads: area, elevation"):
        partial_dependence(model_of(data), data, TARGET, "aridity")


@pytest.mark.parametrize("options", [{"parameters": "sites"}, {"parameters": "shared"}, {"predictor": "network"}])
def test_a_model_that_learns_nothing_from_attributes_is_said(data, options):
    config = RunConfig(domain="hydrology", members=2, hidden=4, **options)
    model = DifferentiableModel.build(config, data)
    with pytest.raises(ValueError, match="No parameter of this model is learned from attributes"):
        attribute_response(model, data, TARGET)


@pytest.mark.parametrize(
    ("run_id", "law"),
    [
        ("twin-stream-temperature", {"a5": "groundwater", "a6": "groundwater", "a8": "groundwater"}),
        ("twin-shaded-streams", {"shade_rip": "forest"}),
        ("twin-leaf", {"vcmax25": "leaf_mass_per_area"}),
    ],
)
def test_on_a_twin_the_attribute_of_the_law_dominates(run_id, law):
    run = {run.id: run for run in list_runs(data_folder() / "runs")}[run_id]
    data = run.dataset()
    model, target = run.model(data), run.config.target
    influence = attribute_response(model, data, target).influence
    dominant = attribute_contributions(model, data, target).dominant
    for parameter, attribute in law.items():
        sizes = influence.sel(parameter=parameter)
        assert sizes.attribute.values[sizes.values.argmax()] == attribute, parameter
        assert (dominant.sel(parameter=parameter) == attribute).mean() > 0.4, parameter


def test_the_law_of_a_twin_exceeds_chance_and_a_random_attribute_does_not():
    data = open_dataset("twin:leaf,noise=0")
    luck = np.random.default_rng(5).normal(size=data.sizes["site"]).astype("float32")
    data = data.assign(luck=("site", luck, {"units": "1", "long_name": "Random number"}))
    config = RunConfig(
        domain="leaf", attributes=("leaf_mass_per_area", "luck"), members=4, hidden=16, epochs=40, learning_rate=0.01
    )
    before = torch.get_rng_state()
    chance = influence_by_chance(config, data, slice(0, data.sizes["time"]), 0)
    assert torch.equal(torch.get_rng_state(), before)  # nobody else's random numbers are changed
    torch.manual_seed(1)
    model = DifferentiableModel.build(config, data)
    for _ in fit(model, model.tensors(data, config.target), config):
        pass
    influence = attribute_response(model, data, config.target).influence.sel(parameter="vcmax25")
    limit = float(chance.sel(parameter="vcmax25"))
    assert float(influence.sel(attribute="leaf_mass_per_area")) > 4 * limit > 0
    assert float(influence.sel(attribute="luck")) < 2 * limit
