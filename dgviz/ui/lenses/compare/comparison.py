"""Two runs side by side: their scores and their options."""

import xarray as xr

from dgviz.ui.lenses.view import View, text
from dgviz.ui.widgets import material
from dgviz.ui.words.differences import differences
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.remarks import named
from dgviz.ui.words.text import (
    PERIODS,
    number,
    score_digits,
    score_label,
    score_meaning,
    sentence,
    signed,
    spelled,
    units,
)


def median_table(a: xr.Dataset, b: xr.Dataset | None) -> Markup:
    """Median scores `(period,)` of one or two runs, with the difference, as HTML: a table per period, side by side."""
    tables = (html("<div style='flex:1 1 270px'>{}</div>", _table_of(period, a, b)) for period in PERIODS)
    return html("<div style='display:flex;flex-wrap:wrap;gap:8px 36px'>{}</div>", joined(tables))


def _table_of(period: str, a: xr.Dataset, b: xr.Dataset | None) -> Markup:
    head = html("<th>{}</th><th>A</th>", sentence(PERIODS[period]))
    head += Markup("<th>B</th><th>A \u2212 B</th>") if b is not None else ""
    body = joined(_median_row(name, period, a, b) for name in a)
    return html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)


def _median_row(name: str, period: str, a: xr.Dataset, b: xr.Dataset | None) -> Markup:
    unit = units(a[name].attrs["units"])
    digits = score_digits(unit)
    values = [float(run[name].sel(period=period)) for run in (a, b) if run is not None]
    cells = [number(value, digits) for value in values]
    cells += [signed(values[0] - values[1], digits)] if len(values) > 1 else []
    label = html("<td title='{}'>{}</td>", score_meaning(name), f"{score_label(name)}{', ' * bool(unit)}{unit}")
    return html("<tr>{}{}</tr>", label, joined(html("<td>{}</td>", cell) for cell in cells))


class MedianScores(View):
    """Median scores."""

    empty = "No run is shown: choose one in column A of the table above."

    def body(self, *, run, baseline):
        """The table."""
        if not run:
            return None
        names = self.state.target.scores
        medians = [self.state.store.medians(r) if r else None for r in (run, baseline)]
        shown = [name for name in names if all(m is None or name in m for m in medians)]
        medians = [None if m is None else m[shown] for m in medians]
        shown_runs = {letter: r for letter, r in (("A", run), ("B", baseline)) if r}
        words = [self._scored_words(letter, r) for letter, r in shown_runs.items()]
        words += [_sites_words(*(self.state.results(r) for r in (run, baseline)))] if baseline else []
        self.caption = "\n".join(filter(None, words))
        return text(median_table(*medians) + joined(self._remarks(*item) for item in shown_runs.items()))

    def _scored_words(self, letter: str, run: str) -> str:
        """Over how many sites the medians of a run are, where not over all."""
        scores = self.state.store.scores(run)[self.state.target.scores[0]]
        counts = {period: int(scores.sel(period=period).notnull().sum()) for period in PERIODS}
        if all(count == scores.sizes["site"] for count in counts.values()):
            return ""
        of = "; ".join(f"{counts[p]} of {scores.sizes['site']} in the {words}" for p, words in PERIODS.items())
        return f"{letter}: medians over the {self.state.science.site}s that have a score: {of}."

    def _remarks(self, letter: str, run: str) -> Markup:
        """What the run went on without, and what is doubtful in it, behind a line that counts them."""
        said = named(self.state.store.run(run).remarks, self.state.dataset, self.state.science)
        remarks = [r for r in said if r.kind in ("left out", "doubtful")]
        lines = joined(html("<li>{}: {}: {}</li>", r.kind, r.about, spelled(r.text)) for r in remarks)
        counted = f"{letter}: {len(remarks)} remark{'s' * (len(remarks) > 1)} on data and parameters"
        said = html("<details class='caption'><summary>{}</summary><ul>{}</ul></details>", counted, lines)
        return said * bool(remarks)


def _sites_words(a: xr.Dataset, b: xr.Dataset) -> str:
    """A warning where the medians are over different sites, or over different days."""
    shared = len(a.indexes["site"].intersection(b.indexes["site"]))
    said = []
    if not shared == a.sizes["site"] == b.sizes["site"]:
        said.append(f"A has {a.sizes['site']} sites, B {b.sizes['site']}; {shared} are in both")
    if a.attrs.get("test_period") != b.attrs.get("test_period"):
        said.append("the test periods differ")
    return f"Not the same basis: {'; '.join(said)}." if said else ""


def difference_table(rows: list[tuple[str, str, str]]) -> Markup:
    """Options that differ as an HTML table: option, A, B."""
    head = joined(html("<th class='left'>{}</th>", name) for name in ("Option", "A", "B"))
    lines = [joined(html("<td class='left'>{}</td>", cell) for cell in row) for row in rows]
    body = joined(html("<tr>{}</tr>", line) for line in lines)
    return html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)


class OptionDifferences(View):
    """What differs between A and B."""

    empty = "Choose a second run in column B of the table above: what differs between the two shows here."

    def tools(self):
        """Make the configuration of A or B the draft again."""
        return [self._restore("A", "run"), self._restore("B", "baseline")]

    def body(self, *, run, baseline):
        """The options that differ."""
        if not (run and baseline):
            return None
        store = self.state.store
        rows = differences(store.run(run).config, store.run(baseline).config)
        if not rows:
            return text(Markup("<p class='muted' style='padding:8px 0'>Both were trained with the same options.</p>"))
        return text(difference_table(rows))

    def _restore(self, letter, which):
        button = material.Button(
            label=f"Revert to {letter}",
            icon="settings_backup_restore",
            variant="text",
            size="small",
            margin=0,
        )
        button.on_click(lambda _: self.state.restore(getattr(self.state, which)))
        button.visible = self.state.param[which].rx.bool()
        return button
