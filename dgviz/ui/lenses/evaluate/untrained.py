"""What a run was never trained on, against what is observed of it."""

from functools import partial

import numpy as np
import panel as pn
import xarray as xr

from dgviz.domains.hydrology.evaluation.budyko import curves
from dgviz.domains.hydrology.evaluation.untrained import untrained
from dgviz.processes.declare import Flux
from dgviz.scores.statistics import rank_correlation
from dgviz.ui.figures import plain_legend
from dgviz.ui.figures.colours import choices, colouring
from dgviz.ui.figures.site_scatter import SiteScatter
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import empty_words
from dgviz.ui.session.store import results_written
from dgviz.ui.widgets import material
from dgviz.ui.widgets.brushing import choose_by, follow
from dgviz.ui.words.text import axis_label, number, signed, units

PICTURES = {"Evaporation": "evapotranspiration", "Baseflow": "baseflow_share", "Budyko": "budyko"}
CURVES = {"limit": "solid", "fu": "dashed", "turc_pike": "dotted"}
ABOUT = {
    "evapotranspiration": "Precipitation minus streamflow is what evaporated, as far as the storage of the basin was "
    "the same at the end and nothing flowed by underground.",
    "baseflow_share": "The baseflow index is made of the observed flow by a filter that sees only how slowly it "
    "changes: a right model follows it in rank rather than in value.",
    "budyko": "A line leads from each simulated point to the observed 1 minus runoff ratio. Above the limit, more "
    "evaporates than there is water or energy for, or the precipitation was measured too low.",
}


class Untrained(ComputingView):
    """Never trained on."""

    empty = "No run is shown. Press Train in the side bar, or pick a run above, to check what it was not trained on."

    def __init__(self, state, **params):
        self.picture = material.RadioButtonGroup(options=PICTURES, value="evapotranspiration", size="small", margin=0)
        self.colour = material.Select(label="Colour", groups={}, size="small", width=170, margin=(0, 8, 0, 0))
        super().__init__(state=state, **params)
        self.picture.param.watch(self.draw_again, "value")
        self.colour.param.watch(lambda event: event.new and self._note(), "value")

    def tools(self):
        """Which comparison, and the colour of its points."""
        return [*super().tools(), self.colour, self.picture]

    def body(self, *, run, dark):
        """The figure, to be filled."""
        self.found, state = None, self.state
        results = state.results(run)
        if results is None:
            return None
        self._offer_colours()
        if not any(name.startswith("mean_") for name in results) and self.picture.value != "budyko":
            return empty_words(_no_fluxes(state.store.run(run).config))
        self.scatter = SiteScatter(dark, height=540, coloured=True)
        self._draw_references()
        choose_by(self.scatter, state)
        return pn.pane.Bokeh(self.scatter.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, selected):
        """The points; what they need is computed once for a run."""
        if not hasattr(self, "scatter"):
            return
        if self.found is not None:
            self._show(self.found)
            return
        state = self.state
        run, results = state.store.run(state.run), state.results(state.run)
        key = (run.id, results_written(run), state.config.data)
        self.compute("the water balance", key, partial(untrained, results, state.dataset), self._show)

    def _show(self, found):
        self.found, picture = found, self.picture.value
        x, y = _axes(picture, found)
        if y is None:
            self.caption = "This run has no baseflow: none of its processes computes it."
            return
        limits, x_limits = _limits(picture, x, y)
        self.scatter.show(_columns(found, x, y), axis_label(x), axis_label(y), limits, x_limits)
        self._paint(found)
        unit = units(y.attrs["units"])
        self.scatter.tell([("across", f"@x{{0.00}} {unit}"), ("up", f"@y{{0.00}} {unit}")])
        follow(self.scatter, self.state)
        self.caption = f"{ABOUT[picture]} {_agreement(picture, x, y)}{self._missing(found)}"
        self.summary = f"Scatter of {x.sizes['site']} sites: {axis_label(y)} against {axis_label(x)}."

    def _missing(self, found):
        if "evapotranspiration" in found:
            return ""
        config = self.state.store.run(self.state.run).config
        return f" <b>Only the observed points are shown.</b> {_no_fluxes(config)}"

    def _draw_references(self):
        if self.picture.value == "budyko":
            for name, curve in curves().items():
                self.scatter.draw(curve.aridity.values, curve.values, curve.attrs["long_name"], CURVES[name])
            plain_legend(self.scatter.figure, "bottom_right")
            self.scatter.figure.legend.update(orientation="vertical", click_policy="none", spacing=0)
        else:
            self.scatter.draw_equality()

    def _offer_colours(self):
        state = self.state
        groups = choices(state.config, state.dataset, state.results(state.run), False)
        known = [choice for options in groups.values() for choice in options.values()]
        value = self.colour.value if self.colour.value in known else known[0]
        self.colour.param.update(groups=groups, value=value)

    def _paint(self, found):
        state = self.state
        shown = colouring(self.colour.value, state.config, state.dataset, state.results(state.run))
        values = shown.values.reindex(site=found.site).values
        title = f"{shown.title.partition(',')[0]}, {shown.units}".rstrip(", ")
        self.scatter.paint(values, shown.palette, shown.low, shown.high, title)


def _axes(picture: str, found: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray | None]:
    """What stands across and up; up is None where the run does not tell it."""
    if picture == "budyko":
        return found.aridity, found.get("evaporative_index", found.observed_evaporative_index)
    return found[f"observed_{picture}"], found.get(picture)


def _columns(found: xr.Dataset, x: xr.DataArray, y: xr.DataArray) -> dict[str, np.ndarray]:
    """The points; in the plot of Budyko a whisker leads to the observed."""
    other = found.observed_evaporative_index.values if x.name == "aridity" else y.values
    ends = {"low": np.fmin(y.values, other), "high": np.fmax(y.values, other)}
    sites = {"site": found.site.values.astype(str), "name": found.name.values.astype(str)}
    return {"x": x.values, "y": y.values} | ends | sites


def _limits(picture: str, x: xr.DataArray, y: xr.DataArray) -> tuple[tuple[float, float], tuple[float, float]]:
    """Those of the vertical and of the horizontal axis; both begin at zero."""
    if picture == "baseflow_share":
        return (0, 1), (0, 1)
    if picture == "budyko":
        return (0, 1.1), (0, max(1.5, float(x.quantile(0.99))))
    high = float(np.ceil(max(x.quantile(0.99), y.quantile(0.99)) * 2) / 2)
    return (0, high), (0, high)


def _agreement(picture: str, x: xr.DataArray, y: xr.DataArray) -> str:
    if picture == "budyko":
        return ""
    unit = f" {units(y.attrs['units'])}".rstrip()
    return (
        f"Dashed: both are equal. Median difference {signed(float((y - x).median()))}{unit}, "
        f"rank correlation {number(rank_correlation(x, y))}."
    )


def _no_fluxes(config) -> str:
    """Why a run holds no fluxes, and what to do, HTML."""
    if not config.build().of(Flux):
        return "This run has no processes, so there is no evapotranspiration and no baseflow to check."
    return "This run was trained before fluxes were kept in the results: train it again to see them."
