"""The state of a session in the page's address, so that a link shows another person the same.

Everything that one would share is written, defaults too; of what a view lets one choose by itself only what is not as
at first. What comes back is checked: an unknown id, path or value is left out and said, never used. A colour or
parameter that the shown run has not is kept for one that has it.
"""

import re
from collections.abc import Callable, Collection, Mapping
from operator import attrgetter
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import pandas as pd

from dgviz.domains import discover
from dgviz.experiment.config import RunConfig
from dgviz.experiment.run_files import RunError
from dgviz.sensitivity.effects import CASES
from dgviz.suggestions import suggest
from dgviz.ui.session.colour_choice import ColourChoice
from dgviz.ui.session.state import CHARTS, AppState

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOMENT = re.compile(DAY.pattern + r"(T\d{2}:\d{2})?", re.ASCII)
OWN = {"data", "domain", "sites", "processes"}  # written in a way of their own
OPTIONS = RunConfig.model_fields.keys() - OWN


class Field(NamedTuple):
    """What stands in the address of a parameter of the state: how its value is written, and how the text is used.

    `use` raises ValueError where it cannot, with what is wrong and allowed: it goes on from "The address has log='2'".
    """

    parameter: str
    write: Callable[[Any], str]
    use: Callable[[AppState, str], None]
    blank: bool = False  # does it mean something that nothing is given?


def one_of(parameter: str, words: Mapping[str, Any]) -> Field:
    """A word for each value."""

    def use(state, text):
        if text not in words:
            raise ValueError(f". Give one of: {', '.join(words)}.")
        setattr(state, parameter, words[text])

    return Field(parameter, {value: word for word, value in words.items()}.get, use)


def names(
    parameter: str, known: Callable[[AppState], Collection[str]], what: str, use: Callable, blank: bool = False
) -> Field:
    """Names joined by commas: those that are known are used, those that are not are said."""

    def use_known(state, text):
        given, there = _parts(text), known(state)
        if set(given) & set(there) or not given:
            use(state, [name for name in given if name in there])
        if unknown := [name for name in given if name not in there]:
            said = what.format(site=state.config.science.site)
            raise ValueError(f": there is no {said} {', '.join(map(repr, unknown))} in this data set.")

    return Field(parameter, lambda value: value if isinstance(value, str) else ",".join(value), use_known, blank)


def _parts(text: str) -> list[str]:
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


RUNS, SITES = AppState.finished, attrgetter("sites")
FIELDS = {  # in the order of use: a run or a site forgets what was supposed of another
    "run": names("run", RUNS, "finished run", lambda state, ids: state.show("".join(ids)), blank=True),
    "baseline": names(
        "baseline", RUNS, "finished run", lambda state, ids: state.compare_with("".join(ids)), blank=True
    ),
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
    "parameter": Field("parameter", str, lambda state, name: state.param.update(parameter=name)),
    "colour": Field("colour", lambda colour: colour.text, _colour),
}
WATCHED = ("config", "page", "playing", "choices", *(field.parameter for field in FIELDS.values()))


def to_query(state: AppState) -> str:
    """The address's part from the question mark on."""
    config = state.config
    query = {"page": state.page, "domain": config.domain, "data": config.data}
    for words, field in FIELDS.items():
        text = field.write(getattr(state, field.parameter))
        query |= dict(zip(words.split(","), text.split(","), strict=True)) if "," in words else {words: text}
    for name in OPTIONS:
        value = getattr(config, name)
        if value != config.default(name):
            query[name] = ",".join(value) if isinstance(value, tuple) else value
    return "?" + urlencode(query | config.processes | state.choices, safe=",:")


def from_query(
    query: Mapping[str, str], state: AppState, pages: Collection[str], choices: Collection[str] = ()
) -> list[str]:
    """Bring the state to what an address says; returns, in words, what could not be used.

    `choices` are those that the views have of their own, as "Matters.case". Only the view itself knows what may be
    chosen: it says so when it is made, by `AppState.refuse`.
    """
    fields = {"page": one_of("page", {page: page for page in pages})} | FIELDS  # first: a lens brings its colour
    slots = {slot for science in discover().values() for slot in science.slots}
    known = sorted({"domain", "data", *",".join(fields).split(","), *slots, *OPTIONS, *choices})
    unknown = [name for name in query if name not in known]
    problems = [f"The address has {n!r}, which is not known and was left out.{suggest(n, known)}" for n in unknown]
    try:
        _configure(query, state)
    except ValueError as error:
        problems.append(str(error))
    for words, field in fields.items():
        given = [query[word] for word in words.split(",") if query.get(word) or (field.blank and word in query)]
        named = f"the days {' to '.join(map(repr, given))}" if "," in words else f"{words}={','.join(given)!r}"
        try:
            if given:
                field.use(state, ",".join(given))
        except ValueError as error:
            problems.append(f"The address has {named}{error}")
    state.problem = ""
    state.choices = {name: text for name, text in query.items() if name in choices}
    return [*problems, *filter(None, [state.problem])]


def turn_to(search: str, state: AppState, pages: Collection[str], choices: Collection[str] = ()) -> list[str]:
    """Bring a session that has gone on to what an address says, whole: what is not in it is as at the beginning."""
    query = dict(parse_qsl(search.removeprefix("?"), keep_blank_values=True))
    problems: list[str] = []
    try:
        state.edit(**{name: state.config.default(name) for name in OPTIONS - query.keys()})
    except ValueError as error:
        problems.append(str(error))
    state.select([])
    state.suppose({})
    state.param.update(others=[], moment="", playing=False)
    return problems + from_query(query, state, pages, choices)


def _configure(query: Mapping[str, str], state: AppState) -> None:
    """The data set with its science, the processes and the options."""
    domain, data = query.get("domain", state.config.domain), query.get("data", state.config.data)
    if "data" not in query and domain != state.config.domain:
        if domain not in discover():
            known = discover()
            raise ValueError(f"There is no domain {domain!r}. Domains: {', '.join(known)}.{suggest(domain, known)}")
        state.edit(domain=domain)
    refused = data not in ("", state.config.data, *state.known_data().values())
    if not refused and data != state.config.data:
        state.edit(data=data)
    slots = {slot: query[slot] for slot in state.science.slots if slot in query}
    options = {name: _option(name, text) for name, text in query.items() if name in OPTIONS}
    if slots or options:
        state.edit(**slots, **options)
    if refused:
        raise ValueError(f"The data set {data!r} is not offered by this server.")


def _option(name: str, text: str):
    """An option's value from text: names joined by commas, or what pydantic reads from a string."""
    return tuple(_parts(text)) if isinstance(RunConfig.model_fields[name].default, tuple) else text
