import typing

import pytest

from dgviz.experiment.config import RunConfig
from dgviz.ui.widgets import material
from dgviz.ui.widgets.options import GROUPS, bounds, option_widget
from dgviz.ui.widgets.sidebar import Options
from dgviz.ui.words.choices import CHOICES, choice

OPTIONS = [name for names in GROUPS.values() for name in names]


def test_every_option_of_a_run_has_a_place():
    elsewhere = {"domain", "data", "target", "sites", "processes", "dynamic", "start_from", "trained_sites"}
    shown = set(OPTIONS) | elsewhere
    assert RunConfig.model_fields.keys() <= shown
    assert len(OPTIONS) == len(set(OPTIONS))


@pytest.mark.parametrize("name", OPTIONS)
def test_a_widget_gives_back_what_the_configuration_takes(name):
    config, given = RunConfig(), []
    widget = option_widget(config, name, {"Area": "area"}, given.append)
    assert widget.description == RunConfig.model_fields[name].description
    widget.param.trigger("value")
    assert config.edited(**{name: given[-1]}) == config


def test_bounds_come_from_the_field():
    low, high = bounds(RunConfig.model_fields["members"])
    assert (low, high) == (1, 256)
    assert isinstance(option_widget(RunConfig(), "members", {}, print), material.IntInput)


def test_every_choice_of_an_option_has_words_for_people():
    """A label is a phrase, not the key."""
    for name, field in RunConfig.model_fields.items():
        if typing.get_origin(field.annotation) is typing.Literal:
            assert {*CHOICES[name].values()} == {*typing.get_args(field.annotation)}
            assert not {*CHOICES[name]} & {*CHOICES[name].values()}
    assert choice("predictor", "network") == "A network alone" and choice("epochs", 30) == "30"


def test_the_selected_sites_are_held_out_at_a_press(state):
    section = Options(state, "Split")
    column = section.__panel__()
    button = column[len(section.widgets)]
    assert button.disabled and not section.widgets["held_sites"].visible
    state.select(["b2", "d4"])
    button.clicks += 1
    assert (state.config.holdout, state.config.held_sites, state.selected) == ("sites", ("b2", "d4"), [])
    assert section.widgets["held_sites"].value == ["b2", "d4"] and section.widgets["held_sites"].visible
    section.widgets["held_sites"].value = []
    assert "needs held_sites" in section.problem.object and state.config.held_sites == ("b2", "d4")


def test_options_follow_the_draft_and_those_without_effect_are_hidden(state):
    section = Options(state, "Network")
    section.__panel__()
    visible = lambda: {name for name, widget in section.widgets.items() if widget.visible}  # noqa: E731
    assert "members" in visible() and not {"dropout", "network", "dynamic_dropout"} & visible()
    state.take_preset("LSTM")
    assert section.widgets["predictor"].value == "network" and section.widgets["hidden"].value == 64
    assert {"dropout", "network"} <= visible() and not {"members", "parameters"} & visible()


def test_errors_count_by_an_attribute_of_the_list(state):
    section = Options(state, "Training")
    section.__panel__()
    section.widgets["weights"].value = "area"
    assert state.config.weights == "area"
    assert list(section.widgets["weights"].options.values()) == ["", "area", "elevation"]
