"""An option without effect is said: it declares what it needs, and what it declares is true."""

import json

import pytest
import xarray as xr

from dgviz.domains import discover
from dgviz.experiment.config import LARGEST_SEED, ConfigError, RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.learnable import remarks_of
from dgviz.experiment.runs import Run

FIXED, ALONE = dict(parameters="fixed"), dict(predictor="network")
SITE_BY_SITE = dict(parameters="sites")
IDLE = [
    ({}, "dropout", 0.5),
    ({}, "dynamic_dropout", 0.5),
    ({}, "network", "gru"),
    ({}, "folds", 2),
    ({}, "held_sites", ("01411500",)),
    ({}, "patience", 1),
    ({}, "validation_fraction", 0.5),
    (dict(holdout="sites", held_sites=("01411500",)), "folds", 2),
    (dict(predictor="corrected"), "dynamic_dropout", 0.5),
    (ALONE, "members", 4),
    (ALONE, "parameters", "shared"),
    (ALONE, "snow", "SmoothDegreeDaySnow"),
    (SITE_BY_SITE, "hidden", 9),
    (SITE_BY_SITE, "attributes", ("area",)),
    (SITE_BY_SITE, "climate", "training"),
    (SITE_BY_SITE, "attributes_as", "random"),
    (dict(parameters="shared"), "network", "gru"),
    (FIXED, "members", 4),
    (FIXED, "seeds", 2),
    (FIXED, "epochs", 1),
    (FIXED, "trained_sites", ("01411500",)),
    (FIXED, "start_from", "delaware-hbv"),
    (FIXED, "learning_rate", 0.5),
    (FIXED, "schedule", "cosine"),
    (dict(epochs=1), "schedule", "cosine"),
    (FIXED, "loss", "kge"),
    (FIXED, "weights", "area"),
    (FIXED, "batch_size", 1),
    (FIXED, "window", 10),
    (FIXED, "clip", 0.1),
    (FIXED, "validation", "period"),
    (FIXED, "seed", 3),
    (dict(schedule="cosine"), "plateau", 1),
]


def trained(config, folder):
    run = Run.create(config, folder)
    carry_out(run)
    return run.results().load()


@pytest.mark.parametrize(("base", "name", "value"), IDLE, ids=lambda value: str(value)[:30])
def test_what_is_said_to_have_no_effect_has_none(base, name, value, small, tmp_path):
    config = small.edited(**base)
    changed = config.edited(**{name: value})
    assert config.processes.get(name, getattr(config, name, None)) != value
    assert name in changed.without_effect() and name in changed.without_effect([name])
    first, second = (trained(each, tmp_path) for each in (config, changed))
    xr.testing.assert_equal(first.streamflow, second.streamflow)
    said = {remark.about: remark.text for remark in remarks_of(changed, Run.create(changed, tmp_path).dataset())}
    assert "has no effect: it needs" in said[name]


MET = [
    (dict(dynamic=("k2",)), "dropout", 0.5),
    (dict(dynamic=("k2",)), "dynamic_dropout", 0.5),
    (dict(predictor="corrected"), "network", "gru"),
    (dict(holdout="folds", folds=2), "folds", 4),
    (dict(validation="period", epochs=3), "validation_fraction", 0.5),
    (dict(parameters="shared"), "seed", 3),
    (dict(dynamic=("k2",), parameters="fixed"), "members", 4),
    (ALONE, "hidden", 9),
    (ALONE, "attributes", ("area",)),
    (dict(parameters="fixed", evapotranspiration="LearnedEvapotranspiration"), "epochs", 1),
    (dict(epochs=4), "schedule", "cosine"),
    ({}, "start_from", "delaware-hbv"),
    ({}, "trained_sites", ("01411500",)),
]


@pytest.mark.parametrize(("base", "name", "value"), MET, ids=lambda value: str(value)[:30])
def test_what_is_said_to_have_an_effect_has_one(base, name, value, small, tmp_path):
    config = small.edited(**base)
    changed = config.edited(**{name: value})
    assert not config.without_effect([name]) and not changed.without_effect([name])
    first, second = (trained(each, tmp_path) for each in (config, changed))
    assert not first.streamflow.equals(second.streamflow)


@pytest.mark.parametrize(("domain", "name"), [(k, name) for k, d in discover().items() for name in d.presets])
def test_no_preset_has_an_option_without_effect(domain, name):
    assert RunConfig(domain=domain).preset(name).without_effect() == {}


def test_a_stored_configuration_opens_whatever_has_no_effect_in_it():
    config = RunConfig(dropout=0.4, folds=7)
    assert RunConfig(**json.loads(config.model_dump_json())) == config
    assert config.without_effect().keys() == {"dropout", "folds"}
    assert RunConfig().without_effect() == {}


@pytest.mark.parametrize("name", ["sites", "dynamic", "attributes", "held_sites", "trained_sites"])
def test_what_is_named_twice_is_refused(name):
    with pytest.raises(ConfigError, match=f"{name}: beta is named twice"):
        RunConfig(**{name: ("beta", "k0", "beta")})


@pytest.mark.parametrize("seed", [2**64, 2**63, -1, float("nan"), float("inf")])
def test_a_seed_that_no_generator_takes_is_refused(seed):
    with pytest.raises(ConfigError, match="seed = "):
        RunConfig(seed=seed)


def test_the_largest_seed_is_trained_with_more_after_it(small, tmp_path):
    results = trained(small.edited(seed=LARGEST_SEED, seeds=2, epochs=1), tmp_path)
    assert results.streamflow.notnull().all()
