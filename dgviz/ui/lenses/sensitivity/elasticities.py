"""Elasticities at the picked site, beside a rerun and what theory expects; and those of all sites."""

from functools import cached_property, partial

import numpy as np
import panel as pn
import param
import xarray as xr

from dgviz.processes.declare import Flux
from dgviz.quantities import lower_first
from dgviz.sensitivity.flux_elasticities import shares_of
from dgviz.ui import theme
from dgviz.ui.figures.site_scatter import SiteScatter
from dgviz.ui.figures.ternary import Ternary
from dgviz.ui.lenses.applies import by_itself, three_ways
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.view import text
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets import material
from dgviz.ui.widgets.brushing import choose_by
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.text import counted, number, signed, units


class Elasticities(ComputingView):
    """Elasticities."""

    to_take = "target site window a"
    choices = ("asked",)
    asked = param.Boolean(False, doc="Are those of all sites computed?")
    empty = "No run is shown. Press Train, or pick a run above, to see what a percent more of each forcing does."

    @classmethod
    def applies(cls, state):
        """Where a site has a series in time with a true zero, of which there are percents, simulated alone."""
        return by_itself(state) and state.target.floor is not None

    def tools(self):
        """The button that asks of all sites."""
        return [*super().tools(), self.begin]

    @cached_property
    def begin(self):
        """Starts the simulations of all sites."""
        words = f"All {self.state.science.site}s"
        return material.begin_button(words, lambda: self.param.update(asked=True))

    def body(self, *, run, dataset, dark):
        """A table, and a place for the scatter."""
        simulation = Simulation.of(self.state)
        if simulation is None:
            return None
        expect = self.state.science.expected_elasticities
        self.expected = expect(self.state.dataset) if expect else None
        self.table, self.scatter = text(), SiteScatter(dark)
        self.scatter.draw_equality()
        choose_by(self.scatter, self.state)
        self.scatter.tell([("", "@y{0.00}", "exact"), ("", "@x{0.00}", "expected")])
        whole = dict(sizing_mode="stretch_width", margin=0)
        self.of_all = pn.Column(pn.pane.Bokeh(self.scatter.figure, **whole), css_classes=["span-7"], **whole)
        cells = [pn.Column(self.table, css_classes=["span-12"], **whole), self.of_all]
        self.three = three_ways(self.state)
        if self.three:
            cells.append(self._triangle(dark))
        return pn.Column(*cells, stylesheets=[theme.row(640)], **whole)

    def _triangle(self, dark: bool) -> pn.Column:
        """A place for the shares of three ways in the response of each site."""
        quantities = self.state.science.quantities()
        self.ternary = Ternary(dark, [quantities[name].long_name for name in self.three])
        choose_by(self.ternary.scatter, self.state)
        self.in_triangle, whole = text(), dict(sizing_mode="stretch_width", margin=0)
        figure = pn.pane.Bokeh(self.ternary.figure, margin=0)
        self.shares = pn.Column(figure, self.in_triangle, css_classes=["span-5"], visible=False, **whole)
        return self.shares

    def refresh(self, *, site, window, asked):
        """Those of the picked site, and where it is asked those of all."""
        simulation = Simulation.of(self.state)
        also = self._also(simulation)
        self.compute("elasticities", simulation.key, lambda: simulation.elasticities(also), self._show)
        names = [name for name in simulation.drivers if self.expected is not None and name in self.expected]
        self.begin.visible, self.of_all.visible = bool(names or self.three) and not asked, bool(names) and asked
        if names and asked:
            first, work = names[0], simulation.elasticity_of_all
            show, key = partial(self._show_all, simulation, first), (*simulation.key_of_all, first)
            self.compute("all sites", key, lambda: work(first), show)
        if self.three and asked:
            three, of_all = self.three, simulation.flux_elasticities_of_all
            key = (*simulation.key_of_all, *three)
            self.compute("the triangle of all sites", key, lambda: of_all(three), self._show_three)

    def _also(self, simulation: Simulation) -> list[str]:
        """Fluxes of which theory expects something, where a process computes each alone."""
        config = simulation.run.config
        if self.expected is None or config.predictor != "processes" or config.seeds > 1:
            return []
        makers = [process.of(Flux) for process in config.build().processes]
        return [name for name in self.expected if {name} in [fluxes.keys() for fluxes in makers]]

    def _show(self, found: xr.Dataset) -> None:
        state, has = self.state, self.expected is not None
        rows = [self._row(found.sel(cause=name), has) for name in found.cause.values]
        theory = self.expected.attrs["title"] if has else ""
        last = html("<th>{}</th>", theory) if has else Markup("")
        head = html("<tr><th class='left'>1 more</th><th>exact</th><th>rerun</th>{}</tr>", last)
        self.table.object = html("<table><thead>{}</thead><tbody>{}</tbody></table>", head, joined(rows))
        target = lower_first(state.target.long_name)
        self.heading = html("Elasticities of mean {} <span class='muted'>{}</span>", target, state.name_of(state.site))
        said = (f"{lower_first(str(one.long_name.item()))} {signed(float(one.exact))} {units(str(one.units.item()))}"
                for one in (found.sel(cause=name) for name in found.cause.values))  # fmt: skip
        self.summary = f"Elasticities of mean {target}: {', '.join(map(str.rstrip, said))}."
        of_theory = f" {theory}: of the mean of all the record; what is stored plays no part in it." if has else ""
        self.caption = (
            f"By how many percent the mean {target} over {state.step.shown} changes for one percent more of each "
            f"forcing at all times, or for one unit more where it may be negative.\nExact: one reverse pass. Rerun: a "
            f"simulation with it; where both differ, the response bends. Parameters stay as learned.{of_theory}"
        )

    def _row(self, one: xr.Dataset, has: bool) -> Markup:
        name, unit = str(one.cause.item()), str(one.units.item())
        cells = [number(float(one.exact)), number(float(one.rerun))]
        if has:
            known = name in self.expected and self.state.site in self.expected.site.values
            cells.append(number(float(self.expected[name].sel(site=self.state.site))) if known else "")
        per = "%, in %" if unit == "1" else f"in {units(unit)}"
        values = joined(html("<td>{}</td>", cell) for cell in cells)
        return html("<tr><td class='left'>{} <span class='muted'>{}</span></td>{}</tr>",
                    one.long_name.item(), per, values)  # fmt: skip

    def _show_all(self, simulation: Simulation, forcing: str, found: xr.DataArray) -> None:
        sites, expected = found.site.values, self.expected[forcing].reindex(site=found.site).values
        exact = found.values.astype(float)
        columns = {"x": expected, "y": exact, "low": exact, "high": exact, "site": sites.astype(str)}
        columns["name"] = np.array([self.state.name_of(site) for site in sites])
        known = np.concatenate([exact, expected])
        known = known[np.isfinite(known)]
        limits = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
        theory, of = self.expected.attrs["title"], lower_first(self.state.dataset[forcing].attrs["long_name"])
        self.scatter.show(columns, f"Elasticity to {of}: {theory}", "Exact, of the model", limits)
        self.scatter.mark(self.state.site)
        self.summary = f"{self.summary} Of {counted(len(sites), self.state.science.site)}, beside the expected."

    def _show_three(self, found: xr.Dataset) -> None:
        """Shares of the sizes of three elasticities, which may have other signs."""
        sites = found.site.values.astype(str)
        self.ternary.show(shares_of(found).values, sites, [self.state.name_of(site) for site in sites])
        self.ternary.scatter.mark(self.state.site)
        self.shares.visible = True
        medians = {name: float(found[name].median()) for name in self.three}
        quantities = self.state.science.quantities()
        said = ", ".join(f"{lower_first(quantities[name].long_name)} {signed(of)}" for name, of in medians.items())
        self.in_triangle.object = html("<p class='caption'>{}</p>", (
            f"What the mean follows most: the sizes of its elasticities to three fluxes, as shares. Near a corner one "
            f"is all; on the side across it plays no part. Medians: {said}."
        ))  # fmt: skip
