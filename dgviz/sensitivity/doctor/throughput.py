"""What goes into stores that no process reads: it should pass through them."""

from collections.abc import Iterator

from dgviz.processes.declare import State
from dgviz.sensitivity.doctor.examined import Examined
from dgviz.sensitivity.doctor.finding import Finding, listed

KEPT = 0.1  # of all that came in


def never_leaves(examined: Examined) -> Iterator[Finding]:
    """Stores that nothing empties by what they hold, and that keep a part of all that comes into them."""
    model = examined.processes
    read = {name for process in model.processes for name in process.reads}
    for name in model.of(State).keys() - read:
        held = examined.mean_of(name)
        came = sum(float(examined.mean_of(flux).sum()) for flux in model.gains[name])
        share = float(held[-1] - held[0]) / came if came > 0 else 0.0
        if share > KEPT:
            leaving = listed(model.losses[name]) or "no flux"
            yield Finding(
                "never leaves",
                f"{100 * share:.0f} % of what comes into {name} stays there, and no process reads what it holds: it "
                f"leaves by {leaving} alone. Look at what comes in ({listed(model.gains[name])}) and at what should "
                "leave.",
                quantities=(name, *model.gains[name], *model.losses[name]),
                figure=share,
            )
