"""One site of a run over some time, and what can be computed of it: the library's functions, ready for a thread."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import pandas as pd
import xarray as xr

from dgviz.checks import Trial
from dgviz.datasets import DataError, forcing_names
from dgviz.datasets.site_network import outlet_of
from dgviz.experiment.first_view import SHORT, first_moment
from dgviz.experiment.run_folder import FINISHED
from dgviz.experiment.runs import Run
from dgviz.experiment.splits import training_days
from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity import agreement, finite_difference, forcing_response, parameter_response
from dgviz.sensitivity.aims import Aim, aims
from dgviz.sensitivity.changeable import By
from dgviz.sensitivity.conservation import conservation
from dgviz.sensitivity.contributions import BASELINES, contributions
from dgviz.sensitivity.dead import why_dead
from dgviz.sensitivity.doctor import Report, examine
from dgviz.sensitivity.elasticities import elasticities
from dgviz.sensitivity.fate import fate
from dgviz.sensitivity.flux_elasticities import flux_elasticities
from dgviz.sensitivity.mean_response import ELASTICITY, mean_response
from dgviz.sensitivity.mechanisms import joined, mechanisms
from dgviz.sensitivity.memory import memory_of_sites
from dgviz.sensitivity.pathways import in_double
from dgviz.sensitivity.rewind import rewind, travel
from dgviz.sensitivity.tracer import tracer
from dgviz.sensitivity.triangle import forcing_triangle
from dgviz.sensitivity.wanted import wanted
from dgviz.sensitivity.what_matters import what_matters
from dgviz.steps import step_of
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import results_written
from dgviz.ui.words.steps import Step

LONGEST = 3 * 366  # time steps of a long record that are simulated at once
Found = TypeVar("Found", xr.DataArray, xr.Dataset)
AT_ONCE, PARTS = 16, 20  # sites that are asked together what takes long, unless there are more parts than these


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
    def key_of_all(self) -> tuple[str | float, ...]:
        """The same for what is computed of all sites, whichever is picked."""
        folder, written, data, _, *span = self.key
        return folder, written, data, *span

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
        return forcing_response(self.site_model(), forcing, self.position(moment))

    def aims(self, moment: str) -> dict[str, Aim]:
        """What can be asked of the target, by name."""
        config = self.run.config
        return aims(config.target_quantity, step_of(self.times), self.position(moment), config.loss, self._deviation())

    def _deviation(self) -> float | None:
        """That of the observed target of the site in training; None where these data have none of it."""
        config = self.run.config
        observed = self.dataset[config.target].sel(site=self.site)
        try:
            days, _ = training_days(config, self.dataset)
        except DataError:  # of other data, which lack the period
            return None
        spread = float(observed[days].std())  # leaves out NaN
        return spread if spread > 0 else None

    def what_matters(self, aim: str, moment: str) -> xr.Dataset:
        """What each parameter, forcing and store does to an aim `(cause,)`; `why` says why one does nothing."""
        site = self.site_model()
        found = what_matters(site, self.aims(moment)[aim])
        dead = found.cause.values[found.zero.values & (found.kind.values == "parameter")]
        why = why_dead(site, [str(name) for name in dead]) if not site.model.corrected else {}
        return found.assign(why=("cause", [why.get(str(name), "") for name in found.cause.values]))

    def fate(self, forcing: str, moment: str, units: str) -> xr.Dataset:
        """Where one unit more of a forcing in a step is in each later step `(time,)`."""
        return fate(self.site_model(), forcing, self.position(moment), units)

    def tracer(self, forcing: str, moment: str) -> xr.Dataset:
        """By how much one unit more of a forcing in a step raises every store and flux from then on `(time,)`."""
        return tracer(self.site_model(), forcing, self.position(moment))

    def conservation(self, parameter: str, units: str) -> xr.Dataset:
        """By how much more of each term of the balance one unit more of a parameter makes `(time,)`."""
        return conservation(in_double(self.site_model()), parameter, units)

    def why(self, moment: str, through: Sequence[str]) -> list[xr.Dataset]:
        """What inputs of earlier steps contributed to the target in a step `(time,)`, for each baseline."""
        site, position = self.site_model(), self.position(moment)
        return [contributions(site, position, through, baseline) for baseline in BASELINES]

    def triangle(self, forcing: str) -> xr.DataArray:
        """The response of the target of each step to a forcing of each step `(time, cause)`."""
        return forcing_triangle(self.site_model(), forcing)

    def wanted(self, values: Mapping[int, float], by: By, forcing: str = "") -> xr.Dataset:
        """The least change that makes the target as wanted, by position."""
        return wanted(self.site_model(), values, by, forcing)

    def elasticities(self, also: Sequence[str]) -> xr.Dataset:
        """What one percent more of each forcing, and of some fluxes, does to the mean of the target `(cause,)`."""
        return elasticities(self.site_model(), also)

    def elasticity_of_all(self, forcing: str) -> xr.DataArray:
        """That of every site to a forcing `(site,)`, over the same steps."""
        return self._of_all(lambda site: mean_response(site)[f"{ELASTICITY}{forcing}"])

    def flux_elasticities_of_all(self, of: Sequence[str]) -> xr.Dataset:
        """Those of the mean target of every site to fluxes `(site,)` by name, over the same steps."""
        return self._of_all(lambda site: flux_elasticities(site, of))

    def memory_of_all(self, forcing: str) -> xr.DataArray:
        """How many steps give half and most of the response of every site to a forcing `(share, site)`."""
        return self._of_all(lambda site: memory_of_sites(site, forcing))

    def mechanisms_in_parts(self, through: Sequence[str]) -> list[tuple[tuple, Callable[[], xr.Dataset]]]:
        """What made the peaks of all sites, over all days of the results: keys of some sites each, and the work."""
        results = self.run.results()
        sites, days = [str(site) for site in results.site.values], results.indexes["time"][[0, -1]]
        span = [f"{day:%Y-%m-%dT%H:%M}" for day in days]
        size = max(AT_ONCE, math.ceil(len(sites) / PARTS))
        groups = [sites[i : i + size] for i in range(0, len(sites), size)]

        def work(group: list[str]) -> xr.Dataset:
            parts = self.run.at_all(self.dataset, group, *span)
            return joined([mechanisms(part, through) for part in parts])

        return [((*self.key[:3], "mechanisms", group[0], *through), partial(work, group)) for group in groups]

    def _of_all(self, ask: Callable[[SiteModel], Found]) -> Found:
        """What is asked of all sites of the run side by side, in its order of them."""
        sites = [str(site) for site in self.run.results().site.values]
        parts = self.run.at_all(self.dataset, sites, self.start, self.stop)
        found = [ask(part).assign_coords(site=list(part.sites)) for part in parts]
        return xr.concat(found, "site").sel(site=sites)

    def rewind(self, of: str, moment: str) -> xr.DataArray:
        """How much the target in a step depends on each site before, `(time, site)` or `(site,)`."""
        return rewind(self.site_model(), of, self.position(moment))

    def travel(self, forcing: str, moment: str) -> xr.DataArray:
        """Where one unit more of a forcing at the site passes on its way to the outlet, `(time, site)`."""
        whole = replace(self, site=outlet_of(self.dataset, self.site)).site_model()
        return travel(whole, forcing, self.position(moment), self.site)

    @property
    def times(self) -> pd.DatetimeIndex:
        """The steps that are simulated."""
        times = self.dataset.indexes["time"]
        return times[times.slice_indexer(self.start, self.stop)]

    @property
    def stamps(self) -> list[str]:
        """The same as texts, see `Step.stamp`."""
        return [f"{time:%Y-%m-%dT%H:%M}" for time in self.times[[0, -1]]]

    def position(self, moment: str) -> int:
        """Which of the simulated steps a moment is."""
        return self.times.get_loc(pd.Timestamp(moment))

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
