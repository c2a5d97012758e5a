"""Each operation that the engine knows, on ordinary numbers and where it has a kink, a bound or no value."""

from math import inf, nan

import numpy as np
import pytest
import torch
from torch.nn import functional

from dgviz.engine import trace
from tests.engine.both import NAMES, ULP, assert_same, made, outcome

# Subnormal numbers and those whose squares overflow are among them.
NUMBERS = [-inf, -1e38, -1e10, -100, -20, -2.5, -2, -1, -0.5, -1e-4, -1e-20, -1e-40, -0.0]
NUMBERS += [0.0, 1e-40, 1e-20, 1e-4, 0.5, 1, 1.5, 2, 3, 20, 88, 89, 100, 1e10, 1e38, inf, nan]
FEW = [-inf, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, inf, nan]
DTYPES = [torch.float64, torch.float32]


def pairs(cases):
    """Cases with a precision: both where numbers are rounded, else double precision."""
    return [(name, dtype) for name in cases for dtype in (DTYPES if name in ROUNDED else DTYPES[:1])]


def all_of(*numbers):
    """Every combination of a, b and c, as series; what is not given is 1."""
    numbers = [torch.tensor(n, dtype=torch.float64) for n in numbers]
    grid = torch.cartesian_prod(*numbers).reshape(-1, len(numbers))
    columns = [*grid.T, *(torch.ones(len(grid), dtype=torch.float64) for _ in range(3 - len(numbers)))]
    return dict(zip(NAMES, columns, strict=True))


ONE, TWO, THREE = all_of(NUMBERS), all_of(NUMBERS, NUMBERS), all_of(FEW, FEW, FEW)
# Where a quotient divided once more overflows, torch's gradient is infinite and the engine's need not be.
DIVISORS = all_of([n for n in NUMBERS if abs(n) != 1e38], [n for n in NUMBERS if abs(n) != 1e-40])
PLAIN = all_of([-2.5, -1.0, -0.3, 0.0, 0.4, 1.0, 2.2, 3.0], [-3.0, -1.0, 0.0, 0.5, 1.0])
# What torch makes of -inf ** 0.5, and the sign of what it makes of -0.0 ** 0.5, depends on how 0.5 is given.
FINITE = all_of([n for n in NUMBERS if abs(n) < inf and str(n) != "-0.0"])

