"""The page of a report: what the dashboard shows of a run, and all that one needs to judge and repeat it."""

from dgviz.experiment.runs import Run
from dgviz.suggestions import suggest
from dgviz.ui.instrument.lenses import LENSES
from dgviz.ui.instrument.site_map import SiteMap
from dgviz.ui.instrument.target_charts import TargetCharts
from dgviz.ui.instrument.target_curve import TargetCurve
from dgviz.ui.lenses.evaluate.figures import Figures
from dgviz.ui.lenses.sensitivity.identifiability import Identifiability
from dgviz.ui.lenses.sensitivity.matters import Matters
from dgviz.ui.report.cards import card_html
from dgviz.ui.report.file import one_file
from dgviz.ui.report.tables import checks_html, configuration_html, parameters_html, provenance_html, remarks_html
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore
from dgviz.ui.widgets import material
from dgviz.ui.words.markup import html, joined
from dgviz.ui.words.run_names import name_without_score

OF_ALL = (Figures, SiteMap, *(view for view in LENSES["Evaluate"].views if view is not Figures))
OF_SITE = (TargetCharts, TargetCurve, *LENSES["Scores"].views, *LENSES["Budget"].views, Matters, Identifiability)


def report(run: Run, site: str = "") -> str:
    """All of a run as one HTML page, at one site where things are of a site; without one, at that of the dashboard.

    Figures are drawn by Bokeh, which is in the page. Raises RunError where the run has no results, and ValueError for
    a site that its data have not.
    """
    run.results()
    material.prepare()
    state = AppState(DataStore(run.folder.parent, run.config.data))
    state.show(run.id)
    if site and site not in state.sites:
        raise ValueError(f"There is no {state.science.site} {site!r} in these data.{suggest(site, state.sites)}")
    if site:
        state.pick(site)
    figures: list = []
    of_all, of_site = (
        joined(card_html(view, state, figures) for view in views if view.is_wanted(state))
        for views in (OF_ALL, OF_SITE)
    )
    name = f"{state.name_of(state.site)} ({state.site})"
    parts = {
        f"All {state.science.site}s": of_all,
        name: of_site,
        f"Physics checks at {name}": checks_html(state),
        "Learned parameters": parameters_html(run),
        "Remarks": remarks_html(run),
        "Configuration": configuration_html(run),
        "Where it comes from": provenance_html(run, state.dataset),
    }
    body = joined(html("<h2 class='part'>{}</h2>{}", words, part) for words, part in parts.items() if part)
    return one_file(f"{name_without_score(run)}: {state.dataset.attrs.get('title', run.config.data)}", body, figures)
