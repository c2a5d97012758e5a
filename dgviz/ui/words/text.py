"""How numbers, units, dates and names are written for people."""

import math
import re

import pandas as pd
import xarray as xr

from dgviz.processes.declare import Process, Quantity
from dgviz.scores import metrics
from dgviz.sensitivity.units import units_per
from dgviz.units import SUPERSCRIPTS, parse

MINUS = "\u2212"
SCORES = {  # as people call them
    "nse": "NSE",
    "log_nse": "Log NSE",
    "kge_2012": "KGE",
    "kge_2009": "KGE (2009)",
    "correlation": "Correlation",
    "pbias": "Bias",
    "bias": "Bias",
    "fhv": "FHV (bias of the highest 2 % of flows)",
    "flv": "FLV (bias of the lowest 30 % of flows)",
    "rmse": "RMSE",
}
PERIODS = {"test": "test period", "train": "training period"}
UNIT = re.compile(r"\b(?:(?:[WJKghdsm]|kg|mg|mm|cm|km|mol|degC|day|yr)-\d|(?:m|mm|km|mi|ft)[23]|degC)\b")
SPELLED = {"degC": "\u00b0C", "degrees_north": "\u00b0N", "degrees_east": "\u00b0E", "1": ""}


def units(text: str) -> str:
    """UDUNITS as people write them: "W m-2" is "W m\u207b\u00b2", "kPa0.5" is "\u221akPa", "degC" is "\u00b0C".

    "1" and "g g-1" are nothing.
    """
    text = text if text in SPELLED else units_per(text, "1")
    if text in SPELLED:
        return SPELLED[text]
    for spelled, sign in SPELLED.items():
        text = text.replace(spelled, sign) if spelled != "1" else text
    text = re.sub(r"([A-Za-z]+)0\.5", "\u221a\\1", text)
    text = re.sub(r"\bu(?=mol\b|g\b|m\b)", "\u00b5", text)
    return re.sub(r"(?<=[A-Za-z\u00b0])(-?\d)", lambda m: m[1].translate(SUPERSCRIPTS), text)


def spelled(text: str) -> str:
    """Words in which units are written as people do: in "5 W m-2 at 0 degC" with a raised -2 and a degree sign."""
    return UNIT.sub(lambda unit: units(unit[0]), text)


def per(above: str, below: str) -> str:
    """The units of a quotient as people write them."""
    return units(units_per(above, below)) or "1"


def has_no_zero(text: str) -> bool:
    """Are these units of a temperature, whose zero is a matter of convention?"""
    return parse(text).dimensionality == {"[temperature]": 1}


def score_label(name: str) -> str:
    """What a score is called in a table: "NSE"; one that people call nothing else by its declared name."""
    metric = metrics.METRICS.get(name)
    described = metric.__doc__.splitlines()[0].rstrip(".") if metric else sentence(name)
    return SCORES.get(name, described)


def score_meaning(name: str) -> str:
    """What a score measures, in a line."""
    metric = metrics.METRICS.get(name)
    return metric.__doc__.splitlines()[0].rstrip(".") if metric else score_label(name)


def score_digits(unit: str) -> int:
    """How many decimals a score deserves: a percentage fewer."""
    return 1 if unit == "%" else 2


def with_units(name: str, text: str) -> str:
    """A label with its units after a comma: "Field capacity, mm"."""
    return f"{name}, {units(text)}" if units(text) else name


def label(values: xr.DataArray, name: str = "") -> str:
    """What an array is, from its `long_name`."""
    return values.attrs.get("long_name") or name or str(values.name)


def axis_label(quantity: Quantity | xr.DataArray) -> str:
    """A label with units for an axis, from a declaration or from an array."""
    if isinstance(quantity, Quantity):
        return with_units(quantity.long_name, quantity.units)
    return with_units(label(quantity), quantity.attrs.get("units", ""))


def number(value: float, digits: int = 2) -> str:
    """A number with the digits that it deserves: 0.67, 12.3, 1 240; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "\u2013"
    size = abs(value)
    decimals = digits if size < 10 else min(digits, 1) if size < 100 else 0
    text = f"{value:,.{decimals}f}".replace(",", "\u202f")
    return text.replace("-", MINUS) if float(f"{value:.{decimals}f}") else text.lstrip("-")


def counted(count: int, word: str) -> str:
    """How many of something: 1 tower, 40 towers."""
    return f"{number(count, 0)} {word}{'s' * (count != 1)}"


def signed(value: float, digits: int = 2) -> str:
    """A difference, always with its sign."""
    text = number(value, digits)
    return f"+{text}" if value > 0 and text.strip("0. ") else text


def small(value: float) -> str:
    """A number that may be near zero, with one digit: 2e-5 is 2 x 10 to the power of -5; from 0.05 on as usual."""
    if abs(value) >= 0.05:
        return number(value, 1)
    if value == 0:
        return "0"
    digit, power = f"{value:.0e}".split("e")
    return f"{digit} \u00d7 10{str(int(power)).translate(SUPERSCRIPTS)}".replace("-", MINUS)


def date(day) -> str:
    """A day as people write it: 4 Jun 1979."""
    day = pd.Timestamp(day)
    return f"{day.day} {day:%b %Y}"


def period(first, last) -> str:
    """A period of days: 1 Jan 1979 \u2013 31 Dec 1980."""
    return f"{date(first)} \u2013 {date(last)}"


def duration(seconds: float) -> str:
    """About how long: 40 s, 3 min, 2 h."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def sentence(name: str) -> str:
    """A name from code as a label: "batch_size" is "Batch size"."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def short_label(name: str, declared: Quantity) -> str:
    """A quantity of a model in few words; the name of three letters or fewer is an abbreviation and is written out."""
    return sentence(name) if len(name) > 3 else declared.long_name


def slot_label(slot: str, options: tuple[type[Process], ...]) -> str:
    """What a slot is for: the quantity of that name where a process declares one, else the slot's own name."""
    named = [option.declared[slot].long_name for option in options if slot in option.declared]
    return named[0] if named else sentence(slot)
