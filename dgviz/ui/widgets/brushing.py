"""A scatter of sites and the state follow each other: a tap picks a site, a box or a lasso selects several."""

from dgviz.ui.figures.site_scatter import SiteScatter
from dgviz.ui.session.state import AppState


def choose_by(scatter: SiteScatter, state: AppState) -> None:
    """What is selected in the scatter is picked, or selected, everywhere."""

    def choose(attr, old, new):
        sites = [str(scatter.source.data["site"][i]) for i in new]
        if len(sites) == 1:
            state.pick(sites[0])
        else:
            state.select(sites)

    scatter.source.selected.on_change("indices", choose)


def follow(scatter: SiteScatter, state: AppState) -> None:
    """Show in the scatter which site is picked and which ones are selected."""
    scatter.mark(state.site)
    chosen = set(state.selected)
    wanted = [i for i, site in enumerate(scatter.source.data["site"]) if site in chosen]
    if sorted(scatter.source.selected.indices) != wanted:
        scatter.source.selected.indices = wanted
