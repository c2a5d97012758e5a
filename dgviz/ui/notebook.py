"""Any view of the dashboard without a server, in a notebook: what an address shows of one of its cards."""

from pathlib import Path
from urllib.parse import parse_qs

from dgviz.experiment.runs import runs_folder
from dgviz.experiment.sources import FIRST
from dgviz.suggestions import suggest
from dgviz.ui.instrument.drawer import VIEWS
from dgviz.ui.instrument.lenses import CHOICES, LENSES
from dgviz.ui.instrument.site_map import SiteMap
from dgviz.ui.instrument.target_charts import TargetCharts
from dgviz.ui.instrument.target_curve import TargetCurve
from dgviz.ui.lenses.view import View
from dgviz.ui.session.address import turn_to
from dgviz.ui.session.live_what_if import LiveWhatIf
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore
from dgviz.ui.widgets import material


def picture(view: str, address: str, runs: str | Path | None = None) -> View:
    """A card of the dashboard by the name of its class, as an address shows it; `runs` is the folder of runs.

    Raises ValueError for a view that there is not, or for what the address has and cannot be used.
    """
    of_lenses = (each for lens in LENSES.values() for each in lens.views)
    known = {each.__name__: each for each in (SiteMap, TargetCharts, TargetCurve, *of_lenses, *VIEWS)}
    if view not in known:
        raise ValueError(f"There is no view {view!r}. Views: {', '.join(known)}.{suggest(view, known)}")
    material.prepare()
    data = parse_qs(address.removeprefix("?")).get("data", [FIRST])[0]
    state = AppState(DataStore(Path(runs) if runs else runs_folder(), data))
    if problems := turn_to(address, state, tuple(LENSES), CHOICES):
        raise ValueError(" ".join(problems))
    LiveWhatIf(state)
    made = known[view](state=state)
    if state.problem:
        raise ValueError(state.problem)
    return made
