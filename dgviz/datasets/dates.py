"""Dates as people write them: read where a whole column has one meaning only, else refused by line and value."""

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from dgviz.datasets.errors import DataError

# One day in each form, as it is called in messages and as it is parsed; the first is the usual one.
FORMS = {
    "YYYY-MM-DD": "%Y-%m-%d",
    "YYYY/MM/DD": "%Y/%m/%d",
    "YYYY.MM.DD": "%Y.%m.%d",
    "YYYYMMDD": "%Y%m%d",
    "DD/MM/YYYY": "%d/%m/%Y",
    "MM/DD/YYYY": "%m/%d/%Y",
    "DD-MM-YYYY": "%d-%m-%Y",
    "MM-DD-YYYY": "%m-%d-%Y",
    "DD.MM.YYYY": "%d.%m.%Y",
    "DD-Mon-YYYY": "%d-%b-%Y",
    "DD Mon YYYY": "%d %b %Y",
    "DD Month YYYY": "%d %B %Y",
    "Mon DD, YYYY": "%b %d, %Y",
    "Month DD, YYYY": "%B %d, %Y",
    "YYYY-DDD": "%Y-%j",  # the day of the year
    "YYYYDDD": "%Y%j",
    "YYYY-MM": "%Y-%m",
    "MM/YYYY": "%m/%Y",
    "YYYYMM": "%Y%m",
}
YEARS = (1700, 2250)  # no record is older, and no later day fits in 64 bits of nanoseconds
USUAL = ("YYYY-MM-DD", "YYYY-MM")
TIME = r"(?P<time>\d{1,2}(?::\d{2}){1,2}(?:\.\d+)?)(?P<half> ?[AaPp][Mm])?"
ZONE = r"(?P<zone> ?(?:Z|UTC|GMT|[+-]\d{2}:\d{2}|(?<=:\d{2})[+-]\d{2}(?:\d{2})?))?"
PARTS = re.compile(rf"^(?P<date>.+?)(?:[T ]+{TIME})?{ZONE}$")
SPREADSHEET = re.compile(r"^[1-7]\d{4}(\.\d+)?$")  # 10000 to 79999 days since 1900


def read_dates(column: pd.Series, where: str | Path, known: str = "") -> tuple[pd.DatetimeIndex, list[str]]:
    """The times of a column of text indexed by line, and what was assumed to read them.

    `known` is the form that they are said to have, one of `FORMS`; '' for that in which they can be read. A time with a
    zone is read as it is written, on the local day. Raises DataError naming file, line, value and fix.
    """
    text = column.fillna("").astype(str).str.strip()
    usual = pd.to_datetime(text, format=FORMS["YYYY-MM-DD"], errors="coerce")
    if known in ("", "YYYY-MM-DD") and usual.dt.year.between(*YEARS).all():
        return pd.DatetimeIndex(usual.to_numpy("datetime64[ns]")), []
    parts = text.str.extract(PARTS)
    form, days = one_form(parts["date"].fillna(""), text, where, (known,) if known else FORMS)
    said = [] if form in USUAL else [f"dates are read as {form}: {text.iloc[0]!r} is {days.iloc[0]:%Y-%m-%d}"]
    hours = times_of_day(parts["time"], parts["half"], text, where)
    times = pd.DatetimeIndex((days + hours).to_numpy("datetime64[ns]"))
    zones = parts["zone"].dropna().str.strip()
    if zones.empty:
        return times, said
    times, told = without_zone(times, parts["zone"].str.strip().fillna("Z"))
    return times, [*said, told]


def one_form(
    dates: pd.Series, text: pd.Series, where: str | Path, forms: Iterable[str] = FORMS
) -> tuple[str, pd.Series]:
    """Which of some forms it is in which every value is a day, and the days."""
    read = {form: pd.to_datetime(dates, format=FORMS[form], errors="coerce") for form in forms}
    read = {form: days.where(dates.str.len().between(*lengths(form))) for form, days in read.items()}
    read = {form: days.where(days.dt.year.between(*YEARS)) for form, days in read.items()}
    right = [form for form, days in read.items() if days.notna().all()]
    if len(right) > 1:
        right = [form for form in right if regular(read[form])] or right
        # Days of May have a short name that is the whole one.
        right = right[:1] if all(read[form].equals(read[right[0]]) for form in right) else right
    if len(right) == 1:
        return right[0], read[right[0]]
    if right:
        raise DataError(
            f"{where}: dates such as {text.iloc[0]!r} may be {' or '.join(right)}; write them as YYYY-MM-DD."
        )
    best = max(read, key=lambda form: int(read[form].notna().sum()))
    line = read[best].isna().idxmax()
    why = why_wrong(dates[line], best) if read[best].notna().any() else why_unknown(dates[line])
    raise DataError(f"{where}: line {line}: date {text[line]!r} {why}.")


