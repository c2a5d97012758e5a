"""Stores that have forgotten how they began, in simulations and in training."""

from dataclasses import replace

import pandas as pd
import pytest
import torch

from dgviz.experiment.config import RunConfig
from dgviz.experiment.data import dataset_of
from dgviz.learn import DifferentiableModel, fit
from dgviz.learn.fit import _Training
from dgviz.learn.spin_up import declared_stores, respond_settled, spun_up
from dgviz.processes.declare import Parameter

WEIGHT = "network.level.rows"  # the unbounded parameters of the one set that is learned


@pytest.fixture(scope="module")
def world():
    """A model with one set of parameters for three basins, in double precision, and two years of theirs."""
    config = RunConfig(data="delaware", parameters="shared", members=2, sites=("01413500", "01439500", "01440000"))
    dataset = dataset_of(config)
    torch.manual_seed(1)
    model = DifferentiableModel.build(config, dataset).double()
    with torch.no_grad():  # the lower zone empties in years: what was there at first matters long
        model.network.level.rows[:, list(model.process_model.of(Parameter)).index("k2")] = -5.0
    tensors = model.tensors(dataset, config.target).to(torch.float64)
    return model, replace(tensors, warmup=365)


def begin(model, tensors):
    return declared_stores(model.process_model, model.parameters_of(tensors), tensors)


def settled(model, tensors):
    """Stores to which updates without a change of the weights lead."""
    stores = torch.stack(list(begin(model, tensors).values()))
    with torch.no_grad():
        for _ in range(6):
            stores = respond_settled(model, tensors, stores)[1]
    return stores


def test_the_first_year_once_more_changes_no_store(world):
    model, tensors = world
    started = spun_up(model, tensors)
    assert not started.unsettled
    again = model.after(replace(started.tensors.part(slice(365)), initial=started.tensors.initial))
    for name in model.process_model.stores:
        torch.testing.assert_close(again[name], started.tensors.initial[name], rtol=1e-3, atol=1e-2)


def test_stores_are_those_that_five_hundred_years_one_by_one_leave(world):
    model, tensors = world
    first = tensors.part(slice(365))
    with torch.no_grad():
        year = model.process_model.stepper(first.forcings, model.parameters_of(first))
        stores = begin(model, first)
        for _ in range(500):
            stores = year(stores)
    initial = spun_up(model, tensors).tensors.initial
    for name, values in stores.items():
        torch.testing.assert_close(initial[name][0], values, rtol=1e-4, atol=1e-3)


def test_the_gradient_is_that_of_the_spun_up_simulation(world):
    model, tensors = world
    model.zero_grad()
    respond_settled(model, tensors, settled(model, tensors))[0][365:].mean().backward()
    weight = dict(model.named_parameters())[WEIGHT]
    by_rerun = torch.empty_like(weight)
    with torch.no_grad():
        for i in range(weight.numel()):
            outcomes = []
            for change in (1e-3, -1e-3):
                weight.view(-1)[i] += change
                outcomes.append(respond_settled(model, tensors, settled(model, tensors))[0][365:].mean())
                weight.view(-1)[i] -= change
            by_rerun.view(-1)[i] = (outcomes[0] - outcomes[1]) / 2e-3
    torch.testing.assert_close(weight.grad, by_rerun, rtol=5e-3, atol=1e-6)


def test_a_store_without_equilibrium_is_named(world):
    model, tensors = world
    cold = {"tmin": -20.0, "tmax": -10.0, "tmean": -15.0}
    frozen = {k: torch.full_like(v, cold[k]) if k in cold else v for k, v in tensors.forcings.items()}
    unsettled = spun_up(model, replace(tensors, forcings=frozen)).unsettled
    assert unsettled["snowpack"].tolist() == [0, 1, 2]


def test_a_record_shorter_than_a_year_begins_as_declared(world):
    model, tensors = world
    assert spun_up(model, tensors.part(slice(364))).tensors.initial is None


@pytest.mark.parametrize("n_days", [2, 200, 364])
def test_a_training_shorter_than_a_year_begins_with_the_year_that_ends_with_it(n_days):
    period = pd.date_range("1979-01-02", periods=n_days)
    config = RunConfig(
        data="delaware",
        train_period=f"{period[0]:%Y-%m-%d}/{period[-1]:%Y-%m-%d}",
        sites=("01413500", "01439500"),
        members=2,
        epochs=1,
    )
    dataset = dataset_of(config)
    model = DifferentiableModel.build(config, dataset)
    tensors = model.tensors(dataset, config.target)
    first = dataset.indexes["time"].get_loc(period[0])
    training = tensors.span(first, first + n_days, config.warmup)
    stores = _Training(model, training, config).stores
    # The year that ends with the training, repeated.
    year = spun_up(model, training.span(config.warmup + n_days - 365, config.warmup + n_days, 0)).tensors
    expected = torch.cat([year.initial[name] for name in model.process_model.stores])
    torch.testing.assert_close(stores, expected)
    assert next(fit(model, training, config)).loss > 0
