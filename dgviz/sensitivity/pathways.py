"""Through which quantities an output responds to an input: a total derivative, taken apart."""

import copy
from collections.abc import Mapping, Sequence

import torch
import xarray as xr
from torch import Tensor
from torch.autograd import forward_ad

from dgviz.engine import CompiledModel
from dgviz.learn import Ensemble
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Forcing, Parameter, Process, Quantity, State
from dgviz.processes.model import ProcessModel
from dgviz.processes.one_sided import along
from dgviz.sensitivity.units import derivative_attrs
from dgviz.suggestions import suggest

DIRECT = "direct"


def pathways(site: SiteModel, of: str, through: Sequence[str]) -> xr.Dataset:
    """The derivative of the target on each scored day to a parameter or forcing `of`, `(time,)`, by pathway.

    With the processes cut at the quantities m that `through` names, which each of them is computed from above and read
    below,

        d target / d x = partial target / partial x + sum over m of (d target / d m) (d m / d x)

    `direct` is the first term, the others are by the name of m, and `total` is the derivative of the whole model: the
    terms add up to it exactly. `of` rises by the same amount on all days and in all members.

    Raises ValueError if nothing of that name is there, if the target does not follow from what is cut, if something
    below the cut acts on what is above it, or for a run whose target a network corrects.
    """
    model, tensors = site.process_model, site.tensors
    known = {**tensors.forcings, **site.learned}
    if of not in known:
        raise ValueError(f"There is no parameter or forcing {of!r}. There are: {', '.join(known)}.{suggest(of, known)}")
    if site.model.corrected or isinstance(site.model, Ensemble):
        raise ValueError("Pathways are of processes alone: take a run without correction, of one seed.")
    below = _below(model, through, site.target)
    with torch.no_grad(), forward_ad.dual_level():
        dual = forward_ad.make_dual(known[of], torch.ones_like(known[of]))
        above = _run(model, known | {of: dual}, tensors.initial, [*through, site.target])
        found = {"total": along(above[site.target])}
        values, moved = {}, {}
        for name in through:
            value, tangent = forward_ad.unpack_dual(above[name])
            values[name], moved[name] = value, torch.zeros_like(value) if tangent is None else tangent
        found[DIRECT] = along(_run(below, known | values | {of: dual}, tensors.initial, [site.target])[site.target])
        for name in through:
            cut = values | {name: forward_ad.make_dual(values[name], moved[name])}
            found[name] = along(_run(below, known | cut, tensors.initial, [site.target])[site.target])
    attrs = derivative_attrs(model, "Response of", site.target, of)
    series = {k: v.expand(tensors.target.shape[0], -1, -1)[tensors.warmup :, 0].mean(-1) for k, v in found.items()}
    return xr.Dataset({k: ("time", v.cpu().numpy(), attrs) for k, v in series.items()}, {"time": site.time})


def follows(model: ProcessModel, target: str, through: Sequence[str]) -> bool:
    """Is the target computed from any of these quantities, and none of them itself?"""
    made = {name for process in _following(model, {*through}) for name in process.of(Quantity)}
    return target in made - {*through}


def in_double(site: SiteModel) -> SiteModel:
    """The same site in double precision, in which the terms add up to the total to 1e-8 and better."""
    model = copy.deepcopy(site.model).double().eval()
    return SiteModel(model, site.tensors.to(torch.float64), site.time, site.target)


def _run(
    model: ProcessModel, known: Mapping[str, Tensor], initial: Mapping[str, Tensor] | None, wanted: Sequence[str]
) -> dict[str, Tensor]:
    """What is wanted of a model, of all that is known by name."""
    parameters = {name: known[name] for name in model.of(Parameter)}
    forcings = {name: known[name] for name in model.forcings}
    stores = {name: store for name, store in (initial or {}).items() if name in model.of(State)}
    return model(forcings, parameters, wanted, stores or None)


def _below(model: ProcessModel, through: Sequence[str], target: str) -> ProcessModel:
    """The processes that follow from what is cut, with what else they need, as a model to which the cut is given."""
    quantities = model.of(Quantity)
    for name in through:
        if name not in quantities:
            raise ValueError(f"through: the model computes no {name!r}.{suggest(name, quantities)}")
    if not follows(model, target, through):
        raise ValueError(f"through: {target} does not follow from {', '.join(through)}.")
    following = _following(model, {*through})
    made = {name for process in following for name in process.of(Quantity)} - {*through}
    for process in (process for process in model.processes if process not in following):
        if back := sorted(process.reads.keys() & made):
            raise ValueError(f"through: {type(process).__name__}, above the cut, reads {', '.join(back)} below it.")
    kept = _with_sources(model, following, {*through})
    given = {name: Forcing(quantities[name].units, quantities[name].long_name) for name in through}
    return CompiledModel([p for p in model.processes if p in kept], {**model.inputs, **given}, model.outside)


def _following(model: ProcessModel, known: set[str]) -> list[Process]:
    """The processes that read any of these, or what such processes compute, and compute none of these themselves."""
    cut, found = {*known}, []
    for process in model.processes:
        if process.reads.keys() & known and not process.of(Quantity).keys() & cut:
            found.append(process)
            known = known | process.of(Quantity).keys()
    return found


def _with_sources(model: ProcessModel, following: Sequence[Process], cut: set[str]) -> list[Process]:
    """These processes, and all that compute what they read besides what is cut."""
    kept = list(following)
    while True:
        read = {name for process in kept for name in process.reads} - cut
        more = [p for p in model.processes if p not in kept and p.of(Quantity).keys() & read - p.of(Parameter).keys()]
        if not more:
            return kept
        for process in more:
            if own := sorted(process.of(Quantity).keys() & cut):
                raise ValueError(f"through: {type(process).__name__} passes by {', '.join(own)}, which it computes.")
        kept += more
