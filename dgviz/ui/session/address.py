"""The state of a session in the page's address, so that a link shows another person the same.

Everything that one would share is written, defaults too. What comes back is checked: an unknown id, path or value is
left out and said, never used. A colour or parameter that the shown run has not is kept for one that has it.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import pandas as pd

from dgviz.datasets import DataError
from dgviz.domains import discover
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.run_files import RunError
from dgviz.suggestions import suggest
from dgviz.ui.session.colour_choice import ColourChoice
from dgviz.ui.session.state import CHARTS, AppState

WATCHED = (
    *(
        "config",
        "site",
        "selected",
        "run",
        "baseline",
        "others",
        "colour",
        "window",
        "page",
        "chart",
        "log_axis",
        "dark",
    ),
    *("fitted", "followed", "moment", "parameter", "playing", "supposed", "drawer"),
)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOMENT = re.compile(DAY.pattern + r"(T\d{2}:\d{2})?", re.ASCII)
WORDS = {
    *(
        "page",
        "domain",
        "data",
        "site",
        "select",
        "from",
        "to",
        "run",
        "baseline",
        "also",
        "followed",
        "colour",
        "chart",
        "day",
    ),
    *("parameter", "log", "theme", "whatif", "limits", "training"),
}
OWN = {"data", "domain", "sites", "processes"}  # written in a way of their own


def to_query(state: AppState) -> str:
    """The address's part from the question mark on."""
    config = state.config
    query = {
        "page": state.page,
        "domain": config.domain,
        "data": config.data,
        "site": state.site,
        "select": ",".join(state.selected),
        "from": state.window[0],
        "to": state.window[1],
        "run": state.run,
        "baseline": state.baseline,
        "also": ",".join(state.others),
        "followed": state.followed,
        "whatif": ",".join(f"{name}:{value:g}" for name, value in state.supposed.items()),
        "colour": state.colour.text,
        "limits": "data" if state.fitted else "declared",
        "training": "open" if state.drawer else "closed",
        "chart": state.chart,
        "day": state.moment,
        "parameter": state.parameter,
        "log": int(state.log_axis),
        "theme": "dark" if state.dark else "light",
        **config.processes,
    }
    for name in RunConfig.model_fields.keys() - OWN:
        value = getattr(config, name)
        if value != config.default(name):
            query[name] = ",".join(value) if isinstance(value, tuple) else value
    return "?" + urlencode(query, safe=",:")


def from_query(query: Mapping[str, str], state: AppState, pages: tuple[str, ...]) -> list[str]:
    """Bring the state to what an address says; returns, in words, what could not be used."""
    problems = _unknown_words(query, state)
    _restore_config(query, state, problems)
    _restore_runs(query, state, problems)
    if site := query.get("site"):
        _use(
            site in state.sites,
            f"There is no {state.config.science.site} {site!r} in this data set.",
            problems,
            lambda: state.pick(site),
        )
    if supposed := query.get("whatif"):
        _restore_what_if(supposed, state, problems)
    _restore_selection(query.get("select", ""), state, problems)
    if followed := query.get("followed"):
        _use(followed in state.runs, f"There is no run {followed!r}.", problems, lambda: state.look_at(followed))
    _restore_times(query, state, problems)
    _restore_choices(query, state, pages, problems)
    return problems


def turn_to(search: str, state: AppState, pages: tuple[str, ...]) -> list[str]:
    """Bring a session that has gone on to what an address says, whole: what is not in it is as at the beginning."""
    query = dict(parse_qsl(search.removeprefix("?"), keep_blank_values=True))
    problems: list[str] = []
    absent = {name: state.config.default(name) for name in RunConfig.model_fields.keys() - OWN - query.keys()}
    try:
        state.edit(**absent)
    except (ConfigError, DataError, ValueError) as error:
        problems.append(str(error))
    state.select([])
    state.suppose({})
    state.param.update(others=[], moment="", playing=False)
    return problems + from_query(query, state, pages)


def _unknown_words(query: Mapping[str, str], state: AppState) -> list[str]:
    slots = {slot for science in discover().values() for slot in science.slots}
    known = sorted(WORDS | slots | (RunConfig.model_fields.keys() - OWN))
    unknown = [key for key in query if key not in known]
    return [f"The address has {key!r}, which is not known and was left out.{suggest(key, known)}" for key in unknown]


def _restore_config(query: Mapping[str, str], state: AppState, problems: list[str]) -> None:
    domain, data = query.get("domain", state.config.domain), query.get("data", state.config.data)
    options = {k: _parsed(k, v) for k, v in query.items() if k in RunConfig.model_fields and k not in OWN}
    try:
        if "data" not in query and domain != state.config.domain:
            _use(
                domain in discover(),
                f"There is no domain {domain!r}. Domains: {', '.join(discover())}.{suggest(domain, discover())}",
                problems,
                lambda: state.edit(domain=domain),
            )
        if data != state.config.data:
            _use(
                data in state.known_data().values(),
                f"The data set {data!r} is not offered by this server.",
                problems,
                lambda: state.edit(data=data),
            )
        slots = {slot: query[slot] for slot in state.science.slots if slot in query}
        if slots or options:
            state.edit(**slots, **options)
    except (ConfigError, DataError, ValueError) as error:
        problems.append(str(error))


