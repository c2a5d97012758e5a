"""Errors that persist from step to step: how much, and how to take that out."""

import numpy as np

MOST = 0.999  # of the correlation: at 1 nothing is left of an error but its first value


def lag_one(error: np.ndarray) -> float:
    """The correlation of errors `(time,)` with those one step before, their mean taken off; NaN is not observed.

    Zero where no two steps in a row are observed, or the error is constant.
    """
    apart = error - np.nanmean(error)
    both = np.isfinite(apart[1:]) & np.isfinite(apart[:-1])
    later, earlier = apart[1:][both], apart[:-1][both]
    size = np.sqrt((later @ later) * (earlier @ earlier))
    return float(np.clip(later @ earlier / size, -MOST, MOST)) if size else 0.0


def whiten(values: np.ndarray, known: np.ndarray, r: float) -> np.ndarray:
    """What is new in each known step of `values (time, ...)`, `(known, ...)`, where errors have the correlation r.

    With errors e_t = r e_(t-1) + n_t the rows of the result have independent errors of the variance of n. After a gap
    of k steps

        w_t = (v_t - r^k v_(t-k)) sqrt((1 - r^2) / (1 - r^2k))

    so that sums of squares of w are those of generalised least squares, with missing steps too.

    Source: Prais and Winsten (1954), Cowles Commission discussion paper 383.
    """
    seen = np.asarray(values, float)[known]
    shape = (-1, *[1] * (seen.ndim - 1))
    steps = np.diff(np.flatnonzero(known))
    kept = np.concatenate([[0.0], r**steps])  # the first has none before it
    factor = np.sqrt((1 - r**2) / (1 - kept**2))
    before = np.concatenate([seen[:1], seen[:-1]])
    return (seen - kept.reshape(shape) * before) * factor.reshape(shape)
