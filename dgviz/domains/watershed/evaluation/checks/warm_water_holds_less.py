"""Does warmer air take oxygen from the stream?"""

from dgviz.checks import CheckResult, Criterion, Trial

AIR, WARMER = "tmean", 2.0  # degC


def warm_water_holds_less(trial: Trial) -> CheckResult:
    """Air that is 2 °C warmer warms the stream, by less than itself, and lowers what oxygen it can hold.

    Judged by the mean over these days. Shade, groundwater and snow decide how much.
    """
    air = trial.forcing(AIR)
    if air is None or "water_temperature" not in trial.as_trained:
        return CheckResult("warm_water_holds_less", "This model has no stream that the air could warm.")
    before, after = trial.as_trained, trial.simulate({AIR: air + WARMER})
    rise, less = (trial.scored(after[name] - before[name]).mean() for name in ("water_temperature", "saturation"))
    criteria = (
        Criterion("Warming of the stream", float(rise), "degC", 0.0, WARMER),
        Criterion("Change of oxygen at saturation", float(less), "mg L-1", at_most=0.0),
    )
    cases = ["as it was", "air 2 °C warmer"]
    names = ("water_temperature", "saturation")
    series = trial.dataset(cases, {name: [before[name], after[name]] for name in names}, {})
    sentence = (
        f"Air that is {WARMER:g} °C warmer makes the stream {rise:.1f} °C warmer; it can hold {-less:.1f} mg/L less."
    )
    return CheckResult("warm_water_holds_less", sentence, criteria, series)
