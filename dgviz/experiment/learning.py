"""A run that is being trained, at one site: what it simulates with what it has learned so far."""

from functools import cached_property

import xarray as xr

from dgviz.experiment.run_files import DamagedFile, RunError
from dgviz.experiment.runs import Run
from dgviz.learn import DifferentiableModel
from dgviz.learn.site_model import SiteModel


class Learning:
    """A run in training at one site over some days; data are read once, weights whenever they are asked for.

    The days are as in `Run.at`, and so are the data set and the errors.
    """

    def __init__(self, run: Run, dataset: xr.Dataset, site: str, start: str, stop: str):
        self.run, self.site, self.days = run, site, (start, stop)
        self._dataset = dataset

    @cached_property
    def _bound(self) -> xr.Dataset:
        return self.run.bound(self._dataset)

    def site_model(self) -> SiteModel:
        """The model as of the last finished epoch, spun up; of several parts, the one that was begun last.

        Raises RunError before the first epoch.
        """
        weights = self._checkpoint()["weights"]
        model = DifferentiableModel.build(self.run.config_of_sites, self._bound)
        try:
            model.load_state_dict(weights)
        except (RuntimeError, TypeError, AttributeError):
            raise DamagedFile(self.run.folder, "has a checkpoint of another model.") from None
        steps = self.run.steps(self._bound, self.site, *self.days)
        return self.run.ready(model, self._bound, self.site, steps)

    def _checkpoint(self) -> dict:
        for part in range(len(list(self.run.folder.glob("checkpoint-*.pt"))), 0, -1):
            if checkpoint := self.run.checkpoint(part):
                return checkpoint
        raise RunError(
            f"The run {self.run.id!r} has finished no epoch yet; it is {self.run.status}. Ask again after the first."
        )
