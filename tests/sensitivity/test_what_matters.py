"""What matters: derivatives of numbers made of the target, against reruns, and why some are exactly zero."""

from dataclasses import replace

import pytest
import torch

from dgviz.domains import discover
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter
from dgviz.sensitivity import what_matters
from dgviz.sensitivity.aims import aims
from dgviz.sensitivity.dead import why_dead
from dgviz.sensitivity.what_matters import KINDS
from dgviz.steps import DAY

NAMES = ("mean", "high", "low", "moment", "volume", "timing", "nse", "rmse", "loss")


def offered(site, moment=95):
    return aims(discover()["hydrology"].targets[site.target], DAY, moment)


def value(site, aim, forcings=None, shifts=None, state=None):
    """The aim of a rerun."""
    tensors, learned = site.tensors, site.learned
    tensors = replace(tensors, forcings=tensors.forcings | (forcings or {}))
    learned = learned | {k: learned[k] + by for k, by in (shifts or {}).items()}
    if state:
        tensors = replace(
            tensors.part(slice(tensors.warmup, None)), initial=site.state_before(site.tensors.warmup) | state
        )
    with torch.no_grad():
        flow = site.model.respond(tensors, learned, [site.target])[site.target]
    return aim.value(flow[tensors.warmup :, 0], tensors.target[tensors.warmup :, 0]).item()


@pytest.fixture(scope="module")
def found(gauge):
    """What matters for every aim."""
    return {name: what_matters(gauge, aim) for name, aim in offered(gauge).items()}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("parameter", ["fc", "k1", "perc", "cfmax"])
def test_the_effect_of_a_parameter_is_that_of_a_rerun(gauge, found, name, parameter):
    aim, declared = offered(gauge)[name], gauge.process_model.of(Parameter)[parameter]
    step = 1e-7 * (declared.range[1] - declared.range[0])
    expected = (value(gauge, aim, shifts={parameter: step}) - value(gauge, aim, shifts={parameter: -step})) / (2 * step)
    one = found[name].sel(cause=parameter)
    assert one.derivative.item() == pytest.approx(expected, rel=1e-3, abs=1e-7)
    assert one.effect.item() == pytest.approx(0.01 * (declared.range[1] - declared.range[0]) * one.derivative.item())
    if aim.amount:
        assert one.percent.item() == pytest.approx(100 * one.effect.item() / found[name].attrs["value"])
    else:
        assert one.percent.isnull()


@pytest.mark.parametrize("name", NAMES)
def test_one_percent_more_rain_is_a_rerun_with_it(gauge, found, name):
    aim, rain = offered(gauge)[name], gauge.tensors.forcings["prcp"]
    step = 1e-6
    rise = value(gauge, aim, {"prcp": rain * (1 + step)}) - value(gauge, aim, {"prcp": rain * (1 - step)})
    one = found[name].sel(cause="prcp")
    assert one.of.item() == "itself"
    assert one.effect.item() == pytest.approx(0.01 * rise / (2 * step), rel=1e-3)


def test_the_loss_is_by_the_deviation_of_training(gauge):
    """(error / (deviation + scale))^2: the larger the deviation in training, the smaller the same error."""
    target = discover()["hydrology"].targets[gauge.target]
    observed = gauge.tensors.target[gauge.tensors.warmup :, 0]
    here = float(observed[observed.isfinite()].std(correction=0))
    losses = {d: value(gauge, aims(target, DAY, 95, "nse", d)["loss"]) for d in (None, here, 2.0, 5.0)}
    assert losses[None] == pytest.approx(losses[here])
    assert losses[2.0] / losses[5.0] == pytest.approx(((5.0 + target.scale) / (2.0 + target.scale)) ** 2)


@pytest.mark.parametrize("store", ["snowpack", "soil_moisture", "lower_zone"])
def test_what_a_store_holds_first_is_a_rerun_with_more_in_it(gauge, found, store):
    aim, held = offered(gauge)["mean"], gauge.state_before(gauge.tensors.warmup)[store]
    # Of more alone: a store that is empty cannot hold less.
    rise = value(gauge, aim, state={store: held + 1e-5}) - value(gauge, aim, state={store: held})
    one = found["mean"].sel(cause=store)
    assert one.kind.item() == "store" and one.derivative.item() == pytest.approx(rise / 1e-5, rel=1e-4, abs=1e-9)


def test_the_largest_comes_first_and_everything_is_there(gauge, found):
    sizes = abs(found["mean"].effect.values)
    assert (sizes[:-1] >= sizes[1:]).all()
    causes, kind = found["mean"].cause.values, found["mean"].kind
    kinds = {name: {*causes[kind == name]} for name in KINDS}
    assert kinds["parameter"] == {*gauge.learned} and {"prcp", "tmean"} <= kinds["forcing"]
    assert kinds["store"] == {*gauge.process_model.stores}
    assert found["timing"].attrs["units"] == "d" and found["volume"].attrs["units"] == "mm"


def test_an_aim_without_observations_is_refused(gauge):
    unseen = replace(gauge.tensors, target=gauge.tensors.target * torch.nan)
    blind = SiteModel(gauge.model, unseen, gauge.time, gauge.target)
    with pytest.raises(ValueError, match="The efficiency has no value here. Nothing may be observed"):
        what_matters(blind, offered(gauge)["nse"])


def test_in_eternal_summer_snow_does_nothing_and_it_is_said_why(gauge):
    forcings = gauge.tensors.forcings | {"tmean": gauge.tensors.forcings["tmean"].clamp(min=12.0)}
    empty = {k: torch.zeros_like(v) for k, v in gauge.tensors.initial.items() if k in ("snowpack", "meltwater")}
    tensors = replace(gauge.tensors, forcings=forcings, initial={**gauge.tensors.initial, **empty})
    summer = SiteModel(gauge.model, tensors, gauge.time, gauge.target)
    found = what_matters(summer, offered(gauge)["mean"])
    dead = {str(name) for name in found.cause.values[found.zero & (found.kind == "parameter")]}
    assert {"tt", "cfmax", "cfr", "cwh"} == dead
    reasons = why_dead(summer, dead)
    assert "snow" in reasons["cfmax"] and "zero in all of these steps with its value" in reasons["cfmax"]
