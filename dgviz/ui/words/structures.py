"""Structures by what they differ in, and the form in which they are chosen."""

from collections.abc import Collection, Sequence

from dgviz.domains import Domain
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.court import MOST
from dgviz.processes.declare import Process
from dgviz.ui.words.differences import option_value
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.text import slot_label


def options_that_vary(science: Domain) -> dict[str, list[str]]:
    """The names of the options of each slot that has several."""
    return {slot: [o.__name__ for o in options] for slot, options in science.slots.items() if len(options) > 1}


def structure_names(structures: Sequence[RunConfig]) -> dict[str, RunConfig]:
    """Structures by their processes in the slots in which not all are alike.

    Raises ConfigError where two have the same.
    """
    slots = [slot for slot in structures[0].processes if len({c.processes[slot] for c in structures}) > 1]
    names = [", ".join(option_value(slot, c.processes[slot], c) for slot in slots) for c in structures]
    if twice := [name for name in names if names.count(name) > 1]:
        first, second = (number for number, name in enumerate(names, 1) if name == twice[0])
        raise ConfigError(f"The structures {first} and {second} are the same, {twice[0]}. Change one of them.")
    return dict(zip(names, structures, strict=True))


def structure_form(draft: RunConfig, rivals: Collection[str], seeds: str, offered: Sequence[str]) -> Markup:
    """A row for each slot, a column for each structure and one more as long as there may be; the seeds below, HTML.

    `rivals` are the options that differ from those of the draft, as "2.SLOT=Option".
    """
    known = [int(each.partition(".")[0]) for each in rivals]
    numbers = range(2, min(MOST, max(known, default=1) + 1) + 1)
    heads = ["1, the draft", *(f"{n}" for n in numbers)]
    head = joined(html("<th class='left'>{}</th>", words) for words in ("Process", *heads))
    chosen = dict(each.split("=") for each in rivals)
    slots = options_that_vary(draft.science)
    rows = joined(_row(slot, draft, numbers, chosen) for slot in slots)
    seeds_of = joined(_option(n, n, n == seeds) for n in offered)
    below = html("<div class='row'><label>Seeds <select name='seeds'>{}</select></label></div>", seeds_of)
    return html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>{}", head, rows, below)


def _row(slot: str, draft: RunConfig, numbers: range, chosen: dict[str, str]) -> Markup:
    options, of_draft = draft.science.slots[slot], draft.processes[slot]
    words = slot_label(slot, options)
    cells = joined(_select(f"{n}.{slot}", f"{n}: {words}", slot, draft, chosen) for n in numbers)
    said = option_value(slot, of_draft, draft)
    narrow = "white-space:normal;min-width:84px"  # so that a telephone shows a choice beside them
    row = "<tr><td class='left' style='{}'>{}</td><td class='left' style='{}'>{}</td>{}</tr>"
    return html(row, narrow, words, narrow, said, cells)


def _select(name: str, label: str, slot: str, draft: RunConfig, chosen: dict[str, str]) -> Markup:
    now = chosen.get(name, draft.processes[slot])
    every: tuple[type[Process], ...] = draft.science.slots[slot]
    options = joined(
        _option(each.__name__, option_value(slot, each.__name__, draft), each.__name__ == now) for each in every
    )
    weight = "600" if now != draft.processes[slot] else "400"
    select = (
        "<td class='left'><select name='{}' aria-label='{}' style='font-weight:{};min-width:120px'>{}</select></td>"
    )
    return html(select, name, label, weight, options)


def _option(value: str, words: str, selected: bool) -> Markup:
    return html("<option value='{}'{}>{}</option>", value, Markup(" selected") * selected, words)
