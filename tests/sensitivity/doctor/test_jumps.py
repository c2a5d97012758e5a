"""Fluxes that respond although their gradient says that they do not."""

import pytest
import torch
from torch.nn.functional import relu

from dgviz.domains.hydrology.evapotranspiration import LinearEvapotranspiration
from dgviz.domains.hydrology.groundwater import ThreeOutlets
from dgviz.sensitivity.doctor import examine


class RoundedFlux(LinearEvapotranspiration):
    """Evapotranspiration in tenths of a millimetre."""

    def forward(self, *, pet, soil_moisture, fc, lp):
        flux = super().forward(pet=pet, soil_moisture=soil_moisture, fc=fc, lp=lp)["evapotranspiration"]
        return dict(evapotranspiration=torch.round(flux, decimals=1).minimum(soil_moisture.detach()))


class WholeStore(ThreeOutlets):
    """Baseflow of whole millimetres of the lower zone."""

    def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
        whole = torch.floor(lower_zone)
        return super().forward(upper_zone=upper_zone, lower_zone=whole, k0=k0, k1=k1, k2=k2, perc=perc, uzl=uzl)


class OnOrOff(LinearEvapotranspiration):
    """Evapotranspiration is potential above the threshold, and nothing below it."""

    def forward(self, *, pet, soil_moisture, fc, lp):
        potential = torch.minimum(pet, relu(soil_moisture)) + 0 * fc
        return dict(evapotranspiration=torch.where(soil_moisture > 100 * lp, potential, 0 * potential))


@pytest.mark.parametrize(
    "fault, quantity, words",
    [
        (RoundedFlux, "lp", "in steps, as if rounded"),
        (WholeStore, "lower_zone", "in steps, as if rounded"),
        (OnOrOff, "lp", "with a jump"),
    ],
)
def test_a_response_that_the_gradient_does_not_see_is_a_fault(planted, fault, quantity, words):
    (found,) = examine(planted(fault)).faults
    assert (found.kind, found.process) == ("lost gradient", fault.__name__)
    assert quantity in found.quantities and words in found.sentence


def test_a_threshold_of_an_input_that_has_a_gradient_otherwise_is_a_note(planted):
    report = examine(planted())
    (note,) = [note for note in report.notes if note.kind == "hard threshold"]
    assert note.process == "DegreeDaySnow" and {"tt", "snowfall"} <= {*note.quantities}
    assert not report.faults
