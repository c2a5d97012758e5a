"""The slope by differentiation against finite differences and closed forms."""

import numpy as np
import pandas as pd
import pytest
import torch
import xarray as xr

from dgviz.domains.solutes import domain
from dgviz.domains.solutes.evaluation.local_slope import local_slope, slope_of_means
from dgviz.processes.declare import Parameter
from tests import trials

WARMUP, DAYS = 20, 60


def site_of(values, **choices):
    """A site in float64 whose discharge varies; parameters have their defaults, or `values`."""
    model, random = domain.build(**choices), np.random.default_rng(0)
    constant = {"mean_discharge": 2.0, "day_of_year": 40.0, "water_temperature": 12.0}
    shape = WARMUP + DAYS, 1, 1
    forcings = {name: torch.full(shape, constant.get(name, 0.0)).double() for name in model.forcings}
    forcings["discharge"] = torch.as_tensor(0.5 + random.gamma(1.0, 2.0, shape))
    given = {name: p.default for name, p in model.of(Parameter).items()} | values
    parameters = {name: torch.full((1, 1, 1), float(given[name])).double() for name in model.of(Parameter)}
    return trials.site_of(model, "chloride", forcings, parameters, pd.date_range("2001-03-01", periods=DAYS))


def concentration(site, factor):
    forcings = {**site.tensors.forcings, "discharge": factor * site.tensors.forcings["discharge"]}
    return site.process_model.mean(forcings, site.learned, ["chloride"])["chloride"][WARMUP:, 0]


@pytest.mark.parametrize("separation", [option.__name__ for option in domain.slots["separation"]])
@pytest.mark.parametrize("mixing", [option.__name__ for option in domain.slots["concentration"]])
def test_it_is_that_of_finite_differences(separation, mixing):
    site = site_of({"shallow": 3.0, "deep": 9.0}, separation=separation, concentration=mixing)
    step = 1e-6
    up, down = (torch.log(concentration(site, np.exp(by))) for by in (step, -step))
    np.testing.assert_allclose(local_slope(site).values, ((up - down) / (2 * step)).numpy(), rtol=1e-5, atol=1e-7)


def test_of_a_power_law_it_is_the_exponent():
    slope = local_slope(site_of({"exponent": -0.4}, separation="ShareOfDischarge", concentration="PowerLaw"))
    assert slope.sizes == {"time": DAYS} and slope.values == pytest.approx(-0.4)


@pytest.mark.parametrize(("deep", "sign"), [(9.0, -1), (1.0, 1)])
def test_floods_dilute_what_is_deep_and_flush_what_is_shallow(deep, sign):
    assert (sign * local_slope(site_of({"shallow": 3.0, "deep": deep}, concentration="EndMembers")) > 0).all()


def test_of_means_it_is_without_units():
    days = pd.date_range("2001-01-01", periods=2)
    data = xr.Dataset({"discharge": (("time", "site"), [[2.0], [6.0]])}, {"time": days, "site": ["a"]})
    results = xr.Dataset(
        {"chloride": (("time", "site"), [[8.0], [12.0]]), "sensitivity_discharge": ("site", [-0.5])}, data.coords
    )
    assert slope_of_means(results, data).item() == pytest.approx(-0.5 * 4.0 / 10.0)
    assert slope_of_means(results.drop_vars("sensitivity_discharge"), data) is None
