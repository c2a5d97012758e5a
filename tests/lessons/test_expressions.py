import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.lessons import ExpressionError
from dgviz.lessons.expressions import check, value


class Known:
    """Two days in winter and one in summer, at two sites."""

    site = "b"

    def series(self, name):
        if name != "x":
            raise ExpressionError(f"there is no {name!r}")
        return xr.DataArray([1.0, 2.0, 6.0], {"time": pd.to_datetime(["2001-01-01", "2001-02-01", "2001-07-01"])})

    def of(self, group, name):
        return xr.DataArray([3.0, 4.0], {"site": ["a", "b"]}, "site")

    def suppose(self, means):
        return self.series("x") + means["k"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("100 * sum(x) / 3 - -1", 301),
        ("max(x) - min(x) + mean(x) + median(x)", 10),
        ("count(x > 1)", 2),
        ("mean(x) >= 3", 1),
        ("mean(x) < 3", 0),
        ("sum(in_months(x, 1, 2))", 3),
        ("here(run.k) + sum(rival.k)", 11),
        ("sum(suppose(k=2))", 15),
        ("correlation(x, -x)", -1),
        ("abs(rank_correlation(run.a, data.b))", 1),
        ("nse(x, x) + rmse(x, x)", 1),
    ],
)
def test_what_an_expression_gives(text, number):
    assert value(text, Known()) == pytest.approx(number)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "sum.__class__",
        "x.values",
        "(lambda: 1)()",
        "[y for y in x]",
        "x[0]",
        "2 ** 9999",
        "x if 1 else 2",
        "sum(x, axis=0)",
        "suppose(**x)",
        "'text'",
        "True",
        "1 < x < 2",
        "not x",
        "x := 3",
        "",
    ],
)
def test_what_is_no_arithmetic_is_refused_before_anything_is_computed(text):
    with pytest.raises(ExpressionError):
        check(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", "gives 3 values. Take their sum, mean, max or the like"),
        ("sum(y)", "'sum(y)': there is no 'y'"),
        ("0 * sum(x) / (sum(x) - 9)", "has no value here: it is nan"),
        ("sum(x, x)", "cannot be computed"),
        ("runs.k", "there is no 'runs' before a dot. Did you mean 'run'? There are run, rival, data"),
        ("sum(x, axis=0)", "only suppose takes names, as suppose(NAME=3)"),
        ("x == 2", "compare two values by <, <=, > or >="),
    ],
)
def test_what_is_wrong_is_said(text, said):
    with pytest.raises(ExpressionError) as error, np.errstate(invalid="ignore"):
        value(text, Known())
    assert said in str(error.value)
