"""Sparse regression finds the law behind a curve, and says where none of its formulas is one."""

import numpy as np
import pytest
import xarray as xr

from dgviz.experiment.formula import NEAR, formula_of

X = np.linspace(0.0, 4.0, 61)


def curve(values):
    return xr.DataArray(values, {"x": X}, "x")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (0.5 * X**2, "0.5 x²"),
        (3 - 0.25 * X, "3 − 0.25 x"),
        (2 * np.sqrt(X) + 0.1 * X**3, "0.1 x³ + 2 √x"),
        (1 - np.exp(-X / 2), "1 − 1 exp(−x / 2)"),
        (5 * X / (X + 2), "5 x / (x + 2)"),
    ],
)
def test_the_law_behind_a_curve_is_found_with_no_term_too_many(values, words):
    found = formula_of(curve(values))
    assert found.words == words.replace("-", "−") and found.error < 1e-9 and found.near


def test_a_little_noise_changes_the_numbers_and_adds_no_term():
    noise = 0.005 * np.random.default_rng(0).standard_normal(len(X))
    found = formula_of(curve(0.5 * X + noise))
    assert found.words.endswith(" x") and "+" not in found.words
    assert float(found.words.removesuffix(" x")) == pytest.approx(0.5, rel=0.02)
    assert 0 < found.error < NEAR


def test_what_is_no_law_is_said_to_be_far_from_every_formula():
    shuffled = np.random.default_rng(1).permutation(0.5 * X**2)
    found = formula_of(curve(shuffled))
    assert not found.near and found.error > 0.1


def test_over_negative_values_only_what_is_defined_there_is_tried():
    x = np.linspace(-3.0, 3.0, 31)
    found = formula_of(xr.DataArray(0.2 * x**3 - x, {"x": x}, "x"))
    assert found.words == "\u22121 x + 0.2 x³" and found.near
