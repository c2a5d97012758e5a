"""Faults that show at one value alone, in the kernels alone, or in what never leaves."""

import numpy as np
import pytest
import torch

from dgviz.domains.hydrology.routing import GammaRouting
from dgviz.domains.hydrology.snow import DegreeDaySnow
from dgviz.learn.defaults import unlearned
from dgviz.sensitivity.doctor import examine
from dgviz.sensitivity.doctor.data import data_faults
from dgviz.sensitivity.doctor.examined import Examined
from dgviz.sensitivity.doctor.series import far_beyond, is_forcing, same_forcings, stuck
from dgviz.sensitivity.doctor.whole import Whole
from tests.sensitivity.doctor.conftest import SCIENCE


class DetachedWhenDry(DegreeDaySnow):
    """The gradient through melt is lost on days without any precipitation."""

    def forward(self, *, prcp, tmean, snowpack, meltwater, tt, cfmax, cfr, cwh):
        known = dict(prcp=prcp, tmean=tmean, snowpack=snowpack, meltwater=meltwater, tt=tt, cfmax=cfmax, cfr=cfr)
        fluxes = super().forward(**known, cwh=cwh)
        return {name: torch.where(prcp == 0, flux.detach(), flux) for name, flux in fluxes.items()}


class FourFifths(GammaRouting):
    """A fifth of what should arrive stays in the channel for ever."""

    def forward(self, *, quickflow, interflow, baseflow, route_a, route_b):
        known = dict(quickflow=quickflow, interflow=interflow, baseflow=baseflow, route_a=route_a, route_b=route_b)
        return {name: 0.8 * flux for name, flux in super().forward(**known).items()}


class Otherwise:
    """Kernels for which baseflow recedes faster."""

    def __init__(self, fused):
        self.fused = fused

    def __getattr__(self, name):
        return getattr(self.fused, name)

    def __deepcopy__(self, memo):
        return self

    def through_time(self, inputs, *rest):
        return self.fused.through_time(inputs | {"k2": 1.05 * inputs["k2"]}, *rest)


def test_a_gradient_that_is_lost_on_dry_days_alone_is_found(planted):
    faults = examine(planted(DetachedWhenDry)).faults
    assert {(found.kind, found.process) for found in faults} == {("wrong derivative", "DetachedWhenDry")}
    assert "Where prcp is at a value" in faults[0].sentence and "tmean" in faults[0].quantities


def test_kernels_that_compute_something_else_are_found(world):
    model = SCIENCE.build()
    model._fused = Otherwise(model._fused)
    faults = examine(unlearned(model, world.isel(site=[0]))).faults
    (found,) = (found for found in faults if found.kind == "kernels differ")
    assert found.quantities == ("streamflow",) and found.figure > 0


def test_what_never_leaves_a_store_is_found(planted):
    (found,) = examine(planted(FourFifths)).faults
    assert found.kind == "never leaves" and found.quantities[0] == "channel"
    assert found.figure == pytest.approx(0.2, abs=0.03)


def test_a_target_of_the_opposite_sign_is_found(planted, world):
    faults = examine(planted(dataset=world.assign(streamflow=world.streamflow.max() - world.streamflow))).faults
    assert any(found.kind == "swapped sign" and found.figure < -0.5 for found in faults)


@pytest.mark.parametrize("lag", [-3, 0, 2])
def test_a_target_that_was_pasted_into_a_forcing_is_found_at_any_lag(lag):
    target = np.random.default_rng(0).gamma(0.5, size=300)
    target[40:50] = np.nan
    pasted = np.roll(np.nan_to_num(target), -lag)
    other = np.random.default_rng(1).gamma(0.5, size=300)
    (found,) = is_forcing("streamflow", target, {"prcp": pasted, "tmean": other})
    assert found.quantities == ("prcp", "streamflow") and f"{abs(lag)} steps" * (lag != 0) in found.sentence


def test_two_forcings_of_one_column_are_found():
    one, other = np.random.default_rng(0).normal(size=(2, 300))
    assert [found.quantities for found in same_forcings({"tmin": one, "tmax": one, "prcp": other})] == [
        ("tmin", "tmax")
    ]
    assert not list(same_forcings({"tmin": one, "tmax": one + 1e-3}))


def test_one_value_beyond_all_others_is_found():
    values = np.random.default_rng(0).gamma(0.5, size=300)
    assert not list(far_beyond("prcp", values))
    values[7] = 30 * values.max()
    (found,) = far_beyond("prcp", values)
    assert found.severity == "note" and found.figure == pytest.approx(30)


def test_a_gap_of_the_target_that_was_filled_with_one_value_is_noted(planted, world):
    filled = world.copy(deep=True)
    filled.streamflow[150:250, 0] = 2.0
    examined = Examined(planted(dataset=filled))
    found = [each for each in data_faults(examined, Whole(examined)) if each.kind == "constant target"]
    assert [each.day for each in found] == [world.time.values[150]]
    assert stuck(filled.streamflow.values[:, 0]) == 150 and stuck(world.streamflow.values[:, 0]) is None
