"""What the declarations promise: stores move by their fluxes alone and stay above their floors, and fluxes run the
way that they are declared to run."""

from collections.abc import Iterator

import torch
from torch import Tensor

from dgviz.learn.model import of_processes
from dgviz.processes.declare import Flux, State
from dgviz.sensitivity.doctor.examined import Examined, Seen
from dgviz.sensitivity.doctor.finding import Finding, listed, number
from dgviz.sensitivity.doctor.processes import apart_from_kinks, gradients

ROUNDING = 1e-9  # of all that moved
BELOW = 1e-6  # of what a store holds, by which rounding may take it below its floor
SOME, MOST = 0.01, 0.5  # of all places
AGAINST = 0.02  # of what comes in, by which a target may fall with it


def broken_promises(examined: Examined) -> Iterator[Finding]:
    """Stores that do not balance or fall below their floor, fluxes that run backwards, signs that are swapped."""
    yield from _unbalanced(examined)
    # What goes wrong first draws others after it.
    found = [*_below_floor(examined), *_backwards(examined)]
    yield from (finding for finding in found if finding.day == min(other.day for other in found))
    yield from _feedback(examined)
    yield from _against_inflow(examined)


def _unbalanced(examined: Examined) -> Iterator[Finding]:
    """Stores that change by something else than the fluxes that move in and out of them."""
    model, values = examined.processes, examined.simulated
    for name in model.stores:
        held = values[name].double()
        net = torch.zeros_like(held)
        for flux in model.gains[name]:
            net = net + values[flux]
        for flux in model.losses[name]:
            net = net - values[flux]
        before = examined.stores[name][..., : held.shape[-1]]
        gap = held.diff(dim=0, prepend=before.expand(1, *held.shape[1:])) - net
        moved = sum(float(values[k].abs().sum()) for k in model.gains[name] + model.losses[name])
        wrong = gap.abs() > ROUNDING * (moved + float(held.abs().max()))
        if bool(wrong.any()):
            step, site, member = wrong.nonzero()[0].tolist()
            writer = next((seen.name for seen in examined.seen if name in seen.changed), "")
            amount = float(gap[step, site, member])
            yield Finding(
                "unbalanced store",
                f"{name} {'gains' if amount > 0 else 'loses'} {number(abs(amount))} {examined.units(name)} that no "
                f"flux moves, first on {_said(examined, step)}. Look for what clamps or writes the store itself; a "
                "limit belongs on a flux.",
                process=writer,
                quantities=(name,),
                day=examined.day(step),
                site=site,
                figure=amount,
            )


def _below_floor(examined: Examined) -> Iterator[Finding]:
    """Stores from which more is taken than they hold."""
    model, values = examined.processes, examined.simulated
    for name, state in model.of(State).items():
        if state.floor is None:
            continue
        held = values[name]
        wrong = held < state.floor - BELOW * max(float(held.abs().max()), 1.0)
        if not bool(wrong.any()):
            continue
        step, site, member = wrong.nonzero()[0].tolist()
        taking = max(model.losses[name], key=lambda k: float(values[k][step, site, member]), default="")
        process = next((type(p).__name__ for p in model.processes if taking in p.of(Flux)), "")
        yield Finding(
            "store below its floor",
            f"{name} falls to {number(float(held[step, site, member]))} {examined.units(name)} on "
            f"{_said(examined, step)}, below its floor of {state.floor:g}. Look at {taking} of {process}, which takes "
            "more out of it than it holds.",
            process=process,
            quantities=(name, taking),
            day=examined.day(step),
            site=site,
            figure=float(held[step, site, member]),
        )


def _backwards(examined: Examined) -> Iterator[Finding]:
    """Fluxes below zero that move what cannot be negative: they run into what they are declared out of."""
    stores = examined.processes.of(State)
    for seen in examined.seen:
        for name, flux in seen.process.of(Flux).items():
            ends = [stores[end] for end in (flux.out_of, flux.into) if end in stores]
            values = seen.outputs[name]
            wrong = values < -BELOW * max(float(values.abs().max()), 1e-12)
            share = float(wrong.double().mean())
            if ends and all(end.floor is not None for end in ends) and share > SOME:
                step = seen.day_of(int(wrong.nonzero()[0][0]))
                yield Finding(
                    "swapped sign",
                    f"{name} is below zero on {100 * share:.0f} % of the steps: it runs into {flux.out_of or 'nothing'}"
                    f" and not out of it. Look at its sign in {seen.name}.forward, or exchange its out_of and into.",
                    process=seen.name,
                    quantities=(name, flux.out_of, flux.into),
                    day=examined.day(step),
                    figure=share,
                )


