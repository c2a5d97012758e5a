"""Parameters come from attributes, in their ranges; nothing that comes later moves what came earlier."""

import pytest
import torch

from dgviz.learn import fit
from dgviz.learn.networks import ParameterNetwork, Standardize, StandardizeAttributes, scale
from dgviz.processes.declare import Parameter

PARAMETERS = {
    "fc": Parameter("mm", "Field capacity", range=(50.0, 1000.0)),
    "tt": Parameter("degC", "Threshold temperature", range=(-2.5, 2.5)),
    "k0": Parameter("d-1", "Recession", range=(0.05, 0.9)),
}


def network(dynamic=(), kind="lstm", **changes):
    torch.manual_seed(0)
    options = dict(members=3, hidden=5, n_series=2) | changes
    return ParameterNetwork(PARAMETERS, 4, dynamic=dynamic, kind=kind, **options)


@pytest.mark.parametrize("kind", ["lstm", "gru", "mlp"])
def test_shapes(kind):
    values = network(["k0"], kind)(torch.randn(6, 4), torch.randn(9, 6, 2))[0]
    assert {k: v.shape for k, v in values.items()} == {"fc": (1, 6, 3), "tt": (1, 6, 3), "k0": (9, 6, 3)}


@pytest.mark.parametrize("size", [1.0, 1e6])
def test_values_stay_in_their_ranges(size):
    values = network(["k0"])(size * torch.randn(50, 4), size * torch.randn(9, 50, 2))[0]
    for name, (low, high) in ((k, p.range) for k, p in PARAMETERS.items()):
        assert low <= values[name].min() and values[name].max() <= high, name


def test_zero_is_the_middle_of_the_range():
    middle = scale(torch.zeros(2, 3, 5), PARAMETERS)
    for name, value in (("fc", 525.0), ("tt", 0.0), ("k0", 0.475)):
        torch.testing.assert_close(middle[name], torch.full((2, 5), value))


def test_every_member_starts_elsewhere():
    fc = network()(torch.zeros(1, 4))[0]["fc"].flatten()
    assert fc.unique().numel() == 3


@pytest.mark.parametrize("kind", ["lstm", "gru", "mlp"])
def test_the_last_day_moves_no_static_parameter_and_no_earlier_dynamic_one(kind):
    model, attributes, series = network(["k0"], kind), torch.randn(6, 4), torch.randn(9, 6, 2)
    before, _ = model(attributes, series)
    after, _ = model(attributes, torch.cat([series[:-1], series[-1:] + 5]))
    assert before["fc"].equal(after["fc"]) and before["tt"].equal(after["tt"])
    assert before["k0"][:-1].equal(after["k0"][:-1])
    assert not before["k0"][-1].equal(after["k0"][-1])


@pytest.mark.parametrize("dynamic", [(), ("k0",), ("k0", "fc")])
def test_the_last_day_moves_no_earlier_flow(dynamic, untrained):
    model, tensors, _ = untrained(groundwater="ThreeOutlets", dynamic=list(dynamic))
    model.learn_statistics(tensors)
    before = model(tensors)["streamflow"]
    tensors.forcings["prcp"][-1] += 30.0
    after = model(tensors)["streamflow"]
    assert before[:-1].equal(after[:-1])
    assert not before[-1].equal(after[-1])


def test_parameters_of_a_site_do_not_depend_on_other_sites():
    model, attributes, series = network(["k0"]), torch.randn(6, 4), torch.randn(9, 6, 2)
    together, _ = model(attributes, series)
    alone, _ = model(attributes[2:3], series[:, 2:3])
    for name in PARAMETERS:
        torch.testing.assert_close(together[name][:, 2:3], alone[name])


def test_statistics_give_mean_zero_and_deviation_one():
    values = 7 + 3 * torch.randn(40, 5, 2)
    standard = Standardize(2)
    standard.learn(values)
    flat = standard(values).reshape(-1, 2)
    torch.testing.assert_close(flat.mean(0), torch.zeros(2), atol=1e-5, rtol=0)
    torch.testing.assert_close(flat.std(0, unbiased=False), torch.ones(2))


def test_missing_values_are_left_out_and_become_the_mean():
    standard, values = Standardize(2), torch.tensor([[1.0, torch.nan], [3.0, torch.nan], [torch.nan, torch.nan]])
    standard.learn(values)
    assert standard.mean.tolist() == [2.0, 0.0]
    assert standard(values).tolist() == [[-1.0, 0.0], [1.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize("value", [0.0, 0.1, 0.3, 1234.567])
def test_an_attribute_that_is_constant_in_training_does_not_explode_elsewhere(value):
    """The mean of many equal numbers differs from them by rounding."""
    standard = Standardize(1)
    standard.learn(torch.full((94, 1), value))
    assert standard(torch.tensor([[value + 1.0]])).item() == pytest.approx(1.0, abs=1e-3)


def test_small_numbers_are_standardised_too():
    standard, values = Standardize(1), 1e-7 * torch.tensor([[1.0], [3.0]])
    standard.learn(values)
    assert standard(values).flatten().tolist() == pytest.approx([-1.0, 1.0])


def test_statistics_are_saved_with_the_weights():
    first, second = network(), network()
    first.attributes.learn(torch.randn(6, 4))
    second.load_state_dict(first.state_dict())
    assert second.attributes.deviation.equal(first.attributes.deviation)


@pytest.mark.parametrize("validation, held", [("none", False), ("sites", True)])
def test_inputs_are_standardised_by_training_sites_only(validation, held, untrained):
    model, tensors, config = untrained(validation=validation, epochs=1, dynamic=["k2"])
    next(fit(model, tensors, config))
    everyone = Standardize(tensors.attributes.shape[-1])
    everyone.learn(tensors.attributes)
    assert model.network.attributes.mean.equal(everyone.mean) != held
    series = Standardize(len(tensors.recurrent))
    series.learn(tensors.series())
    assert model.network.deviation.series.mean.equal(series.mean) != held


def test_all_parameters_may_vary_in_time(untrained):
    names = list(untrained()[0].process_model.of(Parameter))
    model, tensors, config = untrained(dynamic=names, epochs=1)
    next(fit(model, tensors, config))
    assert {len(v) for v in model.parameters_of(tensors).values()} == {len(tensors.target)}


def test_an_attribute_over_many_decades_is_standardised_by_its_logarithm():
    area = 10.0 ** torch.arange(1.0, 6.0)  # 10 to 100 000 km2
    slope = torch.tensor([0.1, 0.2, 0.3, 0.4, 0.5])
    values = torch.stack([area, slope, -area, torch.cat([torch.zeros(1), area[1:]])], -1)
    standardize = StandardizeAttributes(4)
    standardize.learn(values)
    assert standardize.by_logarithm.tolist() == [True, False, False, False]
    standardised = standardize(values)
    torch.testing.assert_close(standardised[:, 0], standardised[:, 1])  # both are evenly spaced now
    torch.testing.assert_close(standardised.mean(0), torch.zeros(4), atol=1e-6, rtol=0)
    assert standardize(torch.tensor([[-5.0, 0.3, 1.0, 1.0]]))[0, 0] == 0.0  # no logarithm: as if missing


def test_an_attribute_that_is_constant_in_training_counts_for_nothing_elsewhere():
    standardize = StandardizeAttributes(2)
    standardize.learn(torch.tensor([[5.0, 1.0], [5.0, 3.0]]))
    values = standardize(torch.tensor([[5.0, 1.0], [1000.0, 3.0]]))
    torch.testing.assert_close(values, torch.tensor([[0.0, -1.0], [0.0, 1.0]]))
