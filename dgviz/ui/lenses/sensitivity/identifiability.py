"""How well the data of the picked site determine its parameters, and which make up for one another."""

import numpy as np
import panel as pn
import xarray as xr

from dgviz.quantities import lower_first
from dgviz.sensitivity.identifiability import identifiability, trade_off, worst_pairs
from dgviz.sensitivity.loss_slice import agreement_along, loss_slice, path_in_slice
from dgviz.ui import theme
from dgviz.ui.figures.loss_plane import plot_loss
from dgviz.ui.figures.matrix import Matrix
from dgviz.ui.figures.standard_errors import plot_standard_errors
from dgviz.ui.lenses.applies import by_itself
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import text
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.words.markup import html, joined, key_of
from dgviz.ui.words.text import number, signed, units

ENDS = 3  # directions at each end that are drawn: the stiffest and the sloppiest
COLLINEAR = 10.0  # collinearity from which two parameters are not told apart


class Identifiability(ComputingView):
    """What the data say of each parameter."""

    to_take = "target site window a"
    needs = "parameters"
    empty = "No run is shown. Press Train, or pick a run above, to see how well its parameters are known."

    @classmethod
    def applies(cls, state):
        """Where a site has a series in time, simulated alone."""
        return by_itself(state)

    def body(self, *, run, dataset, dark):
        """Places for the figures."""
        if Simulation.of(self.state) is None:
            return None
        self.errors, self.plane = (pn.pane.Bokeh(sizing_mode="stretch_width", margin=0) for _ in range(2))
        self.directions = Matrix(self.state.look, signed=True)
        self.words = text()
        matrix = pn.pane.Bokeh(self.directions.figure, sizing_mode="stretch_width", margin=0)
        whole = dict(sizing_mode="stretch_width", margin=0)
        halves = (self.errors,), (matrix, self.words, self.plane)
        cells = (pn.Column(*half, css_classes=["span-6"], **whole) for half in halves)
        return pn.Column(*cells, stylesheets=[theme.row(640)], **whole)

    def refresh(self, *, site, window):
        """What is known at the picked site in the window."""
        simulation, path = Simulation.of(self.state), self._path()

        def work():
            model = simulation.site_model()
            found = identifiability(model)
            loss = loss_slice(model, found.eigenvector.isel(direction=[0, -1]))
            check = agreement_along(model, found.eigenvector.isel(direction=0))
            return found, loss.assign_attrs(check=check)

        self.compute("what is known", simulation.key, work, lambda found: self._show(*found, path))

    def _path(self) -> xr.DataArray | None:
        """The parameters of the site after each epoch, `(epoch, parameter)`, where the run has kept them."""
        run, site = self.state.store.run(self.state.run), self.state.site
        if run.config.seeds > 1 or run.config.holdout != "none":  # then the epochs are of several models
            return None
        records = [record["parameters"] for record in run.progress if record.get("parameters")]
        sites = list(self.state.results(run.id).site.values)
        if len(records) < 2 or site not in sites or any(record.keys() != records[0].keys() for record in records):
            return None
        values = [[record[name][sites.index(site)] for name in record] for record in records]
        return xr.DataArray(values, {"parameter": [*records[0]]}, ("epoch", "parameter"))

    def _show(self, found: xr.Dataset, loss: xr.DataArray, path: xr.DataArray | None) -> None:
        state, declared = self.state, self.state.parameters()
        words = {name: declared[name].long_name for name in found.parameter.values}
        self.errors.object = plot_standard_errors(found, words, state.look)
        self._show_directions(found, words)
        vectors = found.eigenvector.isel(direction=[0, -1])
        if path is not None and {*found.parameter.values} <= {*path.parameter.values}:
            path = path_in_slice(path, vectors, {name: p.range for name, p in declared.items()})
        else:
            path = None
        self.plane.object = plot_loss(loss, path, state.look)
        self._say(found, words, loss, path is not None)

    def _show_directions(self, found: xr.Dataset, words: dict[str, str]) -> None:
        """The ends of the eigenvectors as a matrix, and in words what cannot be told apart."""
        places = sorted({*range(min(ENDS, len(words))), *range(max(len(words) - ENDS, 0), len(words))})
        some = found.eigenvector.isel(direction=places)
        errors = 100 / np.sqrt(found.eigenvalue.values[places])  # along each direction, % of the ranges
        columns = [f"{d}: {number(e, 1)} %" for d, e in zip(some.direction.values, errors, strict=True)]
        shown = some.assign_coords(direction=columns)
        tips = {
            (name, column): f"{words[name]}: {signed(float(shown.sel(parameter=name, direction=column)))}"
            for name in words
            for column in columns
        }
        self.directions.show(shown, tips)
        pairs = [
            html("<li>{} and {}: collinearity {}{}</li>", a, b, number(index, 1), _judged(index))
            for a, b, index in worst_pairs(found)
        ]
        sloppy = trade_off(found.eigenvector.isel(direction=-1))
        self.words.object = html("<p>Sloppiest: {}.</p><ul>{}</ul>", sloppy, joined(pairs))

    def _say(self, found: xr.Dataset, words: dict[str, str], loss: xr.DataArray, has_path: bool) -> None:
        state, look = self.state, self.state.look
        order = found.parameter.values[np.argsort(found.standard_error.values)].tolist()
        best, least = (lower_first(words[name]) for name in (order[0], order[-1]))
        self.heading = html(
            "What the data say of each parameter: most of {}, least of {} <span class='muted'>{}</span>",
            best, least, state.name_of(state.site),
        )  # fmt: skip
        r, factor = float(found.autocorrelation), float(found.underestimate.median())
        inks = {"standard error": "primary", "spread of members": "missing"}
        key = key_of((words, look.token(ink), "area") for words, ink in inks.items())
        unit, centre = units(state.target.units), float(loss.sel(along=0, across=0))
        left = found.attrs["left_out"]
        without = f" Left out, because the target does not respond to them here: {left}." if left else ""
        way = (
            "The line is the way of training, its ring the first epoch, seen in this plane."
            if has_path
            else "The way of training is not drawn: this run has not kept its parameters after each epoch."
        )
        self.caption = html("{} {}", key, (
            f"The Cramer-Rao bound of {number(int(found.n_observed), 0)} observed {state.step.names}: no unbiased "
            f"estimate is surer.\nErrors of {number(float(found.residual_deviation))} {unit} persist from "
            f"{state.step.name} to {state.step.name}, r = {number(r)}: taken as independent, standard errors would be "
            f"{number(factor, 1)} times too small. Columns: directions in which parameters move together, from the "
            f"stiffest (1) to the sloppiest, with the standard error along each; reruns along the stiffest agree to "
            f"{number(loss.attrs['check'])} %. Collinearity of all: {number(float(found.collinearity_of_all), 1)}; "
            f"from about {COLLINEAR:g} on, parameters are not told apart (Brun et al. 2001). Below: the loss, 1 \u2212 "
            f"NSE, where all members move along the stiffest and the sloppiest direction; {number(centre)} at the dot. "
            f"{way}{without}"
        ))  # fmt: skip
        said = (f"{words[n]} {number(float(found.standard_error.sel(parameter=n)), 1)} %" for n in order)
        self.summary = f"Standard errors in percent of the range: {', '.join(said)}."


def _judged(index: float) -> str:
    return ", not told apart" if index >= COLLINEAR else ""
