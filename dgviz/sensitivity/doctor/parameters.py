"""Parameters that change nothing, with the reason; that lie outside of their range, or at its end."""

from collections.abc import Iterator

import torch
from torch import Tensor

from dgviz.sensitivity.doctor.examined import Examined, Seen
from dgviz.sensitivity.doctor.finding import Finding, listed, number
from dgviz.sensitivity.doctor.jumps import elsewhere, path_of
from dgviz.sensitivity.doctor.processes import apart_from_kinks, gradients
from dgviz.sensitivity.doctor.whole import Whole

END = 0.005  # of the range: nearer to its end the sigmoid that keeps a parameter inside is flat
MANY = 0.1  # of the members
NEARLY = 1e-6  # of the target


def dead_parameters(examined: Examined, whole: Whole) -> Iterator[Finding]:
    """Parameters to which the derivative of the target is zero on all days and in all members, with the reason.

    A fault where a process declares a parameter that never makes a difference; a note where it makes none here.
    """
    for name in examined.learned:
        if bool(whole.gradients[name].any()):
            yield from _nearly_dead(examined, whole, name)
            continue
        readers = [apart_from_kinks(seen) for seen in examined.seen if name in seen.inputs]
        yield _reason(examined, name, readers)


def _nearly_dead(examined: Examined, whole: Whole, name: str) -> Iterator[Finding]:
    """A note on a parameter whose whole range moves the target by less than a millionth of it."""
    size = float((whole.target.abs() * whole.weights).sum())
    moved = float((whole.gradients[name].abs() * whole.scales[name]).sum())
    if moved < NEARLY * size:
        readers = listed([seen.name for seen in examined.seen if name in seen.inputs])
        yield Finding(
            "nearly dead parameter",
            f"The parameter {name} hardly changes {examined.target}: all of its range by {number(moved / size)} of it, "
            f"at the slope that it has here. Look whether it has anything to do at this site, and how {readers} reads "
            "it.",
            "note",
            readers,
            (name,),
            figure=moved / size,
        )


def _reason(examined: Examined, name: str, readers: list[Seen]) -> Finding:
    target, processes = examined.target, listed([seen.name for seen in readers])
    alive = [flux for seen in readers for flux in seen.outputs if _has_slope(seen, flux, name)]
    begin = f"The parameter {name} changes nothing in {target}"
    if alive:
        words = f"{begin}: it changes {listed(alive)}, and that does not reach {target}"
        return Finding("dead parameter", f"{words}. Look at what reads {listed(alive)}.", "note", processes, (name,))
    if any(_responds(seen, name) for seen in readers):
        words = f"{begin}: with the values that it has here a threshold in {processes} is not passed"
        return Finding("dead parameter", f"{words}, another would pass it.", "note", processes, (name,))
    others = {seen.name: elsewhere(examined, seen) for seen in readers}
    if any(_responds(seen, name, others[seen.name]) for seen in readers):
        wakes = [
            k
            for seen in readers
            for k, values in others[seen.name].items()
            if k != name and _responds(seen, name, {k: values})
        ]
        of = f" Other values of {listed(wakes)} would wake it." if wakes else ""
        words = f"{begin}: on these days {processes} is where another branch decides, whatever its value.{of}"
        return Finding("dead parameter", words, "note", processes, (name,))
    words = (
        f"{begin}, and no value in its range, on any day that can be, changes a flux of {processes or 'any process'}"
    )
    fix = f"Look at {processes}.forward: it is read and not used, or another branch always decides"
    return Finding("dead parameter", f"{words}. {fix}.", "fault", processes, (name,))


def _has_slope(seen: Seen, flux: str, name: str) -> bool:
    values = seen.outputs[flux]
    return bool(gradients(seen, {flux: torch.ones_like(values)}, seen.inputs)[name].any())


def _responds(seen: Seen, name: str, changed: dict[str, Tensor] | None = None) -> bool:
    """Does any flux change while a parameter goes through its range, with some other inputs changed?"""
    path, others = path_of(seen, name), dict(changed or {})
    with torch.no_grad():
        given = [seen.give(others | {name: values}) for values in path[:: len(path) // 8]]
    return any(bool((one[k] != given[0][k]).any()) for one in given[1:] for k in one)


def out_of_range(examined: Examined) -> Iterator[Finding]:
    """Parameters outside of their declared range."""
    for name, values in examined.learned.items():
        low, high = examined.declared[name].range
        rounding = 1e-6 * (high - low)
        wrong = values[(values < low - rounding) | (values > high + rounding)]
        if wrong.numel():
            yield Finding(
                "outside of its range",
                f"The parameter {name} is {number(float(wrong[0]))}, outside of its declared range {low:g} to {high:g}."
                " Look at what scales the network's numbers into ranges.",
                quantities=(name,),
                figure=float(wrong[0]),
            )


def saturated_parameters(examined: Examined) -> Iterator[Finding]:
    """A note on the parameters that many members have at the end of their range, where the scaling is flat."""
    shares = {}
    for name, values in examined.learned.items():
        low, high = examined.declared[name].range
        place = (values - low) / (high - low)
        # Of a member whose parameter varies in time, where it is most often.
        at_end = ((place < END) | (place > 1 - END)).double().mean((0, 1)) > 0.5
        shares[name] = float(at_end.double().mean())
    many = {name: share for name, share in shares.items() if share >= MANY}
    if many and any(True for _ in examined.model.parameters()):
        named = [f"{name} ({100 * share:.0f} % of the members)" for name, share in many.items()]
        # s' = s (1 - s), a quarter in the middle of the range
        yield Finding(
            "saturated parameters",
            f"{listed(named, 8)} {'is' if len(named) == 1 else 'are'} at the end of the range, where the scaling "
            f"passes at most {400 * END * (1 - END):.0f} % of the gradient that it passes in the middle.",
            "note",
            quantities=tuple(many),
            figure=max(many.values()),
        )
