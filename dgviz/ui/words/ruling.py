"""What a court found in a case, as a card and a page to share have it."""

from collections import Counter
from collections.abc import Callable, Mapping

from dgviz.experiment.claims import interval_words
from dgviz.experiment.court import Judgment, Ruling
from dgviz.experiment.hearing import Hearing, has_results
from dgviz.experiment.presets import HOLDOUTS, Configs, Key
from dgviz.experiment.runs import Run
from dgviz.scores.paired import Paired
from dgviz.ui.words.interval import interval_strip
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.text import date, number, sentence

HELD = {"none": "trained on all {site}s", "folds": "in folds", "regions": "with regions held out"}


def standing_words(stands: Mapping[Key, Run | None], configs: Configs, site: str) -> Markup:
    """How far the trainings are, what failed, and what is not judged, HTML."""
    counts = Counter(_stage(run) for run in stands.values())
    said = f"{counts['trained']} of {len(stands)} trainings are there"
    rest = [f"{n} {stage}" for stage in ("training", "waiting", "failed", "missing") if (n := counts[stage])]
    words = f"{said}{': ' * bool(rest)}{', '.join(rest)}."
    failed = [run for run in stands.values() if run is not None and run.status == "failed"]
    if failed:
        words += f" {failed[0].id} failed: {failed[0].error.strip().partition(chr(10))[0]}"
    if one_case := [held for held in HOLDOUTS if not all(held in of_structure for of_structure in configs.values())]:
        cases = " and ".join(HELD[held].format(site=site) for held in one_case)
        words += f" Not judged {cases}: parameters of each {site} are of no use at another."
    return html("<p class='muted' role='status' style='padding:2px 0 8px'>{}</p>", words)


def _stage(run: Run | None) -> str:
    if run is None:
        return "missing"
    if has_results(run):
        return "trained"
    return run.status if run.status in ("waiting", "failed") else "training"


def hearing_html(found: Hearing, name_of: Callable[[str], str]) -> Markup:
    """The ruling, each of its cases, and where to measure next, with buttons "site" and "day", HTML."""
    ruling = found.ruling
    cases = joined(
        html("<h3 style='margin-top:10px'>{}</h3>{}", sentence(each.where), judgment_html(each, ruling.site))
        for each in ruling.judgments
    )
    sites = joined(_button("site", site, f"{name_of(site)}", size) for site, size in found.sites.items())
    days = joined(_button("day", day, date(day), size) for day, size in found.days.items())
    return html(
        "<h3>{}</h3>{}<h3 style='margin-top:10px'>Measure here next</h3><p class='caption'>Where the structures differ "
        "most: the standard deviation over them, of that of the observed.</p><div class='row'>{}</div>"
        "<div class='row'>{}</div>",
        *(ruling.sentence, cases + left_out_html(ruling), sites, days),
    )


def _button(name: str, value: str, words: str, size: float) -> Markup:
    look = "<span><button name='{}' value='{}'>{}</button> <span class='muted'>{}</span></span>"
    return html(look, name, value, words, number(size))


def judgment_html(judgment: Judgment, site: str) -> Markup:
    """Who did best in a case, and by how much, HTML: a row for each structure, the best first."""
    first = next(iter(judgment.medians))
    said = f"{judgment.winner} does best." if judgment.winner else "These data cannot tell."
    heads = ("Structure", f"Median {judgment.score}", f"{first} less this one")
    head = joined(html("<th class='left'>{}</th>", words) for words in heads)
    rows = joined(_row(name, judgment, site) for name in judgment.medians)
    note = html("<p class='caption'>{}</p>", judgment.note) * bool(judgment.note)
    return html("<p>{}</p><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>{}", said, head, rows, note)


def left_out_html(ruling: Ruling) -> Markup:
    """What was not judged, HTML."""
    return joined(html("<p class='muted'>{}</p>", sentence) for sentence in ruling.left_out)


def _row(name: str, judgment: Judgment, site: str) -> Markup:
    against = judgment.against.get(name)
    found = _difference(against, site) if against else "the best median"
    median = number(judgment.medians[name])
    cells = joined(html("<td class='left' style='white-space:normal'>{}</td>", cell) for cell in (name, median, found))
    return html("<tr>{}</tr>", cells)


def _difference(difference: Paired, site: str) -> Markup:
    """The interval drawn and in words, below each other where there is no room."""
    words = interval_words(difference, site).removeprefix("paired difference ")
    ink = f"var(--mui-palette-{'primary-main' if difference.above() else 'text-primary'})"
    both = "<div style='display:flex;flex-wrap:wrap;align-items:center;gap:0 12px'>{}<span>{}</span></div>"
    return html(both, interval_strip(difference, ink), words)
