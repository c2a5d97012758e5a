"""Run a step once on symbols that answer torch functions, and write down what it computes.

Symbols stand for one site, member and day; those with a shape are the features of a small network inside the step.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, prod
from typing import Any

import numpy as np
import torch

from dgviz.engine.graph import Graph
from dgviz.processes.step import Step, WiringError

MOST_WEIGHTS = 1000  # in a process; they take seconds to compile, and the time grows faster than their number


class Untraceable(Exception):
    """A step does what the engine does not know."""


@dataclass(frozen=True, eq=False)
class Program:
    """One day: inputs, stores and weights in, fluxes and stores out; all are nodes of the graph."""

    graph: Graph
    inputs: dict[str, int]
    stores: dict[str, int]  # at the beginning of the day, wide
    weights: dict[str, np.ndarray]  # "process.name" of parameters and buffers of the step: nodes in their shape
    values: dict[str, int]  # fluxes and stores at the end of the day
    end: dict[str, int]  # stores at the end of the day, wide


def trace(step: Step, names: tuple[str, ...], dtype: torch.dtype) -> Program:
    """The program of a step in a precision, given the inputs named.

    Raises Untraceable saying which process does what.
    """
    graph = Graph(dtype)
    inputs = {k: graph.add("input", label=k) for k in names}
    stores = {k: graph.add("store", label=k) for k in step.stores}
    processes, running = [], []
    weights: dict[str, np.ndarray] = {}
    for i, process in enumerate(step.processes):
        if process.member_mean:
            raise Untraceable(f"{type(process).__name__} sees the mean over the members within the step")
        if (n_weights := sum(tensor.numel() for _, tensor in _tensors(process, ""))) > MOST_WEIGHTS:
            raise Untraceable(
                f"{type(process).__name__} has {n_weights} weights; more than {MOST_WEIGHTS} take too long to compile"
            )
        try:
            processes.append(_with_symbols(process, str(i), graph, weights))
        except Exception as error:  # whatever a process holds that cannot be copied
            raise Untraceable(f"{type(process).__name__}: {error}") from error
        processes[-1].register_forward_pre_hook(lambda module, _: running.append(type(module).__name__))
        processes[-1].register_forward_hook(lambda module, _, fluxes: _check(fluxes, graph))
    # Gradients stay on, so that a process that switches them off is noticed.
    symbolic, random = Step(tuple(processes), step.stores), torch.random.get_rng_state()
    try:
        with torch.enable_grad():
            known, end = symbolic.day(_symbols(graph, inputs), _symbols(graph, stores), dtype)
    except WiringError:
        raise
    except Exception as error:  # whatever a process does with a symbol as if it were a tensor
        raise Untraceable(f"{running[-1]}: {error}") from error
    if not torch.random.get_rng_state().equal(random):
        raise Untraceable("a process draws random numbers")
    values = {k: graph.narrow(_nodes(known[k], graph).item()) for k in step.computed}
    return Program(graph, inputs, stores, weights, values, {k: v.nodes.item() for k, v in end.items()})


def network_weights(step: Step) -> dict[str, torch.Tensor]:
    """The tensors inside the processes of a step, learned or not, by the names that a program gives them."""
    return {name: tensor for i, p in enumerate(step.processes) for name, tensor in _tensors(p, str(i))}


def _tensors(process: torch.nn.Module, prefix: str):
    yield from process.named_parameters(prefix, remove_duplicate=False)
    yield from process.named_buffers(prefix, remove_duplicate=False)


def _with_symbols(process: torch.nn.Module, prefix: str, graph: Graph, weights: dict[str, np.ndarray]):
    """A copy of a process that has symbols for the tensors inside it."""
    process = copy.deepcopy(process)
    for name, tensor in list(_tensors(process, prefix)):
        shape = tuple(tensor.shape)
        # One node for each weight, in the shape of the tensor.
        nodes = [graph.add("weight", label=f"{name}[{i}]") for i in range(prod(shape))]
        weights[name] = np.array(nodes, dtype=int).reshape(shape)
        *path, leaf = name.split(".")[1:]
        owner = process.get_submodule(".".join(path))
        symbol: Any = Symbol(graph, weights[name])
        symbol = _RULES["ne"](symbol, 0.0) if tensor.dtype == torch.bool else symbol
        (owner._parameters if leaf in owner._parameters else owner._buffers)[leaf] = symbol
    return process


def _symbols(graph: Graph, nodes: Mapping[str, int]) -> dict[str, Any]:
    return {k: Symbol(graph, np.array(node)) for k, node in nodes.items()}


def _check(fluxes: Mapping, graph: Graph) -> None:
    """Raises Untraceable for a flux that is not one number for each site and member."""
    for name, flux in fluxes.items():
        nodes = _nodes(flux, graph)
        if nodes.shape:
            raise Untraceable(
                f"its flux {name!r} has features of its own, {nodes.shape}; a learned number is a tensor without axes, "
                "nn.Parameter(torch.tensor(1.0))"
            )
        if graph.is_truth(nodes.item()):
            raise Untraceable(f"its flux {name!r} is true or false, not a number; write .to(x.dtype)")


class Symbol:
    """Stands for a tensor and records the operations on it: an array of nodes, whose axes are features."""

    __array_ufunc__ = None  # so that numpy leaves the operation to the symbol
    device = torch.device("cpu")

    def __init__(self, graph: Graph, nodes: np.ndarray):
        self.graph, self.nodes = graph, nodes

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        name = function.__name__
        name = name.strip("_") if name.startswith("__") else name
        return _call("tensor_where" if function is torch.Tensor.where else name, *args, **(kwargs or {}))

    def __getattr__(self, name: str) -> Callable:
        if name.startswith("_"):
            raise AttributeError(name)
        name = "tensor_where" if name == "where" else name
        _known(name)
        return lambda *args, **kwargs: _call(name, self, *args, **kwargs)

    def __bool__(self):
        raise Untraceable("it branches on a value; write torch.where")

    def __float__(self):
        raise Untraceable("it makes a Python number of a value")

    def __setitem__(self, index, value):
        _in_place()

    def __pos__(self):
        return self

    def __getitem__(self, index):
        first = index[0] if isinstance(index, tuple) else index
        ops = {self.graph.nodes[i].op for i in self.graph.needed(self.nodes.flat)}
        if first is not ... and not ops.isdisjoint({"input", "store"}):
            raise Untraceable("it picks a site or member; features are counted from the last, as in [..., 0]")
        return Symbol(self.graph, np.asarray(self.nodes[index]))

    def __iter__(self):
        return iter(self[i] for i in range(len(self.nodes)))

    @property
    def dtype(self) -> torch.dtype:
        return self.graph.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        return self.nodes.shape

    @property
    def T(self) -> "Symbol":
        return Symbol(self.graph, self.nodes.T)

    def __neg__(self):
        return _call("neg", self)

    def __invert__(self):
        return _call("logical_not", self)

    def __abs__(self):
        return _call("abs", self)


def _known(name: str) -> Callable:
    if name not in _RULES:
        raise Untraceable(f"it calls torch's {name!r}, which the engine does not know")
    return _RULES[name]


def _call(name: str, *args, **kwargs):
    """What a process does with symbols."""
    rule = _known(name)
    if not torch.is_grad_enabled():
        raise Untraceable("it switches gradients off, or has a derivative of its own")
    try:
        return rule(*args, **kwargs)
    except Untraceable:
        raise
    except Exception as error:  # the rules know fewer ways of calling than torch
        raise Untraceable(f"it calls torch's {name!r} in a way that the engine does not know") from error


def _in_place(*_):
    raise Untraceable("it changes a tensor in place; write a = a + b")


def _nodes(value, graph: Graph) -> np.ndarray:
    """The nodes of a symbol, of a number or of a tensor that is the same on all days."""
    if isinstance(value, Symbol):
        return value.nodes
    if isinstance(value, torch.Tensor):
        if value.requires_grad:
            raise Untraceable("it reads a learned tensor that is no parameter of the process")
        value = value.cpu().numpy()
    values = np.asarray(value)
    make = graph.truth if values.dtype == bool else graph.constant
    return np.array([make(v) for v in values.flat], dtype=int).reshape(values.shape)


def _graph_of(values) -> Graph:
    return next(v.graph for v in values if isinstance(v, Symbol))


def _elementwise(function: Callable) -> Callable:
    """A rule for scalars, `function(graph, *nodes)`, as a rule for symbols that are broadcast together."""

    def rule(*values):
        graph = _graph_of(values)
        arrays = np.broadcast_arrays(*(_nodes(v, graph) for v in values))
        made = [function(graph, *(int(i) for i in nodes)) for nodes in zip(*(a.flat for a in arrays), strict=True)]
        return Symbol(graph, np.array(made, dtype=int).reshape(arrays[0].shape))

    return rule


def _numbers(function: Callable) -> Callable:
    """A rule for numbers; true counts as 1 and false as 0."""

    def of_numbers(graph, *nodes):
        return function(graph, *(_number(graph, i) for i in nodes))

    return _elementwise(of_numbers)


def _of_truths(op: str, otherwise: Callable) -> Callable:
    """A rule that is an operation of logic where both arguments are true or false."""

    def of_two(graph, a, b):
        if graph.is_truth(a) and graph.is_truth(b):
            return graph.add(op, a, b)
        return otherwise(graph, _number(graph, a), _number(graph, b))

    return _elementwise(of_two)


def _logic(op: str) -> Callable:
    """A rule of logic, to which any number but zero is true."""
    return _elementwise(lambda graph, *nodes: graph.add(op, *(_truth(graph, i) for i in nodes)))


def _truth(graph: Graph, index: int) -> int:
    return index if graph.is_truth(index) else graph.add("ne", graph.narrow(index), graph.constant(0))


def _number(graph: Graph, index: int) -> int:
    return graph.choose(index, graph.constant(1), graph.constant(0)) if graph.is_truth(index) else index


def _plain(op: str) -> Callable:
    """A rule that is one operation on numbers in the precision of the rest."""
    return _numbers(lambda graph, *nodes: graph.add(op, *(graph.narrow(i) for i in nodes)))


def _power(graph: Graph, base: int, exponent: int) -> int:
    base, exponent = graph.narrow(base), graph.narrow(exponent)
    if graph.value(exponent) == 1:
        return base
    return graph.times(base, base) if graph.value(exponent) == 2 else graph.add("pow", base, exponent)


def _where(graph: Graph, condition: int, a: int, b: int) -> int:
    if not graph.is_truth(condition):
        raise Untraceable("it chooses by what is neither true nor false")
    if graph.is_truth(a) and graph.is_truth(b):
        return graph.add("or", graph.add("and", condition, a), graph.add("and", graph.add("not", condition), b))
    return graph.choose(condition, graph.narrow(_number(graph, a)), graph.narrow(_number(graph, b)))


def _relu(values, inplace=False):
    return _in_place() if inplace else _plain("relu")(values)


def _of_two(name: str) -> Callable:
    """The rule of `max` or `min`, which torch also has for one tensor."""

    def rule(a, b):
        if not isinstance(b, Symbol | torch.Tensor):
            raise Untraceable(f"it takes the {name} over a dimension")
        return _RULES[f"{name}imum"](a, b)

    return rule


def _clamp(values, min=None, max=None):
    return _RULES["_clamp"](values, -inf if min is None else min, inf if max is None else max)


def _stack(symbols, dim=0):
    graph = _graph_of(symbols)
    return Symbol(graph, np.stack([_nodes(s, graph) for s in symbols], _axis(symbols[0], dim, new=1)))


def _cat(symbols, dim=0):
    graph = _graph_of(symbols)
    return Symbol(graph, np.concatenate([_nodes(s, graph) for s in symbols], _axis(symbols[0], dim)))


def _axis(symbol: Symbol, dim: int, new: int = 0) -> int:
    """The axis of features; the axes of site and member, which would come first, do not exist for a symbol."""
    axis = dim + len(symbol.shape) + new
    if dim >= 0 or axis < 0:
        raise Untraceable(
            f"it takes the dimension {dim}, where features are not: they are counted from the last, as -1"
        )
    return axis


def _broadcast_tensors(*symbols):
    graph = _graph_of(symbols[0] if isinstance(symbols[0], tuple | list) else symbols)
    return tuple(Symbol(graph, a) for a in np.broadcast_arrays(*(_nodes(s, graph) for s in symbols)))


def _sum(symbol, dim, keepdim=False):
    if _axis(symbol, dim) != len(symbol.shape) - 1:
        raise Untraceable("it sums over what is not the last dimension")
    parts = [_RULES["_number"](symbol[..., i]) for i in range(symbol.shape[-1])]
    # One addition for each feature, from the first to the last.
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return _RULES["unsqueeze"](total, -1) if keepdim else total


def _matmul(a, b):
    graph = _graph_of((a, b))
    a, b = (Symbol(graph, _nodes(v, graph)) for v in (a, b))
    if not a.shape or not b.shape:
        raise Untraceable("it multiplies matrices of sites and members")
    if len(b.shape) == 1:
        return _sum(a * b, -1)
    # (..., k) times (k, m): a dot product for each column
    return _stack([_sum(a * column, -1) for column in b.T], -1)


def _linear(values, weight, bias=None):
    made = _matmul(values, weight.T)
    return made if bias is None else made + bias


def _same(symbol, *_, **__):
    return symbol


def _to(symbol, *args, **kwargs):
    """A change of precision matters only to stores, which become as narrow as the rest."""
    kinds = [v if isinstance(v, torch.dtype) else getattr(v, "dtype", None) for v in (*args, *kwargs.values())]
    kind = next((k for k in kinds if k), symbol.dtype)
    if not isinstance(symbol, Symbol):  # a tensor that is the same on all days
        return symbol.to(kind)
    if kind == torch.bool:
        return _elementwise(_truth)(symbol)
    if kind not in (torch.float32, torch.float64) and not all(map(symbol.graph.is_truth, symbol.nodes.flat)):
        raise Untraceable(f"it rounds to {kind}")
    return _RULES["_number"](symbol)


def _full_like(value):
    def rule(symbol, *_, dtype=None, **__):
        return _to(Symbol(symbol.graph, np.full(symbol.shape, symbol.graph.constant(value))), dtype)

    return rule


_RULES: dict[str, Callable[..., Any]] = {
    "add": _of_truths("or", Graph.plus),
    "sub": _numbers(Graph.minus),
    "mul": _of_truths("and", lambda g, a, b: g.times(g.narrow(a), g.narrow(b))),
    "div": _plain("div"),
    "neg": _numbers(lambda g, a: g.negative(g.narrow(a))),
    "pow": _numbers(_power),
    "relu": _relu,
    "_clamp": _plain("clamp"),
    "clamp": _clamp,
    "clamp_min": lambda values, min: _clamp(values, min=min),
    "clamp_max": lambda values, max: _clamp(values, max=max),
    "square": _numbers(lambda g, a: g.times(g.narrow(a), g.narrow(a))),
    "reciprocal": lambda values: 1.0 / values,
    "minimum": _plain("minimum"),
    "maximum": _plain("maximum"),
    "min": _of_two("min"),
    "max": _of_two("max"),
    "where": _elementwise(_where),
    "tensor_where": lambda a, condition, b: _RULES["where"](condition, a, b),
    "logical_not": _logic("not"),
    "logical_and": _logic("and"),
    "logical_or": _logic("or"),
    "_number": _elementwise(lambda g, a: g.narrow(_number(g, a))),
    "to": _to,
    "float": _to,
    "double": _to,
    "type_as": _to,
    "contiguous": _same,
    "clone": _same,
    "zeros_like": _full_like(0.0),
    "ones_like": _full_like(1.0),
    "full_like": lambda symbol, fill_value, **kwargs: _full_like(fill_value)(symbol, **kwargs),
    "stack": _stack,
    "cat": _cat,
    "squeeze": lambda symbol, dim: Symbol(symbol.graph, np.squeeze(symbol.nodes, _axis(symbol, dim))),
    "unsqueeze": lambda symbol, dim: Symbol(symbol.graph, np.expand_dims(symbol.nodes, _axis(symbol, dim, new=1))),
    "broadcast_tensors": _broadcast_tensors,
    "sum": _sum,
    "linear": _linear,
    "matmul": _matmul,
}
_RULES |= {op: _plain(op) for op in ("lt", "le", "gt", "ge", "eq", "ne", "exp", "log", "sqrt", "abs", "sin", "cos")}
_RULES |= {op: _plain(op) for op in ("tanh", "sigmoid", "expm1", "log1p")}
# Other names of the same: torch's aliases, and Python's operators with a tensor on the left.
_ALIASES = {
    **dict(subtract="sub", multiply="mul", divide="div", true_divide="div", truediv="div", negative="neg"),
    **dict(rsub="rsub", clip="clamp", absolute="abs", special_expit="sigmoid"),
    **dict(bitwise_and="logical_and", bitwise_or="logical_or", bitwise_not="logical_not"),
    **dict(less="lt", less_equal="le", greater="gt", greater_equal="ge", not_equal="ne"),
}
_RULES["rsub"] = lambda a, b: _RULES["sub"](b, a)
_RULES["rpow"] = lambda a, b: _RULES["pow"](b, a)
_RULES["rdiv"] = _RULES["rtruediv"] = lambda a, b: _RULES["div"](b, a)
_RULES |= {alias: _RULES[name] for alias, name in _ALIASES.items()}

_OPERATORS = dict(add="add", sub="sub", mul="mul", truediv="div", pow="pow", matmul="matmul")
_OPERATORS |= dict(lt="lt", le="le", gt="gt", ge="ge", eq="eq", ne="ne")
_OPERATORS |= {"and": "logical_and", "or": "logical_or"}
_OPERATORS |= dict(floordiv="floor_divide", mod="remainder", xor="logical_xor")  # unknown, and named when used
for _operator, _name in _OPERATORS.items():
    setattr(Symbol, f"__{_operator}__", lambda a, b, name=_name: _call(name, a, b))
    setattr(Symbol, f"__r{_operator}__", lambda a, b, name=_name: _call(name, b, a))
    setattr(Symbol, f"__i{_operator}__", _in_place)
