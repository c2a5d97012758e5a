"""The network of a trained run with the attributes of all its sites, and what can be computed of it."""

from dataclasses import dataclass

import xarray as xr

from dgviz.experiment.run_folder import FINISHED
from dgviz.experiment.runs import Run
from dgviz.experiment.splits import training_days
from dgviz.sensitivity import attribute_contributions, attribute_response, influence_by_chance, partial_dependence
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import results_written

LONGEST = 365  # last time steps over which dynamic parameters are averaged


@dataclass(frozen=True)
class LearnedLaw:
    """What a trained run makes of the attributes of its sites."""

    run: Run
    dataset: xr.Dataset

    @classmethod
    def of(cls, state: AppState) -> "LearnedLaw | None":
        """Of what the state shows; None without a trained run."""
        run = state.store.run(state.run) if state.run else None
        return cls(run, state.dataset) if run is not None and run.status in FINISHED else None

    @staticmethod
    def applies(state: AppState) -> bool:
        """Does the run learn parameters from attributes?"""
        config = state.shown_config
        return config.parameters == "attributes" and bool(config.build().processes)

    @property
    def key(self) -> tuple[str | float, ...]:
        """What makes two the same."""
        return str(self.run.folder), results_written(self.run), self.run.config.data

    @property
    def varies(self) -> bool:
        """Do parameters vary in time, so that a recurrent network is run for each point of a curve or path?"""
        return bool(self.run.config.dynamic)

    @property
    def about_chance(self) -> float:
        """About how many seconds it takes to train one model anew."""
        config = self.run.config
        parts = config.seeds * (config.folds if config.holdout == "folds" else 1)
        return float(self.run.record.get("seconds", 0.0)) * 1.7 / parts

    def response(self) -> xr.Dataset:
        """The derivatives of parameters to attributes."""
        return attribute_response(*self._asked())

    def contributions(self) -> xr.Dataset:
        """What attributes contribute to the parameters of each site."""
        return attribute_contributions(*self._asked())

    def curves(self, attribute: str) -> xr.Dataset:
        """Parameters along an attribute."""
        return partial_dependence(*self._asked(), attribute)

    def chance(self) -> xr.DataArray:
        """The influence of permuted attributes `(parameter,)`, by training one model anew."""
        config, seen = self.run.config, self.run.seen(self.dataset)
        return influence_by_chance(config, seen, *training_days(config, seen))

    def _asked(self) -> tuple:
        seen = self.run.seen(self.dataset).isel(time=slice(-LONGEST, None))
        return self.run.model(self.dataset), seen, self.run.config.target
