"""The checks of streams pass for any two options, and fail on the fault that each is there to find."""

from dgviz.domains import stream_temperature
from dgviz.domains.stream_temperature.evaluation.checks import nothing_freezes_in_warm_air, warm_air_warms_the_stream
from dgviz.domains.stream_temperature.exchange import EightParameters
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


class UpsideDown(EightParameters):
    """A stream that cools as the air warms."""

    def forward(
        self, *, tair, discharge, mean_discharge, day_of_year, water_temperature, a1, a2, a3, a4, a5, a6, a7, a8
    ):
        return super().forward(
            tair=30 - tair,
            discharge=discharge,
            mean_discharge=mean_discharge,
            day_of_year=day_of_year,
            water_temperature=water_temperature,
            a1=a1,
            a2=a2,
            a3=a3,
            a4=a4,
            a5=a5,
            a6=a6,
            a7=a7,
            a8=a8,
        )


class Leaking(EightParameters):
    """A stream that loses heat whatever the weather."""

    def forward(
        self, *, tair, discharge, mean_discharge, day_of_year, water_temperature, a1, a2, a3, a4, a5, a6, a7, a8
    ):
        found = super().forward(
            tair=tair,
            discharge=discharge,
            mean_discharge=mean_discharge,
            day_of_year=day_of_year,
            water_temperature=water_temperature,
            a1=a1,
            a2=a2,
            a3=a3,
            a4=a4,
            a5=a5,
            a6=a6,
            a7=a7,
            a8=a8,
        )
        return found | {"from_air": found["from_air"] - 40}


def test_a_stream_that_cools_in_warm_air_is_found():
    assert warm_air_warms_the_stream(trial_of(trials.with_fault(domain, UpsideDown))).outcome == "failed"


def test_ice_that_makes_up_for_lost_heat_is_found():
    result = nothing_freezes_in_warm_air(trial_of(trials.with_fault(domain, Leaking)))
    assert result.outcome == "failed" and "made up for by ice" in result.sentence
