"""One site of a run over some time, and what can be computed of it: the library's functions, ready for a thread."""

from dataclasses import dataclass

import pandas as pd
import xarray as xr

from dgviz.checks import Trial
from dgviz.datasets import forcing_names
from dgviz.experiment.first_view import SHORT, first_moment
from dgviz.experiment.runs import Run
from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity import agreement, finite_difference, forcing_response, parameter_response
from dgviz.sensitivity.doctor import Report, examine
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import results_written
from dgviz.ui.session.trainings import FINISHED
from dgviz.ui.words.steps import Step

LONGEST = 3 * 366  # time steps of a long record that are simulated at once


@dataclass(frozen=True)
class Simulation:
    """A trained run at one site, from `start` to `stop` (see `Step.stamp`, both included)."""

    run: Run
    dataset: xr.Dataset
    site: str
    start: str
    stop: str

    @classmethod
    def of(cls, state: AppState) -> "Simulation | None":
        """What the state shows; None without a trained run."""
        run = state.store.run(state.run) if state.run else None
        if run is None or run.status not in FINISHED or not state.site:
            return None
        start, stop = simulated_span(state.dataset, state.window, state.step)
        return cls(run, state.dataset, state.site, start, stop)

    @property
    def key(self) -> tuple[str | float, ...]:
        """What makes two simulations the same."""
        return str(self.run.folder), results_written(self.run), self.run.config.data, self.site, self.start, self.stop

    @property
    def drivers(self) -> list[str]:
        """The names of the forcings that drive the model: those that its processes, or its networks, read."""
        given = forcing_names(self.dataset)
        read = [name for name in self.run.config.build().forcings if name in given]
        return read or given

    def simulate(self) -> xr.Dataset:
        """Every flux and store `(time,)`."""
        return self.run.simulate(self.dataset, self.site, self.start, self.stop)

    def site_model(self) -> SiteModel:
        """The model, to be simulated again and again with shifted parameters."""
        return self.run.at(self.dataset, self.site, self.start, self.stop)

    def parameter_response(self) -> xr.Dataset:
        """The response of the target to each parameter `(time,)`."""
        return parameter_response(self.site_model())

    def forcing_response(self, forcing: str, moment: str) -> xr.DataArray:
        """The response of the target in one time step to a forcing of each step `(time,)`."""
        site = self.site_model()
        position = site.time.indexes["time"].get_loc(pd.Timestamp(moment))
        return forcing_response(site, forcing, position)

    def check(self, parameter: str, steps: tuple[float, ...]) -> tuple[xr.DataArray, list[xr.DataArray], list[float]]:
        """The response to a parameter `(time,)`: exact, and for each step by rerunning and how far they agree, %."""
        site = self.site_model()
        exact = parameter_response(site)[parameter]
        reruns = [finite_difference(site, parameter, step) for step in steps]
        return exact, reruns, [agreement(exact, rerun) for rerun in reruns]

    def examine(self) -> Report:
        """What is wrong with the gradients, promises and data of the model at the site."""
        return examine(self.site_model())

    def trial(self) -> Trial:
        """The model, to be put through physics checks."""
        return Trial(self.site_model())


def simulated_span(dataset: xr.Dataset, window: tuple[str, str], step: Step) -> tuple[str, str]:
    """A short record whole; of a longer one the window with the step before it, at most the last `LONGEST` of it."""
    time = dataset.indexes["time"]
    first, last = 0, len(time) - 1
    if len(time) > SHORT:
        begin, end = time.slice_locs(*window)
        last = max(end - 1, 0)
        first = max(0, begin - 1, last - LONGEST)
    return step.stamp(time[first]), step.stamp(time[last])


def moment_in_view(state: AppState, simulated: xr.DataArray) -> str:
    """The chosen moment where a simulated target `(time,)` has it, else one worth seeing."""
    if state.moment and pd.Timestamp(state.moment) in simulated.indexes["time"]:
        return state.moment
    observed = state.dataset[state.config.target].sel(site=state.site)
    return state.step.stamp(first_moment(simulated, observed, state.window, test_period(state)))


def test_period(state: AppState) -> list[str]:
    """First and last day of the test period of the run that is shown."""
    config = state.store.run(state.run).config
    return (config.test_period or state.dataset.attrs["test_period"]).split("/")
