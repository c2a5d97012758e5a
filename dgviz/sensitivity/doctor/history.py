"""Does the gradient reach as far back as the model remembers, and does it stay of a size on the way?"""

from collections.abc import Iterator

from dgviz.sensitivity.doctor.examined import Examined
from dgviz.sensitivity.doctor.finding import Finding, number
from dgviz.sensitivity.doctor.whole import Whole

SMALLEST = 1e-6  # of the largest response: below it nothing is remembered
ROUNDING = 1e-7  # of the target: what rounding makes of a rerun
GROWN = 1e4  # times, from which on a response that is larger the further back it lies explodes


def truncated_history(examined: Examined, whole: Whole) -> Iterator[Finding]:
    """A gradient to forcings that ends at a lag, although reruns show that the model remembers longer."""
    for name in examined.varying:
        found = whole.by_lag[name]
        largest = max((abs(rerun) for *_, rerun in found), default=0.0)
        least = max(SMALLEST * largest, ROUNDING * float(whole.target.abs().mean()))
        lost = [lag for lag, exact, rerun in found if exact == 0 and abs(rerun) > least]
        if lost and any(exact for _, exact, _ in found):
            yield Finding(
                "truncated history",
                f"The gradient to {name} ends {min(lost)} steps back, although reruns show that {examined.target} "
                "remembers longer. Look for stores or series that are handed on without their gradient, as between "
                "chunks of steps.",
                quantities=(name, examined.target),
                figure=min(lost),
            )


def exploding(examined: Examined, whole: Whole) -> Iterator[Finding]:
    """A response that grows the further back its cause lies."""
    for name in examined.varying:
        sizes = {lag: abs(exact) for lag, exact, _ in whole.by_lag[name]}
        near = max((size for lag, size in sizes.items() if lag < 32), default=0.0)
        far, size = max(((lag, size) for lag, size in sizes.items() if lag >= 32), key=lambda x: x[1], default=(0, 0.0))
        if near and size > GROWN * near:
            yield Finding(
                "exploding gradient",
                f"The response of {examined.target} to {name} of {far} steps before is {number(size / near)} times "
                "that to the last month: small changes grow from step to step. Look for a store that gains in "
                "proportion to what it holds, or loses more than it holds.",
                quantities=(name, examined.target),
                figure=size / near,
            )
            return
