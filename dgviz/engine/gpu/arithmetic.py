"""A graph as lines of Triton, one for each node."""

from collections.abc import Callable, Iterable
from math import inf

from dgviz.engine.graph import Graph

EXPRESSIONS = {
    **{op: f"{{0}} {sign} {{1}}" for op, sign in dict(add="+", sub="-", mul="*").items()},
    **{op: f"{{0}} {sign} {{1}}" for op, sign in dict(lt="<", le="<=", gt=">", ge=">=", eq="==", ne="!=").items()},
    **{op: f"{{0}} {sign} {{1}}" for op, sign in {"and": "&", "or": "|"}.items()},
    **{op: f"libdevice.{op}({{0}})" for op in ("exp", "expm1", "log", "log1p", "sin", "cos", "tanh")},
    "pow": "libdevice.pow({0}, {1})",
    "not": "~{0}",
    "neg": "-{0}",
    "abs": "tl.abs({0})",
    "where": "tl.where({0}, {1}, {2})",
    "minimum": "tl.minimum({0}, {1}, tl.PropagateNan.ALL)",
    "maximum": "tl.maximum({0}, {1}, tl.PropagateNan.ALL)",
    "relu": "tl.maximum({0}, 0.0, tl.PropagateNan.ALL)",
    "widen": "{0}.to(tl.float64)",
}


class Arithmetic:
    """The language of a kernel whose cells are a tile of `shape` in single or double precision."""

    def __init__(self, double: bool, shape: tuple[int, int]):
        self.number = "tl.float64" if double else "tl.float32"
        self._shape = list(shape)
        # In single precision the plain operations of Triton are approximate.
        divide, root = ("{0} / {1}", "tl.sqrt({0})") if double else ("tl.div_rn({0}, {1})", "tl.sqrt_rn({0})")
        sigmoid = divide.format("1.0", "(1.0 + libdevice.exp(-{0}))")
        narrow = f"{{0}}.to({self.number})"
        self._expressions = {**EXPRESSIONS, "div": divide, "sqrt": root, "sigmoid": sigmoid, "narrow": narrow}

    def all(self, value: float) -> str:
        """A number in all cells."""
        return f"tl.full({self._shape}, float('{value!r}'), {self.number})"

    def divide(self, a: str, b: str) -> str:
        """a / b."""
        return self._expressions["div"].format(a, b)

    def lines(self, graph: Graph, roots: Iterable[int], leaf: Callable[[str, str], str]) -> list[str]:
        """An assignment to `variable(index)` for each node that the roots need.

        `leaf` gives the value of an operation without arguments from its name and label.
        """
        return [f"{variable(index)} = {self._expression(graph, index, leaf)}" for index in graph.needed(roots)]

    def _expression(self, graph: Graph, index: int, leaf: Callable[[str, str], str]) -> str:
        op, arguments, label = graph.nodes[index]
        if op == "constant":
            return self.all(label)
        if not arguments:
            return leaf(op, label)
        if op == "clamp":
            return self._clamp(graph, *arguments)
        return self._expressions[op].format(*map(variable, arguments))

    def _clamp(self, graph: Graph, x: int, low: int, high: int) -> str:
        """Limits that are not there cost nothing."""
        limited = variable(x)
        if graph.value(low) != -inf:
            limited = EXPRESSIONS["maximum"].format(limited, variable(low))
        if graph.value(high) != inf:
            limited = EXPRESSIONS["minimum"].format(limited, variable(high))
        return limited


def variable(index: int) -> str:
    """The name of the variable that holds a node."""
    return f"n{index}"
