"""The step of a record, and the times before it."""

import pandas as pd
import pytest

from dgviz.steps import DAY, HOUR, MONTH, STEPS, before, step_of

TIMES = (HOUR, DAY, MONTH)  # points of a curve stand on a calendar of days


@pytest.mark.parametrize("step", TIMES, ids=lambda step: step.name)
@pytest.mark.parametrize("n_times", [2, 3, 30])
def test_two_times_tell_the_step_and_more_times_the_same(step, n_times):
    assert step_of(pd.date_range("2001-02-01", periods=n_times, freq=step.offset)) is step


def test_a_gap_does_not_change_the_step():
    assert step_of(pd.date_range("2001-01-01", periods=20, freq="h").delete(range(5, 9))) is HOUR
    assert step_of(pd.date_range("2001-01-01", periods=20, freq="MS").delete(range(5, 9))) is MONTH


def test_a_single_time_and_times_without_dates_count_as_daily():
    assert step_of(pd.DatetimeIndex(["2001-01-01"])) is DAY
    assert step_of(pd.RangeIndex(12)) is DAY


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_the_times_before_a_record_have_its_step(step):
    times = pd.date_range("2001-02-01", periods=6, freq=step.offset)
    longer = before(times[3:], 3)
    assert longer.equals(times)


def test_times_without_dates_are_counted_back():
    assert list(before(pd.RangeIndex(5, 8), 2)) == [3, 4, 5, 6, 7]
