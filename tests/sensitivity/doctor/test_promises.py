"""Declarations that a model does not keep: balances, floors and the direction of fluxes."""

import pytest
import torch
from torch.nn.functional import relu

from dgviz.domains.hydrology.evapotranspiration import LinearEvapotranspiration
from dgviz.domains.hydrology.groundwater import ThreeOutlets
from dgviz.domains.hydrology.routing import GammaRouting
from dgviz.processes.declare import Flux
from dgviz.processes.step import Step
from dgviz.sensitivity.doctor import examine


class TakesTooMuch(ThreeOutlets):
    """Percolation is the maximum, whatever there is."""

    def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
        known = dict(upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=k2, perc=perc, uzl=uzl)
        return super().forward(**known) | dict(percolation=perc + 0 * upper_zone)


class SwappedEnds(ThreeOutlets):
    """Percolation declared from the lower to the upper zone."""

    percolation = Flux("mm d-1", "Percolation", out_of="lower_zone", into="upper_zone")

    def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
        known = dict(upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=k2, perc=perc, uzl=uzl)
        return super().forward(**known)


class Backwards(ThreeOutlets):
    """Interflow with the wrong sign."""

    def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
        known = dict(upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=k2, perc=perc, uzl=uzl)
        fluxes = super().forward(**known)
        return fluxes | dict(interflow=-fluxes["interflow"])


class DryTakesMore(LinearEvapotranspiration):
    """The drier the soil, the more evaporates."""

    def forward(self, *, pet, soil_moisture, fc, lp):
        supply = relu(soil_moisture)
        return dict(evapotranspiration=torch.minimum(pet * (1 - (supply / (lp * fc)).clamp(max=1.0)), supply))


@pytest.mark.parametrize(
    "fault, kind, quantities",
    [
        (TakesTooMuch, "store below its floor", {"upper_zone", "percolation"}),
        (SwappedEnds, "store below its floor", {"lower_zone", "percolation"}),
        (Backwards, "swapped sign", {"interflow", "upper_zone", "channel"}),
        (DryTakesMore, "swapped sign", {"evapotranspiration", "soil_moisture"}),
    ],
)
def test_a_flux_that_breaks_its_declaration_is_named(planted, fault, kind, quantities):
    (found,) = examine(planted(fault)).faults
    assert (found.kind, found.process, {*found.quantities}) == (kind, fault.__name__, quantities)
    assert (found.day is None) == (fault is DryTakesMore)


def test_a_store_that_is_clamped_makes_mass_from_the_day_on_which_it_is(planted, world):
    class Clamping(Step):
        """Keeps some water in the soil."""

        def _move(self, process, fluxes, stores):
            changed = super()._move(process, fluxes, stores)
            if "soil_moisture" in changed:
                stores["soil_moisture"] = changed["soil_moisture"] = stores["soil_moisture"].clamp(min=5.0)
            return changed

    site = planted()
    model = site.process_model
    model._step, model._fused = Clamping(model._step.processes, model._step.stores), None
    (found,) = examine(site).faults
    assert (found.kind, found.quantities) == ("unbalanced store", ("soil_moisture",))
    assert found.day == world.time.values[0] and found.figure == pytest.approx(5.0, abs=0.5)


def test_a_target_that_falls_with_what_comes_in_is_said(planted):
    class Damped(GammaRouting):
        """The more it rains, the less arrives."""

        def forward(self, *, rainfall, quickflow=0.0, interflow=0.0, baseflow, abstraction=None, route_a, route_b):
            known = dict(quickflow=quickflow, interflow=interflow, baseflow=baseflow)
            flow = super().forward(**known, route_a=route_a, route_b=route_b)["streamflow"]
            return dict(streamflow=flow * torch.exp(-3 * rainfall.mean(-1, keepdim=True)))

    (found,) = [found for found in examine(planted(Damped)).faults if found.kind == "swapped sign"]
    assert found.quantities == ("prcp", "streamflow") and found.figure < -0.02
