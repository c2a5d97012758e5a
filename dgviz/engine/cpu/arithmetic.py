"""A graph as vector instructions."""

from collections.abc import Callable, Iterable
from math import inf

from llvmlite import ir

from dgviz.engine.cpu.functions import Functions
from dgviz.engine.cpu.lanes import Lanes
from dgviz.engine.graph import Graph

COMPARISONS = dict(lt="<", le="<=", gt=">", ge=">=", eq="==")
FUSED = ("contract",)  # a product and a sum may be rounded once


def write(
    lanes: Lanes, graph: Graph, roots: Iterable[int], leaf: Callable[[str, str], ir.Value], n_exact: int
) -> dict[int, ir.Value]:
    """Instructions for all that the roots need; returns the value of each node.

    `leaf` gives the value of an operation without arguments from its name and label. The first `n_exact` nodes are
    rounded as torch rounds them, so that comparisons come out the same; later ones (gradients) may be fused.
    """
    writer, values = _Writer(lanes), {}
    for index in graph.needed(roots):
        node = graph.nodes[index]
        if node.op == "constant":
            values[index] = lanes.all(node.label)
        elif not node.arguments:
            values[index] = leaf(node.op, node.label)
        else:
            # x * y + z rounded once differs in the last bit: allowed in gradients, not where values are compared.
            writer.flags = () if index < n_exact else FUSED
            operands = [values[i] for i in node.arguments]
            if node.op == "clamp":
                values[index] = writer.clamp(*operands, *(graph.value(i) for i in node.arguments[1:]))
            else:
                values[index] = writer.write(node.op, *operands)
    return values


class _Writer:
    """One instruction, or a few, for each operation."""

    def __init__(self, lanes: Lanes):
        self.lanes, self.build, self.functions = lanes, lanes.build, Functions(lanes)
        self.flags: tuple[str, ...] = ()

    def write(self, op: str, *values: ir.Value) -> ir.Value:
        build = self.build
        if op in ("add", "sub", "mul"):
            return getattr(build, f"f{op}")(*values, flags=self.flags)
        if op in COMPARISONS:
            return build.fcmp_ordered(COMPARISONS[op], *values)
        if op in ("exp", "log", "pow", "tanh", "sigmoid"):
            return getattr(self.functions, op)(*values)
        if op in ("expm1", "log1p", "sin", "cos"):
            return self.functions.library(op, *values)
        return getattr(self, f"_{op}")(*values)

    def _div(self, a, b):
        return self.build.fdiv(a, b)

    def _neg(self, a):
        return self.build.fneg(a)

    def _ne(self, a, b):
        return self.build.fcmp_unordered("!=", a, b)

    def _and(self, a, b):
        return self.build.and_(a, b)

    def _or(self, a, b):
        return self.build.or_(a, b)

    def _not(self, a):
        return self.build.not_(a)

    def _where(self, condition, a, b):
        return self.build.select(condition, a, b)

    def _sqrt(self, a):
        return self.lanes.intrinsic("sqrt", a)

    def _abs(self, a):
        return self.lanes.intrinsic("fabs", a)

    def _widen(self, a):
        return a if self.lanes.double else self.build.fpext(a, self.lanes.wide)

    def _narrow(self, a):
        return a if self.lanes.double else self.build.fptrunc(a, self.lanes.vector)

    # NaN stays NaN: a comparison with NaN is false, so the operand taken in that case has to be the NaN.

    def _relu(self, a):
        return self._at_least(a, self.lanes.all(0.0))

    def _minimum(self, a, b):
        return self._or_nan(a, self.build.select(self.build.fcmp_ordered("<", a, b), a, b))

    def _maximum(self, a, b):
        return self._or_nan(a, self.build.select(self.build.fcmp_ordered(">", a, b), a, b))

    def _or_nan(self, a, other):
        return self.build.select(self.build.fcmp_unordered("uno", a, a), a, other)

    def clamp(self, a, low, high, low_value: float | None, high_value: float | None):
        """Limits that are not there cost nothing, nor do numbers that these are not NaN."""
        if low_value != -inf:
            a = self._limited("<", a, low, low_value)
        return a if high_value == inf else self._limited(">", a, high, high_value)

    def _limited(self, beyond: str, a, limit, value: float | None):
        """A limit where a number is beyond it, or where the limit is NaN and the number is not."""
        limited = self.build.select(self.build.fcmp_ordered(beyond, a, limit), limit, a)
        return limited if value is not None and value == value else self._or_nan(limit, limited)

    def _at_least(self, a, low):
        return self.build.select(self.build.fcmp_ordered("<", a, low), low, a)
