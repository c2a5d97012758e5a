"""The dial from physics to learning as a session sees it: what was trained for each preset, on its data and sites."""

from functools import lru_cache

import xarray as xr

from dgviz.experiment import presets
from dgviz.experiment.config import RunConfig
from dgviz.experiment.presets import Places
from dgviz.ui import theme
from dgviz.ui.session.state import AppState


def places(state: AppState) -> Places:
    """What there is for each preset of the dial and each control, on the selected sites, by preset and holdout."""
    config = state.config
    configs = _wanted(config.domain, config.data, tuple(state.selected), config.train_period, config.test_period)
    return presets.places(state.store.runs(), configs)


@lru_cache(maxsize=16)
def _wanted(domain: str, data: str, sites: tuple[str, ...], train: str | None, test: str | None):
    return presets.wanted(RunConfig(domain=domain, data=data, sites=sites, train_period=train, test_period=test))


def scores(state: AppState, there: Places) -> xr.Dataset:
    """Every score, `(preset, case, site)`, of all that was trained."""
    trained = {name: {k: place.run for k, place in of.items() if place.run} for name, of in there.items()}
    read = {name: {k: state.store.scores(run.id) for k, run in runs.items()} for name, runs in trained.items()}
    return presets.scores_of({name: {k: s for k, s in of.items() if s} for name, of in read.items()})


def colour(name: str, config: RunConfig, dark: bool) -> str:
    """The colour of a preset: along the dial from physics to learning, grey for a control."""
    dial = config.science.dial
    return theme.along(dial.index(name) / max(1, len(dial) - 1), dark) if name in dial else theme.token("muted", dark)
