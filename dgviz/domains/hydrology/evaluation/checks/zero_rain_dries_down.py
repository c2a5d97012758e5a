"""Does the site dry when it no longer rains?"""

import numpy as np

from dgviz.checks import ROUNDING, CheckResult, Criterion, Trial, concise
from dgviz.domains.hydrology.evaluation.checks.names import PRECIPITATION


def zero_rain_dries_down(trial: Trial) -> CheckResult:
    """Without rain the flow recedes and the stores only lose.

    Precipitation ends after the day of the highest flow in the first half of the days. In the last quarter of the dry
    days the flow is lower than in the first quarter; what all stores hold together never rises; and no more leaves
    than they lose.
    """
    rain = trial.forcings(PRECIPITATION)
    if not rain:
        return CheckResult("zero_rain_dries_down", "This model does not read precipitation.")
    wet = trial.as_trained[trial.target]
    # In the first half, so that enough dry days follow.
    peak = trial.warmup + int(trial.scored(wet)[: max(1, len(trial.time) // 2)].argmax())
    dry_days = np.arange(trial.n_days) > peak
    if dry_days.sum() < 4:
        return CheckResult("zero_rain_dries_down", "These are too few days to dry down. Choose a longer window.")
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
    criteria = (_recession(dry[peak + 1 :]), *_of_stores(trial, simulated, dry_days))
    day = trial.time.values[peak - trial.warmup]
    return CheckResult("zero_rain_dries_down", _sentence(trial, dry, peak), criteria, series, day)


def _recession(dry: np.ndarray) -> Criterion:
    quarter = len(dry) // 4
    first, last = float(dry[:quarter].mean()), float(dry[-quarter:].mean())
    rest = 100 * last / first if first else 0.0
    return Criterion("Flow of the last quarter, of the first", rest, "%", 0.0, 100.0)


def _of_stores(trial: Trial, simulated, dry_days: np.ndarray) -> tuple[Criterion, ...]:
    if not trial.stores:
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
