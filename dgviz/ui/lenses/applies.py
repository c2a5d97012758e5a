"""What can be asked of the run that is shown, and the ways by which a response is taken apart."""

from dgviz.processes.balance import substances
from dgviz.processes.declare import Flux, Quantity
from dgviz.sensitivity.cut import computed_forcings, follows
from dgviz.ui.session.state import AppState


def alone(state: AppState) -> bool:
    """Is the target of the shown run that of processes alone, of one seed?"""
    config = state.shown_config
    return config.predictor == "processes" and config.seeds == 1


def in_stores(state: AppState) -> bool:
    """Has a site a series in time, and have its processes, of one seed and without correction, stores?"""
    return not state.science.curves and alone(state) and bool(substances(state.shown_config.build()))


def by_itself(state: AppState) -> bool:
    """Has a site a series in time, and is it simulated without others?"""
    return not state.science.curves and not state.shown_config.build().joins_sites


def taken_apart(state: AppState) -> bool:
    """Does the science cut its processes, and has the run processes alone, of one seed, of separate sites?"""
    config, ways = state.shown_config, ways_of(state)
    return by_itself(state) and alone(state) and bool(ways) and follows(config.build(), config.target, ways)


def amounts(state: AppState) -> bool:
    """Are all the quantities at which the science cuts its processes amounts, of which there can be nothing?"""
    fluxes = state.shown_config.build().of(Flux)
    return all(name in fluxes and bool(fluxes[name].into or fluxes[name].out_of) for name in ways_of(state))


def three_ways(state: AppState) -> list[str]:
    """The quantities at which the science cuts its processes with those that act as forcings, where they are three."""
    if not taken_apart(state):
        return []
    config, ways = state.shown_config, ways_of(state)
    names = [*ways, *(name for name in computed_forcings(config.build(), config.target) if name not in ways)]
    return names if len(names) == 3 else []


def ways_of(state: AppState) -> list[str]:
    """The quantities at which the science cuts its processes, as far as those of the shown run compute them."""
    config = state.shown_config
    computed = config.build().of(Quantity)
    return [name for name in state.science.pathways if name in computed]
