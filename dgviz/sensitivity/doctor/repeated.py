"""Derivatives of a process where one input holds a value that it has on many steps, as zero of what comes seldom."""

from collections.abc import Iterator
from dataclasses import replace

import torch

from dgviz.sensitivity.doctor.examined import Examined, Seen
from dgviz.sensitivity.doctor.finding import Finding, listed
from dgviz.sensitivity.doctor.processes import FEW, LOOK, Comparison, apart_from_kinks

OFTEN = 0.05  # of all places
VALUES = 3  # at least: an input with fewer is a switch


def lost_at_a_value(examined: Examined, left_out: set[str]) -> Iterator[Finding]:
    """Processes that lose the derivative to other inputs while one stays at a value that it often has.

    `process_derivatives` moves all inputs off their usual values, and so does not see these places.
    """
    for seen in (seen for seen in examined.seen if seen.by_place and seen.name not in left_out):
        for name in _often_the_same(seen):
            wrong = _wrong_beside(seen, name)
            if wrong:
                yield Finding(
                    "wrong derivative",
                    f"Where {name} is at a value that it has on many steps, the derivative of {seen.name} to "
                    f"{listed(wrong)} is not what reruns give. Look at {seen.name}.forward for {LOOK}, and for what it "
                    f"does where {name} is just that.",
                    process=seen.name,
                    quantities=(*wrong, name),
                )
                break


def _often_the_same(seen: Seen) -> Iterator[str]:
    """Inputs that vary, and have one value at many places."""
    for name, values in seen.inputs.items():
        different, counts = values.unique(return_counts=True)
        if len(different) >= VALUES and int(counts.max()) >= OFTEN * values.numel():
            yield name


def _wrong_beside(seen: Seen, kept: str) -> list[str]:
    """The inputs to which derivatives are wrong while one is kept as it is and all others are moved a little."""
    inputs = apart_from_kinks(seen).inputs | {kept: seen.inputs[kept]}
    moved = replace(seen, inputs=inputs)
    with torch.no_grad():
        moved = replace(moved, outputs=moved.give())
    every = Comparison(moved, moved.outputs)
    others = (name for name in seen.inputs if name != kept)
    return [name for name in others if float(every.of(name)[2].double().mean()) > FEW]