# By the engine's name of an operation: where to try it, and ways to call it.
UNARY = {
    name: (ONE, [lambda a, b, c, k=name: getattr(torch, k)(a), lambda a, b, c, k=name: getattr(a, k)()])
    for name in ["exp", "log", "sqrt", "abs", "sin", "cos", "tanh", "sigmoid", "expm1", "log1p", "relu", "square"]
    + ["reciprocal", "neg"]
}
BINARY = {
    name: (TWO, [lambda a, b, c, k=name: getattr(torch, k)(a, b), lambda a, b, c, k=name: getattr(a, k)(b)])
    for name in ["add", "sub", "mul", "minimum", "maximum", "min", "max"]
}
COMPARISONS = {
    name: (TWO, [lambda a, b, c, k=name: torch.where(getattr(torch, k)(a, b), a, b)])
    for name in ["lt", "le", "gt", "ge", "eq", "ne"]
}
LOGIC = {
    name: (all_of(FEW, FEW), [lambda a, b, c, k=name: torch.where(getattr(torch, k)(a > 0, b > 0), a, b)])
    for name in ("logical_and", "logical_or")
}
LIKE = {
    "zeros_like": (PLAIN, [lambda a, b, c: torch.maximum(a, torch.zeros_like(b))]),
    "ones_like": (PLAIN, [lambda a, b, c: a * torch.ones_like(b)]),
    "full_like": (PLAIN, [lambda a, b, c: a * torch.full_like(b, 0.1)]),
}
PRECISION = {
    "to": (PLAIN, [lambda a, b, c: (a > 0).to(a.dtype) * b, lambda a, b, c: (a > b).to(torch.int64) * b]),
    "float": (PLAIN, [lambda a, b, c: (a > 0).float() * b]),
    "double": (PLAIN, [lambda a, b, c: ((a > 0).double() * b).to(b.dtype)]),
    "type_as": (PLAIN, [lambda a, b, c: (a > 0).type_as(b) * b]),
}
FEATURES = {
    "stack": (PLAIN, [lambda a, b, c: torch.stack([a, b, 2 * a], -1)[..., 2] * b]),
    "cat": (PLAIN, [lambda a, b, c: torch.cat([torch.stack([a, b], -1), a[..., None]], -1)[..., 1] * a]),
    "unsqueeze": (PLAIN, [lambda a, b, c: (a.unsqueeze(-1) * b.unsqueeze(-1)).squeeze(-1)]),
    "squeeze": (PLAIN, [lambda a, b, c: torch.squeeze(a[..., None], -1) * b]),
    "sum": (
        PLAIN,
        [
            lambda a, b, c: torch.stack([a, b, a * b], -1).sum(-1),
            lambda a, b, c: torch.stack([a, b], -1).sum(-1, keepdim=True).squeeze(-1),
            lambda a, b, c: torch.stack([a > 0, b > 0], -1).sum(-1) * b,
        ],
    ),
    "broadcast_tensors": (PLAIN, [lambda a, b, c: torch.stack(torch.broadcast_tensors(a, b), -1).sum(-1)]),
    "matmul": (PLAIN, [lambda a, b, c: torch.stack([a, b], -1) @ torch.tensor([0.5, 2.0], dtype=a.dtype)]),
    "linear": (
        PLAIN,
        [lambda a, b, c: functional.linear(torch.stack([a, b], -1), torch.tensor([[0.5, 2.0]], dtype=a.dtype))[..., 0]],
    ),
}
ROUNDED = {*UNARY, *BINARY, *COMPARISONS, "div", "pow", "rpow", "where", "clamp", "a precision", "an input's precision"}
OPERATIONS = {
    **UNARY,
    **BINARY,
    **COMPARISONS,
    **LOGIC,
    **LIKE,
    **PRECISION,
    **FEATURES,
    "logical_not": (all_of(FEW, FEW), [lambda a, b, c: torch.where(~(a > 0), a, b)]),
    "div": (DIVISORS, [lambda a, b, c: a / b, lambda a, b, c: torch.div(a, b)]),
    "rsub": (PLAIN, [lambda a, b, c: torch.rsub(a, b), lambda a, b, c: torch.rsub(a, 2.0)]),
    "rdiv": (DIVISORS, [lambda a, b, c: 2.0 / b]),
    "rtruediv": (DIVISORS, [lambda a, b, c: b.__rtruediv__(2.0)]),
    "rpow": (ONE, [lambda a, b, c, base=base: base**a for base in (0, 1, 2, 0.5, 0.0, -2.0, inf)]),
    "pow": (
        TWO,
        [
            lambda a, b, c: a**b,
            lambda a, b, c: torch.pow(a, b),
            *(lambda a, b, c, power=power: a**power for power in (0, 1, 2, 3, -1, -2, 0.0, 1.0, inf)),
        ],
    ),
    "where": (TWO, [lambda a, b, c: torch.where(a > b, a, b), lambda a, b, c: a.where(a > b, b)]),
    "clamp": (
        THREE,
        [
            lambda a, b, c: a.clamp(b, c),  # b > c and b = c are among them
            lambda a, b, c: torch.clamp(a, 0.0, 1.0),
            lambda a, b, c: a.clamp(2.0, 1.0),
            lambda a, b, c: a.clamp(1.0, 1.0),
            lambda a, b, c: a.clamp(min=0.5),
            lambda a, b, c: a.clamp(max=0.5),
            lambda a, b, c: a.clamp(min=b),
            lambda a, b, c: a.clamp(max=b),
            lambda a, b, c: a.clamp(min=nan),
            lambda a, b, c: a.clamp(max=nan),
        ],
    ),
    "clamp_min": (THREE, [lambda a, b, c: a.clamp_min(0.5), lambda a, b, c: torch.clamp_min(a, b)]),
    "clamp_max": (THREE, [lambda a, b, c: a.clamp_max(0.5), lambda a, b, c: torch.clamp_max(a, b)]),
    "contiguous": (PLAIN, [lambda a, b, c: a.contiguous() * b]),
    "clone": (PLAIN, [lambda a, b, c: a.clone() * b]),
}
ALIASES = {
    "subtract": lambda a, b: torch.subtract(a, b),
    "multiply": lambda a, b: torch.multiply(a, b),
    "divide": lambda a, b: torch.divide(a, b),
    "true_divide": lambda a, b: torch.true_divide(a, b),
    "truediv": lambda a, b: a.__truediv__(b),
    "negative": lambda a, b: torch.negative(a) * b,
    "clip": lambda a, b: torch.clip(a, 0.0, 1.0) + a.clip(max=b),
    "absolute": lambda a, b: torch.absolute(a) * b,
    "special_expit": lambda a, b: torch.special.expit(a) * b,
    "bitwise_and": lambda a, b: torch.where(torch.bitwise_and(a > 0, b > 0), a, b),
    "bitwise_or": lambda a, b: torch.where(torch.bitwise_or(a > 0, b > 0), a, b),
    "bitwise_not": lambda a, b: torch.where(torch.bitwise_not(a > 0), a, b),
    "less": lambda a, b: torch.where(torch.less(a, b), a, b),
    "less_equal": lambda a, b: torch.where(torch.less_equal(a, b), a, b),
    "greater": lambda a, b: torch.where(torch.greater(a, b), a, b),
    "greater_equal": lambda a, b: torch.where(torch.greater_equal(a, b), a, b),
    "not_equal": lambda a, b: torch.where(torch.not_equal(a, b), a, b),
}

