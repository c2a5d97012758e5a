"""A figure may be painted before its data arrive: the browser must survive that."""

import pytest
import xarray as xr
from bokeh.models import GlyphRenderer, VAreaStep

from dgviz.experiment.config import RunConfig
from dgviz.processes.declare import Flux, State
from dgviz.ui.figures.stores import StoreSeries
from dgviz.ui.figures.time_series import TimeSeries
from tests.ui.conftest import LOOK

WEATHER = xr.Dataset({"rain": ("time", [1.0], {"units": "mm d-1", "drawn": "bars"})})


def stores():
    model = RunConfig().build()
    fluxes, states = model.of(Flux), model.of(State)
    others = {"melt": fluxes["melt"], "snowpack": states["snowpack"]}
    return StoreSeries({"rainfall": fluxes["rainfall"]}, others, LOOK)


def time_series():
    return TimeSeries(LOOK, WEATHER)


@pytest.mark.parametrize("make", [time_series, stores])
def test_an_area_in_steps_never_has_an_empty_source(make):
    areas = [r for r in make().layout.select({"type": GlyphRenderer}) if isinstance(r.glyph, VAreaStep)]
    assert areas and all(len(area.data_source.data["time"]) > 0 for area in areas)
