"""The task of a kernel: the program of one day, how its inputs vary, what is kept and what needs a gradient."""

from dataclasses import dataclass, replace
from functools import cached_property

from dgviz.engine.adjoint import adjoint
from dgviz.engine.graph import Graph
from dgviz.engine.trace import Program


@dataclass(frozen=True)
class Plan:
    """One kernel.

    Inputs are `by_site` `(time, site)`, `by_cell` `(time, site, member)` or `constant` `(site, member)`. One by site
    may have fewer sites than there are stores, and is then read by equally many consecutive ones of these. Fluxes and
    stores `kept` are `(time, site, member)`, those in `means` `(time, site)`. A `backward` kernel gives the gradients
    of the inputs `wanted`, of all weights if `learned`, and of the initial stores.
    """

    program: Program
    by_site: tuple[str, ...]
    by_cell: tuple[str, ...]
    constant: tuple[str, ...]
    kept: tuple[str, ...]
    means: tuple[str, ...]
    backward: bool = False
    wanted: frozenset[str] = frozenset()
    learned: bool = False

    def reverse(self, reached: set[str], wanted: set[str], learned: bool) -> "Plan":
        """The plan of the backward pass when, of what was kept, only `reached` has a gradient."""
        kept = tuple(k for k in self.kept if k in reached)
        means = tuple(k for k in self.means if k in reached)
        return replace(self, kept=kept, means=means, backward=True, wanted=frozenset(wanted), learned=learned)

    @property
    def key(self) -> tuple:
        """What distinguishes the plans of one step."""
        varying = self.by_site, self.by_cell, self.constant
        return self.program, varying, self.kept, self.means, self.backward, self.wanted, self.learned

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of all inputs."""
        return (*self.by_site, *self.by_cell, *self.constant)

    @property
    def n_exact(self) -> int:
        """The nodes before this number are the day itself; those from it on belong to its gradient."""
        return len(self.program.graph.nodes)

    @property
    def graph(self) -> Graph:
        """The day and, for a backward kernel, its gradient."""
        return self.differentiated[0]

    @property
    def gradients(self) -> dict[tuple[str, str], int]:
        """The node of each gradient by ("store", "input" or "weight", name), as far as there is one."""
        return self.differentiated[1]

    @property
    def description(self) -> str:
        """Text that is the same for plans whose kernels are the same."""
        program = self.program
        parts = [self.n_exact, program.stores, program.end, self.values, self.gradients, sorted(self.wanted)]
        parts += [self.by_site, self.by_cell, self.constant, self.kept, self.means]
        return "\n".join(map(repr, [*self.graph.nodes, *parts]))

    @property
    def values(self) -> dict[str, int]:
        """The nodes of the fluxes and stores that are kept."""
        return {k: self.program.values[k] for k in (*self.kept, *self.means)}

    @property
    def weights(self) -> tuple[str, ...]:
        """The labels of all weights, in order."""
        nodes = self.program.graph.nodes
        return tuple(nodes[i].label for array in self.program.weights.values() for i in array.flat)

    @cached_property
    def differentiated(self) -> tuple[Graph, dict[tuple[str, str], int]]:
        """The graph and the gradients in it."""
        graph, program = self.program.graph.copy(), self.program
        if not self.backward:
            return graph, {}
        # Leaves: what a gradient is wanted of. Seeds: where gradients come in from outside.
        leaves = {("store", k): i for k, i in program.stores.items()}
        leaves |= {("input", k): i for k, i in program.inputs.items() if k in self.wanted}
        if self.learned:
            leaves |= {("weight", graph.nodes[i].label): i for a in program.weights.values() for i in a.flat}
        seeds: dict[int, int] = {}
        for kind, results in (("from_store", program.end), ("from_value", self.values)):
            for name, index in results.items():
                seed = graph.add(kind, label=name)
                # A store can be final and kept as a value, and then has two.
                seeds[index] = graph.plus(seeds[index], seed) if index in seeds else seed
        found = adjoint(graph, seeds, leaves.values())
        return graph, {key: found[i] for key, i in leaves.items() if i in found}
