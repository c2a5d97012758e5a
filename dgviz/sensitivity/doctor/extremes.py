"""The derivatives of each process in the most extreme steps of the whole record."""

from collections.abc import Collection, Iterator

import numpy as np
import torch
from torch import Tensor

from dgviz.learn.model import of_processes
from dgviz.sensitivity.doctor.differences import in_words
from dgviz.sensitivity.doctor.examined import MOST_PLAIN, Examined
from dgviz.sensitivity.doctor.finding import Finding, listed
from dgviz.sensitivity.doctor.processes import LOOK, Comparison, apart_from_kinks
from dgviz.sensitivity.doctor.recorded import Seen, recorded

MOST_LOOPED = 1500  # steps, beyond which a run without kernels takes too long
EXTREMES = 5  # largest and smallest steps of each forcing


def lost_in_extremes(examined: Examined, left_out: Collection[str] = ()) -> Iterator[Finding]:
    """Processes whose derivative is wrong in the largest or smallest steps of a forcing after the first year."""
    steps = extreme_steps(examined)
    for seen in _seen_in(examined, steps) if len(steps) else ():
        if not seen.by_place or seen.name in left_out:
            continue
        every, found, words = Comparison(apart_from_kinks(seen), seen.outputs), {}, ""
        for name in seen.inputs:
            exact, rerun, wrong = every.of(name)
            if bool(wrong.any()):
                # Extreme steps stand side by side as sites: of stepped processes each is a row.
                place = int(wrong.nonzero()[0][0 if seen.stepped else 1])
                found[name], words = place, words or in_words(exact[wrong], rerun[wrong])
        if found:
            step = steps[min(found.values())]
            yield Finding(
                "wrong derivative",
                f"The derivative of {seen.name} to {listed([*found])} {words}, in an extreme step of the record. Look "
                f"at {seen.name}.forward for {LOOK} in the branch that is taken there.",
                process=seen.name,
                quantities=tuple(found),
                day=np.asarray(examined.site.time.values)[step],
            )


def extreme_steps(examined: Examined) -> np.ndarray:
    """The steps of the largest and smallest values of each forcing, after those whose record is kept."""
    n_steps = len(examined.started.target)
    plain = examined.processes.backend("cpu", torch.float64)[0] == "torch"
    if examined.n_sites > 1 or n_steps <= MOST_PLAIN or (plain and n_steps > MOST_LOOPED):
        return np.zeros(0, int)
    chosen: set[int] = set()
    for name in examined.varying:
        order = examined.started.forcings[name][MOST_PLAIN:, 0, 0].argsort() + MOST_PLAIN
        chosen |= {*order[:EXTREMES].tolist(), *order[-EXTREMES:].tolist()}
    return np.array(sorted(chosen), int)


def _seen_in(examined: Examined, steps: np.ndarray) -> list[Seen]:
    """What each process sees in some steps, which stand side by side as if each were a site."""
    (model, tensors), at = examined.model.parts(examined.started)[0], torch.as_tensor(steps)

    def beside(values: Tensor) -> Tensor:
        """(time, 1, member) to (1, step, member)"""
        return values[at].movedim(1, 0) if len(values) > 1 else values.expand(1, len(at), -1)

    with torch.no_grad():
        parameters = model.parameters_of(tensors)
        initial, stores = of_processes(tensors.initial), [*model.process_model.stores]
        held = model.process_model(tensors.forcings, parameters, stores, initial)
    before = {name: values[at - 1].movedim(1, 0) for name, values in held.items()}
    forcings, parameters = ({k: beside(v) for k, v in of.items()} for of in (tensors.forcings, parameters))
    return recorded(model.process_model, forcings, parameters, before, len(at))
