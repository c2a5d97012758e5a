"""What a network inside a process has learned, as a curve along each of its inputs, beside other forms of the process.

A curve varies one input between the lowest and the highest percent of what it was in the simulation, while the others
stay at their means. The other options of the slot that compute the flux from that input are drawn with the parameters
of the run where it has these, else with their defaults; of a twin, the form of its law with the true ones.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from dgviz.experiment.config import RunConfig
from dgviz.experiment.sources import law_of
from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.learn.spin_up import spun_up
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Flux, Parameter, Process, title
from dgviz.processes.model import ProcessModel

N_POINTS = 61
MOST_SITES, MOST_STEPS = 50, 1000  # that tell what the inputs were
ENDS = 0.01, 0.99
SAME = 1e-4  # of a curve: less is no difference

Model = DifferentiableModel | Ensemble


def learned_curves(model: Model, tensors: Tensors, whole: slice, dataset: xr.Dataset, config: RunConfig) -> xr.Dataset:
    """`curve_<flux>_<input>_<option>` `(<flux>_along_<input>,)` for every flux that a network computes, over `whole`.

    Attributes say the `flux`, what it is `along`, and whether it is `learned`, 1 or 0. A form that does not depend on
    an input, or is the same as another, has no curve.
    """
    learned = [process for process in model.process_model.processes if process.learned]
    span = _span(model, tensors, whole, config) if learned else tensors
    found: dict[str, xr.DataArray] = {}
    for process in learned:
        seen = _seen(process, model, span)
        trained = [_of_class(type(process), each.process_model) for each, _ in model.parts(span)]
        forms = [(trained, {}, title(type(process))), *_other_forms(process, dataset, config)]
        for flux, along in ((flux, name) for flux in process.learned for name in process.reads):
            points = _points(model.process_model, flux, along, seen[along])
            drawn = [
                _curve(same, flux, points, seen | own).assign_attrs(long_name=words)
                for same, own, words in forms
                if _can(same[0], flux, along, seen, own)
            ]
            if _varies(drawn[0]):
                kept = [curve for i, curve in enumerate(drawn) if _varies(curve) and not _among(curve, drawn[:i])]
                found |= {f"curve_{flux}_{along}_{curve.name}": curve.assign_attrs(along=along) for curve in kept}
    return xr.Dataset(found)


def _span(model: Model, tensors: Tensors, whole: slice, config: RunConfig) -> Tensors:
    """The last days of the results at some sites, spread evenly; at all where sites are joined."""
    n_sites = tensors.target.shape[1]
    some = np.unique(np.linspace(0, n_sites - 1, min(n_sites, MOST_SITES)).round().astype(int)).tolist()
    sites = None if model.process_model.joins_sites else some
    start = max(whole.start, whole.stop - MOST_STEPS)
    return spun_up(model, tensors.span(start, whole.stop, config.warmup, sites)).tensors


def _seen(process: Process, model: Model, tensors: Tensors) -> dict[str, Tensor]:
    """All values of the inputs of a process, `(value,)` by name, as it saw them: stores change within a step."""
    calls: list[Mapping[str, Tensor]] = []
    hook = process.register_forward_pre_hook(lambda _, args, given: calls.append(given), with_kwargs=True)
    try:
        with torch.no_grad():
            model.respond(tensors, model.parameters_of(tensors), list(process.learned), backend="torch")
    finally:
        hook.remove()
    every = {name: torch.cat([given[name].flatten() for given in calls]) for name in process.reads}
    return {name: values[values.isfinite()] for name, values in every.items()}


def _can(form: Process, flux: str, along: str, seen: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> bool:
    """Does a form compute the flux from this input, and is all known that it reads?"""
    return flux in form.of(Flux) and along in form.reads and form.reads.keys() <= {*seen, *own}


def _varies(curve: xr.DataArray) -> bool:
    return float(np.ptp(curve.values)) > SAME * float(np.abs(curve.values).max())


def _among(curve: xr.DataArray, others: list[xr.DataArray]) -> bool:
    return any(np.allclose(curve, other, SAME, SAME * float(np.abs(other).max())) for other in others)


def _of_class(kind: type[Process], model: ProcessModel) -> Process:
    return next(process for process in model.processes if type(process) is kind)


def _other_forms(
    process: Process, dataset: xr.Dataset, config: RunConfig
) -> Iterator[tuple[list[Process], dict[str, Tensor], str]]:
    """The other options of the slot without a network: each with parameters that the run has not, and its name."""
    science = config.science
    slot = next(slot for slot, options in science.slots.items() if type(process) in options)
    of_law = law_of(config.data).get(slot, "")
    for option in science.slots[slot]:
        if option.learned:
            continue
        own = {name: p.default for name, p in option.of(Parameter).items() if name not in process.reads}
        words = title(option)
        if option.__name__ == of_law:
            own |= {name: float(dataset[f"true_{name}"].mean()) for name in own}
            words = f"{words} (the known law)"
        yield [option()], {name: torch.tensor([value]) for name, value in own.items()}, words


def _points(model: ProcessModel, flux: str, along: str, values: Tensor) -> xr.DataArray:
    """Where an input is varied to."""
    low, high = np.quantile(values.cpu().numpy(), ENDS)
    dim = f"{flux}_along_{along}"
    return xr.DataArray(np.linspace(low, high, N_POINTS), dims=dim, name=dim, attrs=model.attrs(along))


def _curve(same: list[Process], flux: str, points: xr.DataArray, seen: Mapping[str, Tensor]) -> xr.DataArray:
    """What a process, or the mean of several that were trained alike, computes along an input."""
    along = str(points.name).removeprefix(f"{flux}_along_")
    given = {name: seen[name].mean().reshape(1, 1, 1) for name in same[0].reads}
    # (point, site, member), as of a time series
    given[along] = torch.as_tensor(points.values).to(given[along])[:, None, None]
    with torch.no_grad():
        values = torch.stack([process(**given)[flux].expand(len(points), 1, 1) for process in same]).mean(0)
    declared = same[0].of(Flux)[flux]
    about = dict(units=declared.units, flux=flux, learned=int(flux in same[0].learned))
    coords, name = {points.dims[0]: points}, type(same[0]).__name__
    return xr.DataArray(values[:, 0, 0].cpu().numpy(), coords, name=name, attrs=about)
