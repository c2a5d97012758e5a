"""What a trained model gives: learned parameters, simulated target, scores and sensitivities, by site."""

from collections.abc import Mapping

import torch
import xarray as xr

from .config import RunConfig
from .datasets import period_slice
from .declare import Flux
from .metrics import scores
from .samples import Samples
from .sensitivity import mean_response
from .train import DifferentiableModel

CELL_DAYS_AT_ONCE = 6_400_000  # members x days x sites: bounds the memory of a gradient through years of days


def make_results(
    model: DifferentiableModel, samples: Samples, dataset: xr.Dataset, config: RunConfig, periods: Mapping[str, str]
) -> xr.Dataset:
    """Results for every site of `dataset` from the first to the last day of `periods`, warmed up.

    The target is `(time, site)`; a static parameter `(site, member)`, a dynamic one `(time, site)`; scores are
    `(period, site)`; `sensitivity_<parameter>` `(site,)` is that of the mean of the target over all these days, and
    `mean_<flux>` `(site,)` what each flux of the processes was on average over them.
    """
    spans = {name: days_of(dataset, period, name) for name, period in periods.items()}
    whole = slice(min(s.start for s in spans.values()), max(s.stop for s in spans.values()))
    n_at_once = max(1, CELL_DAYS_AT_ONCE // (config.members * (whole.stop - whole.start + config.warmup)))
    blocks = torch.arange(dataset.sizes["site"]).split(n_at_once)
    parts = [
        _results_of(model, samples.span(whole.start, whole.stop, config.warmup, block.tolist()), config.target)
        for block in blocks
    ]
    results = xr.concat(parts, "site", data_vars="minimal", coords="minimal", compat="override", join="override")
    results = results.assign_coords(site=dataset.site, time=dataset.time[whole], **_place(dataset))
    table = [_scores(results, dataset, config.target, period_slice(dataset, p)) for p in periods.values()]
    table = xr.concat(table, "period", combine_attrs="override").assign_coords(period=list(periods))
    return results.merge(table, compat="override").assign_attrs(
        Conventions="CF-1.11",
        title=f"Results of a dgviz run on: {dataset.attrs.get('title', config.data)}",
        **{f"{name}_period": period for name, period in periods.items()},
    )


def _results_of(model: DifferentiableModel, samples: Samples, target: str) -> xr.Dataset:
    response = mean_response(model, samples, target)
    named = response.rename({name: f"sensitivity_{name}" for name in response})
    return _simulate(model, samples, target).merge(named, compat="override").merge(_mean_fluxes(model, samples))


def _mean_fluxes(model: DifferentiableModel, samples: Samples) -> xr.Dataset:
    """The mean of every flux over the scored days, `mean_<flux>` `(site,)`; `out_of` and `into` say what it moves."""
    fluxes = model.process_model.of(Flux)
    with torch.no_grad():
        values = model.mean(samples, list(fluxes)) if fluxes else {}
    means = {k: v[samples.warmup :].double().mean(0).cpu().numpy() for k, v in values.items()}
    about = {k: {"units": f.units, "long_name": f"Mean {f.long_name.lower()}"} for k, f in fluxes.items()}
    moved = {k: {"out_of": f.out_of, "into": f.into} for k, f in fluxes.items() if f.into}
    return xr.Dataset({f"mean_{k}": ("site", v, about[k] | moved.get(k, {})) for k, v in means.items()})


def days_of(dataset: xr.Dataset, period: str, name: str) -> slice:
    """A period as positions in the record. Raises DataError if it is not within it."""
    days = period_slice(dataset, period, f"{name}_period")
    return dataset.indexes["time"].slice_indexer(days.start, days.stop)


def _simulate(model: DifferentiableModel, samples: Samples, target: str) -> xr.Dataset:
    process_model, scored = model.process_model, slice(samples.warmup, None)
    with torch.no_grad():
        parameters = model.parameters_of(samples)
        flow = process_model.mean(samples.forcings, parameters, [target])[target][..., None]
    members = {k: parameters[k][0] for k in model.network.static}
    series = {k: v[scored] for k, v in {target: flow, **parameters}.items() if k not in members}
    static = {k: (("site", "member"), v.cpu().numpy(), process_model.attrs(k)) for k, v in members.items()}
    return process_model.to_dataset(series).assign(static)


def _scores(results: xr.Dataset, dataset: xr.Dataset, target: str, days: slice) -> xr.Dataset:
    return scores(results[target].sel(time=days), dataset[target].sel(time=days)).reset_coords(drop=True)


def _place(dataset: xr.Dataset) -> dict[str, xr.DataArray]:
    return {name: dataset[name] for name in ("lat", "lon", "name")}
