"""What the networks inside processes have learned."""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import panel as pn
import xarray as xr

from dgviz.experiment.formula import formula_of
from dgviz.processes.declare import Flux
from dgviz.quantities import lower_first
from dgviz.ui.figures.learned_lines import plot_learned
from dgviz.ui.lenses.view import View
from dgviz.ui.widgets import material
from dgviz.ui.words.text import axis_label, label, number, short_label

PREFIX = "curve_"


class LearnedCurves(View):
    """What a process has learned."""

    to_take = "data a"
    choices = ("curve",)
    use = "A click on a name hides its curve."
    empty = "This run was made before curves were kept: train it again to see what its network has learned."

    @classmethod
    def applies(cls, state):
        """Where a process of the shown run holds a network."""
        return bool(state.run) and any(p.learned for p in state.store.run(state.run).config.build().processes)

    def tools(self):
        """Which flux, and along what."""
        return [self.curve]

    @cached_property
    def curve(self):
        """The flux that was learned, and the input that is varied."""
        return material.Select(label="Learned", options={}, size="small", width=330, margin=0)

    def body(self, *, run, dark, curve):
        """The figure."""
        results = self.state.results(run)
        found = _by_input(results) if results is not None else {}
        if not found:
            return None
        fluxes = self.state.store.run(run).config.build().of(Flux)
        options = {_words(fluxes, curves[0], short_label): name for name, curves in found.items()}
        self.chosen.offer("curve", next(iter(found)), options)
        curves = found[self.curve.value]
        self.heading = f"Learned {lower_first(_words(fluxes, curves[0]))}"
        others = " Dashed: other forms of the process." if len(curves) > 1 else ""
        self.caption = (
            f"Drawn through: what the network of run A gives.{others}\nFrom the lowest to the highest percent of what "
            "the run met, while all else that the process reads stays at its mean."
        )
        said = formula_words(curves[0])
        self.caption += f"\n{said}"
        self.summary = f"{self.heading}: {', '.join(label(curve) for curve in curves)}. {said}"
        name = fluxes[curves[0].attrs["flux"]].long_name
        return pn.pane.Bokeh(plot_learned(curves, name, self.state.look), sizing_mode="stretch_width", margin=0)


def formula_words(curve: xr.DataArray) -> str:
    """What formula the first learned curve is, as far as it is one."""
    found = formula_of(curve)
    about = f"{found.words}, x being {lower_first(axis_label(curve[curve.dims[0]]))}"
    error = f"{number(100 * found.error)} % of its range"
    if found.near:
        return f"As a formula, by sparse regression: {about}; it differs by {error}."
    return f"No formula of up to three terms comes near it; the nearest, {about}, differs by {error}."


def _by_input(results: xr.Dataset) -> dict[str, list[xr.DataArray]]:
    """The curves that are drawn together, by their coordinate, learned ones first; first where most depends on it."""
    found: dict[str, list[xr.DataArray]] = {}
    for name, curve in results.data_vars.items():
        if str(name).startswith(PREFIX):
            found.setdefault(str(curve.dims[0]), []).append(curve)
    ordered = {dim: sorted(curves, key=lambda curve: -curve.attrs["learned"]) for dim, curves in found.items()}
    return dict(sorted(ordered.items(), key=lambda item: -np.ptp(item[1][0].values)))


def _words(fluxes: Mapping[str, Flux], curve: xr.DataArray, called=lambda name, flux: flux.long_name) -> str:
    """What was learned, and along what."""
    name = curve.attrs["flux"]
    return f"{called(name, fluxes[name])} along {lower_first(label(curve[curve.dims[0]]))}"
