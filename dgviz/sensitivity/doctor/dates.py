"""The dates of a target against those of its forcings: an effect does not come before its cause."""

from collections.abc import Iterator

import numpy as np

from dgviz.sensitivity.doctor.examined import Examined
from dgviz.sensitivity.doctor.finding import Finding

LEAST = 60  # days, below which no correlation tells
LAGS = 5  # steps, up to which a shift is looked for
CLEAR = 0.45  # correlation, from which on it tells
BETTER = 1.35  # times the correlation as dated


def shifted(examined: Examined, observed: np.ndarray) -> Iterator[Finding]:
    """Is the observed target ahead of what the processes make of the forcings, or far behind it?"""
    observed = observed[examined.site.tensors.warmup :][: examined.n_steps]
    simulated = examined.mean_of(examined.target)
    found = {lag: lagged(simulated, observed, lag) for lag in range(-LAGS, LAGS + 1)}
    best = max(found, key=lambda lag: found[lag])
    if found[best] < CLEAR or found[best] < BETTER * found[0]:
        return
    name = _moved(examined, observed, best)
    named = f"{name} and of {examined.target}" if name else examined.target
    words = "the effect comes before its cause" if best < 0 else "the cause comes long before its effect"
    yield Finding(
        "shifted in time",
        f"The observed {examined.target} is {abs(best)} steps {'ahead of' if best < 0 else 'behind'} what the "
        f"processes make of the forcings (correlation {found[best]:.2f}, {found[0]:.2f} as dated): {words}. Look "
        f"at the dates of {named}.",
        # A step behind may be a way that the processes do not know.
        "note" if best == 1 else "fault",
        quantities=(*([name] if name else []), examined.target),
        figure=best,
    )


def _moved(examined: Examined, observed: np.ndarray, lag: int) -> str:
    """The forcing that, moved back to where it belongs, brings the simulation nearest to what was observed."""
    gains = {}
    for name in examined.varying:
        moved = examined.tensors.forcings[name].roll(lag, 0)
        gains[name] = lagged(examined.target_with(name, moved), observed, 0)
    return max(gains, key=lambda name: gains[name], default="")


def lagged(cause: np.ndarray, effect: np.ndarray, lag: int) -> float:
    """Correlation, without its sign, of an effect with its cause `lag` steps before, both without what persists."""
    kept = _persistence(cause)
    # x_t - r x_{t - 1}, with the r of the cause: what is left of it does not know its neighbours
    cause, effect = cause[1:] - kept * cause[:-1], effect[1:] - kept * effect[:-1]
    cause, effect = aligned(cause, effect, lag)
    return abs(correlation(_calmed(cause), _calmed(effect)))


def aligned(cause: np.ndarray, effect: np.ndarray, lag: int) -> tuple[np.ndarray, np.ndarray]:
    """An effect beside its cause `lag` steps before, where both are known."""
    n = len(cause)
    cause, effect = cause[max(-lag, 0) : n - max(lag, 0)], effect[max(lag, 0) : n - max(-lag, 0)]
    both = np.isfinite(cause) & np.isfinite(effect)
    return cause[both], effect[both]


def _persistence(values: np.ndarray) -> float:
    both = np.isfinite(values[1:]) & np.isfinite(values[:-1])
    return correlation(values[1:][both], values[:-1][both])


def _calmed(change: np.ndarray) -> np.ndarray:
    """The root of what differs from the median, with its sign: a few large values do not decide."""
    change = change - np.median(change) if len(change) else change
    return np.sign(change) * np.sqrt(np.abs(change))


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Of two series without gaps; 0 where there are too few values, or one never changes."""
    if len(one) < LEAST or np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
