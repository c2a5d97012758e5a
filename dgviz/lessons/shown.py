"""What a lesson shows, by name: series of its site in its window, values of all sites, and what is computed of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import xarray as xr

from dgviz.datasets import forcing_names
from dgviz.experiment.runs import Run
from dgviz.learn.site_model import SiteModel
from dgviz.lessons.expressions import ExpressionError
from dgviz.lessons.lesson import Lesson, LessonError
from dgviz.scores.statistics import over_sites
from dgviz.sensitivity.aims import aims
from dgviz.sensitivity.identifiability import identifiability
from dgviz.sensitivity.what_matters import what_matters
from dgviz.steps import step_of
from dgviz.suggestions import suggest

TRUE = "true_"  # what the names of a twin's hidden law begin with


@dataclass(frozen=True)
class Shown:
    """A site of a run, and of a rival where there is one, between two days "YYYY-MM-DD", both included."""

    dataset: xr.Dataset
    run: Run
    rival: Run | None
    site: str
    window: tuple[str, str]

    @classmethod
    def of_lesson(cls, lesson: Lesson, dataset: xr.Dataset, runs: Mapping[str, Run]) -> "Shown":
        """What a lesson shows of a data set and runs by id. Raises LessonError naming a run or site that is not there.

        A lesson compares with the run that `show` calls its baseline.
        """
        show = lesson.show
        for key, known in (("run", runs), ("baseline", runs), ("site", dataset.site.values)):
            if show.get(key) and show[key] not in known:
                raise LessonError(
                    f"{lesson.file}: show.{key} = {show[key]!r} is not there.{suggest(show[key], known)} Take another."
                )
        return cls(dataset, runs[show["run"]], runs.get(show.get("baseline", "")), show["site"],
                   (show["from"], show["to"]))  # fmt: skip

    def series(self, name: str) -> xr.DataArray:
        """A series `(time,)` of the site in the window.

        `observed` and `simulated` are of the target, `rival` is the target simulated by the rival; every other name is
        that of a flux, a store or a forcing. Raises ExpressionError for a name that is not known.
        """
        target = self.run.config.target
        here = self.dataset.sel(site=self.site)
        known = {name: here[name] for name in forcing_names(self.dataset) if here[name].dims == ("time",)}
        known |= {str(name): values for name, values in self._simulated.items()}
        known |= {"observed": here[target], "simulated": self.run.results()[target].sel(site=self.site)}
        if self.rival:
            known["rival"] = self.rival.results()[target].sel(site=self.site)
        if name not in known:
            raise ExpressionError(_unknown(name, known))
        return known[name].sel(time=slice(*self.window)).astype("float64").compute()

    def of(self, group: str, name: str) -> xr.DataArray:
        """Values by group and name.

        `run` and `rival`: a score in the test period or the mean of a parameter, `(site,)`; `data`: an attribute
        `(site,)`; `truth`: the parameter of a twin's hidden law `(site,)`; `matters`: what one percent of a parameter,
        forcing or store does to the mean of the target at the site; `standard_error` of a parameter at the site, in %
        of its range.
        """
        if group == "rival" and self.rival is None:
            raise ExpressionError("there is no rival. Give show.baseline, the id of a run")
        if group in ("run", "rival"):
            return _of_sites((self.run if group == "run" else self.rival).results(), name)
        if group == "data":
            known = [str(each) for each in self.dataset if self.dataset[each].dims == ("site",)]
            return self.dataset[_known(name, known)]
        if group == "truth":
            known = [str(each) for each in self.dataset.coords if str(each).startswith(TRUE)]
            return self.dataset[TRUE + _known(name, [each.removeprefix(TRUE) for each in known])]
        found, along = (self._matters, "cause") if group == "matters" else (self._standard_errors, "parameter")
        return found.sel({along: _known(name, map(str, found[along].values))})

    def suppose(self, means: Mapping[str, float]) -> xr.DataArray:
        """The target `(time,)` simulated with other means of parameters, by name; all others are as learned."""
        model, results = self._model, self.run.results()
        shifts = {}
        for name, mean in means.items():
            _known(name, model.learned)
            learned = float(results[name].sel(site=self.site).mean())
            shifts[name] = model.shift_for(name, mean - learned)
        return model.simulate(shifts)[self.run.config.target].sel(time=slice(*self.window)).astype("float64")

    @cached_property
    def _model(self) -> SiteModel:
        """Over all of the record: stores remember."""
        first, last = (f"{day:%Y-%m-%dT%H:%M}" for day in self.dataset.indexes["time"][[0, -1]])
        return self.run.at(self.dataset, self.site, first, last)

    @cached_property
    def _simulated(self) -> xr.Dataset:
        return self._model.simulate()

    @cached_property
    def _matters(self) -> xr.DataArray:
        model = self._model
        asked = aims(self.run.config.target_quantity, step_of(model.time.to_index()), 0)
        return what_matters(model, asked["mean"]).effect

    @cached_property
    def _standard_errors(self) -> xr.DataArray:
        return identifiability(self._model).standard_error


def _of_sites(results: xr.Dataset, name: str) -> xr.DataArray:
    """A score in the test period, or the mean of a parameter over members and time, `(site,)`."""
    of_sites = [str(each) for each in results if "site" in results[each].dims]
    values = results[_known(name, of_sites)]
    values = values.compute()
    return values.sel(period="test", drop=True) if "period" in values.dims else over_sites(values)["mean"]


def _known(name: str, known: Iterable[str]) -> str:
    """The name, where it is known."""
    known = [*known]
    if name not in known:
        raise ExpressionError(_unknown(name, known))
    return name


def _unknown(name: str, known: Iterable[str]) -> str:
    return f"there is no {name!r}.{suggest(name, known)} There are {', '.join(sorted(map(str, known)))}"
