"""What stands in an address of each parameter of the state: one table, in the order of use."""

import re
from collections.abc import Callable, Collection, Mapping
from operator import attrgetter
from typing import Any, NamedTuple

import pandas as pd

from dgviz.experiment.run_files import RunError
from dgviz.sensitivity.effects import CASES
from dgviz.suggestions import suggest
from dgviz.ui.colour_choice import ColourChoice
from dgviz.ui.session.state import CHARTS, AppState

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOMENT = re.compile(DAY.pattern + r"(T\d{2}:\d{2})?", re.ASCII)


class Field(NamedTuple):
    """What stands in the address of a parameter of the state: how its value is written, and how the text is used.

    `use` raises ValueError where it cannot, with what is wrong and allowed: it goes on from "The address has log='2'".
    """

    parameter: str
    write: Callable[[Any], str]
    use: Callable[[AppState, str], None]


def one_of(parameter: str, words: Mapping[str, Any]) -> Field:
    """A word for each value."""

    def use(state, text):
        if text not in words:
            raise ValueError(f". Give one of: {', '.join(words)}.")
        setattr(state, parameter, words[text])

    return Field(parameter, {value: word for word, value in words.items()}.get, use)


def names(parameter: str, known: Callable[[AppState], Collection[str]], what: str, use: Callable) -> Field:
    """Names joined by commas: those that are known are used, those that are not are said."""

    def use_known(state, text):
        given, there = parts(text), known(state)
        if set(given) & set(there) or not given:
            use(state, [name for name in given if name in there])
        if unknown := [name for name in given if name not in there]:
            said = what.format(site=state.config.science.site)
            raise ValueError(f": there is no {said} {', '.join(map(repr, unknown))} in this data set.")

    return Field(parameter, lambda value: value if isinstance(value, str) else ",".join(value), use_known)


def parts(text: str) -> list[str]:
    """What is joined by commas."""
    return [part for part in text.split(",") if part]


def _what_if(supposed: Mapping[str, float]) -> str:
    return ",".join(f"{name}:{value:g}" for name, value in supposed.items())


def _suppose(state: AppState, text: str) -> None:
    try:
        supposed = {name: float(value) for name, _, value in (part.partition(":") for part in text.split(","))}
    except ValueError:
        raise ValueError(". Give numbers by name, as k1:0.12,beta:2.1.") from None
    try:
        state.suppose(supposed)
    except RunError as error:
        raise ValueError(f", which was left out: {error}") from None


def _window(state: AppState, text: str) -> None:
    """The window, as far as the record goes."""
    (begin, end), days = _record(state), text.split(",")
    first, last = max(days[0], begin), min(days[-1], end)
    if len(days) != 2 or not all(_time(DAY, day) for day in days) or first > last:
        raise ValueError(f". Give from=DAY and to=DAY, within {begin} to {end}.")
    state.window = (first, last)


def _moment(state: AppState, text: str) -> None:
    if _time(MOMENT, text) not in state.dataset.indexes["time"]:
        raise ValueError(f", which is not in the record. Give one of {' to '.join(_record(state))}.")
    state.moment = state.step.stamp(text)


def _open_lesson(state: AppState, name: str) -> None:
    known = state.store.lessons
    if name not in known:
        raise ValueError(f".{suggest(name, known)} Lessons: {', '.join(known)}.")
    state.lesson = name


def _record(state: AppState) -> list[str]:
    """The first and the last day of the data."""
    return [str(moment.date()) for moment in state.dataset.indexes["time"][[0, -1]]]


def _time(form: re.Pattern[str], text: str) -> pd.Timestamp | None:
    """The time that a text of this form names; None where there is no such time."""
    try:
        return pd.Timestamp(text) if form.fullmatch(text) else None
    except ValueError:
        return None


def _colour(state: AppState, text: str) -> None:
    colour = ColourChoice.parse(text)
    if colour is None:
        raise ValueError(". Give a kind and a name, as score:nse:test.")
    state.colour = colour


MAY_BE_NONE = ("run", "baseline")  # given as nothing
RUNS, SITES = AppState.finished, attrgetter("sites")
FIELDS = {  # in the order of use: a run or a site forgets what was supposed of another
    "run": names("run", RUNS, "finished run", lambda state, ids: state.show("".join(ids))),
    "baseline": names("baseline", RUNS, "finished run", lambda state, ids: state.compare_with("".join(ids))),
    "also": names("others", RUNS, "finished run", lambda state, ids: [state.draw_also(run_id) for run_id in ids]),
    "site": names("site", SITES, "{site}", lambda state, sites: state.pick(sites[0])),
    "whatif": Field("supposed", _what_if, _suppose),
    "select": names("selected", SITES, "{site}", AppState.select),
    "followed": names("followed", attrgetter("runs"), "run", lambda state, ids: state.look_at(ids[0])),
    "from,to": Field("window", ",".join, _window),
    "day": Field("moment", str, _moment),
    "chart": one_of("chart", {chart: chart for chart in CHARTS}),
    "log": one_of("log_axis", {"0": False, "1": True}),
    "theme": one_of("dark", {"light": False, "dark": True}),
    "limits": one_of("fitted", {"declared": False, "data": True}),
    "case": one_of("case", {case: case for case in CASES}),
    "training": one_of("drawer", {"closed": False, "open": True}),
    "lesson": Field("lesson", str, _open_lesson),
    "parameter": Field("parameter", str, lambda state, name: state.param.update(parameter=name)),
    "colour": Field("colour", attrgetter("text"), _colour),
}
