"""What a science asks of a run beyond its scores: the pictures of its evaluations, site by site."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import panel as pn
import xarray as xr

from dgviz.domains.evaluation import Evaluation, Scatter
from dgviz.quantities import lower_first
from dgviz.scores.statistics import rank_correlation
from dgviz.ui.figures import plain_legend
from dgviz.ui.figures.site_scatter import SiteScatter
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import empty_words, text
from dgviz.ui.session.shown_colours import shown_colours
from dgviz.ui.session.simulation import test_period
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import results_written
from dgviz.ui.widgets import material
from dgviz.ui.widgets.brushing import choose_by, follow
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.text import label, number, signed, units, with_units

DASHES = ("solid", "dashed", "dotted", "dotdash")  # of curves to compare with
MANY = 3  # pictures, above which they are chosen from a list and summed up in a table
COMING = Markup("<div class='skeleton'></div>")  # while it is computed
ACROSS = 0.5  # of the extent of the curves: the horizontal axis shows at least that


def agreement_table(found: xr.Dataset, pictures: list[Scatter], shown: Scatter) -> Markup:
    """For every picture: the medians of both over the sites and how well their ranks agree, HTML."""
    rows = joined(_row(found, picture, picture is shown) for picture in pictures)
    across, up = ("Observed", "Simulated") if all(map(of_one_quantity, pictures)) else ("Across", "Up")
    heads = joined(html("<th>{}</th>", head) for head in ("", across, up, "Rank correlation"))
    return html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", heads, rows)


def of_one_quantity(picture: Scatter) -> bool:
    """Does the simulated of something stand against the observed of the same?"""
    return picture.x.removeprefix("observed_") == picture.y.removeprefix("simulated_") != picture.x


def _row(found: xr.Dataset, picture: Scatter, shown: bool) -> Markup:
    x, y = found[picture.x], found[picture.y]
    digits = 0 if x.attrs["units"] == "d" else 2
    medians = [number(float(values.median()), digits) for values in (x, y)]
    words = with_units(picture.title, x.attrs["units"])
    cells = joined(html("<td>{}</td>", cell) for cell in (*medians, number(rank_correlation(x, y))))
    return html("<tr><td>{}</td>{}</tr>", html("<b>{}</b>", words) if shown else words, cells)


def offered(pictures: tuple[Scatter, ...], found: xr.Dataset) -> list[Scatter]:
    """The pictures of which there is something: what stands across, and up or at the end of the whisker."""
    return [p for p in pictures if p.x in found and (p.y in found or (p.to and p.to in found))]


class EvaluationCard(ComputingView):
    """Independent evaluation."""

    to_take = "data a map"
    empty = "This run has nothing to see beside what is observed."
    choices = ("which", "picture")
    place = 0  # among the cards: each takes every second evaluation of the science

    def __init__(self, state, **params):
        self.found: xr.Dataset | None = None
        self.drawing = False  # is a body being made?
        self.which = material.Select(label="Evaluation", options={}, size="small", width=170, margin=(0, 8, 0, 0))
        self.picture = material.Select(label="Plot", options={}, size="small", width=190, margin=0)
        super().__init__(state=state, **params)

    @classmethod
    def applies(cls, state: AppState) -> bool:
        """Where the science has an evaluation for this card, and a run is shown."""
        return bool(state.run) and bool(cls.asked(state))

    @classmethod
    def asked(cls, state: AppState) -> dict[str, Evaluation]:
        """What this card asks of the run that is shown, by title."""
        target = state.store.run(state.run).config.target
        put = [each for each in state.science.evaluations if each.target in ("", target)]
        return {evaluation.title: evaluation for evaluation in put[cls.place :: 2]}

    @property
    def called(self) -> str:
        """The card is named by the evaluation that it shows."""
        return self.evaluation.title

    def tools(self):
        """Which evaluation, where there are several, and which of its pictures."""
        return [*super().tools(), self.which, self.picture]

    def body(self, *, run, dataset, dark, which, picture):
        """The figure and a table, to be filled; what they need is computed once for a run."""
        results = self.state.results(run)
        if results is None:
            return None
        self._offer_evaluations()
        if self.found is None or self.known != self._key():
            self._ask(results, dataset)
        self._offer_pictures()
        self.heading, self.caption, self.summary, self.scatter = self.evaluation.title, "", "", None
        if self.found is None:
            return text(COMING)
        if not self.pictures:
            return empty_words(self.evaluation.lacking(results, dataset) or "There is nothing to see of this run.")
        picture = self._picture()
        if not int((self._across(picture) + self._up(picture)).count()):
            word = self.state.science.site
            return empty_words(f"{picture.title}: no {word} has both values. {picture.about}")
        self.scatter = SiteScatter(dark, height=360, coloured=True)
        self.table = text()
        self._draw_references(picture)
        choose_by(self.scatter, self.state)
        figure = pn.pane.Bokeh(self.scatter.figure, sizing_mode="stretch_width", margin=0)
        return pn.Column(figure, self.table, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, selected, colour, fitted, baseline):
        """The points, coloured as on the map, and the table."""
        if self.scatter:
            self._show()

    def _ask(self, results, dataset):
        """What an earlier question gave is known at once, and drawn with the body that is being made."""
        self.found, self.drawing, key = None, True, self._key()
        work = partial(self.evaluation.compute, results, dataset, "/".join(test_period(self.state)))
        self.compute(lower_first(self.evaluation.title), key, work, partial(self._keep, key))
        self.drawing = False

    def _keep(self, key, found):
        self.known, self.found = key, found
        if not self.drawing:
            self.draw_again()

    def _key(self):
        run = self.state.store.run(self.state.run)
        return (self.evaluation.title, run.id, results_written(run), self.state.config.data, *test_period(self.state))

    @property
    def evaluation(self) -> Evaluation:
        """The one that is shown."""
        asked = self.asked(self.state)
        return asked.get(self.which.value) or next(iter(asked.values()))

    @property
    def pictures(self) -> list[Scatter]:
        """Those of which there is something; all, before that is known."""
        every = self.evaluation.pictures
        return list(every) if self.found is None else offered(every, self.found)

    def _picture(self) -> Scatter:
        named = {picture.title: picture for picture in self.pictures}
        return named.get(self.picture.value) or next(iter(named.values()))

    def _offer_evaluations(self):
        titles = list(self.asked(self.state))
        self.chosen.offer("which", titles[0], titles)
        self.which.visible = len(titles) > 1

    def _offer_pictures(self):
        titles = [picture.title for picture in self.pictures]
        self.chosen.offer("picture", next(iter(titles), None), titles)

    def _draw_references(self, picture):
        if picture.equal:
            self.scatter.draw_equality()
        if picture.curves is None:
            return
        for (name, curve), dash in zip(picture.curves().items(), DASHES, strict=False):
            along = curve[curve.dims[0]]
            self.scatter.draw(along.values, curve.values, label(curve, str(name)), dash)
        plain_legend(self.scatter.figure)
        self.scatter.figure.legend.update(click_policy="none")

    def _show(self):
        found, picture = self.found, self._picture()
        x, y = self._across(picture), self._up(picture)
        points = _columns(found, picture, x, y, self.state.dataset)
        self.scatter.show(points, *(_named(v, picture) for v in (x, y)), *axis_limits(picture, points))
        self._paint(found)
        names = ("observed", "simulated") if of_one_quantity(picture) else (label(x), label(y))
        told = zip(names, ("@x{0.00}", "@y{0.00}"), (x, y), strict=True)
        self.scatter.tell([(name, place, units(values.attrs["units"])) for name, place, values in told])
        follow(self.scatter, self.state)
        equal = [p for p in self.pictures if p.equal]
        self.table.object = agreement_table(found, equal, picture) if len(equal) > MANY else ""
        about = f"{picture.title}: {lower_first(picture.about)}"
        agreement = self._agreement(picture, x, y)
        self.caption = agreement + about if agreement else about.replace(". ", ".\n", 1)
        word = self.state.science.site
        self.summary = f"{_named(y, picture)} against {_named(x, picture)}: scatter of {x.sizes['site']} {word}s."

    def _across(self, picture):
        return self.found[picture.x]

    def _up(self, picture):
        return self.found[picture.y if picture.y in self.found else picture.to]

    def _agreement(self, picture, x, y):
        if picture.y not in self.found:
            lacking = self.evaluation.lacking(self.state.results(self.state.run), self.state.dataset)
            return f"Only the observed points are shown.\n{lacking} "
        if not picture.equal:
            return ""
        difference = f"{signed(float((y - x).median()))} {units(y.attrs['units'])}".strip()
        return (
            f"Median difference {difference}, rank correlation {number(rank_correlation(x, y))}; dashed: both are "
            f"equal.\nTest period: {self.state.step.period(*test_period(self.state))}. "
        )

    def _paint(self, found):
        """The colours of the map."""
        shown = shown_colours(self.state)
        values = shown.values.reindex(site=found.site).values
        self.scatter.paint(values, shown.palette, shown.low, shown.high)


class SecondEvaluationCard(EvaluationCard):
    """Independent evaluation."""

    place = 1


def _named(values: xr.DataArray, picture: Scatter) -> str:
    """The name of an axis with units; where it only says "Observed" or "Simulated", also what."""
    said = label(values)
    return with_units(f"{said} {lower_first(picture.title)}" if " " not in said else said, values.attrs["units"])


def _columns(found: xr.Dataset, picture: Scatter, x: xr.DataArray, y: xr.DataArray, dataset: xr.Dataset) -> dict:
    """The points, with a whisker to what they should be where the picture has one."""
    other = found[picture.to].values if picture.to and picture.to in found else y.values
    ends = {"low": np.fmin(y.values, other), "high": np.fmax(y.values, other)}
    names = dataset.name.sel(site=found.site).values.astype(str)
    return {"x": x.values, "y": y.values, **ends, "site": found.site.values.astype(str), "name": names}


def axis_limits(picture: Scatter, points: dict) -> tuple[tuple[float, float], tuple[float, float]]:
    """Limits of the vertical and of the horizontal axis: those declared, wider where points or whiskers lie beyond.

    Both are the same where both measure the same.
    """
    up = (points["low"], points["high"], picture.limits or ())
    if picture.equal:
        limits = _reach(points["x"], *up)
        return limits, limits
    across = [points["x"]]
    if picture.curves:
        curves = picture.curves()
        along = curves[next(iter(curves.dims))]
        first, last = float(along.min()), float(along.max())
        across.append((first, first + ACROSS * (last - first)))
    return _reach(*up), _reach(*across)


def _reach(*values: Sequence[float]) -> tuple[float, float]:
    """From the lowest to the highest that is known."""
    every = np.concatenate([np.asarray(each, "float64") for each in values])
    known = every[np.isfinite(every)]
    return (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
