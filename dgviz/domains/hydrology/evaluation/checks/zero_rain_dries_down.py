"""Does the site dry when it no longer rains?"""

import numpy as np

from dgviz.checks import ROUNDING, CheckResult, Criterion, Trial, concise
from dgviz.domains.hydrology.evaluation.checks.names import NO_RAIN_READ, PRECIPITATION
from dgviz.domains.hydrology.evaluation.checks.weather import dry_years

WEEK = 7
RISE = 0.02  # of the week before


def zero_rain_dries_down(trial: Trial) -> CheckResult:
    """Without rain the flow recedes and the stores only lose.

    Precipitation ends after the day of the highest flow in the first half of the days: what all stores hold together
    never rises, and no more leaves than they lose. It ends too for two years after the last day: in the second of
    these, when all snow is gone, no week has more flow than the one before, to 2 %.
    """
    rain = trial.forcings(PRECIPITATION)
    if not rain:
        return CheckResult("zero_rain_dries_down", NO_RAIN_READ)
    wet = trial.as_trained[trial.target]
    # In the first half, so that enough dry days follow.
    peak = trial.warmup + int(trial.scored(wet)[: max(1, len(trial.time) // 2)].argmax())
    dry_days = np.arange(trial.n_days) > peak
    changed = {k: np.where(dry_days, 0.0, v) for k, v in rain.items()}
    simulated = trial.simulate(changed)
    dry = simulated[trial.target]
    name = next(iter(rain))
    stored = {"stored": trial.stored(simulated)} if trial.stores else {}
    series = trial.dataset(
        ["as it was", "no more rain"],
        {name: [rain[name], changed[name]], trial.target: [wet, dry], **stored},
        {"stored": {"units": "mm", "long_name": "In all stores"}},
    )
    criteria = (_recession(trial), *_of_stores(trial, simulated, dry_days))
    day = trial.time.values[peak - trial.warmup]
    return CheckResult("zero_rain_dries_down", _sentence(trial, dry, peak), criteria, series, day)


def _recession(trial: Trial) -> Criterion:
    longer, simulated = dry_years(trial)
    last = simulated[longer.target][-trial.tensors.year :]
    weeks = last[: len(last) // WEEK * WEEK].reshape(-1, WEEK).mean(1)
    # A flow so small that it is only rounding, of the mean before, has no trend.
    level = np.maximum(np.abs(weeks[:-1]), ROUNDING * float(np.abs(simulated[longer.target]).mean()))
    rise = float((np.diff(weeks) / np.where(level > 0, level, 1.0)).max())
    return Criterion("Largest rise of a week, of the one before", 100 * rise, "%", at_most=100 * RISE)


def _of_stores(trial: Trial, simulated, dry_days: np.ndarray) -> tuple[Criterion, ...]:
    if not trial.stores or not dry_days.any():
        return ()
    limit = ROUNDING * float(trial.stored(simulated)[~dry_days][-1])
    gained = trial.gained(simulated)[dry_days]
    left = trial.left(simulated)[dry_days]
    return (
        Criterion("Largest gain on a dry day", float(gained.max()), "mm", at_most=limit),
        Criterion("Water that left beyond what was stored", float((left + gained).sum()), "mm", at_most=limit),
    )


def _sentence(trial: Trial, dry: np.ndarray, peak: int) -> str:
    days = len(dry) - 1 - peak
    share = 100 * float(dry[-1]) / float(dry[peak]) if dry[peak] else 0.0
    return f"{days} days without rain leave {concise(share)} % of the {trial.target} of the day before them."
