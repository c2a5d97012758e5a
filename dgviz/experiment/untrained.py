"""How well a run does in what it was not trained on, site by site."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
import xarray as xr

from dgviz.domains.untrained import Untrained, of_series
from dgviz.experiment.config import RunConfig
from dgviz.experiment.runs import Run
from dgviz.processes.other_targets import other_targets
from dgviz.quantities import lower_first
from dgviz.scores.metrics import correlation, kge_2012, nse


def untrained(run: Run, dataset: xr.Dataset) -> dict[str, xr.Dataset]:
    """What a run was not trained on beside its observation, by title; over the days of its results.

    Variables `(site,)`: `observed` and `simulated`, the means; `bias`, simulated less observed; of series also
    `correlation` and, where the observation is never negative, `kge_2012`; and `agreement`, at best 1, which its
    long_name explains: the NSE of series; of long-term values 1 - |simulated / observed - 1|, where what is observed is
    above 0. The attribute `assumes` is what has to be true for the observation to be one.

    What the data or the model do not tell is absent. Raises RunError if there are no results.
    """
    whole = run.results()
    results = run.read_results({"site"}).assign_coords(site=whole.site, time=whole.time)
    data = dataset.sel(site=results.site, time=results.time)
    asked = [each for each in declared(run.config, data) if each.observed(data) is not None]
    results = results.merge(_series(run, dataset, results, sorted({p for each in asked for p in each.parts})))
    found = {}
    for each in asked:
        observed, simulated = each.observed(data), each.simulated(results)
        if observed is not None and simulated is not None:
            found[each.title] = compared(each, observed, simulated)
    return found


def declared(config: RunConfig, dataset: xr.Dataset) -> Iterator[Untrained]:
    """What the science declares of the kind, and its other targets, as far as a process of its own gives them."""
    science, model = config.science, config.build()
    yield from science.untrained
    given = {name for process in model.processes for name in process.declared}
    told = {config.target, *other_targets(model, science.targets, config.target)}
    for name in science.targets:
        if name in dataset and name in given and name not in told:
            yield of_series(science.targets[name].long_name, name, (name,))


def compared(each: Untrained, observed: xr.DataArray, simulated: xr.DataArray) -> xr.Dataset:
    """Observed and simulated `(time, site)` or `(site,)` side by side, see `untrained`."""
    observed, simulated = observed.reset_coords(drop=True), simulated.reset_coords(drop=True)
    scores, units, name = {}, str(observed.attrs["units"]), lower_first(each.title)
    if "time" in observed.dims:
        scores = {"correlation": correlation(simulated, observed), "agreement": nse(simulated, observed)}
        scores |= {"kge_2012": kge_2012(simulated, observed)} if not (observed < 0).any() else {}
        both = observed.notnull() & simulated.notnull()
        observed, simulated = observed.where(both).mean("time"), simulated.where(both).mean("time")
    else:
        scores["agreement"] = _closeness(observed, simulated)
    words = {
        "observed": (observed, f"Observed {name}"),
        "simulated": (simulated, f"Simulated {name}"),
        "bias": (simulated - observed, f"Bias of {name}, simulated less observed"),
    }
    means = {k: v.drop_attrs().assign_attrs(units=units, long_name=said) for k, (v, said) in words.items()}
    return xr.Dataset({**means, **scores}, attrs={"title": each.title, "assumes": each.assumes})


def _closeness(observed: xr.DataArray, simulated: xr.DataArray) -> xr.DataArray:
    """The part of the Kling-Gupta efficiency that is left of a mean: 1 - |beta - 1|."""
    found = 1 - abs(simulated / observed.where(observed > 0) - 1)
    return found.drop_attrs().assign_attrs(units="1", long_name="1 less the relative error", best=1.0)


def _series(run: Run, dataset: xr.Dataset, results: xr.Dataset, names: Sequence[str]) -> xr.Dataset:
    """Fluxes and stores of a run `(time, site)`, mean over the members, on the days of its results; those it has."""
    model, days, sites = run.config.build(), results.indexes["time"], [str(site) for site in results.site.values]
    has = [name for name in names if any(name in process.declared for process in model.processes)]
    if not has or model.joins_sites:
        return xr.Dataset()
    found = []
    for part in run.at_all(dataset, sites, *(f"{day:%Y-%m-%dT%H:%M}" for day in days[[0, -1]])):
        with torch.no_grad():
            values = part.model.mean(part.tensors, has)
        place = {"time": days, "site": list(part.sites)}
        scored = {name: v[part.tensors.warmup :].cpu().numpy().astype(np.float64) for name, v in values.items()}
        about = {name: part.process_model.attrs(name) for name in has}
        found.append(xr.Dataset({n: (("time", "site"), v, about[n]) for n, v in scored.items()}, place))
    return xr.concat(found, "site").sel(site=sites)
