"""The base of views with a map: a tap picks a site, a box or a lasso selects several, and the map follows."""

import panel as pn
import xarray as xr

from dgviz.ui.figures.site_map import SiteMap
from dgviz.ui.lenses.view import View


class MapView(View):
    """A view whose body is a map of the sites, in `map`."""

    def make_map(self, dataset: xr.Dataset, dark: bool, height: int = 480) -> pn.pane.Bokeh:
        """A new map, to be coloured; what is tapped or selected on it is picked or selected everywhere."""
        self.map = SiteMap(dataset, dark, height, self.state.config.target)
        self.map.figure.on_event("tap", lambda event: self._pick(event.x, event.y))
        self.map.source.selected.on_change("indices", lambda attr, old, new: self._select(new))
        return pn.pane.Bokeh(self.map.figure, sizing_mode="stretch_width", margin=0)

    def follow_sites(self, site: str, selected: list[str]) -> None:
        """Show which site is picked and which ones are selected."""
        sites = self.state.sites
        self.map.mark(sites.index(site) if site else None)
        chosen = set(selected)
        wanted = [i for i, name in enumerate(sites) if name in chosen]
        if sorted(self.map.source.selected.indices) != wanted:
            self.map.source.selected.indices = wanted

    def _pick(self, x: float, y: float) -> None:
        self.state.pick(self.state.sites[self.map.nearest(x, y)])

    def _select(self, indices: list[int]) -> None:
        self.state.select([self.state.sites[i] for i in indices])