def lengths(form: str) -> tuple[int, int]:
    """The fewest and the most characters of a date in a form."""
    if "Month" in form:
        return len(form) - len("Month ") + len("May"), len(form) - len("Month") + len("September")
    # pandas takes 36526 for a year and a month: only 1/1/1990 may have fewer digits than its form.
    fewer = 0 if form.isalpha() or "DDD" in form else 2 if "Mon" not in form else 1
    return len(form) - fewer, len(form)


def regular(days: pd.Series) -> bool:
    """Whether days follow each other in a usual step, as those read in a wrong form do not."""
    steps = np.diff(days.unique().astype("datetime64[s]")) // np.timedelta64(1, "D")
    return len(steps) > 0 and bool(steps.min() > 0 and (steps == np.median(steps)).mean() > 0.3)


def why_wrong(date: str, form: str) -> str:
    """Why a date was not read as the others were, and the fix."""
    if not date:
        return "is empty; give every row its date"
    # The digits are in their places, but there is no such day.
    if re.sub(r"\d", "9", date) == re.sub(r"[YMD]", "9", form):
        return f"is no day of the calendar, read as {form} like the others; correct it"
    example = pd.Timestamp("1990-10-01").strftime(FORMS[form]) + " 05:00" * (" " in date and "Mon" not in form)
    return f"is not written as {form}, such as {example}, like the others; correct it"


def why_unknown(date: str) -> str:
    """Why no date of a column was read, and the fix."""
    if SPREADSHEET.match(date):
        return "looks like a spreadsheet's number of a day; format the column as YYYY-MM-DD"
    if re.match(r"^\d{1,2}[/. -](\d{1,2}|[A-Za-z]{3,9})[/. -]\d{2}$", date):
        return "has a year of two digits; write it as YYYY-MM-DD, such as 1990-10-01"
    return "is in no known form; write it as YYYY-MM-DD, such as 1990-10-01"


def times_of_day(times: pd.Series, halves: pd.Series, text: pd.Series, where: str | Path) -> pd.Series:
    """The time of day of each row; none counts as midnight."""
    clock = times.where(times.str.count(":") != 1, times + ":00").fillna("00:00:00")
    hours = pd.to_timedelta(clock, errors="coerce")
    if halves.notna().any():
        half = halves.str.strip().str.lower()
        hours = hours % pd.Timedelta(hours=12) + pd.to_timedelta(np.where(half == "pm", 12, 0), unit="h")
    wrong = hours.isna() | (hours >= pd.Timedelta(days=1))
    if wrong.any():
        line = wrong.idxmax()
        raise DataError(
            f"{where}: line {line}: {text[line]!r} is no time of day (00:00 to 23:59), as 1990-10-01 05:00; 24:00 is "
            "00:00 of the next day."
        )
    return hours


def without_zone(times: pd.DatetimeIndex, zones: pd.Series) -> tuple[pd.DatetimeIndex, str]:
    """Times as they are written, or all in the first zone where hours have several, and how they were read."""
    several = zones.nunique() > 1
    if not several or (times == times.normalize()).all():
        given = ", ".join(zones.unique()[:3])
        return times, f"times with a zone ({given}) are read as the local day and hour that is written"
    hours = zones.replace({"Z": "+00:00", "UTC": "+00:00", "GMT": "+00:00"}).str.replace(":", "")
    sign = np.where(hours.str[0] == "-", -1, 1)
    minutes = sign * (hours.str[1:3].astype(int) * 60 + hours.str[3:5].replace("", "0").astype(int))
    shift = pd.to_timedelta(minutes - minutes.iloc[0], unit="min").to_numpy()
    return times - shift, f"times in several zones ({', '.join(zones.unique()[:3])}) are all read in {zones.iloc[0]}"
