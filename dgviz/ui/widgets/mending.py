"""A form in which a person says how their own files are to be read: places, columns, units, days, sites."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import panel as pn

from dgviz.datasets import Vocabulary
from dgviz.datasets.dates import FORMS
from dgviz.datasets.own_columns import (
    ATTRIBUTES,
    Column,
    beside,
    columns_of,
    meanings,
    sites_of,
    sites_without_place,
    write_places,
)
from dgviz.datasets.reading import reading_of, write_reading
from dgviz.ui.lenses.view import text
from dgviz.ui.widgets import material
from dgviz.ui.widgets.form_table import FormTable
from dgviz.ui.words.markup import Markup, html, joined

PLACE = {"lat": "Latitude (\u00b0N)", "lon": "Longitude (\u00b0E)", "area": "Drainage area (km\u00b2)"}
WORDS = "Say here how the files are to be read, or drop corrected ones: they take the place of the same name."
HEAD = ("Column", "In", "First value", "Is", "Units")
NO_UNITS = ("site", "name", "date", "lat", "lon")
TALL = ".scroll { max-height: 600px; } select { max-width: 320px; }"
AS_IT_IS = "An attribute, as it is"


class Mending:
    """The form for the files of a folder, or a NetCDF file; what was said is written beside them.

    `read_again` is called then, and `on_said` as soon as something is said.
    """

    def __init__(
        self,
        path: Path,
        vocabularies: Mapping[str, Vocabulary],
        read_again: Callable[[], None],
        on_said: Callable[[], None],
    ):
        self.path, self.vocabularies, self.read_again, self.on_said = path, vocabularies, read_again, on_said
        self.reading = reading_of(beside(path))
        self.places = {site: dict.fromkeys(PLACE, "") for site in sites_without_place(path)}

    def form(self) -> pn.Column:
        """The fields, and the button below them. Raises DataError where a table cannot be read at all."""
        parts = [self._places()] if self.places else []
        content = joined([*parts, self._whole(), self._columns(), *self._sites()])
        again = material.Button(label="Check again", variant="outlined", size="small", on_click=lambda _: self.save())
        fields = FormTable(self.say, content=content, stylesheets=[TALL], sizing_mode="stretch_width", margin=0)
        return pn.Column(text(WORDS), fields, again, sizing_mode="stretch_width", margin=0)

    def say(self, name: str, value: str, checked: bool) -> None:
        """Note what was said in one field, named by the part of the reading and, behind a bar, what it is about."""
        part, _, about = name.partition("|")
        if part in ("columns", "units"):
            said = {**getattr(self.reading, part), about: value.strip()}
            self.reading = replace(self.reading, **{part: {k: v for k, v in said.items() if v or part == "columns"}})
        elif part == "leave_out":
            rest = [site for site in self.reading.leave_out if site != value]
            self.reading = replace(self.reading, leave_out=rest if checked else [*rest, value])
        elif part in ("dates", "span", "domain"):
            self.reading = replace(self.reading, **{part: value.strip()})
        elif part in PLACE and about in self.places:
            self.places[about][part] = value
        self.on_said()

    def save(self) -> None:
        """Write it beside the files, and read them so."""
        write_reading(self.reading, beside(self.path))
        if any(value.strip() for place in self.places.values() for value in place.values()):
            write_places(self.path, self.places)
        self.read_again()

    def _places(self) -> Markup:
        rows = [
            html("<tr><td>{}</td>{}</tr>", site, joined(html("<td>{}</td>", cell) for cell in self._entries(site)))
            for site in self.places
        ]
        head = joined(html("<th class='left'>{}</th>", words) for words in ("Site", *PLACE.values()))
        words = "Where the sites are, as there is no attributes.csv:"
        return html("<p><b>{}</b></p><table><tr>{}</tr>{}</table>", words, head, joined(rows))

    def _entries(self, site: str) -> list[Markup]:
        return [_entry(f"{name}|{site}", "", f"{words} of {site}") for name, words in PLACE.items()]

    def _whole(self) -> Markup:
        dates = {"": "Found by itself"} | {form: form for form in FORMS}
        sciences = {"": "Told by the columns"} | {name: name.replace("_", " ") for name in self.vocabularies}
        return html(
            "<p class='row'><label>Dates are {}</label><label>Days read {}</label><label>Science {}</label></p>",
            _select("dates", "Form of the dates", dates, self.reading.dates),
            _entry("span", self.reading.span, "First and last day that are read", "1990-10-01/1999-09-30"),
            _select("domain", "Science", sciences, self.reading.domain),
        )

    def _columns(self) -> Markup:
        sciences = [*self.vocabularies.values()]
        known, columns = meanings(sciences), columns_of(self.path, sciences)
        rows = [self._column(column, known[column.table]) for column in columns]
        head = joined(_cell(words, place, "th") for place, words in enumerate(HEAD))
        return html("<table><tr>{}</tr>{}</table>", head, joined(rows))

    def _column(self, column: Column, known: Mapping[str, str]) -> Markup:
        options = {"": "Not read"} | known
        if column.table == ATTRIBUTES and column.meaning not in known:
            options |= {column.name: AS_IT_IS}
        units = _entry(f"units|{column.name}", column.units, f"Units of {column.name}")
        mark = "{}" if column.meaning else "<span class='stale'>{}</span>"
        cells = (
            *(html(mark, column.name), column.table, column.example[:12]),
            _select(f"columns|{column.name}", f"What {column.name} is", options, column.meaning),
            "" if column.meaning in NO_UNITS else units,
        )
        return html("<tr>{}</tr>", joined(_cell(cell, place, "td") for place, cell in enumerate(cells)))

    def _sites(self) -> list[Markup]:
        sites = [] if self.places else sites_of(self.path)
        boxes = [
            html(
                "<label><input type='checkbox' name='leave_out' value='{}'{}> {}</label> ",
                *(site, Markup(" checked") * (site not in self.reading.leave_out), site),
            )
            for site in sites
        ]
        return [html("<p class='row'><b>Sites that are read:</b> {}</p>", joined(boxes))] * bool(boxes)


def _cell(content: str, place: int, kind: str) -> Markup:
    """A cell of the table of columns; what tells least is left out on a narrow screen."""
    return html("<{}{}>{}</{}>", kind, Markup(" class='left{}'").format(" wide" * (place in (1, 2))), content, kind)


def _select(name: str, label: str, options: Mapping[str, str], value: str) -> Markup:
    chosen = {key: Markup(" selected") * (key == value) for key in options}
    each = joined(html("<option value='{}'{}>{}</option>", key, chosen[key], words) for key, words in options.items())
    return html("<select name='{}' aria-label='{}'>{}</select>", name, label, each)


def _entry(name: str, value: str, label: str, example: str = "") -> Markup:
    field = "<input type='text' name='{}' aria-label='{}' value='{}' placeholder='{}'>"
    return html(field, name, label, value, example)
