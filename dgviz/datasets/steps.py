"""The time step of a record: an hour, a day or a month, every one of them once and in order."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from dgviz.datasets.errors import DataError, some
from dgviz.datasets.vocabulary import Vocabulary

FREQUENCIES = {"hour": "h", "day": "D", "month": "MS", "point": "D"}
DATES = {"hour": "%Y-%m-%d %H:%M", "day": "%Y-%m-%d", "month": "%Y-%m", "point": "%Y-%m-%d"}
ADJECTIVES = {"hour": "hourly", "day": "daily", "month": "monthly"}
NOT_WHOLE = {
    "hour": "{} is not a whole hour; the step must be one hour.",
    "day": "{} is not a whole day; the step must be one day: date every value by its day alone.",
    "month": "{:%Y-%m-%d} is not the first day of a month; date every month by its first day.",
}


def usual_span(times: pd.DatetimeIndex) -> pd.Timedelta:
    """The usual distance from one time to the next."""
    return pd.Timedelta(np.median(np.diff(np.unique(times.values))))


def step_of(times: pd.DatetimeIndex, source: str | Path) -> str:
    """The usual step from one time to the next: "hour", "day" or "month"."""
    if len(times) < 2:
        return "day"
    usual = usual_span(times)
    if usual == pd.Timedelta(hours=1):
        return "hour"
    if usual == pd.Timedelta(days=1):
        return "day"
    if pd.Timedelta(days=28) <= usual <= pd.Timedelta(days=31):
        return "month"
    raise DataError(f"{source}: the usual step is {describe_span(usual)}; it must be one hour, one day or one month.")


def describe_span(span: pd.Timedelta) -> str:
    """A span of time: "15 minutes", "1 hour", "7 days"."""
    units = {"day": pd.Timedelta(days=1), "hour": pd.Timedelta(hours=1), "minute": pd.Timedelta(minutes=1)}
    word = next((word for word, unit in units.items() if span >= unit), "minute")
    number = span / units[word]
    return f"{number:g} {word}{'s' * (number != 1)}"


def check_times(times: pd.Index, source: str | Path, vocabulary: Vocabulary | None = None) -> str:
    """The step of the record, in which every hour, day or month stands once and in order; it is that of the science."""
    if not isinstance(times, pd.DatetimeIndex):
        raise DataError(f"{source}: 'time' holds {times.dtype}, it needs dates in the standard calendar.")
    if times.hasnans:
        raise DataError(f"{source}: 'time' has an empty date; give every row its date.")
    step = step_of(times, source)
    if vocabulary and vocabulary.step == "point" and step == "day":
        step = "point"  # points of a curve stand on a calendar of days
    if vocabulary and step not in (vocabulary.step, *vocabulary.other_steps):
        raise DataError(
            f"{source}: {ADJECTIVES[step]} data; the domain {vocabulary.domain} is written for {vocabulary.step}s. "
            f"Give one row of each {vocabulary.step}, such as the mean."
        )
    whole = times.to_period("M").to_timestamp() if step == "month" else times.floor(FREQUENCIES[step])
    if (times != whole).any():
        raise DataError(f"{source}: {NOT_WHOLE[step].format(times[times != whole][0])}")
    if times.has_duplicates:
        twice = some_times(times[times.duplicated()], step)
        raise DataError(f"{source}: {step} {twice} appears twice; keep one row of each {step}.")
    if not times.is_monotonic_increasing:
        back = times[1:][np.diff(times.values) < np.timedelta64(0)]
        raise DataError(f"{source}: {step}s are not in order from {some_times(back, step)} on; sort the rows by date.")
    missing = pd.date_range(times[0], times[-1], freq=FREQUENCIES[step]).difference(times)
    if len(missing):
        raise DataError(
            f"{source}: {step} {some_times(missing, step)} is missing; add a row for it (a target may be empty)."
        )
    return step


def some_times(times: pd.DatetimeIndex, step: str) -> str:
    """Name the first few."""
    return some([f"{time:{DATES[step]}}" for time in times])


def last_day(times: pd.DatetimeIndex, step: str) -> pd.Timestamp:
    """The last day of a record: that of the month where a month is the step."""
    end = times[-1] + pd.offsets.MonthEnd() if step == "month" else times[-1]
    return end.normalize()


DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def days_of(period: str, name: str = "period") -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and last day of "1990-10-01/1999-09-30"; of "1990/1991" or "1990-10/1991-09" all days of both."""
    parts = [part.strip() for part in period.split("/")] if isinstance(period, str) else []
    try:
        if len(parts) != 2 or not all(DAY.fullmatch(part) for part in parts):
            raise ValueError("other than two days, months or years")
        # The last day of a month or a year that is given without one.
        start, end = pd.Period(parts[0]).start_time, pd.Period(parts[1]).end_time.normalize()
    except ValueError:
        raise DataError(f"{name} {period!r} is not a period; write it as 1990-10-01/1999-09-30.") from None
    if start > end:
        raise DataError(f"{name} {period!r} ends before it starts; exchange the two days.")
    return start, end


def whole_days(period: str, name: str = "period") -> str:
    """A period as "YYYY-MM-DD/YYYY-MM-DD", its years and months written out."""
    start, end = days_of(period, name)
    return f"{start:%Y-%m-%d}/{end:%Y-%m-%d}"


def check_period(times: pd.DatetimeIndex, period: str, name: str, source: str | Path) -> slice:
    """Parse "YYYY-MM-DD/YYYY-MM-DD", whole days; it must lie within the record."""
    step = step_of(times, source)
    start, end = days_of(period, name)
    first, last = times[0].normalize(), last_day(times, step)
    if start < first or end > last:
        raise DataError(
            f"{name} {period!r} reaches beyond the record of {source}: "
            f"choose days within {first:%Y-%m-%d}/{last:%Y-%m-%d}."
        )
    return slice(start, end + pd.Timedelta(hours=23) if step == "hour" else end)
