"""How the target responds to parameters along the curve of the picked site."""

from functools import cached_property

import panel as pn
import xarray as xr
from bokeh.models import ColumnDataSource

from dgviz.experiment.along import along, curves_of
from dgviz.quantities import lower_first
from dgviz.sensitivity import parameter_response
from dgviz.ui import theme
from dgviz.ui.figures import hover, nothing_yet, plain_figure, zero_line
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import html
from dgviz.ui.words.text import label, number, units, with_units

HEIGHT = 260
SHARE = 0.1  # of the range of a parameter, so that all have the units of the target


class CurveResponses(ComputingView):
    """Sensitivity along the curve."""

    to_take = "target site a"
    choices = ("across",)
    needs = "parameters"
    empty = "No run is shown. Press Train, or pick a run above, to see what its target is sensitive to."

    @classmethod
    def applies(cls, state):
        """Where a site is a curve."""
        return bool(state.science.curves)

    def tools(self):
        """What stands across."""
        return [*super().tools(), self.across]

    @cached_property
    def across(self):
        """The forcing that stands across."""
        return material.RadioButtonGroup(options={}, size="small", margin=0)

    def body(self, *, run, dataset, site, dark, across):
        """The figure, made anew for another axis."""
        state = self.state
        simulation, offered = Simulation.of(state), curves_of(state.science, dataset, site)
        if simulation is None or not offered:
            return None
        self.chosen.offer("across", offered[0].x, {each.title: each.x for each in offered})
        x = dataset[self.across.value]
        self.figure = plain_figure(
            HEIGHT,
            with_units(label(x), x.attrs.get("units", "")),
            with_units(f"Change of {lower_first(state.target.long_name)}", state.target.units),
        )
        zero_line(self.figure, state.look)
        self.sources: dict[str, ColumnDataSource] = {}
        return pn.pane.Bokeh(self.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, run, across):
        """The responses when they are computed."""
        simulation, dataset, x = Simulation.of(self.state), self.state.dataset, self.across.value

        def work():
            points = along(dataset, site, x)
            first, last = (f"{time:%Y-%m-%d}" for time in points.indexes["time"][[0, -1]])
            found = parameter_response(simulation.run.at(points, site, first, last))
            return found.assign(x=points[x].sel(site=site, drop=True))

        self.compute("the responses along the curve", (*simulation.key, x), work, self._show)

    def _show(self, found: xr.Dataset) -> None:
        state = self.state
        parameters = {name: p for name, p in state.parameters().items() if name in found}
        for name, parameter in parameters.items():
            if name not in self.sources:
                self._add(name, parameter)
            change = SHARE * (parameter.range[1] - parameter.range[0]) * found[name].values
            self.sources[name].data = {"x": found.x.values, "y": change}
        self.heading = html("Sensitivity along the curve <span class='muted'>{}</span>", state.name_of(state.site))
        peaks = {name: float(abs(found[name]).max()) * (p.range[1] - p.range[0]) for name, p in parameters.items()}
        most = max(peaks, key=lambda name: peaks[name], default="")
        said = f"{number(SHARE * peaks[most])} {units(state.target.units)} at most, to {most}." if most else ""
        self.summary = f"Sensitivity of {lower_first(state.target.long_name)} along the curve: {said}"
        self.caption = (
            "Each line: by how much the target changes where a parameter is higher by a tenth of its range.\n"
            "Exact derivatives times that tenth; where the curve bends, a rerun differs."
        )

    def _add(self, name, parameter) -> None:
        """A line for a parameter in a colour of its own."""
        ink = theme.PALETTE[len(self.sources) % len(theme.PALETTE)][self.state.dark]
        source = self.sources[name] = ColumnDataSource(nothing_yet("x", "y"))
        line = self.figure.line("x", "y", source=source, line_width=2, line_color=ink, legend_label=name)
        tips = [(f"{parameter.long_name} ({name})", "@y{0.000}", units(self.state.target.units))]
        self.figure.add_tools(hover(tips, renderers=[line]))
        self.figure.legend.update(location="top_left", background_fill_alpha=0.6, border_line_alpha=0)
