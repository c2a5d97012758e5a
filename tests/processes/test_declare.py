"""The vocabulary refuses what cannot work, at once and with the fix."""

import pytest

from dgviz.processes.declare import (
    Flux,
    Forcing,
    Parameter,
    Process,
    Quantity,
    State,
    explanation,
    source,
    title,
)
from dgviz.quantities import lower_first
from dgviz.suggestions import suggest


class Leak(Process):
    """A leaking store.

    What leaks in a day is a share
    of what is there.

    Source: Somebody (1901),
    doi:10.1000/1; Somebody else (1902).
    """

    share = Parameter("d-1", "Share that leaks", range=(0.1, 0.5))
    store = State("mm", "Water in the store", initial=2.0)
    leak = Flux("mm d-1", "Leak", out_of="store", into="ground")

    def forward(self, *, store, share, rain=0.0):
        return dict(leak=share * store)


def test_units_that_are_not_known_are_refused_with_an_example():
    with pytest.raises(
        ValueError, match="'Rain': Unknown units 'furlongs per rain'. Write UDUNITS, such as 'kg m-2 s-1'"
    ):
        Quantity("furlongs per rain", "Rain")


@pytest.mark.parametrize("kind", [Forcing, Parameter])
@pytest.mark.parametrize("limits", [(2.0, 1.0), (1.0, 1.0), (float("nan"), 1.0)])
def test_a_range_goes_from_low_to_high(kind, limits):
    with pytest.raises(ValueError, match="range of 'Depth' is .* with low < high"):
        kind("mm", "Depth", range=limits)


def test_a_default_is_the_middle_of_the_range_or_what_is_given():
    assert Parameter("mm", "Depth", range=(2.0, 6.0)).default == 4.0
    assert [Parameter("mm", "Depth", range=(2.0, 6.0), default=d).default for d in (2.0, 3.0, 6.0)] == [2.0, 3.0, 6.0]


@pytest.mark.parametrize("default", [1.9, 6.1, float("nan")])
def test_a_default_outside_the_range_is_refused(default):
    with pytest.raises(ValueError, match="default of 'Depth' is .*, outside its range. Give a default from 2.0 to 6.0"):
        Parameter("mm", "Depth", range=(2.0, 6.0), default=default)


def test_attrs_hold_only_what_is_known():
    assert Quantity("mm", "Depth").attrs == {"units": "mm", "long_name": "Depth"}
    assert Quantity("degC", "Air", "air_temperature").attrs["standard_name"] == "air_temperature"


def test_declarations_cannot_be_changed():
    with pytest.raises(AttributeError):
        Leak.share.range = (0.0, 9.0)


def test_what_a_process_declares_and_reads():
    assert Leak.of(Parameter) == {"share": Leak.share}
    assert Leak.of(State) == {"store": Leak.store}
    assert list(Leak.of(Quantity)) == ["share", "store", "leak"]
    assert Leak.reads == {"store": True, "share": True, "rain": False}


def test_a_process_inherits_and_replaces_declarations():
    class Slower(Leak):
        """A store that leaks slowly."""

        share = Parameter("d-1", "Share that leaks", range=(0.001, 0.01))

    assert Slower.of(Parameter)["share"].range == (0.001, 0.01)
    assert Slower.of(State) == Leak.of(State)
    assert Leak.of(Parameter)["share"].range == (0.1, 0.5)


def test_a_positional_forward_is_refused():
    with pytest.raises(TypeError, match=r"ByPosition.forward must take keywords only.*self, \*"):

        class ByPosition(Process):
            def forward(self, rain):
                return {}


def test_a_process_without_forward_is_refused():
    with pytest.raises(TypeError, match="Nothing.forward must take keywords only"):

        class Nothing(Process):
            pass


def test_a_parameter_that_is_not_read_is_refused():
    with pytest.raises(TypeError, match=r"Idle declares the parameters \['share'\] but its forward does not read"):

        class Idle(Process):
            share = Leak.share

            def forward(self, *, rain):
                return {}


def test_a_docstring_gives_label_help_and_source():
    assert title(Leak) == "A leaking store"
    assert explanation(Leak) == "What leaks in a day is a share of what is there."
    assert source(Leak) == "Somebody (1901), doi:10.1000/1; Somebody else (1902)."


def test_a_docstring_of_one_line_has_neither_help_nor_source():
    class Short:
        """Only a label."""

    assert (title(Short), explanation(Short), source(Short)) == ("Only a label", "", "")


@pytest.mark.parametrize("word, hint", [("prpc", " Did you mean 'prcp'?"), ("zzz", "")])
def test_the_nearest_known_word_is_suggested(word, hint):
    assert suggest(word, ["prcp", "tmean"]) == hint


@pytest.mark.parametrize("name", ["NSE", "USGS number", "Richards-Baker flashiness", "Kling-Gupta efficiency"])
def test_a_name_keeps_its_capitals_within_a_sentence(name):
    assert lower_first(name) == name
    assert lower_first("Half-flow date") == "half-flow date" and lower_first("Depth of B") == "depth of B"
