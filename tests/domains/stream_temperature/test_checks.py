"""The checks of streams pass for any two options, and fail on the fault that each is there to find."""

from dgviz import ProcessModel
from dgviz.domains import stream_temperature
from dgviz.domains.stream_temperature.evaluation.checks import nothing_freezes_in_warm_air, warm_air_warms_the_stream
from dgviz.domains.stream_temperature.exchange import EightParameters
from dgviz.domains.stream_temperature.ice import FreezingPoint
from dgviz.processes.declare import Process
from tests import trials
from tests.combinations import DOMAINS, PAIRS, each

domain = stream_temperature.domain


def trial_of(model):
    """The model under example forcings, with parameters in the middle of their ranges."""
    return trials.trial_of(model, "water_temperature", 200, warmup=60)


@each([case for case in PAIRS if case[0] is DOMAINS["stream_temperature"]])
def test_any_two_options_pass_together(domain, choices):
    trial = trial_of(domain.build(**choices))
    found = {check.__name__: check(trial).outcome for check in domain.checks}
    freezes = "freezing" in trial.as_trained
    assert found.pop("nothing_freezes_in_warm_air") == ("passed" if freezes else "does not apply")
    assert set(found.values()) == {"passed"}


class UpsideDown(Process):
    """A stream that cools as the air warms."""

    water_temperature, from_air = EightParameters.water_temperature, EightParameters.from_air

    def forward(self, *, tair, water_temperature):
        return dict(from_air=(30 - tair - water_temperature) / 2)


class Leaking(Process):
    """A stream that loses heat whatever the weather."""

    water_temperature, from_air = EightParameters.water_temperature, EightParameters.from_air

    def forward(self, *, tair, water_temperature):
        return dict(from_air=(tair - 40 - water_temperature) / 2)


def trial_with(fault):
    return trial_of(ProcessModel([fault(), FreezingPoint()], domain.forcings, domain.outside))


def test_a_stream_that_cools_in_warm_air_is_found():
    assert warm_air_warms_the_stream(trial_with(UpsideDown)).outcome == "failed"


def test_ice_that_makes_up_for_lost_heat_is_found():
    result = nothing_freezes_in_warm_air(trial_with(Leaking))
    assert result.outcome == "failed" and "made up for by ice" in result.sentence
