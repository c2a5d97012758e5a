"""The state of a session in the page's address, so that a link shows another person the same.

Everything that one would share is written, defaults too; of what a view lets one choose by itself only what is not as
at first. What comes back is checked: an unknown id, path or value is left out and said, never used. A colour or
parameter that the shown run has not is kept for one that has it.
"""

from collections.abc import Collection, Mapping
from functools import partial
from urllib.parse import parse_qsl, urlencode

from dgviz.domains import discover
from dgviz.experiment.config import RunConfig
from dgviz.suggestions import suggest
from dgviz.ui.session.address_fields import FIELDS, MAY_BE_NONE, one_of, parts
from dgviz.ui.session.state import AppState

OWN = {"data", "domain", "sites", "processes"}  # written in a way of their own
OPTIONS = RunConfig.model_fields.keys() - OWN
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


def with_lesson(query: Mapping[str, str], state: AppState) -> dict[str, str]:
    """An address with what the lesson in it shows; what the address says itself comes first."""
    lesson = state.store.lessons.get(query.get("lesson", ""))
    return (lesson.show if lesson else {}) | dict(query)


def known_names(choices: Collection[str]) -> list[str]:
    """All that may stand in an address."""
    slots = {slot for science in discover().values() for slot in science.slots}
    return sorted({"page", "domain", "data", *",".join(FIELDS).split(","), *slots, *OPTIONS, *choices})


def from_query(
    query: Mapping[str, str],
    state: AppState,
    pages: Collection[str],
    choices: Collection[str] = (),
    whole: bool = False,
) -> list[str]:
    """Bring the state to what an address says; returns, in words, what could not be used.

    `choices` are those that views have of their own, as "Stores.chips"; what may be chosen a view says when it is made,
    in `state.problem`. Of an address that is `whole` the options that it leaves out are as by default.
    """
    fields = {"page": one_of("page", {page: page for page in pages})} | FIELDS  # first: a lens brings its colour
    known = known_names(choices)
    unknown = [name for name in query if name not in known]
    problems = [f"The address has {n!r}, which is not known and was left out.{suggest(n, known)}" for n in unknown]
    for bring in (_open, partial(_configure, whole=whole)):
        try:
            bring(query, state)
        except ValueError as error:
            problems.append(str(error))
    for words, field in fields.items():
        given = [query[word] for word in words.split(",") if query.get(word) or word in query and word in MAY_BE_NONE]
        named = f"the days {' to '.join(map(repr, given))}" if "," in words else f"{words}={','.join(given)!r}"
        try:
            if given:
                field.use(state, ",".join(given))
        except ValueError as error:
            problems.append(f"The address has {named}{error}")
    state.problem = ""  # views that are there say in it what they do not offer
    state.choices = {name: text for name, text in query.items() if name in choices}
    return [*problems, *filter(None, [state.problem])]


def turn_to(search: str, state: AppState, pages: Collection[str], choices: Collection[str] = ()) -> list[str]:
    """Bring a session that has gone on to what an address says, whole: what is not in it is as at the beginning."""
    query = with_lesson(dict(parse_qsl(search.removeprefix("?"), keep_blank_values=True)), state)
    state.suppose({})
    state.param.update(selected=[], others=[], moment="", playing=False, lesson="")
    return from_query(query, state, pages, choices, whole=True)


def _open(query: Mapping[str, str], state: AppState) -> None:
    """The data set with its science."""
    domain, data = query.get("domain", state.config.domain), query.get("data", state.config.data)
    if "data" not in query and domain != state.config.domain:
        if domain not in discover():
            known = discover()
            raise ValueError(f"There is no domain {domain!r}. Domains: {', '.join(known)}.{suggest(domain, known)}")
        state.edit(domain=domain)
    of_lessons = (lesson.show["data"] for lesson in state.store.lessons.values())
    if data not in ("", state.config.data, *state.known_data().values(), *of_lessons):
        raise ValueError(f"The data set {data!r} is not offered by this server.")
    if data != state.config.data:
        state.edit(data=data)


def _configure(query: Mapping[str, str], state: AppState, whole: bool) -> None:
    """The processes and the options."""
    slots = {slot: query[slot] for slot in state.science.slots if slot in query}
    options = {name: _option(name, text) for name, text in query.items() if name in OPTIONS}
    by_default = {name: state.config.default(name) for name in OPTIONS} if whole else {}
    if slots or options or whole:
        state.edit(**slots, **by_default | options)


def _option(name: str, text: str):
    """An option's value from text: names joined by commas, or what pydantic reads from a string."""
    return tuple(parts(text)) if isinstance(RunConfig.model_fields[name].default, tuple) else text
