"""The gradient of one day: a reverse pass over its graph, with the same sub-gradients as torch.

Ties of minimum and maximum are split in half, clamp passes at its bounds, relu does not pass at zero.
"""

from collections.abc import Callable, Collection, Mapping
from math import inf

from dgviz.engine.graph import Graph

# (graph, result, arguments, gradient of the result) -> gradient of each argument; None where there is none
Rule = Callable[[Graph, int, tuple[int, ...], int], tuple[int | None, ...]]


def adjoint(graph: Graph, seeds: Mapping[int, int], wanted: Collection[int]) -> dict[int, int]:
    """The gradient of each wanted node that has one, as nodes added to the graph.

    `seeds` holds, for nodes that are results, the node of the gradient that reaches them from outside.
    """
    depends = _depending_on(graph, set(wanted))
    gradients = dict(seeds)
    # Each node comes after its arguments, so counting down meets every gradient complete.
    for index in range(max(seeds, default=-1), -1, -1):
        node = graph.nodes[index]
        if index not in gradients or index not in depends or not node.arguments:
            continue
        parts = RULES[node.op](graph, index, node.arguments, gradients[index])
        for argument, part in zip(node.arguments, parts, strict=True):
            if part is not None and argument in depends:
                gradients[argument] = graph.plus(gradients[argument], part) if argument in gradients else part
    return {i: gradients[i] for i in wanted if i in gradients}


def _depending_on(graph: Graph, found: set[int]) -> set[int]:
    for index, node in enumerate(graph.nodes):
        if not found.isdisjoint(node.arguments):
            found.add(index)
    return found


def _pass(g: Graph, condition: str, a: int, b: int, gradient: int) -> int:
    """The gradient where a comparison holds, else nothing."""
    return g.choose(g.add(condition, a, b), gradient, g.constant(0))


def _stop(g: Graph, condition: str, a: int, b: int, gradient: int) -> int:
    """Nothing where a comparison holds, else the gradient."""
    return g.choose(g.add(condition, a, b), g.constant(0), gradient)


def _extreme(stop_first: str, stop_second: str) -> Rule:
    def rule(g, _, arguments, gradient):
        a, b = arguments
        # Where both are equal each gets half.
        shared = g.choose(g.add("eq", a, b), g.times(gradient, g.constant(0.5)), gradient)
        return _stop(g, stop_first, a, b, shared), _stop(g, stop_second, a, b, shared)

    return rule


def _clamp(g, _, arguments, gradient):
    x, low, high = arguments
    # x inside the bounds keeps the gradient; otherwise it goes to the bound that was taken.
    inside, below, above = gradient, None, None
    if g.value(low) != -inf:
        inside = _pass(g, "ge", x, low, inside)
        below = _pass(g, "lt", x, low, gradient)
        below = below if g.value(high) == inf else _pass(g, "lt", low, high, below)
    if g.value(high) != inf:
        inside = _pass(g, "le", x, high, inside)
        above = g.choose(g.add("or", g.add("gt", x, high), g.add("lt", high, low)), gradient, g.constant(0))
    return inside, below, above


def _power(g, result, arguments, gradient):
    base, exponent = arguments
    # d(b^e)/db = e b^(e - 1);  d(b^e)/de = b^e log(b), and 0 for b = 0, e >= 0
    lower = g.add("pow", base, g.minus(exponent, g.constant(1)))
    to_base = g.times(gradient, g.times(exponent, lower))
    flat = g.add("and", g.add("eq", base, g.constant(0)), g.add("ge", exponent, g.constant(0)))
    zero = g.constant(0)
    slope = g.choose(flat, zero, g.times(result, g.add("log", base)))
    return _stop(g, "eq", exponent, zero, to_base), g.times(gradient, slope)


def _quotient(g, result, arguments, gradient):
    top, bottom = arguments
    # d(a / b)/da = 1 / b;  d(a / b)/db = -(a / b) / b
    to_top = g.add("div", gradient, bottom)
    return to_top, g.negative(g.times(to_top, result))


def _absolute(g, _, arguments, gradient):
    (x,), zero = arguments, g.constant(0)
    # d|x|/dx = sign(x), and 0 at 0
    sign = g.choose(g.add("gt", x, zero), g.constant(1), _pass(g, "lt", x, zero, g.constant(-1)))
    return (g.times(gradient, sign),)


def _times(factor: Callable[[Graph, int, int], int]) -> Rule:
    """The rule of an operation on one number whose derivative is `factor(graph, result, argument)`."""
    return lambda g, result, arguments, gradient: (g.times(gradient, factor(g, result, *arguments)),)


def _one_minus(g: Graph, index: int) -> int:
    return g.minus(g.constant(1), index)


RULES: dict[str, Rule] = {
    "add": lambda g, _, arguments, gradient: (gradient, gradient),
    "sub": lambda g, _, arguments, gradient: (gradient, g.negative(gradient)),
    "mul": lambda g, _, arguments, gradient: (g.times(gradient, arguments[1]), g.times(gradient, arguments[0])),
    "div": _quotient,
    "neg": lambda g, _, arguments, gradient: (g.negative(gradient),),
    "widen": lambda g, _, arguments, gradient: (gradient,),
    "narrow": lambda g, _, arguments, gradient: (gradient,),
    "pow": _power,
    "relu": lambda g, result, arguments, gradient: (_stop(g, "le", result, g.constant(0), gradient),),
    "clamp": _clamp,
    "minimum": _extreme("gt", "lt"),
    "maximum": _extreme("lt", "gt"),
    "where": lambda g, _, arguments, gradient: (
        None,
        g.choose(arguments[0], gradient, g.constant(0)),
        g.choose(arguments[0], g.constant(0), gradient),
    ),
    "exp": _times(lambda g, result, x: result),
    "expm1": _times(lambda g, result, x: g.plus(result, g.constant(1))),
    "log": lambda g, _, arguments, gradient: (g.add("div", gradient, arguments[0]),),
    "log1p": lambda g, _, arguments, gradient: (g.add("div", gradient, g.plus(arguments[0], g.constant(1))),),
    "sqrt": lambda g, result, _, gradient: (g.add("div", gradient, g.times(g.constant(2), result)),),
    "sigmoid": _times(lambda g, result, x: g.times(_one_minus(g, result), result)),
    "tanh": _times(lambda g, result, x: _one_minus(g, g.times(result, result))),
    "sin": _times(lambda g, result, x: g.add("cos", x)),
    "cos": _times(lambda g, result, x: g.negative(g.add("sin", x))),
    "abs": _absolute,
    **{
        op: lambda g, _, arguments, gradient: (None,) * len(arguments)
        for op in ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not")
    },
}
