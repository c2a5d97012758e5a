"""Expressions of named results, as lessons have them: arithmetic, comparisons and a few functions, and nothing else.

`100 * sum(simulated) / sum(observed)`. A file of a lesson may come from anybody, so it is not run as Python: what is
not listed here is refused when the file is read.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from dgviz.scores import metrics
from dgviz.scores.statistics import rank_correlation
from dgviz.suggestions import suggest

ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
COMPARISONS = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}
# What each stands for: a value of every site, and one of a parameter, forcing or store at the site of the lesson.
GROUPS = ("run", "rival", "data", "truth", "matters", "standard_error")
SUPPOSE = "suppose"  # suppose(NAME=3): the target simulated with other means of parameters
HERE = "here"  # here(run.NAME): the value of the site of the lesson


class ExpressionError(ValueError):
    """An expression that cannot be read, or has no value."""


def in_months(values: xr.DataArray, *months: float) -> xr.DataArray:
    """The steps of a series `(time,)` within months of the year, 1 to 12."""
    return values[values.time.dt.month.isin([round(month) for month in months]).values]


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "sum": lambda x: x.sum(),
    "mean": lambda x: x.mean(),
    "median": lambda x: x.median(),
    "max": lambda x: x.max(),
    "min": lambda x: x.min(),
    "count": lambda x: x.sum(),  # of steps or sites at which a comparison holds
    "abs": abs,
    "in_months": in_months,
    "correlation": lambda x, y: xr.corr(x, y),
    "rank_correlation": rank_correlation,
    "nse": lambda simulated, observed: metrics.nse(simulated, observed),
    "rmse": lambda simulated, observed: metrics.rmse(simulated, observed),
}


def check(text: str) -> None:
    """Raises ExpressionError where an expression is none, or holds what is not allowed."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"{text!r} is no expression: {error.msg}. Write sums, as 100 * sum(a) / sum(b)") from None
    for node in ast.walk(tree):
        _check(node, text)


def _check(node: ast.AST, text: str) -> None:
    """One part of an expression."""
    parts = (ast.Name, ast.BinOp, ast.UnaryOp, ast.USub, ast.Load, ast.keyword, ast.operator, ast.cmpop)
    if isinstance(node, ast.Call):
        name, known = ast.unparse(node.func), [*FUNCTIONS, HERE, SUPPOSE]
        if name not in known:
            raise ExpressionError(f"{text!r}: there is no function {name!r}.{suggest(name, known)} {_listed(known)}")
        if node.keywords and (name != SUPPOSE or not all(word.arg for word in node.keywords)):
            raise ExpressionError(f"{text!r}: only {SUPPOSE} takes names, as {SUPPOSE}(NAME=3)")
    elif isinstance(node, ast.Attribute):
        group = ast.unparse(node.value)
        if group not in GROUPS:
            raise ExpressionError(f"{text!r}: there is no {group!r} before a dot.{suggest(group, GROUPS)} There are "
                                  f"{', '.join(GROUPS)}")  # fmt: skip
    elif isinstance(node, ast.Constant):
        if not isinstance(node.value, int | float) or isinstance(node.value, bool):
            raise ExpressionError(f"{text!r}: {node.value!r} is no number")
    elif isinstance(node, ast.Compare):
        if len(node.ops) != 1 or type(node.ops[0]) not in COMPARISONS:
            raise ExpressionError(f"{text!r}: compare two values by <, <=, > or >=")
    elif not isinstance(node, parts) or (isinstance(node, ast.operator) and type(node) not in ARITHMETIC):
        raise ExpressionError(f"{text!r}: {ast.unparse(node) or type(node).__name__!r} is not allowed. Write numbers, "
                              f"names, + - * /, < and >, and functions")  # fmt: skip


def _listed(known: list[str]) -> str:
    return f"Functions: {', '.join(known)}"


def value(text: str, shown: Any) -> float:
    """The number that an expression gives of what is shown, see `Shown`.

    Raises ExpressionError where a name is not known, or the result is a series or no number.
    """
    check(text)
    try:
        found = np.asarray(_of(ast.parse(text.strip(), mode="eval").body, shown), float)
    except ExpressionError as error:
        raise ExpressionError(f"{text!r}: {error}") from None
    except (TypeError, ValueError) as error:  # a function with too many arguments, series that do not go together
        raise ExpressionError(f"{text!r} cannot be computed: {error}") from None
    if found.size != 1:
        raise ExpressionError(f"{text!r} gives {found.size} values. Take their sum, mean, max or the like")
    if not np.isfinite(found):
        raise ExpressionError(f"{text!r} has no value here: it is {found.item()}")
    return float(found.item())


def _of(node: ast.AST, shown: Any) -> Any:
    """The value of a part that was checked."""
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return shown.series(node.id)
        case ast.Attribute():
            return shown.of(ast.unparse(node.value), node.attr)
        case ast.UnaryOp():
            return -_of(node.operand, shown)
        case ast.BinOp():
            return ARITHMETIC[type(node.op)](_of(node.left, shown), _of(node.right, shown))
        case ast.Compare():
            return COMPARISONS[type(node.ops[0])](_of(node.left, shown), _of(node.comparators[0], shown))
        case ast.Call(func=ast.Name(id="suppose")):
            return shown.suppose({word.arg: _of(word.value, shown) for word in node.keywords})
        case ast.Call(func=ast.Name(id="here"), args=[values]):
            return _of(values, shown).sel(site=shown.site)
        case ast.Call():
            return FUNCTIONS[ast.unparse(node.func)](*(_of(each, shown) for each in node.args))
    raise ExpressionError(f"{ast.unparse(node)} is not allowed")
