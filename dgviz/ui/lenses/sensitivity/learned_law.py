"""What the network of a run made of the attributes of sites: which moves which parameter, how, and is it chance?"""

from functools import cached_property

import numpy as np
import panel as pn
import param
import xarray as xr

from dgviz.quantities import lower_first
from dgviz.ui import theme
from dgviz.ui.figures.dependence import plot_dependence
from dgviz.ui.figures.matrix import Matrix
from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.lenses.sensitivity.attribute_maps import largest_of, part_of
from dgviz.ui.session.learned_law import LearnedLaw as Law
from dgviz.ui.widgets import material
from dgviz.ui.widgets.parameters import chosen
from dgviz.ui.words.markup import html
from dgviz.ui.words.text import counted, duration, number, small, with_units

LONGEST = 120.0  # seconds that a training for comparison may keep others waiting


class LearnedLaw(ComputingView):
    """What the network learned."""

    to_take = "site a"
    choices = ("attribute", "tested")
    tested = param.Boolean(False, doc="Is it compared with chance?")
    use = "Press a cell to see its parameter along its attribute."
    needs = "parameters"
    empty = "No run is shown. Press Train, or pick a run above, to see what its network made of the attributes."

    @classmethod
    def applies(cls, state):
        """Where parameters are learned from attributes."""
        return Law.applies(state)

    def tools(self):
        """The attribute along which curves are drawn, what it and what the largest add, and the test for chance."""
        return [*super().tools(), self.attribute, self.on_map, self.largest, self.test]

    @cached_property
    def attribute(self):
        """The attribute that is looked at."""
        return material.Select(label="Along", options={}, size="small", width=260, margin=0)

    @cached_property
    def on_map(self):
        """Puts what the attribute adds to the parameter at each site on the map."""
        return self.map_button("Its part on the map", self._map)

    @cached_property
    def largest(self):
        """Puts the attribute that adds most to the parameter at each site on the map."""
        return self.map_button("Largest on the map", self._map_largest)

    @cached_property
    def test(self):
        """Starts the comparison with chance."""
        return material.begin_button("Compare with chance", lambda: self.param.update(tested=True))

    def body(self, *, run, dataset, dark):
        """Places for both figures."""
        self.response = self.contributions = self.chance = None
        law = Law.of(self.state)
        self.test.visible = law is not None and law.about_chance <= LONGEST
        self.on_map.visible = self.largest.visible = False
        if law is None:
            return None
        self.matrix = Matrix(self.state.look, signed=False, tools="tap,save")
        self.matrix.source.selected.on_change("indices", lambda attr, old, new: self._choose(new))
        whole = dict(sizing_mode="stretch_width", margin=0)
        self.curves = pn.pane.Bokeh(**whole)
        cells = (
            pn.Column(pn.pane.Bokeh(self.matrix.figure, **whole), css_classes=["span-7"], **whole),
            pn.Column(self.curves, css_classes=["span-5"], **whole),
        )
        return pn.Column(*cells, stylesheets=[theme.row(640)], **whole)

    def refresh(self, *, run, dataset, site, parameter, attribute, tested):
        """The influence of all attributes, and the curves along one."""
        law = Law.of(self.state)
        self.compute("the influence of attributes", law.key, law.response, self._keep_response)
        if not law.varies:
            self.compute("the contributions", law.key, law.contributions, self._keep_contributions)
        if tested and law.about_chance <= LONGEST:
            self.test.visible = False
            self.compute("chance, by training once more", law.key, law.chance, self._keep_chance)
        if self.response is not None:
            self._show(law)

    def _keep_response(self, found: xr.Dataset) -> None:
        self.response = found
        names = dict(zip(found.attribute_name.values.tolist(), found.attribute.values.tolist(), strict=True))
        self.chosen.offer("attribute", self._first(found), names)
        self._show(Law.of(self.state))

    def _keep_contributions(self, found: xr.Dataset) -> None:
        self.contributions, self.on_map.visible, self.largest.visible = found, True, True
        self._say()
        if self.has_map:  # in another theme, or of another run
            self._again()

    def _keep_chance(self, found: xr.DataArray) -> None:
        self.chance = found
        self._show(Law.of(self.state))

    def _first(self, found: xr.Dataset) -> str:
        """The attribute that moves the parameter that is looked at most."""
        here = found.influence.sel(parameter=self._parameter(found))
        return str(here.attribute.values[here.values.argmax()])

    def _parameter(self, found: xr.Dataset) -> str:
        name = chosen(self.state)
        return name if name in found.parameter.values else str(found.parameter.values[0])

    def _show(self, law: Law) -> None:
        """The matrix, and the curves when they are computed."""
        declared, influence = self.state.parameters(), self.response.influence
        attribute = self.attribute.value
        tips = {}
        for cell in ((p, a) for p in influence.parameter.values for a in influence.attribute.values):
            of_cell = influence.sel(parameter=cell[0], attribute=cell[1])
            tips[cell] = (
                f"{declared[cell[0]].long_name} ({cell[0]}): {number(float(of_cell), 1)} % of its range per standard "
                f"deviation of {lower_first(of_cell.attribute_name.item())}"
            )
        self.matrix.show(influence, tips, self._beyond_chance(), (self._parameter(self.response), attribute))
        self.compute("the curves", (*law.key, attribute), lambda: law.curves(attribute), self._draw_curves)
        self._say()

    def _beyond_chance(self) -> list[tuple[str, str]]:
        """The cells whose influence is larger than that of any permuted attribute."""
        if self.chance is None:
            return []
        cells = (self.response.influence > self.chance).stack(cell=("parameter", "attribute"))
        return [*cells.cell.values[cells.values]]

    def _draw_curves(self, curves: xr.Dataset) -> None:
        name, declared = self._parameter(self.response), self.state.parameters()
        words = with_units(declared[name].long_name, declared[name].units)
        self.curves.object = plot_dependence(curves.sel(parameter=name), words, self.state.site, self.state.look)

    def _say(self) -> None:
        if self.response is None:
            return
        state, found, name = self.state, self.response, self._parameter(self.response)
        words, site = lower_first(state.parameters()[name].long_name), state.science.site
        influence = found.influence.sel(parameter=name)
        order = influence.sortby(-influence)
        titles = [lower_first(title) for title in order.attribute_name.values.tolist()]
        self.heading = html(
            "What the network learned: {} follows {} <span class='muted'>most of {} attributes</span>",
            words, titles[0], number(len(titles), 0),
        )  # fmt: skip
        self.caption = (
            f"Left: by how much each parameter moves, mean over {counted(found.sizes['site'], site)}, per standard "
            f"deviation of an attribute; {self._chance_words(name)}\nRight: {words} of each {site}, were its attribute "
            f"another and all others as they are (grey; the picked {site} in colour), and the mean (blue); each stroke "
            f"at the foot is a {site}: where there are few, curves rest on little. Attributes go together, so that "
            f"curves pass through a {site} that does not exist. {self._completeness(name)}"
        )
        sizes = (f"{title} {number(value, 1)} %" for title, value in zip(titles[:5], order.values[:5], strict=True))
        self.summary = f"Response of {words}, % of its range per standard deviation: {', '.join(sizes)}."

    def _chance_words(self, name: str) -> str:
        """Which influences any attribute could have, or how to find out."""
        if self.chance is None:
            about = Law.of(self.state).about_chance
            if about > LONGEST:
                return (
                    f"which of them is chance takes about {duration(about)} to find out, with `influence_by_chance` of "
                    "the library."
                )
            time = f", about {duration(about)}" * bool(about)
            return f"compare with chance to see which any attribute could have (it trains once more{time})."
        beyond = self._beyond_chance()
        of_name = sum(parameter == name for parameter, _ in beyond)
        limit = float(self.chance.sel(parameter=name))
        return (
            f"dots, {len(beyond)} of {self.response.influence.size}, are beyond chance: larger than of any attribute "
            f"that was permuted between sites, in a training of its own. Of {name}, {of_name} are, above "
            f"{number(limit, 1)} %."
        )

    def _completeness(self, name: str) -> str:
        """What integrated gradients say, and how well they add up."""
        if Law.of(self.state).varies:
            return (
                "Of parameters that vary in time, the mean over the last 365 steps; contributions would take minutes."
            )
        if self.contributions is None:
            return ""
        dominant = self.contributions.dominant.sel(parameter=name).values
        names, counts = np.unique(dominant, return_counts=True)
        most = names[counts.argmax()]
        title = self.contributions.attribute_name.sel(attribute=most).item() if most else "no attribute"
        return (
            "Exact derivatives of the network. By integrated gradients, what takes it furthest off that of mean "
            f"attributes is {lower_first(title)} at {counts.max()} of {len(dominant)}; the parts add up to within "
            f"{small(float(self.contributions.incomplete.max()))} % of the ranges."
        )

    def _map(self) -> None:
        self._again = self._map
        state, name = self.state, self._parameter(self.response)
        declared, site = state.parameters()[name], state.science.site
        self.put_on_map(part_of(self.contributions, name, self.attribute.value, declared, site))

    def _map_largest(self) -> None:
        self._again = self._map_largest
        state, name = self.state, self._parameter(self.response)
        declared, site = state.parameters()[name], state.science.site
        self.put_on_map(largest_of(self.contributions, name, declared, site, state.dark))

    def _choose(self, positions: list[int]) -> None:
        if positions:
            data = self.matrix.source.data
            self.attribute.value = data["column"][positions[0]]
            self.state.parameter = data["row"][positions[0]]
            self.matrix.source.selected.indices = []
