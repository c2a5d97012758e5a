"""The moment of which a lens asks: the chosen one where it is simulated, else that of the highest target."""

import pandas as pd

from dgviz.ui.figures.series import simulated_of
from dgviz.ui.session.simulation import Simulation, moment_in_view
from dgviz.ui.session.state import AppState


def shown_moment(state: AppState, simulation: Simulation) -> str:
    """The chosen moment where run A is simulated, else that of its highest target there."""
    values = simulated_of(state.results(state.run), state.config.target, state.site, state.dataset)
    series = pd.Series(values, state.dataset.indexes["time"])[simulation.start : simulation.stop]
    # A run keeps the steps of its periods; the window may lie elsewhere.
    return moment_in_view(state, series.fillna(float("-inf")).rename_axis("time").to_xarray())
