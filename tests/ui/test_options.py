import pytest

from dgviz.config import RunConfig
from dgviz.ui import material
from dgviz.ui.options import GROUPS, bounds, option_widget

OPTIONS = [name for names in GROUPS.values() for name in names]


def test_every_option_of_a_run_has_a_place():
    elsewhere = {"domain", "data", "sites", "processes", "dynamic"}
    shown = set(OPTIONS) | elsewhere
    assert RunConfig.model_fields.keys() <= shown
    assert len(OPTIONS) == len(set(OPTIONS))


@pytest.mark.parametrize("name", OPTIONS)
def test_a_widget_gives_back_what_the_configuration_takes(name):
    config, given = RunConfig(), []
    widget = option_widget(name, getattr(config, name), {"Area": "area"}, given.append)
    assert widget.description == RunConfig.model_fields[name].description
    widget.param.trigger("value")
    assert config.edited(**{name: given[-1]}) == config


def test_bounds_come_from_the_field():
    low, high = bounds(RunConfig.model_fields["members"])
    assert (low, high) == (1, 256)
    assert isinstance(option_widget("members", 16, {}, print), material.IntInput)
    assert option_widget("loss", "nse", {}, print).options == ["nse", "rmse", "kge"]
