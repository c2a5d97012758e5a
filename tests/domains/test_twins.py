"""Twins against closed forms."""

import numpy as np
import xarray as xr

from dgviz.domains import discover, stream_temperature
from dgviz.domains.twins import Twin, make_twin
from dgviz.experiment.sources import open_dataset
from dgviz.processes.declare import Parameter

domain = stream_temperature.domain


def unchanging(random, n_sites, times):
    """Air of 20 degC for ever."""
    tair = (("time", "site"), np.full((len(times), n_sites), 20.0))
    places = {"lat": ("site", np.full(n_sites, 45.0)), "lon": ("site", np.full(n_sites, 10.0))}
    return xr.Dataset({"tair": tair}, places)


def test_stores_have_forgotten_how_they_began_when_the_record_begins():
    """Under air that never changes, water is at (a1 + a2 Ta) / a3 from the first day."""
    model = domain.build(exchange="ThreeParameters", ice="NoIce")
    twin = Twin(unchanging, law=lambda attributes: {}, n_sites=2, years=1, noise=0.0, gaps=0.0)
    data = make_twin(twin, domain.vocabulary("stream_temperature"), model)
    a1, a2, a3 = (model.of(Parameter)[name].default for name in ("a1", "a2", "a3"))
    np.testing.assert_allclose(data.true_water_temperature, (a1 + a2 * 20.0) / a3, rtol=1e-9)


def test_of_a_model_of_one_target_at_a_time_there_is_one():
    """Solutes that come from one process would all be the same."""
    made = open_dataset("twin:solutes,sites=2,years=1")
    solutes = discover()["solutes"].targets
    assert [name for name in solutes if name in made] == ["chloride"]
    assert [name for name in solutes if f"true_{name}" in made] == ["chloride"]
    both = open_dataset("twin:leaf,sites=2")  # of two processes both are made
    assert {"net_assimilation", "gs"} <= set(both)
