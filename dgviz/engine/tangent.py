"""The derivative of a day in the direction of some inputs: a program that runs forward beside the day itself.

Where an operation has a kink, it is the derivative towards that direction: what one millimetre more does on dry ground.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from math import inf

from dgviz.engine.adjoint import RULES
from dgviz.engine.graph import Graph
from dgviz.engine.trace import Program

MARK = "d "  # prefix of the name of a derivative


@lru_cache(maxsize=64)
def tangent(program: Program, directions: tuple[str, ...]) -> Program:
    """The program whose values are the derivatives of the values of `program`.

    Besides the inputs of the program it reads the derivative of each input in `directions` and of each store, and
    hands the derivatives of the stores on from day to day.
    """
    graph, n = program.graph.copy(), len(program.graph.nodes)
    inputs = {MARK + k: graph.add("input", label=MARK + k) for k in directions}
    stores = {MARK + k: graph.add("store", label=MARK + k) for k in program.stores}
    found = {program.inputs[k]: inputs[MARK + k] for k in directions}
    found |= {index: stores[MARK + k] for k, index in program.stores.items()}
    for index in range(n):
        node = graph.nodes[index]
        if found.keys().isdisjoint(node.arguments):
            continue
        made = _KINKED[node.op](graph, node.arguments, found) if node.op in _KINKED else _smooth(graph, index, found)
        if made is not None:
            found[index] = graph.narrow(made) if node.op == "narrow" else made
    zero = graph.constant(0)
    return replace(
        program,
        graph=graph,
        inputs=program.inputs | inputs,
        stores=program.stores | stores,
        values={k: graph.narrow(found.get(index, zero)) for k, index in program.values.items()},
        end=program.end | {MARK + k: found[index] for k, index in program.end.items()},
    )


def _smooth(graph: Graph, index: int, found: Mapping[int, int]) -> int | None:
    """The tangent of a result whose derivative does not depend on the direction; None where there is none."""
    node, total = graph.nodes[index], None
    for place, argument in enumerate(node.arguments):
        if argument not in found:
            continue
        # A rule multiplies by d(result)/d(argument). Given the tangent of an argument instead of the gradient of the
        # result, it therefore gives what this argument adds to the tangent of the result.
        part = RULES[node.op](graph, index, node.arguments, found[argument])[place]
        if part is not None:
            total = part if total is None else graph.plus(total, part)
    return total


# The tangents of operations with a kink, from their arguments and the tangents known.


def _extreme(op: str, first: str) -> Callable:
    """Of two numbers the one that is taken; where they are equal, the extreme of their tangents."""

    def rule(graph: Graph, arguments: tuple[int, ...], found: Mapping[int, int]) -> int:
        a, b = arguments
        of_a, of_b = (found.get(i, graph.constant(0)) for i in arguments)
        other = graph.choose(graph.add("eq", a, b), graph.add(op, of_a, of_b), of_b)
        return graph.choose(graph.add(first, a, b), of_a, other)

    return rule


_minimum, _maximum = _extreme("minimum", "lt"), _extreme("maximum", "gt")


def _relu(graph: Graph, arguments: tuple[int, ...], found: Mapping[int, int]) -> int:
    return _maximum(graph, (arguments[0], graph.constant(0)), found)


def _clamp(graph: Graph, arguments: tuple[int, ...], found: Mapping[int, int]) -> int:
    x, low, high = arguments
    # clamp(x) = min(max(x, low), high), one after the other
    raised, known = x, dict(found)
    if graph.value(low) != -inf:
        raised = graph.add("maximum", x, low)
        known[raised] = _maximum(graph, (x, low), found)
    if graph.value(high) == inf:
        return known.get(raised, graph.constant(0))
    return _minimum(graph, (raised, high), known)


def _absolute(graph: Graph, arguments: tuple[int, ...], found: Mapping[int, int]) -> int:
    (x,), zero = arguments, graph.constant(0)
    along = found[x]
    at_zero = graph.choose(graph.add("eq", x, zero), graph.add("abs", along), along)
    return graph.choose(graph.add("lt", x, zero), graph.negative(along), at_zero)


_KINKED = dict(minimum=_minimum, maximum=_maximum, relu=_relu, clamp=_clamp, abs=_absolute)
