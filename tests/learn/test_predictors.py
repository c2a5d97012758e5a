"""All that can predict and every source of its parameters: trained, gone on with, asked about the future."""

import copy
import io
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from dgviz.experiment.config import ConfigError
from dgviz.learn import Ensemble, fit, site_weights
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter
from dgviz.sensitivity import finite_difference, forcing_response, mean_response, parameter_response

SOURCES = ("attributes", "shared", "sites", "fixed")
OPTIONS = {
    " ".join(words): dict(predictor=words[0], parameters=words[1], dynamic=words[2:])
    for predictor in ("processes", "corrected")
    for source in SOURCES
    for words in ((predictor, source), (predictor, source, "k2"))
} | {
    "gru": dict(network="gru", predictor="corrected", dynamic=("k2",)),
    "network": dict(predictor="network"),
    "network gru": dict(predictor="network", network="gru"),
    "network without memory": dict(predictor="network", network="mlp"),
}
LEARNING = {name: options for name, options in OPTIONS.items() if name != "processes fixed"}
DROPOUT = dict(dropout=0.3, dynamic_dropout=0.5)


def of(options):
    """A parameter of tests for each of some options."""
    return pytest.mark.parametrize("options", options.values(), ids=options)


def copied(checkpoint):
    """As written to a file and read again."""
    file = io.BytesIO()
    torch.save(checkpoint, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def train(untrained, checkpoint=None, interrupt=lambda: False, sites=None, change=lambda tensors: None, **options):
    """The epochs and the model in the end; `change` may change the tensors before."""
    model, tensors, config = untrained(n_time=60, **options)
    change(tensors)
    return list(fit(model, tensors, config, checkpoint, interrupt, sites)), model


def same(one, other):
    first, second = one.state_dict(), other.state_dict()
    return first.keys() == second.keys() and all(first[k].equal(second[k]) for k in first)


def stirred(model):
    """The model with a correction that corrects."""
    if model.corrected:
        torch.nn.init.normal_(model.correction.recurrent.head.weight, std=0.1)
    return model


def scramble(sites):
    def change(tensors):
        tensors.target[:, sites] = tensors.target[:, sites].flip(0) + 5

    return change


@of(LEARNING)
def test_going_on_equals_never_stopping(options, untrained):
    """With dropout; random numbers that others draw in the meantime change nothing, nor are theirs changed."""
    torch.manual_seed(5)
    whole, expected = train(untrained, epochs=3, **DROPOUT, **options)
    first, _ = train(untrained, epochs=1, **DROPOUT, **options)
    rest, model = train(
        untrained,
        checkpoint=copied(first[-1].checkpoint),
        interrupt=lambda: bool(torch.rand(3).isnan().any()),
        epochs=3,
        **DROPOUT,
        **options,
    )
    assert [e.number for e in rest] == [2, 3] and math.isfinite(whole[-1].loss)
    assert [e.loss for e in rest] == [e.loss for e in whole[1:]]
    assert same(model, expected)


def test_training_leaves_the_random_numbers_of_others_alone(untrained):
    model, tensors, config = untrained(dynamic=["k2"], **DROPOUT)
    torch.manual_seed(1)
    expected = torch.rand(4)
    torch.manual_seed(1)
    list(fit(model, tensors, config))
    assert torch.rand(4).equal(expected)


@of(LEARNING)
def test_it_learns(options, untrained):
    epochs, _ = train(untrained, epochs=5, **options)
    assert min(e.loss for e in epochs[2:]) < epochs[0].loss


@of(OPTIONS)
def test_rain_of_a_day_changes_nothing_earlier(options, untrained):
    model, tensors, _ = untrained(n_time=60, **options)
    stirred(model).learn_statistics(tensors)
    before = model.mean(tensors)
    rainy = tensors.forcings["prcp"].clone()
    rainy[50] += 30.0
    after = model.mean(replace(tensors, forcings=tensors.forcings | {"prcp": rainy}))
    assert all(before[name][:50].equal(after[name][:50]) for name in before)
    assert not before["streamflow"][50:].equal(after["streamflow"][50:])


@of(OPTIONS)
def test_a_site_alone_is_predicted_as_among_others(options, untrained):
    model, tensors, _ = untrained(n_time=60, **options)
    stirred(model).learn_statistics(tensors)
    together, alone = (model.mean(tensors.span(20, 60, 20, s))["streamflow"] for s in ([0, 1, 2], [2]))
    torch.testing.assert_close(together[:, 2:], alone, rtol=1e-4, atol=1e-5)


SENSITIVE = {
    "processes": dict(),
    "corrected": dict(predictor="corrected"),
    "corrected dynamic": dict(predictor="corrected", dynamic=("k2",)),
    "sites": dict(parameters="sites", dynamic=("k2",)),
}


@pytest.mark.parametrize("n_models", [1, 2])
@of(SENSITIVE)
def test_sensitivities_are_those_of_finite_differences(options, n_models, untrained):
    models = []
    for seed in range(n_models):
        model, tensors, _ = untrained(seed=seed, **options)
        stirred(model).learn_statistics(tensors)
        models.append(model)
    model = models[0] if n_models == 1 else Ensemble(models).eval()
    at = tensors.span(20, 60, 20, [1])
    time = list(range(40))
    site = SiteModel(model, at, time, "streamflow")
    exact, mean = parameter_response(site), mean_response(site)
    driven = {name for name in model.process_model.forcings if len(at.forcings[name]) > 1} - {"day_of_year"}
    driven |= {f"elasticity_{name}" for name in driven - {"tmean"}}
    assert set(exact) == set(model.process_model.of(Parameter)) == set(mean) - driven and driven <= set(mean)
    assert max(float(abs(exact[name]).max()) for name in exact) > 1e-2, "no flow: nothing is tested"
    for name in exact:
        estimate = finite_difference(site, name)
        scale = float(abs(estimate).max())
        np.testing.assert_allclose(exact[name], estimate, atol=2e-3 * scale + 1e-9, err_msg=name)
        assert mean[name].item() == pytest.approx(float(estimate.mean()), abs=2e-3 * scale + 1e-9), name
    day = int(model.mean(at)["streamflow"][20:, 0].argmax())  # where a correction leaves no flow nothing responds
    rain = forcing_response(SiteModel(model, at, np.arange(40), "streamflow"), "prcp", day)
    assert (rain.sel(time=slice(day + 1, None)) == 0).all() and (rain != 0).any()


def test_an_ensemble_is_the_mean_of_its_models(untrained):
    models = [untrained(seed=seed)[0] for seed in (0, 1, 2)]
    tensors = untrained()[1]
    for model in models:
        model.learn_statistics(tensors)
    ensemble = Ensemble(models).eval()
    flows = torch.stack([model.mean(tensors)["streamflow"] for model in models])
    torch.testing.assert_close(ensemble.mean(tensors)["streamflow"], flows.mean(0))
    each = ensemble.each(tensors, ensemble.parameters_of(tensors))
    assert all(flow.equal(one["streamflow"]) for flow, one in zip(flows, each, strict=True))
    assert ensemble.parameters_of(tensors)["fc"].shape == (1, 4, 6)
    torch.testing.assert_close(ensemble(tensors)["streamflow"].mean(-1), flows.mean(0))


def test_the_table_of_a_site_learns_from_that_site_only(untrained):
    options = dict(parameters="sites", clip=1e9)  # clipping takes all sites together
    before = untrained(**options)[0].network.level.rows
    rows = train(untrained, sites=[0, 1], **options)[1].network.level.rows
    others = train(untrained, sites=[0, 1], change=scramble([0]), **options)[1].network.level.rows
    assert rows[2:].equal(before[2:])
    assert not rows[0].equal(before[0]) and not rows[1].equal(before[1])
    assert rows[1].equal(others[1]) and not rows[0].equal(others[0])


def test_tables_begin_alike_at_every_site(untrained):
    rows = untrained(parameters="sites")[0].network.level.rows
    assert rows.equal(rows[:1].expand(4, -1, -1))


def test_shared_parameters_are_the_same_everywhere(untrained):
    model, tensors, _ = untrained(parameters="shared")
    first = model.parameters_of(tensors)
    trained = train(untrained, parameters="shared")[1].parameters_of(tensors)
    for name, values in trained.items():
        assert values.equal(values[:, :1].expand_as(values)), name
    assert any(not values.equal(first[name]) for name, values in trained.items())


def test_fixed_parameters_are_the_declared_defaults_and_learn_nothing(untrained):
    epochs, model = train(untrained, parameters="fixed")
    assert epochs == [] and not list(model.parameters())
    for options in (dict(), dict(dynamic=("k2",)), dict(predictor="corrected")):
        _, model = train(untrained, parameters="fixed", **options)
        values = model.parameters_of(untrained(**options)[1])
        for name, parameter in model.process_model.of(Parameter).items():
            if name not in options.get("dynamic", ()):
                default = torch.full_like(values[name], parameter.default)
                torch.testing.assert_close(values[name], default, rtol=1e-4, atol=1e-4, msg=name)


def test_dynamic_parameters_that_are_left_out_are_static_in_training_only(untrained):
    def varies(share, training):
        model, tensors, _ = untrained(dynamic=["k2", "fc"], dynamic_dropout=share)
        model.learn_statistics(tensors)
        values = model.train(training).parameters_of(tensors)
        return [bool((values[name] != values[name][:1]).any()) for name in ("k2", "fc")]

    torch.manual_seed(0)
    assert varies(0.999, training=True) == [False, False]
    assert varies(0.999, training=False) == [True, True]
    assert varies(0.0, training=True) == [True, True]


def test_a_parameter_is_left_out_by_site_on_all_days_and_in_all_members(untrained):
    model, tensors, _ = untrained(dynamic=["k2"], dynamic_dropout=0.5)
    model.learn_statistics(tensors)
    torch.manual_seed(2)
    values = model.train().parameters_of(tensors)["k2"]
    moved = (values != values[:1]).any(0)
    assert moved.any(-1).equal(moved.all(-1)) and 0 < int(moved.any(-1).sum()) < 4


@pytest.mark.parametrize("options", [dict(predictor="network"), dict(dynamic=["k2"])], ids=["network", "dynamic"])
@pytest.mark.parametrize("training", [True, False])
def test_gradients_do_not_go_through_the_warm_up_of_recurrent_networks_in_training(options, training, untrained):
    model, tensors, _ = untrained(**options)
    model.learn_statistics(tensors)
    batch = tensors.span(20, 60, 20, [0, 1])
    rain = batch.forcings["prcp"].clone().requires_grad_()
    batch = replace(batch, forcings=batch.forcings | {"prcp": rain})
    model.train(training)
    output = model.parameters_of(batch)["k2"] if options.get("dynamic") else model.mean(batch)["streamflow"]
    (gradient,) = torch.autograd.grad(output[20:].sum(), rain)
    assert bool((gradient[:20] != 0).any()) == (not training)
    assert bool((gradient[20:] != 0).any())


def test_the_state_is_warmed_up_in_training_as_it_is_later(untrained):
    model, tensors, _ = untrained(predictor="network")
    model.learn_statistics(tensors)
    batch = tensors.span(20, 60, 20, [0, 1])
    training, later = (copy.deepcopy(model).train(mode).mean(batch)["streamflow"] for mode in (True, False))
    torch.testing.assert_close(training.clamp(min=0), later)


def rates(untrained, **options):
    epochs, _ = train(untrained, learning_rate=0.02, **options)
    return [e.checkpoint["optimizer"]["param_groups"][0]["lr"] for e in epochs]


def test_the_step_size_falls_along_a_cosine_to_a_hundredth(untrained):
    falling = rates(untrained, epochs=5, schedule="cosine")
    assert falling == sorted(falling, reverse=True)
    assert falling[0] == 0.02 and falling[2] == pytest.approx(0.02 * 0.505) and falling[-1] == pytest.approx(0.0002)
    assert rates(untrained, epochs=3) == [0.02] * 3
    assert rates(untrained, epochs=1, schedule="cosine") == [0.02]


def weighted(untrained, weights, scrambled=(), **options):
    """A model with shared parameters, trained with the sites counting as their elevation."""

    def change(tensors):
        scramble(list(scrambled))(tensors)
        tensors.attributes[:, position] = torch.tensor(weights)

    position = untrained()[0].attribute_names.index("elevation")
    return train(untrained, change=change, parameters="shared", weights="elevation", **options)[1].network.level.rows


def test_a_site_counts_as_its_weight(untrained):
    equal = weighted(untrained, [3.0] * 4)
    assert equal.equal(train(untrained, parameters="shared")[1].network.level.rows)
    light = [4.0, 4.0, 4e-12, 4.0]
    torch.testing.assert_close(weighted(untrained, light), weighted(untrained, light, scrambled=[2]))
    assert not weighted(untrained, light).allclose(weighted(untrained, light, scrambled=[1]))
    assert weighted(untrained, [3.0, 1.0, 2.0, 5.0]).equal(weighted(untrained, [6.0, 2.0, 4.0, 10.0]))


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("elevatoin", 1.0, "weights: the run has no attribute 'elevatoin'. It has: area, .* Did you mean 'elevation'"),
        ("elevation", math.nan, "weights: 'elevation' is missing or not above zero at 1 sites. Choose an attribute"),
        ("elevation", -3.0, "missing or not above zero at 1 sites"),
    ],
)
def test_what_cannot_be_a_weight_is_said(name, value, message, untrained):
    model, tensors, config = untrained(weights=name)
    tensors.attributes[1, model.attribute_names.index("elevation")] = value
    with pytest.raises(ConfigError, match=message):
        site_weights(config, model, tensors)
