"""Parameters on the map while they are learned."""

import panel as pn
import xarray as xr

from dgviz.processes.declare import Parameter
from dgviz.ui import theme
from dgviz.ui.figures.site_map import SiteMap
from dgviz.ui.lenses.view import View
from dgviz.ui.widgets import material
from dgviz.ui.words.kinds import lacks
from dgviz.ui.words.text import units, with_units


def learned_values(record: dict, name: str, sites: list[str], dataset: xr.Dataset) -> xr.DataArray:
    """A parameter after one epoch on the sites of the data set `(site,)`; NaN where the run has none."""
    values = record.get("parameters", {}).get(name)
    if values is None:
        return xr.full_like(dataset.lat, float("nan"))
    return xr.DataArray(values, {"site": sites or dataset.site.values}, "site").reindex(site=dataset.site)


class LearningMap(View):
    """Parameters while they are learned."""

    empty = "Press Train in the side bar: the parameters of every site change their colour here as they are learned."

    def __init__(self, state, **params):
        self.choice = material.Select(label="Parameter", width=250, size="small", margin=0)
        super().__init__(state=state, **params)
        self.choice.param.watch(lambda _: self.redraw("choice"), "value")

    def tools(self):
        """Which parameter."""
        return [self.choice]

    def body(self, *, followed, dark):
        """A new map for another run."""
        if not followed:
            return None
        config = self.state.store.run(followed).config
        self.config, self.dataset = config, self.state.store.dataset(config.data)
        self.declared = {k: d for k, d in config.build().of(Parameter).items() if k not in config.dynamic}
        self.map = SiteMap(self.dataset, dark, 440, config.target)
        self._offer()
        return pn.pane.Bokeh(self.map.figure, sizing_mode="stretch_width", margin=0)

    def refresh(self, *, progress):
        """The values after the last epoch."""
        name = self.choice.value
        if not name:
            self.caption = lacks(self.config, "parameters") or "All parameters of this run vary in time."
            return
        declared, last = self.declared[name], progress[-1] if progress else {}
        values = learned_values(last, name, list(self.config.sites), self.dataset)
        low, high = declared.range
        self.map.paint(values.values, theme.SEQUENTIAL, low, high, units(declared.units))
        after = f"after epoch {last['epoch']}" if progress else "before the first epoch"
        self.heading = f"{with_units(declared.long_name, declared.units)}, {after}"
        self.caption = "Mean over the members (parallel parameter sets); limits: the allowed range." + self._left_out()

    def _offer(self):
        """The parameters of the run, in the list of choices."""
        options = {f"{d.long_name} ({name})": name for name, d in self.declared.items()}
        value = self.choice.value if self.choice.value in self.declared else next(iter(self.declared), None)
        self.choice.param.update(options=options, value=value)

    def _left_out(self):
        dynamic = ", ".join(self.config.dynamic)
        return f" {dynamic} vary in time: see them on the page Results when the training has ended." if dynamic else ""
