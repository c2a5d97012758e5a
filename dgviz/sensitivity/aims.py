"""What of a target is asked for: a number made of its series, such as the mean, the high values or one event."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from dgviz.learn.losses import LOSSES, nse
from dgviz.quantities import Target
from dgviz.sensitivity.effects import HIGH, LOW
from dgviz.sensitivity.units import units_per
from dgviz.steps import Step
from dgviz.units import parse

LENGTHS = {"hour": 1 / 24, "month": 365.25 / 12}  # days of a step that is not one
AROUND = 10  # steps before and after a peak within which its event lies


@dataclass(frozen=True)
class Aim:
    """A number made of the simulated and the observed series `(time,)` of a target.

    `label` completes "What matters for ..."; `units` are those of the number. `amount` says whether it has a true zero,
    so that percents of it mean something. Differentiable in the first series.
    """

    label: str
    units: str
    amount: bool
    value: Callable[[Tensor, Tensor], Tensor]


def aims(target: Target, step: Step, moment: int, loss: str = "nse", deviation: float | None = None) -> dict[str, Aim]:
    """What can be asked of a target, by name; `moment` is the position of the step that is looked at.

    - `mean`, `high` (at or above the 98 % quantile), `low` (at or below the 30 % quantile), `moment` (one step);
    - `volume` of the event around the moment, where the target is a rate; `timing`, the centre of the series, where it
      is never negative;
    - `nse` and `rmse`, against what was observed, and the `loss` of that name in `dgviz.learn.losses`, with the
      standard `deviation` of the observed in training; without one that of the steps here is taken.
    """
    units, amount = target.units, target.floor is not None
    found = {
        "mean": Aim("the mean", units, amount, lambda simulated, _: simulated.mean()),
        "high": Aim("high values", units, amount, lambda simulated, _: _above(simulated, HIGH)),
        "low": Aim("low values", units, amount, lambda simulated, _: _below(simulated, LOW)),
        "moment": Aim(f"the chosen {step.name}", units, amount, lambda simulated, _: simulated[moment]),
    }
    in_time = step.name != "point"  # the points of a curve have no dates
    if in_time and is_rate(units):
        found["volume"] = Aim(
            "the event", units_per(units, "d-1"), amount, lambda simulated, _: _event(simulated, moment, step)
        )
    if in_time and amount:
        found["timing"] = Aim("the timing", "d", False, lambda simulated, _: _centre(simulated, step))
    found["nse"] = Aim("the efficiency", "1", False, _efficiency)
    found["rmse"] = Aim("the error", units, True, _error)
    found["loss"] = Aim("the loss", "1", True, lambda one, other: _loss(one, other, loss, target, deviation))
    return found


def is_rate(units: str) -> bool:
    """Are these units of an amount per time, whose sum over time is an amount?"""
    return parse(units).dimensionality.get("[time]", 0) == -1


def event(simulated: Tensor, moment: int) -> slice:
    """The steps of the event around a moment: between the lowest values before and after it, at most `AROUND` away."""
    first = max(0, moment - AROUND)
    start = first + int(simulated[first : moment + 1].argmin())
    stop = moment + int(simulated[moment : moment + AROUND + 1].argmin())
    return slice(start, stop + 1)


def _above(simulated: Tensor, quantile: float) -> Tensor:
    return simulated[simulated >= simulated.detach().quantile(quantile)].mean()


def _below(simulated: Tensor, quantile: float) -> Tensor:
    return simulated[simulated <= simulated.detach().quantile(quantile)].mean()


def _event(simulated: Tensor, moment: int, step: Step) -> Tensor:
    """The amount that passed in the event."""
    return simulated[event(simulated.detach(), moment)].sum() * _days(step)


def _centre(simulated: Tensor, step: Step) -> Tensor:
    """The centre of mass of the series, in days from its beginning: sum of t Q over sum of Q."""
    days = torch.arange(len(simulated), dtype=simulated.dtype, device=simulated.device) * _days(step)
    return (days * simulated).sum() / simulated.sum()


def _efficiency(simulated: Tensor, observed: Tensor) -> Tensor:
    return nse(simulated[:, None], observed[:, None])[0]


def _error(simulated: Tensor, observed: Tensor) -> Tensor:
    known = observed.isfinite()
    return (simulated - observed)[known].square().mean().sqrt()


def _loss(simulated: Tensor, observed: Tensor, name: str, target: Target, deviation: float | None) -> Tensor:
    """What training minimises, of these steps alone."""
    known = observed[observed.isfinite()]
    spread = known.std(correction=0)[None] if deviation is None else known.new_tensor([deviation])
    return LOSSES[name](simulated[:, None], observed[:, None], spread, known.new_ones(1), target)


def _days(step: Step) -> float:
    return LENGTHS.get(step.name, 1.0)