# Compositions in which the gradient that arrives is infinite, or zero where the derivative is.
ARRIVING = {
    "abs": lambda a, b: a.abs().sqrt(),
    "relu": lambda a, b: torch.relu(a).sqrt(),
    "clamp": lambda a, b: a.clamp(min=0.0).sqrt(),
    "minimum": lambda a, b: torch.minimum(a, b).sqrt(),
    "same twice": lambda a, b: torch.minimum(a, a).sqrt() + torch.maximum(b, b),
    "where": lambda a, b: torch.where(a > b, a, b).sqrt(),
    "pow": lambda a, b: (a**b).sqrt(),
    "log": lambda a, b: torch.relu(torch.log(torch.relu(a))) * b,
    "quotient": lambda a, b: torch.relu(a / b) - torch.relu(b / a),
}
# Numbers, tensors without dimensions and symbols on both sides; what is true or false among numbers.
PYTHON = {
    "numbers left": lambda a, b: 1 + 2 * (3 - a) / 4 + 2.0**b,
    "numbers right": lambda a, b: (a * 2 + 1 - b) / 4 - 1,
    "no change": lambda a, b: (a * 1 + 0 - 0) / 1 + b**1 * 1.0,
    "a tensor left": lambda a, b: torch.tensor(2.0) - a * torch.tensor(3.0) + torch.tensor(1.0) / (b + 10),
    "a tensor right": lambda a, b: (a - torch.tensor(2.0)) * b / torch.tensor(4.0),
    "a tensor to the power": lambda a, b: torch.tensor(2.0, dtype=a.dtype) ** b * a,
    "a tensor compared": lambda a, b: torch.where(torch.tensor(1.0) > a, a, b) + torch.where(b >= 0, a, b),
    "numpy": lambda a, b: np.float64(2.0) * a + b * np.float64(0.5),
    "methods": lambda a, b: a.mul(2).add(b).sub(1).div(3).neg(),
    "unary": lambda a, b: -a + abs(b) + (+a) * b,
    "an input's precision": lambda a, b: a * torch.tensor(0.1, dtype=a.dtype) + torch.full((), 0.3).to(b) * b,
    "a precision": lambda a, b: a * torch.finfo(a.dtype).eps + b,
    "its shape": lambda a, b: torch.zeros(a.shape) + a * torch.ones(b.shape),
    "chained comparisons": lambda a, b: torch.where((a > 0) & (a < 2) | ~(b >= 1), a, b),
    "with True": lambda a, b: torch.where((a > 0) & True | False & (b > 0), a, b),
    "with a true tensor": lambda a, b: torch.where((a > 0) & torch.tensor(True), a, b),
    "a constant condition": lambda a, b: torch.where(torch.tensor(True), a, b) + torch.where(torch.tensor(False), a, b),
    "true or false times number": lambda a, b: (a > 0) * b + 2 * (b > 0) * a,
    "truth plus truth is truth": lambda a, b: ((a > 0) + (b > 0)) * a,
    "truth times truth": lambda a, b: ((a > 0) * (b > 0)) * a,
    "truth compared": lambda a, b: torch.where((a > 0) == (b > 0), a, b) + torch.where((a > 0) < (b > 0), a, b),
    "a choice of truths": lambda a, b: torch.where(torch.where(a > 1, a > 0, b > 0), a, b),
    "a choice of truth and number": lambda a, b: torch.where(a > 1, a > 0, b),
    "a choice of numbers": lambda a, b: torch.where(a > 0, 1.0, 0.0) * b + torch.where(b > 0, 1, 2) * a,
    "numbers as truth": lambda a, b: torch.where(torch.logical_and(a, b) | torch.logical_not(a), a, b),
    "to truth": lambda a, b: a.to(torch.bool) * b,
}
# By the name of what torch does and the engine does not: how, and what the engine says.
OBSTACLES = {
    "unknown function": (lambda a, b: functional.softplus(a) * b, "calls torch's 'softplus', which the engine does"),
    "unknown method": (lambda a, b: a.detach() * b, "calls torch's 'detach', which the engine does not know"),
    "unknown operator": (lambda a, b: a % 2 + b, "calls torch's 'remainder', which the engine does not know"),
    "unknown property": (lambda a, b: a * b.ndim, "calls torch's 'ndim', which the engine does not know"),
    "unknown argument": (lambda a, b: torch.add(a, b, alpha=2), "calls torch's 'add' in a way that the engine does"),
    "a branch": (lambda a, b: a if a > b else b, "branches on a value; write torch.where"),
    "a chain": (lambda a, b: a if 0 < a < 1 else b, "branches on a value; write torch.where"),
    "a Python number": (lambda a, b: a * float(b), "makes a Python number of a value"),
    "no gradients": (lambda a, b: no_gradient(a) * b, "switches gradients off"),
    "a derivative of its own": (lambda a, b: Step.apply(a) * b, "has a derivative of its own"),
    "in place": (lambda a, b: add_in_place(a * 1, b), "changes a tensor in place"),
    "in place by a function": (lambda a, b: torch.relu_(a * 1) + b, "calls torch's 'relu_', which the engine does"),
    "in place by option": (lambda a, b: functional.relu(a * 1, inplace=True) * b, "changes a tensor in place"),
    "an item": (lambda a, b: set_item(torch.stack([a, b], -1)), "changes a tensor in place"),
    "whole numbers": (lambda a, b: a.to(torch.int64) * b, "rounds to torch.int64"),
    "half precision": (lambda a, b: a.to(torch.float16) * b, "rounds to torch.float16"),
    "extreme over features": (lambda a, b: torch.stack([a, b], -1).max(-1)[0], "takes the max over a dimension"),
    "extreme of all": (lambda a, b: a * b.max(), "calls torch's 'max' in a way that the engine does not know"),
    "sum over members": (lambda a, b: a.sum(-1, keepdim=True) + b, "takes the dimension -1, where features are not"),
    "members aside": (lambda a, b: (a.unsqueeze(-2) * b).squeeze(-2), "takes the dimension -2, where features are not"),
    "sites first": (lambda a, b: torch.stack([a, b]).sum(0), "takes the dimension 0, where features are not"),
    "one site": (lambda a, b: torch.stack([a, b], -1)[0][..., 0] + b, "picks a site or member"),
    "members as a matrix": (lambda a, b: a @ b, "multiplies matrices of sites and members"),
    "true or false": (lambda a, b: a > b, "s flux 'y' is true or false, not a number"),
}


