"""Dates as people write them are read where they have one meaning only, and said; else the line is named."""

import pandas as pd
import pytest

from dgviz.datasets import DataError
from dgviz.datasets.dates import read_dates
from dgviz.datasets.periods import parse_span
from dgviz.datasets.steps import whole_days

DAYS = pd.date_range("1999-12-28", "2000-03-02")


def column(texts) -> pd.Series:
    return pd.Series(list(texts), index=range(2, len(texts) + 2))


FORMS = {
    "%Y-%m-%d": "",
    "%Y/%m/%d": "YYYY/MM/DD",
    "%Y.%m.%d": "YYYY.MM.DD",
    "%Y%m%d": "YYYYMMDD",
    "%d/%m/%Y": "DD/MM/YYYY",
    "%m/%d/%Y": "MM/DD/YYYY",
    "%d.%m.%Y": "DD.MM.YYYY",
    "%d-%m-%Y": "DD-MM-YYYY",
    "%m-%d-%Y": "MM-DD-YYYY",
    "%d-%b-%Y": "DD-Mon-YYYY",
    "%d %b %Y": "DD Mon YYYY",
    "%d %B %Y": "DD Month YYYY",
    "%b %d, %Y": "Mon DD, YYYY",
    "%B %d, %Y": "Month DD, YYYY",
    "%Y-%j": "YYYY-DDD",
    "%Y%j": "YYYYDDD",
    "%d/%m/%Y %H:%M:%S": "DD/MM/YYYY",
    "%m/%d/%Y 12:00:00 AM": "MM/DD/YYYY",
    "%Y-%m-%dT%H:%M:%S.000": "",
    "%Y-%m-%d %H:%M": "",
    " %Y-%m-%d ": "",
    "%Y-%m-%dT00:00:00+01:00": "zone (+01:00)",
    "%Y-%m-%dT00:00:00Z": "zone (Z)",
    "%Y-%m-%d 00:00:00 UTC": "zone (UTC)",
    "%Y-%m-%d 00:00-0500": "zone (-0500)",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_column_in_one_form_is_read_and_said(form):
    times, said = read_dates(column(DAYS.strftime(form)), "a.csv")
    assert list(times) == list(DAYS)
    assert FORMS[form] in " ".join(said) if FORMS[form] else said == []


def test_days_of_one_digit_are_read():
    times, _ = read_dates(column([f"{day.day}/{day.month}/{day.year}" for day in DAYS]), "a.csv")
    assert list(times) == list(DAYS)


def test_days_of_may_have_one_meaning():
    days = pd.date_range("2000-05-01", "2000-05-31")
    times, _ = read_dates(column(days.strftime("%d %B %Y")), "a.csv")
    assert list(times) == list(days)


def test_hours_of_several_zones_are_all_read_in_the_first():
    hours = pd.date_range("2000-03-20", periods=300, freq="h", tz="Europe/Berlin")  # summer time begins on the 26th
    times, said = read_dates(column([hour.isoformat() for hour in hours]), "a.csv")
    assert list(times) == list(pd.date_range("2000-03-20", periods=300, freq="h"))
    assert "several zones (+01:00, +02:00)" in said[0]


REFUSED = {
    "one of another form": ("2000-01-05", "05/01/2000", "line 10: date '05/01/2000' is not written as YYYY-MM-DD"),
    "no such day": ("2000-02-29", "2000-02-30", "line 65: date '2000-02-30' is no day of the calendar"),
    "nothing": ("2000-01-05", "", "line 10: date '' is empty; give every row its date"),
    "a word": ("2000-01-05", "Ice", "line 10: date 'Ice' is not written as YYYY-MM-DD"),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_one_wrong_date_is_named_by_its_line(mistake):
    right, wrong, message = REFUSED[mistake]
    with pytest.raises(DataError) as error:
        read_dates(column([wrong if text == right else text for text in DAYS.strftime("%Y-%m-%d")]), "a.csv")
    assert f"a.csv: {message}" in str(error.value)


UNREADABLE = {
    "both meanings": (pd.date_range("2000-01-01", periods=9).strftime("%d/%m/%Y"), "may be DD/MM/YYYY or MM/DD/YYYY"),
    "no such day": (["13/01/2000", "14/01/2000", "31/02/2000"], "line 4: date '31/02/2000' is no day of the calendar"),
    "two digits": (DAYS.strftime("%d/%m/%y"), "line 2: date '28/12/99' has a year of two digits"),
    "two digits behind a name": (DAYS.strftime("%d-%b-%y"), "line 2: date '28-Dec-99' has a year of two digits"),
    "a spreadsheet's numbers": (["36522", "36523"], "line 2: date '36522' looks like a spreadsheet's number"),
    "words": (["first", "second"], "line 2: date 'first' is in no known form; write it as YYYY-MM-DD"),
    "time": (["2000-01-01 24:00", "2000-01-01 25:00"], "line 2: '2000-01-01 24:00' is no time of day"),
    "the hour 24": (["2000-01-01 24:00"], "24:00 is 00:00 of the next day"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_dates_that_cannot_be_told_are_refused_with_the_fix(kind):
    texts, message = UNREADABLE[kind]
    with pytest.raises(DataError) as error:
        read_dates(column(texts), "a.csv")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("1990/1991", "1990-01-01/1991-12-31"),
        ("1990-10/1992-02", "1990-10-01/1992-02-29"),
        ("1990-10-01/1991-09-30", "1990-10-01/1991-09-30"),
        (" 1990-10-01 / 1991 ", "1990-10-01/1991-12-31"),
    ],
)
def test_a_period_of_whole_years_loses_none(period, expected):
    assert whole_days(period) == expected
    assert [f"{day:%Y-%m-%d}" for day in parse_span(period)] == expected.split("/")


@pytest.mark.parametrize("period", ["1990", "01/10/1990", "10/01/1990/30/09/1991", "1990-13/1991", "1991/1990", ""])
def test_what_is_no_period_is_refused(period):
    with pytest.raises(DataError, match="write it as 1990-10-01/1999-09-30|ends before it starts"):
        whole_days(period)
