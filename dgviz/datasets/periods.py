"""Which days of a record are used, and which of them to train and to test on unless a run says otherwise."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from dgviz.datasets.errors import DataError
from dgviz.datasets.steps import check_times, days_of, last_day

TWO_YEARS = 725  # days: two years, of which a few may be lost at the ends of an hourly record


def parse_span(span: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and last day of "YYYY-MM-DD/YYYY-MM-DD", or of whole months or years."""
    return days_of(span, "span")


def longest_span(records: Mapping[str, tuple[pd.Timestamp, pd.Timestamp]]) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The days that keep the most data, sites x days, of sites with these first and last days."""
    # {site: (first, last)} -> all first days, all last days
    first, last = (np.array(days, "datetime64[D]") for days in zip(*records.values(), strict=True))
    best, span = 0, (first[0], last[0])
    for start in np.unique(first):
        ends = last[first <= start]
        for end in np.unique(ends[ends >= start]):
            # sites that have all of start ... end, times the days
            n_values = int((ends >= end).sum()) * (int((end - start).astype(int)) + 1)
            if n_values > best:
                best, span = n_values, (start, end)
    return pd.Timestamp(span[0]), pd.Timestamp(span[1])


def default_periods(
    times: pd.Index, observed: pd.Index, wanted: Mapping[str, str], source: str | Path
) -> dict[str, str]:
    """`train_period` and `test_period`: the wanted ones where the record has them, else thirds of the observed years.

    The first two thirds of the whole years from the first to the last observed day are for training, the rest for
    testing.
    """
    step = check_times(times, source)
    spans = [parse_span(period) for period in wanted.values()]
    if wanted and all(times[0] <= start and end <= last_day(times, step) for start, end in spans):
        return dict(wanted)
    first, last = observed[0].normalize(), last_day(observed, step)
    n_years = whole_years(first, last)
    if n_years < 2:
        n_days = (last - first).days + 1
        raise DataError(f"{source}: {n_days} days are too few; two whole years are needed to train and test.")
    test = first + pd.DateOffset(years=2 * n_years // 3)
    train_end = test - pd.Timedelta(days=1)
    return {
        "train_period": f"{first:%Y-%m-%d}/{train_end:%Y-%m-%d}",
        "test_period": f"{test:%Y-%m-%d}/{last:%Y-%m-%d}",
    }


def whole_years(first: pd.Timestamp, last: pd.Timestamp) -> int:
    """The number of whole years from one day to another."""
    n_years = 0
    while first + pd.DateOffset(years=n_years + 1) <= last + pd.Timedelta(days=1):
        n_years += 1
    return 2 if n_years < 2 and (last - first).days + 1 >= TWO_YEARS else n_years


def whole_record(times: pd.Index, source: str | Path) -> dict[str, str]:
    """`train_period` and `test_period` of a record that is not divided: all of it."""
    end = last_day(times, check_times(times, source))
    return dict.fromkeys(("train_period", "test_period"), f"{times[0]:%Y-%m-%d}/{end:%Y-%m-%d}")
