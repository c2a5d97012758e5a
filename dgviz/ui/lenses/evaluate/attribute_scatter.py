"""A learned parameter against an attribute of the sites."""

from functools import cached_property

import panel as pn

from dgviz.datasets import attribute_names
from dgviz.quantities import lower_first
from dgviz.scores.statistics import over_sites, rank_correlation
from dgviz.ui.figures.site_scatter import SiteScatter
from dgviz.ui.lenses.view import View
from dgviz.ui.widgets import material
from dgviz.ui.widgets.brushing import choose_by, follow
from dgviz.ui.widgets.parameters import chosen, learned, parameter_select
from dgviz.ui.words.text import axis_label, counted, label, signed


class AttributeScatter(View):
    """Parameter against attribute."""

    to_take = "data a"
    use = "A box or a lasso selects."
    choices = ("attribute",)
    needs = "parameters"
    empty = "The results of this run could not be read. Pick another run above."

    @classmethod
    def applies(cls, state):
        """Where a run is shown, of several sites that something describes."""
        return bool(state.run) and len(state.sites) > 1 and bool(attribute_names(state.dataset))

    def tools(self):
        """Which attribute, and which parameter."""
        return [self.attribute, parameter_select(self.state)]

    @cached_property
    def attribute(self):
        """The attribute on the horizontal axis."""
        look = {"sizing_mode": "stretch_width", "min_width": 150, "max_width": 210, "margin": (0, 8, 0, 0)}
        return material.Select(label="Attribute", options=[], size="small", **look)

    def body(self, *, run, dark):
        """The figure."""
        if self.state.results(run) is None:
            return None
        self.scatter = SiteScatter(dark)
        choose_by(self.scatter, self.state)
        return pn.pane.Bokeh(self.scatter.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, parameter, dataset, site, selected, attribute):
        """The points, the ring and the selection."""
        if self.changed & {"parameter", "dataset"}:
            names = {label(self.state.dataset[name], name): name for name in attribute_names(self.state.dataset)}
            self.chosen.offer("attribute", self._most_related(names.values()), names)
        if self.changed & {"parameter", "dataset", "attribute"}:
            self._fill()
        follow(self.scatter, self.state)

    def _most_related(self, names):
        """The attribute whose ranks follow those of the parameter most closely."""
        results, name = self.state.results(self.state.run), chosen(self.state)
        if results is None or not name:
            return next(iter(names), None)
        values = over_sites(results[name])["mean"]
        found = {name: abs(rank_correlation(values, self.state.dataset[name])) for name in names}
        return max((n for n in found if found[n] == found[n]), key=found.get, default=None)

    def _fill(self):
        state, name = self.state, chosen(self.state)
        results = state.results(state.run)
        declared = learned(state.store.run(state.run).config, results)[name]
        values = over_sites(results[name])
        attribute = state.dataset[self.attribute.value].sel(site=results.site)
        columns = {
            "x": attribute.values,
            "y": values["mean"].values,
            "low": values.low.values,
            "high": values.high.values,
        }
        known = state.dataset.get(f"true_{name}")
        if known is not None:
            columns["known"] = known.sel(site=results.site).values
        columns |= {"site": results.site.values.astype(str), "name": results.name.values.astype(str)}
        self.scatter.show(columns, axis_label(attribute), axis_label(declared), declared.range)
        self.scatter.mark(state.site)
        self.heading = f"{declared.long_name} against {lower_first(label(attribute))}"
        over = state.step.names if "time" in results[name].dims else "members (parallel parameter sets)"
        correlation = rank_correlation(values["mean"], attribute)
        self.caption = (
            f"Rank correlation {signed(correlation)} over {counted(attribute.size, state.science.site)}.\n"
            f"Whiskers: 10th to 90th percentile of the {over}."
        )
        if known is not None:
            truth = known.sel(site=results.site)
            recovered = f"rank correlation with the learned {signed(rank_correlation(values['mean'], truth))}"
            said = recovered if float(truth.std()) > 0 else f"the same for every {state.science.site}"
            self.caption = f"Diamonds: the known law of the twin, which no network was told; {said}. {self.caption}"
