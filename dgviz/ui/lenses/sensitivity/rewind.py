"""A value rewound over the map: where, and when before, it was made; or where what falls at a site passes."""

from functools import cached_property

import numpy as np
import panel as pn
import xarray as xr

from dgviz.datasets.site_network import has_network
from dgviz.processes.declare import Parameter
from dgviz.quantities import lower_first
from dgviz.sensitivity.rewind import BACK
from dgviz.ui.figures.rewound import RewoundFigure
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.sensitivity.moment import shown_moment
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets import material
from dgviz.ui.widgets.player import Player
from dgviz.ui.words.markup import html
from dgviz.ui.words.text import counted, label, number, units

WAYS = {"Where from": "from", "Where to": "to"}
PERCENTILE = 98


class Rewind(ComputingView):
    """Rewind."""

    to_take = "target site window a"
    use = "Play it, or drag the step: the map shows that step."
    choices = ("way", "of")
    empty = "No run is shown. Press Train, or pick a run above, to see where its values are made."

    @classmethod
    def applies(cls, state):
        """Where what happens at one site reaches others."""
        return has_network(state.dataset) and state.shown_config.build().joins_sites

    def tools(self):
        """Where from or where to, of what, and the player."""
        return [*super().tools(), self.way, self.of, self.player.row]

    @cached_property
    def way(self):
        """Backwards from the picked site, or onwards from it."""
        return material.RadioButtonGroup(options=WAYS, value="from", size="small", margin=(0, 8))

    @cached_property
    def of(self):
        """To what the value responds."""
        return material.Select(label="Response to", options={}, size="small", width=200, margin=(0, 8))

    @cached_property
    def player(self):
        """Steps before or after the chosen one."""
        return Player(self.state, self._frame)

    def body(self, *, run, dataset, dark):
        """The figure, to be filled."""
        simulation = Simulation.of(self.state)
        if simulation is None:
            return None
        self.found = None
        model = simulation.run.config.build()
        drivers = {label(dataset[n], n): n for n in simulation.drivers}
        parameters = {f"{p.long_name} ({n})": n for n, p in model.of(Parameter).items()}
        stores = {f"{s.long_name} before": n for n, s in model.stores.items()}
        self.chosen.offer("of", next(iter(drivers.values())), drivers | parameters | stores)
        self.figure = RewoundFigure(self.state.look)
        return pn.pane.Bokeh(self.figure.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, site, window, moment, way, of):
        """The responses when they are computed."""
        simulation = Simulation.of(self.state)
        at = shown_moment(self.state, simulation)
        self.at, driver = at, simulation.drivers[0]
        work = (lambda: simulation.rewind(of, at)) if way == "from" else (lambda: simulation.travel(driver, at))
        self.of.visible = way == "from"
        self.compute("the map of responses", (*simulation.key, way, of, at), work, self._show)

    def _show(self, found: xr.DataArray) -> None:
        sizes = np.abs(found.values)
        limit = float(np.percentile(sizes[sizes > 0], PERCENTILE)) if (sizes > 0).any() else 1.0
        self.found, self.limit = found, limit
        in_time = "time" in found.dims
        self.figure.figure.visible = in_time
        self.player.begin(found.sizes.get("time", 1))
        if in_time:
            self.figure.show(found.sum("site", keep_attrs=True), "All sites")
        self._frame()
        self._say(found)

    def _frame(self) -> None:
        """Put the step of the slider on the map."""
        if self.found is None or self.page != self.state.page:
            return
        found, after = self.found, self.way.value == "to"
        title = f"{found.attrs['long_name']}"
        if "time" in found.dims:
            place = self.player.step if after else found.sizes["time"] - 1 - self.player.step
            time = found.indexes["time"][place]
            self.figure.mark(time)
            found, title = found.isel(time=place), f"{title}, {self.state.step.words(time)}"
        about = f"Of {self.state.name_of(self.state.site)} {self.state.step.at(self.at)}" if not after else (
            f"One unit more at {self.state.name_of(self.state.site)} {self.state.step.at(self.at)}"
        )  # fmt: skip
        attrs = {
            "listed": found.attrs["long_name"],
            "long_name": title,
            "limit": self.limit,
            "about": f"{about}; colours end at a fixed limit",
        }
        self.state.mapped = found.assign_attrs(attrs)

    def _say(self, found: xr.DataArray) -> None:
        state, step = self.state, self.state.step
        target, name = lower_first(state.target.long_name), state.name_of(state.site)
        unit = units(found.attrs["units"])
        total = f"{number(float(found.sum()), 3)} {unit}".strip()
        self.heading = html("Rewind <span class='muted'>{}, {}</span>", name, step.at(self.at))
        if self.way.value == "to":
            self.heading = html("Where it goes <span class='muted'>from {}, {}</span>", name, step.at(self.at))
            most = found.max("time")
            passed = int((most > 0.01 * float(most.max())).sum()) - 1
            self.caption = (
                f"One unit more at {name} {step.at(self.at)} passes {counted(passed, state.science.site)} downstream."
                f"\nThe map shows by how much the {target} of each rises on the step of the slider; one forward pass."
            )
        elif "time" in found.dims:
            days = found.sum("site")
            late = float(days[-3:].sum() / days.sum()) if float(days.sum()) else 0.0
            self.caption = (
                f"One unit more everywhere on all of these {step.names} would raise the {target} by {total}; "
                f"{number(100 * late, 0)} % of it comes from the last three {step.names}.\nThe map shows by how much "
                f"the {target} at {name} rises {step.at(self.at)} for one unit more at each {state.science.site} on "
                f"the {step.name} of the slider: the adjoint, one reverse pass through all of them. Later {step.names} "
                "have no influence, and others none."
            )
        else:
            self.caption = (
                f"A small change everywhere changes the {target} by {total} for each unit of it.\nThe map shows by how "
                f"much the {target} at {name} rises {step.at(self.at)} for one unit more at each {state.science.site}, "
                f"over the last {BACK} {step.names}; a store: of what it held before them."
            )
        self.summary = self.caption.partition("\n")[0]
