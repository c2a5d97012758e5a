"""A figure may be painted before its data arrive: the browser must survive that."""

import pytest
from bokeh.models import GlyphRenderer, VAreaStep

from dgviz.experiment.config import RunConfig
from dgviz.processes.declare import Flux, State
from dgviz.ui.figures.hydrograph import Hydrograph
from dgviz.ui.figures.responses import ResponseFigure
from dgviz.ui.figures.stores import StoreSeries


def stores():
    model = RunConfig().build()
    fluxes, states = model.of(Flux), model.of(State)
    return StoreSeries({"rainfall": fluxes["rainfall"]}, {"melt": fluxes["melt"], "snowpack": states["snowpack"]})


@pytest.mark.parametrize("make", [Hydrograph, ResponseFigure, stores])
def test_an_area_in_steps_never_has_an_empty_source(make):
    areas = [r for r in make().layout.select({"type": GlyphRenderer}) if isinstance(r.glyph, VAreaStep)]
    assert areas and all(len(area.data_source.data["time"]) > 0 for area in areas)
