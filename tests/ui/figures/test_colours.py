import numpy as np
import pytest
import xarray as xr

from dgviz.domains import discover
from dgviz.processes.declare import Flux, State
from dgviz.ui import theme
from dgviz.ui.colour_choice import ColourChoice
from dgviz.ui.figures.colouring import Colouring
from dgviz.ui.figures.colours import Showable


def shown(state, choice, baseline=None):
    choice = ColourChoice.parse(choice) if isinstance(choice, str) else choice
    return Showable(state.config, state.dataset, state.results(state.run), baseline).colouring(choice)


def test_scores_have_the_same_limits_in_every_run(state):
    nse = shown(state, "score:nse:test")
    assert (nse.low, nse.high) == (0, 1)
    assert list(nse.values.site.values) == state.sites


def test_a_difference_is_centred_on_zero(state):
    other = state.store.results("no-snow")
    difference = shown(state, "difference:nse:test", other)
    assert difference.low == -difference.high and difference.palette == theme.DIVERGING
    assert float(difference.values.mean()) > 0


def test_a_parameter_spans_its_declared_range(state):
    fc = shown(state, "parameter:fc")
    assert (fc.low, fc.high, fc.units) == (50, 1000, "mm")
    assert fc.title == "Learned field capacity"


def test_a_sensitivity_is_signed_and_symmetric(state):
    fc = shown(state, "sensitivity:fc")
    assert fc.low == -fc.high < 0


@pytest.mark.parametrize(
    "choice", ["score:nse:test", "parameter:nothing", "attribute:nothing", "difference:nse:test", ""]
)
def test_what_cannot_be_shown_is_none(state, choice):
    assert Showable(state.config, state.dataset).colouring(ColourChoice.parse(choice)) is None


def test_every_choice_that_is_offered_can_be_shown(state):
    other = state.store.results("no-snow")
    groups = Showable(state.config, state.dataset, state.results(state.run), other).choices()
    offered = [choice for options in groups.values() for choice in options.values()]
    assert len(offered) > 30
    labels = [label for options in groups.values() for label in options]
    assert len(set(labels)) == len(labels)
    for choice in offered:
        assert shown(state, choice, other) is not None, choice


@pytest.mark.parametrize("dark", [False, True])
def test_every_flux_and_store_of_hydrology_has_a_colour_of_its_own(dark):
    grey, science = theme.token("muted", dark), discover()["hydrology"]
    for options in science.slots.values():
        for process in options:
            for name in process.of(Flux) | process.of(State):
                assert theme.colour(name, dark, theme.colours_of(science)) != grey, name


def of_values(values, palette=theme.SEQUENTIAL, low=0.0, high=1.0, powers=False):
    return Colouring("Value", xr.DataArray(np.asarray(values, float), dims="site"), palette, low, high, "", powers)


def test_fitted_limits_span_nearly_all_values_and_are_round():
    values = [*np.linspace(0.613, 0.887, 100), -40.0]
    fitted = of_values(values).fitted()
    low, high = np.nanpercentile(values, [2, 98])
    assert fitted.low == pytest.approx(0.61) and fitted.high == pytest.approx(0.89)
    assert fitted.low <= low < high <= fitted.high and "2nd to the 98th percentile" in fitted.caption
    assert fitted.values is not None and fitted.palette == theme.SEQUENTIAL and fitted.title == "Value"


def test_fitted_limits_of_a_diverging_scale_stay_centred():
    fitted = of_values(np.linspace(-0.02, 0.11, 50), theme.DIVERGING, -0.3, 0.3).fitted()
    assert fitted.low == -fitted.high and 0.1 < fitted.high < 0.13
    bias = of_values(np.linspace(5, 9, 50), theme.DIVERGING, -50, 50).fitted()
    assert bias.low == -bias.high and 8.9 < bias.high < 9.2


def test_a_scale_by_powers_of_ten_and_one_without_values_stay():
    powers = of_values([1.0, 10.0], low=0.1, high=100.0, powers=True)
    assert powers.fitted() is powers
    nothing = of_values([np.nan, np.nan]).fitted()
    assert nothing.low < nothing.high
    alike = of_values([3.0, 3.0]).fitted()
    assert alike.low < alike.high
