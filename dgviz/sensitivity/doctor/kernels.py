"""Compiled kernels against the plain loop over the steps, in double precision."""

from collections.abc import Iterator

import torch

from dgviz.learn.model import of_processes
from dgviz.sensitivity.doctor.examined import MOST_PLAIN, Examined
from dgviz.sensitivity.doctor.finding import Finding, number

APART = 1e-8  # of the largest value: both round, in other places


def kernels_beside_loop(examined: Examined) -> Iterator[Finding]:
    """A target that the kernels compute otherwise than the loop, as where a process asks Python about its numbers."""
    processes, target = examined.processes, examined.target
    if processes.joins_sites or processes.backend("cpu", torch.float64)[0] == "torch":
        return
    model, tensors = examined.model.parts(examined.tensors.part(slice(0, MOST_PLAIN)))[0]
    with torch.no_grad():
        given = tensors.forcings, model.parameters_of(tensors), [target], of_processes(tensors.initial)
        kernels, loop = (model.process_model.mean(*given, backend)[target] for backend in ("fused", "torch"))
    gap = (kernels - loop).abs().amax(1)
    wrong = gap > APART * loop.abs().max()
    if bool(wrong.any()):
        step = int(wrong.nonzero()[0])
        yield Finding(
            "kernels differ",
            f"The compiled kernels give another {target} than the loop over the steps, by up to "
            f"{number(float(gap.max()))} {examined.units(target)}. Look for what a process decides in Python by its "
            "numbers, an if, a loop or an .item(): kernels keep what was decided once. Write torch.where.",
            quantities=(target,),
            day=examined.day(step),
            figure=float(gap.max()),
        )
