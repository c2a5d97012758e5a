"""Does what answers come after its cause? Dates of two sources that do not agree show where it comes before.

Of 476 basins of CAMELS-US and 94 of the Delaware no flow does, nor the water of 405 streams before the air: what can
come early by part of a day, as days end at other hours, correlates by no more than 0.14 less on the right day. Shifted
by a day in truth, half of them are found; by two days or more, nine in ten.
"""

import numpy as np

from dgviz.datasets.doubts import mean_over

EARLIEST = 35  # times before the cause: a wrong month
LATEST = 5  # times after it within which most of the answer comes
CLEAR = 0.2  # by which the correlation is higher before the cause than after it


def leads(cause: np.ndarray, answer: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which answers clearly come before their cause `(site,)`, and by how many times; of changes `(time, site)`."""
    known = np.isfinite(cause) & np.isfinite(answer)
    cause, answer = (
        np.where(known, values - mean_over(values, known), 0).astype("float32") for values in (cause, answer)
    )
    size = np.sqrt(_products(cause, cause) * _products(answer, answer))
    # How the answer so many times after the cause goes with it.
    products = [_products(*_at_lag(cause, answer, lag)) for lag in range(-EARLIEST, LATEST + 1)]
    correlation = np.divide(products, size, out=np.zeros((len(products), len(size))), where=size > 0)
    before, after = correlation[:EARLIEST], correlation[EARLIEST:]
    return before.max(0) - after.max(0) > CLEAR, EARLIEST - before.argmax(0)


def _at_lag(cause: np.ndarray, answer: np.ndarray, lag: int) -> tuple[np.ndarray, np.ndarray]:
    """The cause, and the answer so many times after it."""
    n_both = max(len(cause) - abs(lag), 0)
    first, second = max(-lag, 0), max(lag, 0)
    return cause[first : first + n_both], answer[second : second + n_both]


def root(values: np.ndarray) -> np.ndarray:
    """The root with the sign of the values, so that no single flood decides."""
    return np.sign(values) * np.sqrt(np.abs(values))


def _products(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The sum over time of the products of two `(time, site)`."""
    return np.einsum("ts,ts->s", one, other)
