"""The dial from physics to learning as a session sees it: what was trained for each preset, on its data and sites."""

from dataclasses import dataclass
from functools import lru_cache

import xarray as xr

from dgviz.experiment.config import RunConfig
from dgviz.experiment.presets import found, scores_of, wanted
from dgviz.experiment.runs import Run
from dgviz.ui import theme
from dgviz.ui.session.state import FINISHED, AppState


@dataclass(frozen=True)
class Place:
    """A preset with a holdout: what to train for it, the newest run with results, and one that is newer without."""

    config: RunConfig
    run: Run | None
    later: Run | None


Places = dict[str, dict[str, Place]]


def places(state: AppState) -> Places:
    """What there is for each preset of the dial and each control, on the selected sites, by preset and holdout."""
    config = state.config
    configs = _wanted(config.domain, config.data, tuple(state.selected), config.train_period, config.test_period)
    runs = found(state.store.runs(), configs)
    return {
        name: {holdout: _place(config, runs[name][holdout]) for holdout, config in of_preset.items()}
        for name, of_preset in configs.items()
    }


@lru_cache(maxsize=16)
def _wanted(domain: str, data: str, sites: tuple[str, ...], train: str | None, test: str | None):
    return wanted(RunConfig(domain=domain, data=data, sites=sites, train_period=train, test_period=test))


def _place(config: RunConfig, runs: list[Run]) -> Place:
    ended = next((i for i, run in enumerate(runs) if run.status in FINISHED), len(runs))
    return Place(config, runs[ended] if ended < len(runs) else None, runs[0] if ended > 0 else None)


def missing(there: Places) -> list[RunConfig]:
    """What has no results and is not on its way."""
    every = (place for of_preset in there.values() for place in of_preset.values())
    return [p.config for p in every if p.run is None and (p.later is None or p.later.status == "failed")]


def scores(state: AppState, there: Places) -> xr.Dataset:
    """The first two scores of the target, `(preset, case, site)`, of all that was trained."""
    runs = {
        name: {
            holdout: found
            for holdout, place in of_preset.items()
            if place.run and (found := state.store.scores(place.run.id))
        }
        for name, of_preset in there.items()
    }
    return scores_of(runs)


def colour(name: str, config: RunConfig, dark: bool) -> str:
    """The colour of a preset: along the dial from physics to learning, grey for a control."""
    dial = config.science.dial
    return theme.along(dial.index(name) / max(1, len(dial) - 1), dark) if name in dial else theme.token("muted", dark)
