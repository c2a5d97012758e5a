"""Any view of the dashboard without a server, in a notebook.

import panel as pn
from dgviz.ui.notebook import lens

pn.extension()
lens("Sensitivity", "delaware-hbv", site="01439500")  # in the notebook; .show() opens a page of its own
"""

from pathlib import Path
from urllib.parse import parse_qs, urlencode

import panel as pn

from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import list_runs, runs_folder
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

SERIES = (TargetCharts, TargetCurve)


def lens(name: str, run: str, runs: str | Path | None = None, **show: str) -> pn.Column:
    """A whole lens of a run: the series of the site where it is about one, and all of its cards that apply.

    `show` is what an address would say, by its names, as site="01439500"; `runs` is the folder of runs. Raises
    ValueError for a lens or run that there is not, or for what of `show` cannot be used.
    """
    if name not in LENSES:
        raise ValueError(f"There is no lens {name!r}. Lenses: {', '.join(LENSES)}.{suggest(name, LENSES)}")
    known = {each.id: each for each in list_runs(_folder(runs))}
    if run not in known:
        raise RunError(f"There is no run {run!r}.{suggest(run, known)} Runs: {', '.join(known)}.")
    address = {"data": known[run].config.data, "run": run, "page": name} | show
    state = _state(urlencode(address), runs)
    views = [*(SERIES if LENSES[name].of_site else ()), *LENSES[name].views]
    made = [view(state=state) for view in views if view.is_wanted(state)]
    _refuse(state)
    return pn.Column(*made, sizing_mode="stretch_width")


def picture(view: str, address: str, runs: str | Path | None = None) -> View:
    """A card of the dashboard by the name of its class, as an address shows it; `runs` is the folder of runs.

    Raises ValueError for a view that there is not, or for what the address has and cannot be used.
    """
    of_lenses = (each for lens in LENSES.values() for each in lens.views)
    known = {each.__name__: each for each in (SiteMap, *SERIES, *of_lenses, *VIEWS)}
    if view not in known:
        raise ValueError(f"There is no view {view!r}. Views: {', '.join(known)}.{suggest(view, known)}")
    state = _state(address, runs)
    made = known[view](state=state)
    _refuse(state)
    return made


def _folder(runs: str | Path | None) -> Path:
    return Path(runs) if runs else runs_folder()


def _state(address: str, runs: str | Path | None) -> AppState:
    """A session that is as an address says."""
    material.prepare()
    data = parse_qs(address.removeprefix("?")).get("data", [FIRST])[0]
    state = AppState(DataStore(_folder(runs), data))
    if problems := turn_to(address, state, tuple(LENSES), CHOICES):
        raise ValueError(" ".join(problems))
    LiveWhatIf(state)
    return state


def _refuse(state: AppState) -> None:
    """What views said that they do not offer."""
    if state.problem:
        raise ValueError(state.problem)
