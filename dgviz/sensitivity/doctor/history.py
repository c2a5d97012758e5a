"""Does the gradient reach as far back as the model remembers, and does it stay of a size on the way?"""

from collections.abc import Iterator

from dgviz.sensitivity.doctor.examined import Examined
from dgviz.sensitivity.doctor.finding import Finding, listed, number
from dgviz.sensitivity.doctor.promises import net_slopes
from dgviz.sensitivity.doctor.whole import Whole

SMALLEST = 1e-6  # of the largest response: below it nothing is remembered
ROUNDING = 1e-7  # of the target: what rounding makes of a rerun
MONTH = 32  # steps
HALF = 0.5  # of all places
GROWN = 1e4  # times, from which on a response that is larger the further back it lies explodes


def truncated_history(examined: Examined, whole: Whole) -> Iterator[Finding]:
    """A gradient to forcings that ends at a lag, although reruns show that the model remembers longer."""
    ends = {}
    for name, found in whole.by_lag.items():
        largest = max((abs(rerun) for *_, rerun in found), default=0.0)
        least = max(SMALLEST * largest, ROUNDING * float(whole.target.abs().mean()))
        lost = [lag for lag, exact, rerun in found if exact == 0 and abs(rerun) > least]
        if lost and any(exact for _, exact, _ in found):
            ends[name] = min(lost)
    if ends:
        yield Finding(
            "truncated history",
            f"The gradient to {listed([*ends])} ends within {min(ends.values())} steps, although reruns show that "
            f"{examined.target} remembers longer. Look for stores or series that are handed on without their gradient, "
            "as between chunks of steps.",
            quantities=(*ends, examined.target),
            figure=min(ends.values()),
        )


def exploding(examined: Examined, whole: Whole) -> Iterator[Finding]:
    """A response that grows the further back its cause lies."""
    grown = {}
    for name, found in whole.by_lag.items():
        near = max((abs(exact) for lag, exact, _ in found if lag < MONTH), default=0.0)
        far = max((abs(exact) for lag, exact, _ in found if lag >= MONTH), default=0.0)
        if near and far > GROWN * near:
            grown[name] = far / near
    if grown:
        process, store = next(_unstable(examined), ("", ""))
        where = f" Look at {store} and the fluxes of {process}, which" if process else " Look for a store that"
        yield Finding(
            "exploding gradient",
            f"The response of {examined.target} to {listed([*grown])} of long before is up to "
            f"{number(max(grown.values()))} times that to the last {MONTH} steps: small changes grow from step to step."
            f"{where} gains in proportion to what it holds, or loses more than it holds.",
            process=process,
            quantities=(*grown, *([store] if store else [])),
            figure=max(grown.values()),
        )


def _unstable(examined: Examined) -> Iterator[tuple[str, str]]:
    """Processes and stores that a process takes away from rest: dS(t + 1) / dS(t) is above 1 or below -1."""
    for seen in examined.seen:
        for store, net in net_slopes(seen).items():
            if float(((1 + net).abs() > 1 + 1e-9).double().mean()) > HALF:
                yield seen.name, store
