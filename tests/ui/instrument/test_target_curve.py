"""Where a site is a curve, it is drawn as one, and a model without stores as its chain of processes."""

import numpy as np
import pytest

from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run
from dgviz.ui.instrument.target_charts import TargetCharts
from dgviz.ui.instrument.target_curve import TargetCurve
from dgviz.ui.lenses.budget.balance import Balance
from dgviz.ui.lenses.budget.buckets import Buckets
from dgviz.ui.lenses.sensitivity.curve_responses import CurveResponses
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore

DATA = "twin:leaf,sites=6,noise=0"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("leaves")
    run = Run.create(RunConfig(data=DATA, epochs=2), folder)
    carry_out(run)
    return DataStore(folder, DATA)


def test_a_curve_stands_in_place_of_a_series(store):
    state = AppState(store)
    assert TargetCurve.applies(state) and not TargetCharts.applies(state)
    state.edit(data="delaware")
    assert TargetCharts.applies(state) and not TargetCurve.applies(state)


def test_every_observed_point_is_drawn_once_in_its_period(store):
    state = AppState(store)
    view = TargetCurve(state=state)
    view.__panel__()
    drawn = np.concatenate([source.data["y"] for source in view.figure.points.values()])
    observed = state.dataset[state.config.target].sel(site=state.site).dropna("time").values
    assert sorted(drawn) == sorted(observed) and len(view.figure.points["test"].data["y"]) > 0


def test_the_colours_say_which_limit_is_the_least(store):
    view = TargetCurve(state=AppState(store))
    view.__panel__()
    limits = {name: source.data["y"] for name, source in view.figure.limit_lines.items()}
    least = np.minimum(*limits.values())
    for name, part in view.figure.parts.items():
        here = np.isfinite(part.data["y"])
        np.testing.assert_allclose(limits[name][here], least[here])


def test_the_chain_says_what_each_process_gives(store):
    view = Buckets(state=AppState(store))
    view.__panel__()
    words = str(view.picture.object)
    assert "Farquhar" in words and "Net assimilation" in words and "vcmax25" in words
    assert not Balance.applies(view.state)


def test_the_sensitivity_along_a_curve_has_a_line_for_each_parameter(store):
    view = CurveResponses(state=AppState(store))
    view.__panel__()
    assert {"vcmax25", "jmax25", "rd25"} <= view.sources.keys()
    # More respiration is less net assimilation, everywhere on the curve.
    assert (np.asarray(view.sources["rd25"].data["y"]) < 0).all()
