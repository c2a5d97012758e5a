"""The ways by which a response is taken apart."""

from dgviz.processes.declare import Quantity
from dgviz.ui.session.state import AppState


def alone(state: AppState) -> bool:
    """Is the target of the shown run that of processes alone, of one seed?"""
    config = state.store.run(state.run).config if state.run else state.config
    return config.predictor == "processes" and config.seeds == 1


def ways_of(state: AppState) -> list[str]:
    """The quantities at which the science cuts its processes, as far as those of the shown run compute them."""
    config = state.store.run(state.run).config if state.run else state.config
    computed = config.build().of(Quantity)
    return [name for name in state.science.pathways if name in computed]