class Step(torch.autograd.Function):
    """Is it positive? With the derivative of another function."""

    @staticmethod
    def forward(ctx, x):
        return (x > 0) * 1.0

    @staticmethod
    def backward(ctx, gradient):
        return gradient


def no_gradient(x):
    with torch.no_grad():
        return x * x


def add_in_place(x, y):
    same = x
    same += y
    return x * same


def set_item(features):
    features[..., 0] = 1.0
    return features.sum(-1)


def test_every_operation_the_engine_knows_is_tried():
    public = {name for name in trace._RULES if not name.startswith("_")} - {"tensor_where"}
    assert OPERATIONS.keys() | ALIASES.keys() == public


@pytest.mark.parametrize("name, dtype", pairs(OPERATIONS), ids=str)
def test_an_operation_and_its_derivative_are_those_of_torch(name, dtype):
    series, ways = OPERATIONS[name]
    for way in ways:
        assert_same(made(lambda _, *abc, f=way: f(*abc)), series, dtype, tolerance_of(name, dtype))


def tolerance_of(name, dtype):
    """In single precision a power magnifies the rounding of the logarithm that it begins with by the exponent."""
    largest = max(abs(n) for n in NUMBERS if abs(n) <= 100)
    return 4 * ULP[dtype] * largest if dtype == torch.float32 and "pow" in name else None


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("power", [0.5, -0.5, 1.5, -2.5])
def test_a_power_that_is_no_whole_number_is_that_of_torch(power, dtype):
    assert_same(made(lambda _, a, b, c: a**power), FINITE, dtype, tolerance_of("pow", dtype))


