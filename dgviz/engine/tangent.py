"""The derivative of a day in the direction of some inputs: a program that runs forward beside the day itself."""

from dataclasses import replace
from functools import lru_cache

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
        # A rule multiplies by d(result)/d(argument). Given the tangent of an argument instead of the gradient of the
        # result, it therefore gives what this argument adds to the tangent of the result.
        parts = [
            RULES[node.op](graph, index, node.arguments, found[argument])[place]
            for place, argument in enumerate(node.arguments)
            if argument in found
        ]
        parts = [part for part in parts if part is not None]
        if parts:
            total = _sum(graph, parts)
            found[index] = graph.narrow(total) if node.op == "narrow" else total
    zero = graph.constant(0)
    return replace(
        program,
        graph=graph,
        inputs=program.inputs | inputs,
        stores=program.stores | stores,
        values={k: graph.narrow(found.get(index, zero)) for k, index in program.values.items()},
        end=program.end | {MARK + k: found[index] for k, index in program.end.items()},
    )


def _sum(graph: Graph, parts: list[int]) -> int:
    total = parts[0]
    for part in parts[1:]:
        total = graph.plus(total, part)
    return total
