"""The vocabulary in which a process is declared: quantities, and the process itself.

Everything else (wiring, the parameterization network, files, the interface, help and the contract tests) reads
these declarations.
"""

import inspect
import re
from collections.abc import Mapping
from typing import ClassVar, TypeVar

import torch

from dgviz.quantities import Attribute, Flux, Forcing, Parameter, Quantity, State, Target

__all__ = [
    "Attribute",
    "Flux",
    "Forcing",
    "Parameter",
    "Process",
    "Quantity",
    "State",
    "Target",
    "explanation",
    "source",
    "title",
]

Kind = TypeVar("Kind", bound=Quantity)


class Process(torch.nn.Module):
    """One process: declared quantities and a `forward` that returns its fluxes by name.

    `forward` takes keywords only. Their names are the wiring: forcings, attributes, parameters, states and the
    fluxes of processes that run earlier. A default makes an input optional. A process never writes a store.

    A process that reads or changes stores is stepped through time and sees `(site, member)`, as do those between two
    such processes; others see whole series `(time, site, member)`. With `member_mean` it sees the mean over the
    members. A process on whole series whose output depends on earlier days gives their number in `memory`; or it names
    in `carries` the final state that it returns beside its fluxes, and takes it under that name to continue. With
    `joins_sites`, what happens at one site depends on others: sites that are connected are simulated together; where
    each gives something to the next, `sweep` of `dgviz.processes.sweep` takes it there, and is compiled.
    `equations` (LaTeX) are shown as help; `symbols` say what each of their symbols, and perhaps others, stand for:
    the name of a quantity, or words. `learned` names the fluxes computed by a network inside the process.
    """

    member_mean: ClassVar[bool] = False
    memory: ClassVar[int] = 0
    carries: ClassVar[str] = ""
    joins_sites: ClassVar[bool] = False
    equations: ClassVar[tuple[str, ...]] = ()
    symbols: ClassVar[Mapping[str, str]] = {}
    learned: ClassVar[tuple[str, ...]] = ()
    declared: ClassVar[Mapping[str, Quantity]] = {}
    reads: ClassVar[Mapping[str, bool]] = {}  # name of an input: is it required?

    def __init_subclass__(cls):
        super().__init_subclass__()
        # Base classes first, so that a declaration in a subclass replaces the inherited one.
        inherited = (vars(base) for base in reversed(cls.__mro__))
        cls.declared = {k: v for names in inherited for k, v in names.items() if isinstance(v, Quantity)}
        # Without `self`.
        arguments = list(inspect.signature(cls.forward).parameters.values())[1:]
        if any(a.kind is not a.KEYWORD_ONLY for a in arguments):
            raise TypeError(f"{cls.__name__}.forward must take keywords only: write `def forward(self, *, ...)`.")
        cls.reads = {a.name: a.default is a.empty for a in arguments}
        if unread := cls.of(Parameter).keys() - cls.reads.keys():
            raise TypeError(
                f"{cls.__name__} declares the parameters {sorted(unread)} but its forward does not read them. "
                "Add them to its arguments or remove them."
            )

    @classmethod
    def of(cls, kind: type[Kind]) -> dict[str, Kind]:
        """The declared quantities of one kind, by name."""
        return {k: v for k, v in cls.declared.items() if isinstance(v, kind)}


def _text(documented: type) -> str:
    """The docstring of a class itself, not one that it inherits."""
    return inspect.cleandoc(vars(documented).get("__doc__") or documented.__name__)


def title(documented: type) -> str:
    """The first line of a docstring: the label that users see."""
    return _text(documented).splitlines()[0].rstrip(".")


def explanation(documented: type) -> str:
    """What stands between the first line of a docstring and its source."""
    body = _text(documented).partition("\n")[2]
    return " ".join(body.partition("Source:")[0].split())


def source(documented: type) -> str:
    """The papers that a docstring names after `Source:`, or nothing."""
    match = re.search(r"Source:\s*(.+)", _text(documented), re.DOTALL)
    return " ".join(match[1].split()) if match else ""