@pytest.mark.parametrize("name", ALIASES)
def test_another_name_of_an_operation_is_known(name):
    assert_same(made(lambda _, a, b, c: ALIASES[name](a, b)), PLAIN)


@pytest.mark.parametrize("name", ARRIVING)
def test_an_infinite_gradient_goes_on_as_in_torch(name):
    assert_same(made(lambda _, a, b, c: ARRIVING[name](a, b)), all_of(FEW, FEW))


@pytest.mark.parametrize("name, dtype", pairs(PYTHON), ids=str)
def test_python_operators_mean_what_they_mean_in_torch(name, dtype):
    assert_same(made(lambda _, a, b, c: PYTHON[name](a, b)), PLAIN, dtype)


def test_the_negative_zero_is_not_zero():
    for way in (
        lambda a: 1 / (a + 0.0),
        lambda a: 1 / (a - -0.0),
        lambda a: 1 / (a * -0.0),
        lambda a: a + 1 / (a - 0.0),
    ):
        assert_same(made(lambda _, a, b, c, f=way: f(a)), all_of([-0.0, 0.0, 1.0]))


@pytest.mark.parametrize("name", OBSTACLES)
def test_what_the_engine_does_not_know_is_named_and_left_to_torch(name):
    function, message = OBSTACLES[name]
    model, series = made(lambda _, a, b, c: function(a, b)), {k: v[5:6] for k, v in PLAIN.items()}
    chosen, why = model.backend("cpu", torch.float64)
    assert chosen == "torch" and why.startswith("Made: it") and message in why
    forcings = {k: v.reshape(-1, 1, 1) for k, v in series.items()}
    with torch.no_grad():
        assert model(forcings, {})["y"].equal(model(forcings, {}, backend="torch")["y"])
    with pytest.raises(ValueError, match="(?s)fused backend cannot run this model: Made: it.*Use backend='auto'"):
        model(forcings, {}, backend="fused")


def test_a_learned_tensor_that_is_no_parameter_is_an_obstacle():
    learned = torch.tensor(2.0, requires_grad=True)
    model = made(lambda _, a, b, c: learned * a)
    assert model.backend("cpu") == ("torch", "Made: it reads a learned tensor that is no parameter of the process")


def test_the_value_of_a_constant_tensor_is_taken():
    assert_same(made(lambda _, a, b, c: a * torch.tensor([0.25, 3.0])[1] + b), PLAIN)


def test_gradients_are_known_where_the_first_run_had_none():
    model = made(lambda _, a, b, c: a * b)
    with torch.no_grad():
        model({k: v.reshape(-1, 1, 1) for k, v in PLAIN.items()}, {}, backend="fused")
    assert outcome(model, PLAIN, "fused")[1]["a"].abs().sum() > 0
