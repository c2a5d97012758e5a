"""Who is where in a workshop, in words."""

import time
from collections.abc import Mapping

from dgviz.ui.session.room import Place
from dgviz.ui.session.state import AppState
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.run_names import name_without_score
from dgviz.ui.words.text import number

NOW = 20  # s within which somebody is said to be busy
COLUMNS = ("Name", "Lens", "Site", "Run", "Score", "Seen")
NOBODY = Markup(
    "<div class='empty'>Nobody has come in yet. Visitors open the address of this server, give the password and their "
    "name, and are listed here.</div>"
)


def places_table(state: AppState, places: list[Place], scores: Mapping[str, float]) -> Markup:
    """A line for each visitor, with the median score of their newest run, HTML."""
    if not places:
        return NOBODY
    head = joined(html("<th class='left'>{}</th>", name) for name in COLUMNS)
    body = joined(html("<tr>{}</tr>", _cells(state, place, scores)) for place in places)
    return html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)


def _cells(state: AppState, place: Place, scores: Mapping[str, float]) -> Markup:
    lesson = state.store.lessons.get(place.lesson)
    lens = state.science.budget.capitalize() if place.lens == "Budget" else place.lens
    lens += f", lesson: {lesson.title}" if lesson else ""
    score = number(scores[place.visitor]) if place.visitor in scores else ""
    cells = state.store.room.name_of(place.visitor), lens, place.site, _run(state, place), score, seen_words(place)
    return joined(html("<td class='left'>{}</td>", cell) for cell in cells)


def _run(state: AppState, place: Place) -> str:
    known = {run.id: run for run in state.store.runs()}
    return name_without_score(known[place.run]) if place.run in known else ""


def seen_words(place: Place) -> str:
    """When somebody last did something, and whether their page is still open."""
    past = max(time.time() - place.seen, 0.0)
    ago = "now" if past < NOW else f"{past / 60:.0f} min ago" if past >= 60 else "a moment ago"
    return ago if place.pages else f"{ago}, left"
