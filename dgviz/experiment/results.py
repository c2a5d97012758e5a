"""The results of a trained model: learned parameters, simulated target, scores and sensitivities, by site."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
import xarray as xr

from dgviz.datasets import period_slice
from dgviz.experiment.config import RunConfig
from dgviz.experiment.splits import Fold, period_positions
from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Flux
from dgviz.quantities import lower_first
from dgviz.scores.metrics import scores
from dgviz.sensitivity import mean_response, score_gradient

CELL_DAYS_AT_ONCE = 6_400_000  # members x days x sites: bounds the memory of a gradient through years of days


def make_results(
    models: Sequence[DifferentiableModel | Ensemble],
    folds: Sequence[Fold],
    tensors: Tensors,
    dataset: xr.Dataset,
    config: RunConfig,
    periods: Mapping[str, str],
) -> xr.Dataset:
    """Results for every site of `dataset` from the first to the last day of `periods`, warmed up.

    There is one model for each of the `folds`: a site that a fold holds out is predicted by the model of that fold, all
    others by the first. If training stopped before a fold, its sites have no results (NaN). Variables are

    - the target `(time, site)`; for an ensemble also its lowest and highest value, with `_low` and `_high` in the name;
    - parameters: static ones `(site, member)`, dynamic ones `(time, site)`;
    - scores `(period, site)`;
    - `sensitivity_<parameter>` `(site,)`, of the mean target over these days; or, where a process joins sites,
      `gradient_<parameter>` `(site,)`, of the mean NSE of all observed sites;
    - `mean_<flux>` `(site,)`, the mean of each flux over these days;
    - with a holdout, `fold` `(site,)`, the number of the model, and `held_out`, whether it had not seen the site.
    """
    spans = {name: period_positions(dataset, period, name) for name, period in periods.items()}
    whole = slice(min(s.start for s in spans.values()), max(s.stop for s in spans.values()))
    fold, held = _assigned(folds, dataset.sizes["site"])
    parts = []
    for number, model in enumerate([*models, *list(models[:1]) * (len(folds) - len(models))]):
        predicted = torch.tensor(np.flatnonzero(fold == number))
        parts += _predictions(model, predicted, tensors, dataset.time, whole, config)
    # The parts come fold by fold: bring the sites back into the order of the data set.
    order = np.argsort(np.argsort(fold, kind="stable"), kind="stable")
    results = xr.concat(parts, "site", data_vars="minimal", coords="minimal", compat="override", join="override")
    results = results.isel(site=order).assign_coords(site=dataset.site, time=dataset.time[whole], **_place(dataset))
    if len(models) < len(folds):
        with xr.set_options(keep_attrs=True):
            results = results.where(xr.DataArray(fold < len(models), {"site": dataset.site}, "site"))
    if config.science.more_results:
        results = results.assign(config.science.more_results(results, dataset))
    if config.holdout != "none":
        results["fold"] = "site", fold, {"long_name": "Number of the model that predicts the site", "units": "1"}
        results["held_out"] = "site", held, {"long_name": "Was the site held out of training?", "units": "1"}
    tables = [_scores(results, dataset, config, period_slice(dataset, p)) for p in periods.values()]
    table = xr.concat(tables, "period", combine_attrs="override").assign_coords(period=list(periods))
    return results.merge(table, compat="override").assign_attrs(
        Conventions="CF-1.11",
        title=f"Results of a dgviz run on: {dataset.attrs.get('title', config.data)}",
        **{f"{name}_period": period for name, period in periods.items()},
    )


def _predictions(
    model: DifferentiableModel | Ensemble,
    predicted: torch.Tensor,
    tensors: Tensors,
    time: xr.DataArray,
    whole: slice,
    config: RunConfig,
) -> list[xr.Dataset]:
    """Results of one model at the sites in `predicted`, their positions, over the times of `whole`, block by block."""
    if model.process_model.joins_sites:
        # Joined sites cannot be simulated in blocks: all at once, then those of this fold.
        everything = tensors.span(whole.start, whole.stop, config.warmup)
        joined = SiteModel(model, everything, time[whole], config.target)
        return [_results_of(joined).isel(site=predicted.numpy())]
    # Blocks of sites, so that the gradient through all days fits into memory.
    cells_of_site = config.members * config.seeds * (whole.stop - whole.start + config.warmup)
    parts = []
    for block in predicted.split(max(1, CELL_DAYS_AT_ONCE // cells_of_site)) if len(predicted) else ():
        of_block = tensors.span(whole.start, whole.stop, config.warmup, block.tolist())
        parts.append(_results_of(SiteModel(model, of_block, time[whole], config.target)))
    return parts


def _assigned(folds: Sequence[Fold], n_sites: int) -> tuple[np.ndarray, np.ndarray]:
    """For each site, the number of the fold whose model predicts it, and whether that held it out."""
    fold, held = np.zeros(n_sites, int), np.zeros(n_sites, bool)
    for number, each in enumerate(folds):
        fold[list(each.held)], held[list(each.held)] = number, True
    return fold, held


def _results_of(sites: SiteModel) -> xr.Dataset:
    joined = sites.process_model.joins_sites
    response = (score_gradient if joined else mean_response)(sites)
    named = response.rename({name: f"{'gradient' if joined else 'sensitivity'}_{name}" for name in response})
    return _simulate(sites).merge(named, compat="override").merge(_mean_fluxes(sites))


def _mean_fluxes(sites: SiteModel) -> xr.Dataset:
    """The mean of every flux over the scored days, `mean_<flux>` `(site,)`; `out_of` and `into` say what it moves."""
    model, tensors = sites.model, sites.tensors
    fluxes = sites.process_model.of(Flux)
    with torch.no_grad():
        values = model.mean(tensors, list(fluxes)) if fluxes else {}
    means = {k: v[tensors.warmup :].double().mean(0).cpu().numpy() for k, v in values.items()}
    about = {k: {"units": f.units, "long_name": f"Mean {lower_first(f.long_name)}"} for k, f in fluxes.items()}
    moved = {k: {"out_of": f.out_of, "into": f.into} for k, f in fluxes.items() if f.into}
    return xr.Dataset({f"mean_{k}": ("site", v, about[k] | moved.get(k, {})) for k, v in means.items()})


def _simulate(sites: SiteModel) -> xr.Dataset:
    model, tensors = sites.model, sites.tensors
    target, parameters = sites.target, sites.learned
    process_model = model.process_model
    scored = slice(tensors.warmup, None)
    with torch.no_grad():
        # (model, time, site), without the warm-up
        flows = torch.stack([each[target] for each in model.each(tensors, parameters, [target])])[:, scored]
    series = {k: v[scored] for k, v in parameters.items() if k not in model.static}
    simulated = process_model.to_dataset({target: flows.mean(0)[..., None], **series})
    if len(flows) > 1:
        attrs = process_model.attrs(target)
        for end, values in (("low", flows.amin(0)), ("high", flows.amax(0))):
            words = {"long_name": f"{attrs['long_name']}, {end}est of the ensemble", "units": attrs["units"]}
            simulated[f"{target}_{end}"] = ("time", "site"), values.cpu().numpy(), words
    static = {k: (("site", "member"), parameters[k][0].cpu().numpy(), process_model.attrs(k)) for k in model.static}
    return simulated.assign(static)


def _scores(results: xr.Dataset, dataset: xr.Dataset, config: RunConfig, times: slice) -> xr.Dataset:
    """The scores of the target over a period, `(site,)` by name."""
    simulated = results[config.target].sel(time=times)
    observed = dataset[config.target].sel(time=times)
    return scores(simulated, observed, config.target_quantity.scores).reset_coords(drop=True)


def _place(dataset: xr.Dataset) -> dict[str, Any]:
    return {name: dataset[name] for name in ("lat", "lon", "name")}
