"""One site of a run over some days, and what can be computed of it: the library's functions, ready for a thread."""

from dataclasses import dataclass

import pandas as pd
import xarray as xr

from dgviz.checks import Trial
from dgviz.datasets import forcing_names
from dgviz.experiment.runs import Run
from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity import agreement, finite_difference, forcing_response, parameter_response
from dgviz.ui.session.state import FINISHED, AppState
from dgviz.ui.session.store import results_written

SHORT = 4 * 366  # days: a record no longer than this is simulated as a whole
LONGEST = 3 * 366  # days of a longer record that are simulated at once


@dataclass(frozen=True)
class Simulation:
    """A trained run at one site, from `start` to `stop` ("YYYY-MM-DD", both included)."""

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
        return cls(run, state.dataset, state.site, *simulated_days(state.dataset, state.window))

    @property
    def key(self) -> tuple[str | float, ...]:
        """What makes two simulations the same."""
        return str(self.run.folder), results_written(self.run), self.run.config.data, self.site, self.start, self.stop

    @property
    def forcing(self) -> str:
        """The name of the forcing that drives the model: the first that its processes, or its networks, read."""
        return next(iter((*self.run.config.build().forcings, *forcing_names(self.dataset))))

    def simulate(self) -> xr.Dataset:
        """Every flux and store `(time,)`."""
        return self.run.simulate(self.dataset, self.site, self.start, self.stop)

    def site_model(self) -> SiteModel:
        """The model, to be simulated again and again with shifted parameters."""
        return self.run.at(self.dataset, self.site, self.start, self.stop)

    def parameter_response(self) -> xr.Dataset:
        """The response of the target to each parameter `(time,)`."""
        return parameter_response(self.site_model())

    def forcing_response(self, day: str) -> xr.DataArray:
        """The response of the target on one day to the driving forcing of each day `(time,)`."""
        site = self.site_model()
        position = site.time.indexes["time"].get_loc(pd.Timestamp(day))
        return forcing_response(site, self.forcing, position)

    def check(self, parameter: str, steps: tuple[float, ...]) -> tuple[xr.DataArray, list[xr.DataArray], list[float]]:
        """The response to a parameter `(time,)`: exact, and for each step by rerunning and how far they agree, %."""
        site = self.site_model()
        exact = parameter_response(site)[parameter]
        reruns = [finite_difference(site, parameter, step) for step in steps]
        return exact, reruns, [agreement(exact, rerun) for rerun in reruns]

    def trial(self) -> Trial:
        """The model, to be put through physics checks."""
        return Trial(self.site_model())


def simulated_days(dataset: xr.Dataset, window: tuple[str, str]) -> tuple[str, str]:
    """A short record as a whole; of a longer one the window with the day before it, at most its last three years."""
    days = dataset.indexes["time"]
    first, last = days[0], days[-1]
    if len(days) > SHORT:
        last = min(last, pd.Timestamp(window[1]))
        first = max(first, pd.Timestamp(window[0]) - pd.Timedelta(days=1), last - pd.Timedelta(days=LONGEST))
    return str(first.date()), str(last.date())


def day_in_view(state: AppState, flow: xr.DataArray) -> str:
    """The chosen day where a simulated flow `(time,)` has it, else that of its highest value in the window.

    The test period comes first where the window has any of it: much of what moves the flow at the beginning of the
    record fell in the warm-up.
    """
    if state.day and state.day in flow.indexes["time"]:
        return state.day
    test = flow.sel(time=slice(*test_period(state))).sel(time=slice(*state.window))
    return highest_day(test if test.size else flow, state.window)


def test_period(state: AppState) -> list[str]:
    """First and last day of the test period of the run that is shown."""
    config = state.store.run(state.run).config
    return (config.test_period or state.dataset.attrs["test_period"]).split("/")


def highest_day(flow: xr.DataArray, window: tuple[str, str]) -> str:
    """The day of the highest value in a window of a series `(time,)`; of all days where the window holds none."""
    inside = flow.sel(time=slice(*window))
    inside = inside if inside.size else flow
    return str(pd.Timestamp(inside.time.values[int(inside.values.argmax())]).date())
