"""The one map: sites coloured by what the open lens is about, and how those values are distributed."""

from dataclasses import replace
from functools import cached_property, partial

import numpy as np
import panel as pn
import xarray as xr

from dgviz.quantities import lower_first
from dgviz.ui import theme
from dgviz.ui.colour_choice import ColourChoice
from dgviz.ui.figures.colouring import Colouring
from dgviz.ui.figures.colours import texts
from dgviz.ui.figures.site_histogram import SiteHistogram
from dgviz.ui.figures.site_map import SiteMap as MapFigure
from dgviz.ui.lenses.view import View, text
from dgviz.ui.session.shown_colours import showable, shown_colours
from dgviz.ui.widgets import material
from dgviz.ui.widgets.arrow_keys import ArrowKeys
from dgviz.ui.widgets.parameters import chosen
from dgviz.ui.words.kinds import notes, origin
from dgviz.ui.words.markup import html, key_of
from dgviz.ui.words.summaries import of_map, of_selection

BORDER = 6  # px above the map
MAPPED = "mapped: "  # begins the choice that stands for what a card put on the map
WIDE = {"sizing_mode": "stretch_width", "margin": 0, "size": "small"}


class SiteMap(View):
    """Map."""

    control = "map"

    @property
    def to_take(self) -> str:
        """The sites, and the runs that the colours are of."""
        return "data" + {"attribute": "", "difference": " a b"}.get(self.state.colour.kind, " a")

    def __panel__(self):
        """Search and colour above the map; below it marks, caption and selection."""
        clear = material.Button(label="Clear", variant="text", size="small", margin=0, align="center")
        clear.on_click(lambda _: self.state.select([]))
        names = ("selected", "run", "dataset")
        said = pn.bind(lambda *_: of_selection(self.state), *(self.state.param[name] for name in names))
        row = pn.Row(sizing_mode="stretch_width", margin=0)
        words = text(said, align="center")

        def arrange(*_):
            wanted = [words, *[clear] * bool(self.state.selected), self.fit]
            if len(row) != len(wanted):
                row.objects = wanted

        arrange()
        self.state.param.watch(lambda _: arrange(), "selected")
        below = partial(html, "<p class='caption'>{}</p><p class='heard'>{}</p>")
        of_data = partial(html, "<p class='of-data'>{}</p>")
        opened = self.state.param.dataset.rx().attrs.get("title", "")
        return pn.Column(
            text(pn.bind(of_data, opened)),
            self.search,
            self.picker,
            self._place,
            text(pn.bind(below, self.param.caption, self.param.summary)),
            row,
            stylesheets=[theme.CARD],
            css_classes=["card"],
            sizing_mode="stretch_both",
            margin=0,
        )

    @cached_property
    def search(self):
        """A box in which a site is found by its name or number."""
        box = material.AutocompleteInput(
            options={}, search_strategy="includes", case_sensitive=False, min_characters=1, **WIDE
        )

        def offer(*_):
            names = {f"{self.state.name_of(site)} ({site})": site for site in self.state.sites}
            box.param.update(options=names, label=f"Find a {self.state.science.site} by name or number")

        offer()
        self.state.param.watch(offer, "dataset")
        box.param.watch(lambda event: event.new and self.state.pick(event.new), "value")
        return box

    @cached_property
    def picker(self):
        """What the map shows: a list in groups in which one can search."""
        options = WIDE | {"margin": (8, 0, 4, 0), "dropdown_height": 480}
        select = material.Select(label="Colour", value=None, groups={}, searchable=True, **options)
        state = self.state

        def of_card():
            """What stands for the map of a card, which has one name while a player shows step after step of it."""
            attrs = state.mapped.attrs if state.mapped is not None else {}
            title = attrs.get("listed", attrs.get("long_name", ""))
            return title, f"{MAPPED}{title}" * bool(title)  # another value for another title, else that would stay

        def offer(*events):
            title, value = of_card()
            if value and value == select.value and [event.name for event in events] == ["mapped"]:
                return
            groups = showable(state).choices()
            known = [choice for options in groups.values() for choice in options.values()]
            if state.colour not in known and known:
                alike = state.colour_of(state.colour.kind, chosen(state))
                state.colour = alike if alike in known else known[0]
            group = next((name for name, options in groups.items() if state.colour in options.values()), "")
            label = f"Colour: {lower_first(group)}".rstrip(": ")  # the closed list shows no group
            if any(event.name == "dataset" for event in events):
                select.value = None  # else the closed list goes on to show what the same choice was called before
            shown = texts(groups)
            if value:
                label, shown = "On the map", {"Of a card": {title: value}} | shown
            select.param.update(groups=shown, value=value or state.colour.text, label=label)

        def choose(event):
            if not event.new or event.new.startswith(MAPPED):
                return
            if event.new == state.colour.text:
                state.mapped = None  # back to what was there before a card put something on the map
            else:
                state.colour = ColourChoice.parse(event.new)

        offer()
        state.param.watch(offer, ["run", "baseline", "dataset", "colour", "mapped"])
        select.param.watch(choose, "value")
        return select

    @cached_property
    def fit(self):
        """Do the limits of the colours follow the data?"""
        fit = material.Switch(label="Fit colours", value=self.state.fitted, size="small", margin=0, align="center")
        fit.link(self.state, value="fitted", bidirectional=True)
        return fit

    def body(self, *, dataset, dark):
        """Map, title and distribution, made anew for another data set or theme."""
        self.map = MapFigure(dataset, dark, self.state.config.target, self.state.flagged)
        self.map.figure.on_event("tap", lambda event: self._pick(event.x, event.y))
        self.map.source.selected.on_change("indices", lambda attr, old, new: self._select(np.asarray(new, int)))
        self.histogram = SiteHistogram(dark)
        self.histogram.figure.on_event("selectiongeometry", self._brush)
        self._place.sizing_mode = "stretch_both"
        title = "<div class='title'><h2 class='of-map'>{}</h2>{}</div>"
        says = f"Map of {self.state.science.site}s. The arrow keys pick the next one in their direction."
        keys = ArrowKeys(figure=self.map.figure.id, says=says, width=0, height=0, margin=0)
        keys.on_msg(lambda event: self._go(*event.data))
        return pn.Column(
            keys,
            pn.pane.Bokeh(self.map.figure, sizing_mode="stretch_both", margin=0),
            text(pn.bind(lambda heading: html(title, heading, self.take_button), self.param.heading)),
            pn.pane.Bokeh(self.histogram.figure, sizing_mode="stretch_width", margin=0),
            sizing_mode="stretch_both",
            margin=0,
        )

    def refresh(self, *, colour, mapped, fitted, run, baseline, site, selected, progress, training):
        """Values, marks, the ring and the selection."""
        state = self.state
        if self.changed - {"site", "selected", "progress"} or (training and progress):
            self._paint()
        position = state.sites.index(site) if site else None
        self.map.mark(position)
        chosen = np.isin(state.sites, selected)
        if sorted(self.map.source.selected.indices) != (wanted := np.flatnonzero(chosen).tolist()):
            self.map.source.selected.indices = wanted
        self.histogram.show(self.shown, chosen if selected else ~chosen, position, f"{state.science.site}s")
        self.summary = of_map(self.shown, site)

    @property
    def _kind(self) -> str:
        """The kind of what is shown: "" where a card put something on the map."""
        return "" if self.state.mapped is not None else self.state.colour.kind

    def _paint(self):
        """Colours, crosses where a score is below zero, and small sites where the run was not trained."""
        shown = self.shown = self._live(shown_colours(self.state))
        values, n_sites = shown.values, len(self.state.sites)
        of_score = self._kind == "score"
        from_zero = of_score and values.attrs.get("limits", [-1])[0] == 0  # it is not meant to be below
        below = values.values < 0 if from_zero else np.zeros(n_sites, bool)
        untrained = self._untrained()
        self.map.paint(shown, below, untrained)
        self.heading = f"{shown.title}, {shown.units}".rstrip(", ")
        self.caption = self._caption(shown, int(below.sum()), int(untrained.sum()))
        # The key of classes takes room: Bokeh gives the map less of it only where a border of its own changes.
        self.map.figure.min_border_top = BORDER + len(shown.classes)

    def _live(self, shown: Colouring) -> Colouring:
        """A parameter, or the efficiency, as it is learned just now, while the model that is trained has it."""
        state, kind, name = self.state, self._kind, self.state.colour.name
        learned = state.learned_so_far()
        if learned is None or kind not in ("parameter", "score") or name not in learned:
            return shown
        of_what = "" if kind == "parameter" else " in training"  # on other windows of it in each epoch
        title = f"{shown.title.partition(',')[0]}{of_what}, after epoch {state.progress[-1]['epoch']}"
        return replace(shown, title=title, values=learned[name].assign_attrs(shown.values.attrs))

    def _untrained(self) -> np.ndarray:
        """The sites `(site,)` that the shown run predicts without having been trained on them."""
        results, state = self.state.results(self.state.run), self.state
        if results is None or self._kind == "attribute":
            return np.zeros(len(state.sites), bool)
        if trained := state.shown_config.trained_sites:
            return ~np.isin(state.sites, trained)
        held = results.get("held_out", xr.zeros_like(results.site, bool))
        return held.reindex(site=state.sites, fill_value=False).values.astype(bool)

    def _caption(self, shown: Colouring, n_below: int, n_untrained: int) -> str:
        flagged, missing = int(self.state.flagged.sum()), int(shown.values.isnull().sum())
        marks = {
            f"\u00d7 below zero: {n_below}": n_below,
            f"\u25a0 {lower_first(self.state.target.long_name)} altered by people: {flagged}": flagged,
            f"small: not trained on: {n_untrained}": n_untrained,
            f"grey: no value: {missing}": missing,
        }
        said = [words for words, count in marks.items() if count]
        if self.state.run and self._kind in ("score", "parameter"):
            run = self.state.store.run(self.state.run)
            about = notes(run, self.state.store).values() if self._kind == "score" else [origin(run.config)]
            said += [lower_first(words.rstrip(".")) for words in about if words]
        words = "; ".join([shown.caption.rstrip("."), *said]) + "."
        key = key_of((words, ink, "area") for words, ink in zip(shown.classes, shown.palette, strict=False))
        return html("{} {}", key, words) if shown.classes else words

    def _pick(self, x: float, y: float) -> None:
        self.state.pick(self.state.sites[self.map.nearest(x, y)])

    def _go(self, east: int, north: int) -> None:
        """Pick the next site in the direction of an arrow key."""
        state = self.state
        at = self.map.beside(state.sites.index(state.site), east, north) if state.site else 0
        state.pick(state.sites[at])

    def _select(self, positions: np.ndarray) -> None:
        self.state.select([self.state.sites[i] for i in positions])

    def _brush(self, event) -> None:
        if event.final:
            self._select(np.flatnonzero(self.histogram.inside(event.geometry["x0"], event.geometry["x1"])))
