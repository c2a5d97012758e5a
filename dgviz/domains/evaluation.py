"""How a science judges a run beyond its scores: quantities of each site, and the pictures that are drawn of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
import xarray as xr

from dgviz.scores.metrics import rmse, scores


@dataclass(frozen=True)
class Scatter:
    """A picture with a point for each site: variable `x` across and `y` up, of what an evaluation computes.

    - `to` names a variable to which a whisker leads from `y`.
    - `equal`: do both measure the same, so that a line shows where they are equal?
    - `curves` gives theory to compare with: variables along one coordinate, which stands across; `long_name` is said.
    - `about` says in a sentence or two what the picture tells.
    - `limits`: the least that the vertical axis shows, and the horizontal one where `equal`; points beyond widen it.
    """

    title: str
    x: str
    y: str
    about: str
    to: str = ""
    equal: bool = True
    curves: Callable[[], xr.Dataset] | None = None
    limits: tuple[float, float] | None = None


@dataclass(frozen=True)
class Evaluation:
    """A question to a run that its scores do not answer.

    `compute(results, dataset, period)` gives variables `(site,)` with `units` and `long_name` from the results of a
    run, its data and a period "first/last"; what the run or the data do not tell is absent, and the pictures of it are
    not offered. `lacking(results, dataset)` says in words why there is nothing at all to see, '' where there is.
    `target` names the target that a run has to predict for the question to be put, '' where any will do.
    """

    title: str
    about: str
    compute: Callable[[xr.Dataset, xr.Dataset, str], xr.Dataset]
    pictures: tuple[Scatter, ...]
    lacking: Callable[[xr.Dataset, xr.Dataset], str] = field(default=lambda results, dataset: "")
    target: str = ""


def described(found: Mapping[str, tuple[xr.DataArray, str, str]]) -> xr.Dataset:
    """Values `(site,)` by name, each given with its units and what it is."""
    return xr.Dataset(
        {
            name: values.reset_coords(drop=True).drop_attrs().assign_attrs(units=units, long_name=words)
            for name, (values, units, words) in found.items()
        }
    )


def on_shared_days(
    results: xr.Dataset, dataset: xr.Dataset, target: str, period: str
) -> tuple[xr.DataArray, xr.DataArray]:
    """The target observed and simulated, `(time, site)`, in a period "first/last"; empty where either is."""
    days = slice(*period.split("/"))
    observed = dataset[target].sel(site=results.site, time=days).transpose("time", "site")
    simulated = results[target].sel(time=days).transpose("time", "site")
    return observed.where(simulated.notnull()), simulated.where(observed.notnull())


def observed_and_simulated(
    pair: tuple[xr.DataArray, xr.DataArray],
    of: Callable[[xr.DataArray], Mapping[str, xr.DataArray]],
    about: Mapping[str, tuple[str, str]],
) -> xr.Dataset:
    """What `of` finds in both series of a pair, `observed_<name>` and `simulated_<name>` `(site,)`.

    `about` gives units and words by name.
    """
    found = {}
    for kind, series in zip(("observed", "simulated"), pair, strict=True):
        for name, values in of(series).items():
            units, words = about[name]
            found[f"{kind}_{name}"] = values, units, f"{kind.capitalize()} {words}"
    return described(found)


def against_observed(name: str, title: str, about: str) -> Scatter:
    """The picture of what `observed_and_simulated` finds under a name."""
    return Scatter(title, f"observed_{name}", f"simulated_{name}", about)


def errors(
    models: Mapping[str, tuple[xr.DataArray, str]], observed: xr.DataArray, period: str, units: str
) -> xr.Dataset:
    """The root-mean-square error `(site,)` in a period of each model, given as its simulation and what it is called."""
    days = slice(*period.split("/"))
    seen = observed.sel(time=days)
    return described(
        {
            name: (rmse(values.sel(time=days), seen), units, f"RMSE of {words}")
            for name, (values, words) in models.items()
        }
    )


def scores_of_rivals(
    predicted: Mapping[str, xr.DataArray],
    observed: xr.DataArray,
    period: str,
    names: Sequence[str],
    descriptions: Mapping[str, str],
) -> xr.Dataset:
    """Scores over a period "first/last" of rivals by name, given as series `(time, site)`.

    `(model, site)` by name of the score; `description` and `source` along `model`.
    """
    days = slice(*period.split("/"))
    tables = [scores(values.sel(time=days), observed.sel(time=days), names) for values in predicted.values()]
    table = xr.concat(tables, pd.Index(list(predicted), name="model"), combine_attrs="override")
    return table.reset_coords(drop=True).assign_coords(
        description=("model", [descriptions[name] for name in predicted]),
        source=("model", ["fitted here"] * len(predicted)),
    )
