"""A model cut at some of its quantities: the processes below the cut, to which these are given."""

import inspect
from collections.abc import Mapping, Sequence

from torch import Tensor

from dgviz.engine import CompiledModel
from dgviz.learn import Ensemble
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Flux, Forcing, Parameter, Process, Quantity, State
from dgviz.processes.model import ProcessModel
from dgviz.suggestions import suggest

GIVEN = "given_"  # begins the name under which a flux that moves something is given


def check_alone(site: SiteModel, what: str) -> None:
    """Raises ValueError where the target is not that of one model of processes alone."""
    if site.model.corrected or isinstance(site.model, Ensemble):
        raise ValueError(f"{what} are of processes alone: take a run without correction, of one seed.")


def check_moment(site: SiteModel, moment: int) -> None:
    """Raises ValueError for a moment that is none of the scored steps."""
    if not 0 <= moment < len(site.time):
        raise ValueError(f"moment is {moment}: give the number of a scored step, 0 to {len(site.time) - 1}.")


def follows(model: ProcessModel, target: str, through: Sequence[str]) -> bool:
    """Is the target computed from any of these quantities, and none of them itself?"""
    cut = {*through}
    made = {name for process in _following(model, cut) for name in process.of(Quantity)} - cut
    return target in made


def given_names(model: ProcessModel, through: Sequence[str]) -> dict[str, str]:
    """Under which names the quantities at a cut are given to the model below it."""
    return {name: GIVEN + name if _moves(model, name) else name for name in through}


def below(model: ProcessModel, through: Sequence[str], target: str) -> ProcessModel:
    """The processes that follow from what is cut, with what else they need, as a model to which the cut is given.

    A flux that moves something goes on moving it into its store. Raises ValueError if the model computes none of that
    name, if the target does not follow from it, or if something passes the cut by.
    """
    quantities, cut = model.of(Quantity), {*through}
    for name in through:
        if name not in quantities:
            raise ValueError(f"through: the model computes no {name!r}.{suggest(name, quantities)}")
    if not follows(model, target, through):
        raise ValueError(f"through: {target} does not follow from {', '.join(through)}.")
    following = _following(model, cut)
    _check_above(model, following, cut)
    fluxes = {name: model.of(Flux)[name] for name in through if _moves(model, name)}
    stores = {flux.into: model.of(State)[flux.into] for flux in fluxes.values()}
    kept = _with_sources(model, following, cut | stores.keys())
    processes = [process for process in model.processes if process in kept]
    if fluxes:
        processes.insert(processes.index(next(p for p in processes if p in following)), _given(fluxes, stores))
    names = given_names(model, through)
    inputs = {names[name]: Forcing(quantities[name].units, quantities[name].long_name) for name in through}
    return CompiledModel(processes, {**model.inputs, **inputs}, model.outside)


def of_model(model: ProcessModel, known: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The forcings, with what is given to it, and the parameters of a model, of all that is known by name."""
    return {name: known[name] for name in model.forcings}, {name: known[name] for name in model.of(Parameter)}


def run_known(
    model: ProcessModel, known: Mapping[str, Tensor], initial: Mapping[str, Tensor] | None, wanted: Sequence[str]
) -> dict[str, Tensor]:
    """What is wanted of a model, of all that is known by name: its forcings, its parameters and what is given to it."""
    forcings, parameters = of_model(model, known)
    stores = {name: store for name, store in (initial or {}).items() if name in model.of(State)}
    return model(forcings, parameters, wanted, stores or None)


def computed_forcings(model: ProcessModel, target: str) -> list[str]:
    """Fluxes that act as forcings do: they move nothing, follow from forcings alone, and the target from them.

    Potential evapotranspiration is one.
    """
    found = []
    for process in model.processes:
        if process.reads.keys() <= {*model.forcings, *process.of(Parameter)}:
            amounts = [name for name, flux in process.of(Flux).items() if not flux.into and not flux.out_of]
            found += [name for name in amounts if name != target and follows(model, target, [name])]
    return found


def _moves(model: ProcessModel, name: str) -> bool:
    """Is it a flux that puts something into a store?"""
    flux = model.of(Flux).get(name)
    return flux is not None and flux.into in model.of(State)


def _given(fluxes: Mapping[str, Flux], stores: Mapping[str, State]) -> Process:
    """A process whose fluxes are given, each under its name with `GIVEN` before it."""
    kinds = inspect.Parameter
    arguments = [kinds("self", kinds.POSITIONAL_OR_KEYWORD)]
    arguments += [kinds(GIVEN + name, kinds.KEYWORD_ONLY) for name in fluxes]

    def forward(self, **values):
        return {name: values[GIVEN + name] for name in fluxes}

    forward.__signature__ = inspect.Signature(arguments)  # type: ignore[attr-defined]  # read by the declaration
    # What a flux takes from lies above the cut and is not there any more.
    moved = {name: Flux(flux.units, flux.long_name, into=flux.into) for name, flux in fluxes.items()}
    return type("Given", (Process,), {"__doc__": "Given fluxes.", "forward": forward, **moved, **stores})()


def _following(model: ProcessModel, cut: set[str]) -> list[Process]:
    """The processes that read any of these, or what follows from them, and compute none of them.

    A store follows from all that moves it, so that a process may follow from one that comes after it in a step.
    """
    known, found = cut | _filled(model, cut), set[Process]()
    while True:
        more = {p for p in model.processes if p.reads.keys() & known and not p.of(Quantity).keys() & cut} - found
        if not more:
            return [process for process in model.processes if process in found]
        found |= more
        made = {name for process in more for name in process.of(Quantity)}
        emptied = {model.of(Flux)[name].out_of for name in made & model.of(Flux).keys()} & model.of(State).keys()
        known |= made | _filled(model, made) | emptied


def _filled(model: ProcessModel, names) -> set[str]:
    """The stores into which any of these fluxes puts something."""
    return {model.of(Flux)[name].into for name in names if _moves(model, name)}


def _check_above(model: ProcessModel, following: Sequence[Process], cut: set[str]) -> None:
    """Nothing above the cut reads what is below it, or fills a store that is read below."""
    made = {name for process in following for name in process.of(Quantity)} - cut
    read = {name for process in following for name in process.reads}
    for process in (process for process in model.processes if process not in following):
        if back := sorted(process.reads.keys() & made):
            raise ValueError(f"through: {type(process).__name__}, above the cut, reads {', '.join(back)} below it.")
        for name in process.of(Flux).keys() - cut:
            if _moves(model, name) and model.of(Flux)[name].into in read & _filled(model, cut):
                raise ValueError(f"through: {name} of {type(process).__name__} passes by {', '.join(sorted(cut))}.")


def _with_sources(model: ProcessModel, following: Sequence[Process], cut: set[str]) -> list[Process]:
    """These processes, and all that compute what they read, or hold what they move, besides what is cut."""
    kept = list(following)
    while True:
        moved = {store for process in kept for flux in process.of(Flux).values() for store in (flux.into, flux.out_of)}
        read = {name for process in kept for name in process.reads} | (moved & model.of(State).keys())
        needed = read - cut
        more = [p for p in model.processes if p not in kept and p.of(Quantity).keys() & needed - p.of(Parameter).keys()]
        if not more:
            return kept
        for process in more:
            if own := sorted(process.of(Quantity).keys() & cut):
                raise ValueError(f"through: {type(process).__name__} passes by {', '.join(own)}, which it computes.")
        kept += more
