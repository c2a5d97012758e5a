"""The step of a record: an hour, a day or a month; or a point of a curve."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Step:
    """A time step: its name, how many make a year, and the offset from one to the next."""

    name: str
    per_year: int
    offset: pd.DateOffset


HOUR = Step("hour", 8760, pd.DateOffset(hours=1))
DAY = Step("day", 365, pd.DateOffset(days=1))
MONTH = Step("month", 12, pd.DateOffset(months=1))
# A site may be a curve instead of a series: its points stand on a calendar of days that means nothing.
POINT = Step("point", 365, pd.DateOffset(days=1))
STEPS = (HOUR, DAY, MONTH, POINT)


def step_of(times: pd.Index) -> Step:
    """The step of a record, from the median distance of its times.

    A record of a single time, or one without dates, counts as daily.
    """
    if not isinstance(times, pd.DatetimeIndex) or len(times) < 2:
        return DAY
    hours = float(np.median(np.diff(times.values)) / np.timedelta64(1, "h"))
    # The step whose length is nearest, as a ratio: months have 28 to 31 days.
    lengths = {step: 365.25 * 24 / step.per_year for step in (HOUR, DAY, MONTH)}
    return min(lengths, key=lambda step: abs(np.log(hours / lengths[step])))


def before(times: pd.Index, n_steps: int) -> pd.Index:
    """The times of a record with `n_steps` more before them."""
    if not isinstance(times, pd.DatetimeIndex):
        return pd.Index(np.arange(times[0] - n_steps, times[0])).append(pd.Index(times))
    step = step_of(times)
    earlier = pd.date_range(end=times[0], periods=n_steps + 1, freq=step.offset)[:-1]
    return earlier.append(times)
