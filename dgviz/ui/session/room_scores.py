"""How everybody in a workshop does: the score of the newest run of each visitor."""

import xarray as xr

from dgviz.experiment.run_folder import FINISHED
from dgviz.experiment.runs import Run
from dgviz.experiment.short_training import nearest
from dgviz.ui.session.state import AppState


def room_scores(state: AppState) -> xr.DataArray:
    """The first score of the target, median over the sites in the test period, of the newest run of each visitor.

    On the data that are open, `(visitor,)`; who has no such run is left out.
    """
    newest: dict[str, Run] = {}
    for run in state.store.runs():  # the newest first
        if run.folder.parent == state.store.runs_folder and _counts(state, run) and (who := state.store.asked_by(run)):
            newest.setdefault(who, run)
    values = {who: _median(state, run) for who, run in newest.items()}
    known = {who: value for who, value in values.items() if value is not None}
    score = state.target.scores[0]
    about = next((state.store.medians(run.id)[score].attrs for who, run in newest.items() if who in known), {})
    return xr.DataArray([*known.values()], {"visitor": [*known]}, "visitor", score, about)


def shipped_run(state: AppState) -> Run | None:
    """The most usual run on the open data of those that came with dgviz; None without any."""
    others = [run for run in state.store.runs() if run.folder.parent != state.store.runs_folder]
    return nearest(state.store.default_config(state.config.data), others)


def shipped_score(state: AppState) -> float | None:
    """Its score, as those of the visitors."""
    run = shipped_run(state)
    return _median(state, run) if run else None


def _counts(state: AppState, run: Run) -> bool:
    same = run.config.data == state.config.data and run.config.target == state.config.target
    return same and run.status in FINISHED


def _median(state: AppState, run: Run) -> float | None:
    score, medians = state.target.scores[0], state.store.medians(run.id)
    if score not in medians:
        return None
    value = float(medians[score].sel(period="test"))
    return value if value == value else None
