"""Is an exact derivative what a rerun of the function gives? At a kink, one side or what lies between both is right."""

from collections.abc import Callable

import torch
from torch import Tensor

STEPS = (1e-4, 1e-6, 1e-8)  # of the scale of the input: against curvature, and against kinks nearby
TOLERANCE = 1e-4  # of the derivative
ROUNDING = 64 * torch.finfo(torch.float64).eps

Function = Callable[[float], Tensor]  # what comes out where the input is moved by a share of its scale


def disagrees(
    exact: Tensor, moved: Function, size: Tensor | float, tolerance: float = TOLERANCE
) -> tuple[Tensor, Tensor]:
    """Where an exact derivative is not what reruns give, a mask, and what they give; both in the shape of `exact`.

    `exact` is the change of the output for a change of the input by its scale, and `moved` gives the output where that
    is moved by a share of the scale. `size` is that of the numbers of which the output is a difference. It agrees,
    within a `tolerance`, if for any of the steps it is the difference to the left, to the right or of both sides, or
    between them.
    """
    here = moved(0.0)
    wrong, best = torch.ones_like(exact, dtype=torch.bool), torch.full_like(exact, torch.nan)
    apart, judged = torch.full_like(exact, torch.inf), torch.zeros_like(wrong)
    for step in STEPS:
        left, right = (here - moved(-step)) / step, (moved(step) - here) / step
        rounding = ROUNDING * (here.abs() + size) / step
        for rerun in ((left + right) / 2, right, left):
            gap = (exact - rerun).abs()
            known = rerun.isfinite()
            judged |= known
            wrong &= ~(known & (gap <= tolerance * torch.maximum(exact.abs(), rerun.abs()) + rounding))
            # A gap that rounding alone explains says less than one of a larger step.
            nearer = known & (gap + rounding < apart)
            best, apart = torch.where(nearer, rerun, best), torch.where(nearer, gap + rounding, apart)
        wrong &= ~((exact >= torch.minimum(left, right) - rounding) & (exact <= torch.maximum(left, right) + rounding))
    return wrong & judged & exact.isfinite(), best


def along(weight: Tensor, direction: Tensor, give: Callable[[], Tensor]) -> Function:
    """What comes out where weights are moved by a share of a direction; they are put back."""
    kept = weight.detach().clone()

    def moved(share: float) -> Tensor:
        with torch.no_grad():
            weight.copy_(kept + share * direction)
            found = give()
            weight.copy_(kept)
        return found

    return moved


def in_words(exact: Tensor, rerun: Tensor) -> str:
    """How wrong derivatives differ from those of reruns."""
    if not bool(exact.any()):
        return "is zero, although it responds"
    factor = float((exact * rerun).sum() / (rerun * rerun).sum().clamp(min=1e-300))
    if abs(factor + 1) < 0.01:
        return "has the opposite sign"
    same = (exact - factor * rerun).abs().sum() < 0.01 * exact.abs().sum()
    return f"is {factor:.3g} times what reruns give" if bool(same) else "is not what reruns give"
