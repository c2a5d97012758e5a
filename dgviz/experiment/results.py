"""The results of a trained model: learned parameters, simulated target, scores and sensitivities, by site."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
import xarray as xr

from dgviz.datasets import period_slice
from dgviz.datasets.remarks import with_remarks
from dgviz.experiment.config import RunConfig
from dgviz.experiment.findings import at_the_ends, never_settled
from dgviz.experiment.gathered import Gathered
from dgviz.experiment.learned_curves import learned_curves
from dgviz.experiment.splits import Fold, period_positions
from dgviz.experiment.states import YearlyStates, forcing_sums
from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.learn.site_model import SiteModel
from dgviz.learn.spin_up import spun_up, yearly_states
from dgviz.learn.tensors import Tensors
from dgviz.memory import available, blocks, let_go
from dgviz.processes.declare import Flux, Parameter
from dgviz.processes.other_targets import other_targets
from dgviz.quantities import lower_first
from dgviz.scores.metrics import scores
from dgviz.sensitivity import mean_response, score_gradient
from dgviz.sensitivity.mean_response import ELASTICITY

CELL_DAYS_AT_ONCE = 6_400_000  # members x days x sites: bounds the memory of a gradient through years of days
OF_STEP, OF_CELL = 300, 60  # bytes of a step of a site, and of each of its members, in a block of results
PART_OF_BLOCK = 4  # a block takes at most such a part of the memory


class Prediction(NamedTuple):
    """The results of a model at some sites, and its states `(year, step, site, member)` by name.

    `unsettled` are the positions of the sites at which a store, by name, has no equilibrium.
    """

    results: xr.Dataset
    states: dict[str, torch.Tensor]
    unsettled: dict[str, np.ndarray]


def make_results(
    models: Sequence[DifferentiableModel | Ensemble],
    folds: Sequence[Fold],
    tensors: Tensors,
    dataset: xr.Dataset,
    config: RunConfig,
    periods: Mapping[str, str],
    spread: Callable[..., Iterable[Any]] = map,
) -> tuple[xr.Dataset, YearlyStates | None]:
    """Results for every site of `dataset` from the first to the last day of `periods`, spun up and warmed up.

    `spread` is the built-in map, or one that computes the blocks of sites side by side.

    Also the states from which parts of this simulation can be repeated, unless the record is shorter than a year.

    There is one model for each of the `folds`: a site that a fold holds out is predicted by the model of that fold, all
    others by the first. If training stopped before a fold, its sites have no results (NaN). Variables are

    - the target `(time, site)`; for an ensemble also its lowest and highest value, with `_low` and `_high` in the name;
    - parameters: static ones `(site, member)`, dynamic ones `(time, site)`;
    - scores `(period, site)`, and `pooled_nse` `(period,)`, the efficiency over the values of all sites together;
    - `sensitivity_<parameter or forcing>` `(site,)`, of the mean target over these days; or, where a process joins
      sites, `gradient_<parameter>` `(site,)`, of the mean NSE of all observed sites;
    - `elasticity_<forcing>` `(site,)`, where no sites are joined, see `mean_response`;
    - `mean_<flux>` `(site,)`, the mean of each flux over these days;
    - `curve_<flux>_<input>_<option>`, what networks inside processes have learned, see `learned_curves`;
    - with a holdout or named sites to train on, `fold` `(site,)`, the number of the model, `held_out`, whether it was
      not trained on the site, and `held_out_nse`, the efficiency over all values of such sites, in both periods.
    """
    spans = {name: period_positions(dataset, period, name) for name, period in periods.items()}
    whole = slice(min(s.start for s in spans.values()), max(s.stop for s in spans.values()))
    fold, held = _assigned(folds, dataset.sizes["site"])
    gathered = Gathered(dataset.sizes["site"])
    predictions: list[Prediction] = []
    for number, model in enumerate([*models, *list(models[:1]) * (len(folds) - len(models))]):
        predicted = torch.tensor(np.flatnonzero(fold == number))
        for sites, prediction in _predictions(model, predicted, tensors, dataset.time, whole, config, spread):
            predictions.append(prediction._replace(results=gathered.take(sites, prediction.results)))
    # The parts come fold by fold: bring the sites back into the order of the data set.
    order = np.argsort(np.argsort(fold, kind="stable"), kind="stable")
    results = _in_order(predictions, order, dataset, whole)
    if len(models) < len(folds):
        with xr.set_options(keep_attrs=True):
            results = results.where(xr.DataArray(fold < len(models), {"site": dataset.site}, "site"))
        gathered.empty_at(fold >= len(models))
    results = gathered.with_series(results)
    if config.science.more_results:
        results = results.assign(config.science.more_results(results, dataset))
    if config.holdout != "none" or config.trained_sites:
        results["fold"] = "site", fold, {"long_name": "Number of the model that predicts the site", "units": "1"}
        results["held_out"] = "site", held, {"long_name": "Was the site held out of training?", "units": "1"}
    results = _with_findings(_with_scores(results, dataset, config, periods), predictions, dataset, config)
    results = results.merge(learned_curves(models[0], tensors, whole, dataset, config))
    return results, _states(predictions, order, fold, tensors, dataset, whole.start - config.warmup)


def _in_order(predictions: Sequence[Prediction], order: np.ndarray, dataset: xr.Dataset, whole: slice) -> xr.Dataset:
    """The results of all predictions as one, `order` being where each site stands in them."""
    parts = [prediction.results for prediction in predictions]
    results = xr.concat(parts, "site", data_vars="minimal", coords="minimal", compat="override", join="override")
    place: dict[str, Any] = {name: dataset[name] for name in ("lat", "lon", "name")}
    return results.isel(site=order).assign_coords(site=dataset.site, time=dataset.time[whole], **place)


def _with_scores(results: xr.Dataset, dataset: xr.Dataset, config: RunConfig, periods: Mapping[str, str]) -> xr.Dataset:
    """The results with the scores `(period, site)` and of all sites together, and with what they are of."""
    tables = [_scores(results, dataset, config, period_slice(dataset, p)) for p in periods.values()]
    table = xr.concat(tables, "period", combine_attrs="override").assign_coords(period=list(periods))
    pooled = [_pooled(results, dataset, config, period_slice(dataset, p)) for p in periods.values()]
    about = {"long_name": "Nash-Sutcliffe efficiency over all sites together", "units": "1"}
    table["pooled_nse"] = "period", pooled, about
    if "held_out" in results:
        # A model has seen nothing of such a site: the training period is as new to it as the test period.
        unseen, always = np.flatnonzero(results.held_out.values), slice(results.time[0], results.time[-1])
        about = {"long_name": "Nash-Sutcliffe efficiency over all values of held-out sites", "units": "1"}
        table["held_out_nse"] = (), _pooled(results, dataset, config, always, unseen), about
    return results.merge(table, compat="override").assign_attrs(
        Conventions="CF-1.11",
        title=f"Results of a dgviz run on: {dataset.attrs.get('title', config.data)}",
        **{f"{name}_period": period for name, period in periods.items()},
    )


def _with_findings(
    results: xr.Dataset, predictions: Sequence[Prediction], dataset: xr.Dataset, config: RunConfig
) -> xr.Dataset:
    """The results with remarks on parameters at the ends of their ranges and on stores that never settle."""
    processes = config.build()
    unsettled = [(name, dataset.site.values[at]) for each in predictions for name, at in each.unsettled.items()]
    return with_remarks(results, [*at_the_ends(results, processes.of(Parameter)), *never_settled(unsettled, processes)])


def _states(
    predictions: Sequence[Prediction],
    order: np.ndarray,
    fold: np.ndarray,
    tensors: Tensors,
    dataset: xr.Dataset,
    start: int,
) -> YearlyStates | None:
    """The states of all predictions, in the order of the sites; `start` is where the simulation begins."""
    if any(not prediction.states for prediction in predictions):
        return None
    names = predictions[0].states
    values = {name: torch.cat([prediction.states[name] for prediction in predictions], -2) for name in names}
    values = {name: v[..., torch.tensor(order), :] for name, v in values.items()}
    sites = [str(site) for site in dataset.site.values]
    origin = str(dataset.time.values[0])
    return YearlyStates(origin, start, tensors.year, sites, fold.tolist(), forcing_sums(tensors), values)


def _predictions(
    model: DifferentiableModel | Ensemble,
    predicted: torch.Tensor,
    tensors: Tensors,
    time: xr.DataArray,
    whole: slice,
    config: RunConfig,
    spread: Callable[..., Iterable[Any]],
) -> Iterator[tuple[np.ndarray, Prediction]]:
    """Results of one model at the sites in `predicted`, their positions, over the times of `whole`, block by block.

    Each with the positions of its sites.
    """
    if model.process_model.joins_sites:
        # Joined sites cannot be simulated in blocks: all at once, then those of this fold.
        everything = tensors.span(whole.start, whole.stop, config.warmup)
        joined = _prediction(model, everything, time[whole], config)
        states = {name: values[..., predicted, :] for name, values in joined.states.items()}
        of_fold = joined.results.isel(site=predicted.numpy())
        yield predicted.numpy(), Prediction(of_fold, states, joined.unsettled)
        return
    # Blocks of sites, so that the gradient through all days fits into memory.
    at_once = sites_at_once(config, whole.stop - whole.start + config.warmup)
    parts = [block.tolist() for block in predicted.split(at_once)] if len(predicted) else []
    tensors_of = (tensors.span(whole.start, whole.stop, config.warmup, block) for block in parts)
    found = spread(partial(_prediction, model, time=time[whole], config=config), tensors_of)
    for block, of_block in zip(parts, found, strict=True):
        unsettled = {name: np.array(block)[at] for name, at in of_block.unsettled.items()}
        yield np.array(block), of_block._replace(unsettled=unsettled)


def sites_at_once(config: RunConfig, n_steps: int) -> int:
    """How many sites are simulated together for the results, over so many steps."""
    n_cells = config.members * config.seeds
    by_memory = available() / PART_OF_BLOCK / (OF_STEP + OF_CELL * n_cells)
    return max(1, int(min(CELL_DAYS_AT_ONCE / n_cells, by_memory) / n_steps))


def _prediction(
    model: DifferentiableModel | Ensemble, tensors: Tensors, time: xr.DataArray, config: RunConfig
) -> Prediction:
    started = spun_up(model, tensors)
    states = yearly_states(model, started.tensors) if started.tensors.initial else {}
    results = _results_of(SiteModel(model, started.tensors, time, config.target))
    unsaid = other_targets(model.process_model, config.science.targets, config.target)
    results = results.drop_vars([f"mean_{name}" for name in unsaid])
    return Prediction(results, states, dict(started.unsettled))


def _assigned(folds: Sequence[Fold], n_sites: int) -> tuple[np.ndarray, np.ndarray]:
    """For each site, the number of the fold whose model predicts it, and whether that held it out."""
    fold, held = np.zeros(n_sites, int), np.zeros(n_sites, bool)
    for number, each in enumerate(folds):
        fold[list(each.held)], held[list(each.held)] = number, True
    return fold, held


def _results_of(sites: SiteModel) -> xr.Dataset:
    joined = sites.process_model.joins_sites
    response = (score_gradient if joined else mean_response)(sites)
    plain = [name for name in response if not str(name).startswith(ELASTICITY)]
    named = response.rename({name: f"{'gradient' if joined else 'sensitivity'}_{name}" for name in plain})
    return simulate_sites(sites).merge(named, compat="override").merge(_mean_fluxes(sites))


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


def simulate_sites(sites: SiteModel) -> xr.Dataset:
    """The target `(time, site)` and the parameters; of an ensemble also the lowest and highest target."""
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


def _pooled(
    results: xr.Dataset, dataset: xr.Dataset, config: RunConfig, times: slice, sites: np.ndarray | None = None
) -> float:
    """The efficiency over all observations of some times as if they were of one site: between sites counts too.

    Of all sites, or those at some positions.
    """
    simulated, observed = (_series_of(each, config.target, times) for each in (results, dataset))
    places = np.arange(simulated.shape[1]) if sites is None else sites
    pairs = partial(_known_pairs, simulated, observed)
    parts = [places[block] for block in blocks(len(simulated), len(places))]
    sums = [(seen.sum(), seen.size) for seen in (pairs(part)[1] for part in parts)]
    n_values = sum(size for _, size in sums)
    mean = sum(total for total, _ in sums) / max(n_values, 1)
    error = spread = 0.0
    for part in parts:
        modelled, seen = pairs(part)
        error += np.square(modelled - seen).sum()
        spread += np.square(seen - mean).sum()
    return float(1 - error / spread) if spread > 0 else float("nan")


def _series_of(dataset: xr.Dataset, name: str, times: slice) -> np.ndarray:
    return dataset[name].sel(time=times).transpose("time", "site").values


def _known_pairs(simulated: np.ndarray, observed: np.ndarray, sites: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What was simulated and observed at some sites, where both are known, in double precision."""
    there = slice(sites[0], sites[-1] + 1) if sites[-1] - sites[0] == len(sites) - 1 else sites
    modelled, seen = simulated[:, there], observed[:, there]
    known = np.isfinite(modelled) & np.isfinite(seen)
    pair = modelled[known].astype("float64"), seen[known].astype("float64")
    let_go(simulated, observed)
    return pair


def _scores(results: xr.Dataset, dataset: xr.Dataset, config: RunConfig, times: slice) -> xr.Dataset:
    """The scores of the target over a period, `(site,)` by name, block of sites by block."""
    simulated, observed = (each[config.target].sel(time=times) for each in (results, dataset))
    tables = []
    for block in blocks(simulated.sizes["time"], simulated.sizes["site"]):
        pair = simulated.isel(site=block), observed.isel(site=block)
        tables.append(scores(*pair, config.target_quantity.scores).reset_coords(drop=True))
        let_go(simulated.values, observed.values)
    return xr.concat(tables, "site", combine_attrs="override")
