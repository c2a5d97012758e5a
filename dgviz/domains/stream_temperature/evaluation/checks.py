"""What a heat balance of a stream has to pass beside the checks of all models."""

from dgviz.checks import CheckResult, Criterion, Trial
from dgviz.domains.stream_temperature.evaluation.warming import AIR

WARMER = 2.0  # degC
THAWED = 10.0  # degC: air in which no stream freezes
SLIGHT = 0.1  # degC a day: less is what the last of the frost leaves


def warm_air_warms_the_stream(trial: Trial) -> CheckResult:
    """Air that is 2 °C warmer warms the stream, by less than itself.

    Judged by the mean over these days, all else as it is. Groundwater, shade and a large flow decide how much.
    """
    air = trial.forcing("tair")
    if air is None:
        return CheckResult("warm_air_warms_the_stream", "This model does not read the temperature of the air.")
    water = [trial.as_trained[trial.target], trial.simulate({"tair": air + WARMER})[trial.target]]
    rise = float(trial.scored(water[1] - water[0]).mean())
    criterion = Criterion("Warming of the stream", rise, "degC", 0.0, WARMER)
    sentence = f"Air that is {WARMER:g} °C warmer makes the stream {rise:.1f} °C warmer."
    series = trial.dataset(["as it was", f"air {WARMER:g} °C warmer"], {trial.target: water}, {})
    return CheckResult("warm_air_warms_the_stream", sentence, (criterion,), series)


def nothing_freezes_in_warm_air(trial: Trial) -> CheckResult:
    """On days with air above 10 °C no heat of freezing is released.

    Where it is, ice makes up for a balance that loses too much heat: parameters that no stream has.
    """
    name = next((name for name in AIR if trial.forcing(name) is not None), "")
    freezing = trial.as_trained.get("freezing")
    if not name or freezing is None:
        return CheckResult("nothing_freezes_in_warm_air", "In this model nothing freezes.")
    air = trial.forcing(name)
    warm = trial.scored(air) > THAWED
    if not warm.any():
        return CheckResult("nothing_freezes_in_warm_air", f"On no day is the air above {THAWED:g} °C.")
    most = float(trial.scored(freezing)[warm].clip(min=0).max())  # negative where ice melts, as it may
    criterion = Criterion(f"Freezing above {THAWED:g} °C", most, "degC d-1", 0.0, SLIGHT)
    said = "nothing freezes" if criterion.holds else f"up to {most:.1f} °C a day are made up for by ice"
    series = trial.dataset([], {name: air, "freezing": freezing}, {})
    return CheckResult("nothing_freezes_in_warm_air", f"In air above {THAWED:g} °C {said}.", (criterion,), series)


CHECKS = (warm_air_warms_the_stream, nothing_freezes_in_warm_air)
