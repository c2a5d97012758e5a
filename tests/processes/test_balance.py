"""The balance of a simulation follows from the declarations."""

import numpy as np
import pytest
import xarray as xr

from dgviz.processes.balance import balance, substances
from dgviz.processes.declare import State
from tests.combinations import DOMAINS, every_pair


def simulated(model, example):
    forcings, parameters = example(model)
    return model.to_dataset(model(forcings, parameters)).isel(site=0)


@every_pair
def test_it_closes_for_any_options(domain, choices, example):
    model = domain.build(**choices)
    whole = simulated(model, example)
    for units in substances(model):
        terms = balance(model, whole, units)
        # Amounts whatever their sign: gains and losses of heat nearly cancel.
        inflow = float(abs(terms[terms.kind == "inflow"]).sum())
        assert inflow > 0
        assert abs(float(terms.sel(term="residual"))) < 1e-9 * inflow


def test_what_has_other_units_has_a_balance_of_its_own(example):
    model = DOMAINS["watershed"].build()
    assert list(substances(model)) == ["mm", "degC", "mg L-1"]
    oxygen = balance(model, simulated(model, example), "mg L-1")
    assert list(oxygen.term.values) == [
        "dissolving",
        "photosynthesis",
        "respiration",
        "degassing",
        "oxygen",
        "residual",
    ]


def test_it_names_every_boundary_flux_and_store_with_its_units(example):
    model = DOMAINS["hydrology"].build()
    terms = balance(model, simulated(model, example))
    assert list(terms.term[terms.kind == "inflow"]) == ["snowfall", "rainfall"]
    assert list(terms.term[terms.kind == "outflow"]) == ["evapotranspiration", "streamflow"]
    assert set(terms.term.values[terms.kind == "change"]) == set(model.of(State))
    assert terms.attrs["units"] == "mm"
    assert terms.long_name.sel(term="rainfall").item() == "Rainfall"


def test_what_does_not_close_shows_as_residual(example):
    model = DOMAINS["hydrology"].build()
    whole = simulated(model, example)
    leaking = whole.assign(streamflow=whole.streamflow - 0.5)
    days = whole.sizes["time"] - 1
    assert balance(model, leaking).sel(term="residual").item() == pytest.approx(0.5 * days)


def test_the_first_day_only_gives_the_stores_to_start_from(example):
    model = DOMAINS["hydrology"].build()
    whole = simulated(model, example)
    other = whole.copy(deep=True)
    other.rainfall[0] = 1000
    xr.testing.assert_equal(balance(model, whole), balance(model, other))
    assert np.isclose(balance(model, whole).sel(term="rainfall"), whole.rainfall[1:].sum())
