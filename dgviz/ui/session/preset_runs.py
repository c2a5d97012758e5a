"""The dial from physics to learning as a session sees it: what was trained for each preset, on its data and sites."""

from functools import lru_cache

from dgviz.experiment import presets
from dgviz.experiment.config import RunConfig
from dgviz.experiment.preset_scores import own_scores, shipped
from dgviz.experiment.presets import Configs, Places, Scores
from dgviz.ui import theme
from dgviz.ui.session.state import AppState


def wanted(state: AppState) -> Configs:
    """What to train for each preset of the dial and each control, on the selected sites, by preset and holdout."""
    return _wanted(*_of_session(state))


def places(state: AppState) -> Places:
    """What own runs there are for each preset and holdout."""
    return presets.places(state.store.runs(), wanted(state))


def scores(state: AppState, there: Places) -> Scores:
    """The scores of all that was trained: those that travel with dgviz, and own runs in their place and beside them."""
    return travelling(state) | own_of(state, there)


def own_of(state: AppState, there: Places) -> Scores:
    """The scores of own runs."""
    return own_scores(there, lambda run: state.store.scores(run.id))


def travelling(state: AppState) -> Scores:
    """The scores that travel with dgviz, of these data, sites and days."""
    return _travelling(*_of_session(state))


Session = tuple[str, str, tuple[str, ...], str | None, str | None]


def _of_session(state: AppState) -> Session:
    config = state.config
    return config.domain, config.data, tuple(state.selected), config.train_period, config.test_period


@lru_cache(maxsize=16)
def _wanted(domain: str, data: str, sites: tuple[str, ...], train: str | None, test: str | None) -> Configs:
    return presets.wanted(RunConfig(domain=domain, data=data, sites=sites, train_period=train, test_period=test))


@lru_cache(maxsize=16)
def _travelling(*session) -> Scores:
    return shipped(session[1], _wanted(*session))


def colour(name: str, config: RunConfig, dark: bool) -> str:
    """The colour of a preset: along the dial from physics to learning, grey for a control."""
    dial = config.science.dial
    return theme.along(dial.index(name) / max(1, len(dial) - 1), dark) if name in dial else theme.token("muted", dark)