def _parsed(name: str, text: str):
    """An option's value from text: names joined by commas, or what pydantic reads from a string."""
    is_tuple = isinstance(RunConfig.model_fields[name].default, tuple)
    return tuple(part for part in text.split(",") if part) if is_tuple else text


def _restore_runs(query: Mapping[str, str], state: AppState, problems: list[str]) -> None:
    known = state.finished()
    for key, use in (("run", state.show), ("baseline", state.compare_with)):
        if key in query:
            run_id = query[key]
            _use(
                run_id in ("", *known),
                f"There is no finished run {run_id!r} on this data set.",
                problems,
                lambda use=use, run_id=run_id: use(run_id),
            )
    for run_id in filter(None, query.get("also", "").split(",")):
        _use(
            run_id in known,
            f"There is no finished run {run_id!r} on this data set.",
            problems,
            lambda run_id=run_id: state.draw_also(run_id),
        )


def _restore_what_if(text: str, state: AppState, problems: list[str]) -> None:
    try:
        parts = (part.partition(":") for part in text.split(","))
        supposed = {name: float(value) for name, _, value in parts}
    except ValueError:
        problems.append(f"The address has whatif={text!r}. Give numbers by name, as k1:0.12,beta:2.1.")
        return
    try:
        state.suppose(supposed)
    except RunError as error:
        problems.append(f"The what-if of the address was left out: {error}")


def _restore_selection(text: str, state: AppState, problems: list[str]) -> None:
    chosen = [site for site in text.split(",") if site]
    if unknown := [site for site in chosen if site not in state.sites]:
        problems.append(f"There is no {state.config.science.site} {', '.join(map(repr, unknown))} in this data set.")
    if chosen:
        state.select(chosen)


def _restore_times(query: Mapping[str, str], state: AppState, problems: list[str]) -> None:
    """The window, as far as the record goes, and the moment."""
    time = state.dataset.indexes["time"]
    begin, end = (str(moment.date()) for moment in (time[0], time[-1]))
    if window := [query.get(name, "") for name in ("from", "to") if query.get(name)]:
        first, last = max(window[0], begin), min(window[-1], end)
        _use(
            len(window) == 2 and all(_time(DAY, day) for day in window) and first <= last,
            f"The address has the days {' to '.join(map(repr, window))}. Give from=DAY and to=DAY, within {begin} to "
            f"{end}.",
            problems,
            lambda: state.param.update(window=(first, last)),
        )
    if moment := query.get("day"):
        _use(
            _time(MOMENT, moment) in time,
            f"The address has day={moment!r}, which is not in the record. Give one of {begin} to {end}.",
            problems,
            lambda: state.param.update(moment=state.step.stamp(moment)),
        )


def _time(form: re.Pattern[str], text: str) -> pd.Timestamp | None:
    """The time that a text of this form names; None where there is no such time."""
    try:
        return pd.Timestamp(text) if form.fullmatch(text) else None
    except ValueError:
        return None


def _restore_choices(query: Mapping[str, str], state: AppState, pages: tuple[str, ...], problems: list[str]) -> None:
    """What is one of a few words; the colour; the parameter."""
    allowed = {"page": pages, "chart": CHARTS, "log": ("0", "1"), "theme": ("light", "dark")}
    allowed |= {"limits": ("declared", "data"), "training": ("closed", "open")}
    read = {name: query[name] for name in allowed if query.get(name)}
    for name in [name for name, value in read.items() if value not in allowed[name]]:
        problems.append(f"The address has {name}={read.pop(name)!r}. Give one of: {', '.join(allowed[name])}.")
    colour = ColourChoice.parse(query.get("colour", ""))
    if query.get("colour") and colour is None:
        problems.append(f"The address has colour={query['colour']!r}. Give a kind and a name, as score:nse:test.")
    state.page = read.get("page", state.page)  # first: a lens brings its colour, and the address may have another
    state.param.update(
        chart=read.get("chart", state.chart),
        log_axis=read["log"] == "1" if "log" in read else state.log_axis,
        dark=read["theme"] == "dark" if "theme" in read else state.dark,
        fitted=read["limits"] == "data" if "limits" in read else state.fitted,
        drawer=read["training"] == "open" if "training" in read else state.drawer,
        colour=colour or state.colour,
        parameter=query.get("parameter") or state.parameter,
    )


def _use(allowed: bool, problem: str, problems: list[str], action) -> None:
    if allowed:
        action()
    else:
        problems.append(problem)