def _feedback(examined: Examined) -> Iterator[Finding]:
    """Outflows that fall, or inflows that rise, the more there is in the store, so that it runs away from any rest."""
    for seen in examined.seen:
        moves = seen.process.of(Flux)
        for store, net in net_slopes(seen).items():
            for flux, slope in _slopes(seen, store).items():
                if _mostly(slope) and _mostly(net):
                    yield _runs_away(examined, seen, flux, store, moves[flux].into == store)


def net_slopes(seen: Seen) -> dict[str, Tensor]:
    """By store that a stepped process reads and moves, the derivative of its net gain to what it holds."""
    if not (seen.by_place and seen.stepped):
        return {}
    moved = {end for flux in seen.process.of(Flux).values() for end in (flux.out_of, flux.into)}
    return {store: torch.stack([*_slopes(seen, store).values()]).sum(0) for store in sorted(moved & seen.inputs.keys())}


def _slopes(seen: Seen, store: str) -> dict[str, Tensor]:
    """The derivative of what each flux brings to a store, less than zero where it takes away, to what that holds."""
    apart, slopes = apart_from_kinks(seen), {}
    for flux, declared in seen.process.of(Flux).items():
        sign = float(declared.into == store) - float(declared.out_of == store)
        if sign:
            slopes[flux] = sign * gradients(apart, {flux: torch.ones_like(apart.outputs[flux])}, apart.inputs)[store]
    return slopes


def _mostly(values: Tensor) -> bool:
    """Are most of the values that are not zero, which are at least some, above it?"""
    differ = values.abs() > 1e-12
    return float(differ.double().mean()) > SOME and float((values[differ] > 0).double().mean()) > MOST


def _runs_away(examined: Examined, seen: Seen, flux: str, store: str, into: bool) -> Finding:
    words = f"{flux} into {store} rises" if into else f"{flux} out of {store} falls"
    learned = flux in seen.process.learned
    fix = "A network has learned it so" if learned else f"Look at its sign in {seen.name}.forward"
    return Finding(
        "swapped sign",
        f"{words} while {store} fills, so that the store runs away from any rest. {fix}, or exchange its out_of and "
        "into.",
        "note" if learned else "fault",
        seen.name,
        (flux, store),
    )


def _against_inflow(examined: Examined) -> Iterator[Finding]:
    """A target, flowing out, that falls in all the more flows in."""
    model, target = examined.processes, examined.target
    flux = model.of(Flux).get(target)
    units = flux.units if flux is not None else ""
    inflows = [k for k in model.inflows if model.of(Flux)[k].units == units]
    if flux is None or not flux.out_of or not inflows:
        return
    names, (first, tensors) = examined.varying, examined.model.parts(examined.tensors)[0]
    leaves = {k: tensors.forcings[k].clone().requires_grad_() for k in names}
    with torch.enable_grad():
        given, initial = tensors.forcings | leaves, of_processes(tensors.initial)
        values = model.mean(given, first.parameters_of(tensors), [target, *inflows], initial)
        came = torch.stack([values[k].sum() for k in inflows]).sum()
        if not came.requires_grad or not values[target].requires_grad:
            return
        ins = torch.autograd.grad(came, list(leaves.values()), materialize_grads=True, retain_graph=True)
        outs = torch.autograd.grad(values[target].sum(), list(leaves.values()), materialize_grads=True)
    for name, gain, response in zip(names, ins, outs, strict=True):
        came_in, went_out = float(gain.sum()), float(response.sum())
        if came_in > 0 and went_out < -AGAINST * came_in:
            yield Finding(
                "swapped sign",
                f"Of one {units} more {name} on all days comes in, but {target} falls by "
                f"{number(-went_out / came_in)} of it. Look for a flux with a swapped sign between {listed(inflows)} "
                f"and {target}.",
                quantities=(name, target),
                figure=went_out / came_in,
            )


def _said(examined: Examined, step: int) -> str:
    day = examined.day(step)
    return str(day)[:10] if not str(day).isdigit() else f"step {day}"
