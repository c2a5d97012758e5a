"""A day's arithmetic as a graph of scalars, from which kernels are written."""

from collections.abc import Iterable
from math import copysign
from typing import Any, NamedTuple

import torch

# A store is kept wide (double precision) whatever the precision of the rest; these are the ways in and out.
WIDE = frozenset({"store", "widen"})
# Operations whose result is true or false.
TRUTH = frozenset({"lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"})


class Node(NamedTuple):
    """One operation on earlier nodes; `label` is the name of an input or the value of a constant."""

    op: str
    arguments: tuple[int, ...] = ()
    label: Any = ""


class Graph:
    """Nodes in an order in which each comes after its arguments; equal ones are one node.

    `dtype` is the precision of all but wide nodes.
    """

    def __init__(self, dtype: torch.dtype):
        self.dtype = dtype
        self.nodes: list[Node] = []
        self._index: dict[Node, int] = {}
        self._wide: list[bool] = []

    def copy(self) -> "Graph":
        """A graph that grows on its own."""
        other = Graph(self.dtype)
        other.nodes, other._index, other._wide = self.nodes.copy(), self._index.copy(), self._wide.copy()
        return other

    def add(self, op: str, *arguments: int, label: str | float = "") -> int:
        """The number of a node, an equal earlier one if there is any."""
        node = Node(op, arguments, label)
        # Equal operations on equal arguments become one node (common subexpressions).
        if node not in self._index:
            self._index[node] = len(self.nodes)
            self.nodes.append(node)
            # Sums of wide numbers stay wide: a store minus its fluxes keeps double precision.
            self._wide.append(op in WIDE or op in ("add", "sub") and all(self._wide[i] for i in arguments))
        return self._index[node]

    def constant(self, value: float) -> int:
        """A number. The negative zero, which equals zero, is written as its negative."""
        number = self.add("constant", label=float(value) or 0.0)
        return self.add("neg", number) if value == 0 and copysign(1, value) < 0 else number

    def truth(self, value: bool) -> int:
        """True or false."""
        return self.add("ne", self.constant(value), self.constant(0))

    def value(self, index: int) -> float | None:
        """The number that a node is, or None if it is not constant."""
        node = self.nodes[index]
        return node.label if node.op == "constant" else None

    def is_wide(self, index: int) -> bool:
        """Is the node in double precision even in a single-precision kernel?"""
        return self._wide[index]

    def is_truth(self, index: int) -> bool:
        """Is the node true or false, not a number?"""
        return self.nodes[index].op in TRUTH

    def needed(self, roots: Iterable[int]) -> list[int]:
        """The nodes on which the roots depend, and these, in order."""
        found, left = set(), list(roots)
        while left:
            if (index := left.pop()) not in found:
                found.add(index)
                left.extend(self.nodes[index].arguments)
        return sorted(found)

    # Arithmetic, simplified where the result is the same to the last bit, also for infinite numbers and NaN.

    def plus(self, a: int, b: int) -> int:
        """a + b; to add zero makes a negative zero positive."""
        return self.add("add", *sorted(self._of_one_width(a, b)))

    def minus(self, a: int, b: int) -> int:
        """a - b."""
        a, b = self._of_one_width(a, b)
        return a if self.value(b) == 0 else self.add("sub", a, b)

    def times(self, a: int, b: int) -> int:
        """a b."""
        if self.value(a) == 1:
            return b
        return a if self.value(b) == 1 else self.add("mul", *sorted((a, b)))

    def negative(self, a: int) -> int:
        """-a."""
        return self.nodes[a].arguments[0] if self.nodes[a].op == "neg" else self.add("neg", a)

    def choose(self, condition: int, a: int, b: int) -> int:
        """a where the condition holds, else b."""
        return a if a == b else self.add("where", condition, a, b)

    def narrow(self, a: int) -> int:
        """A wide number in the precision of the rest."""
        return self.add("narrow", a) if self.is_wide(a) else a

    def _of_one_width(self, a: int, b: int) -> tuple[int, int]:
        if self.is_wide(a) == self.is_wide(b):
            return a, b
        a, b = (i if self.is_wide(i) else self.add("widen", i) for i in (a, b))
        return a, b
