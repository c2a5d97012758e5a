"""A process whose derivative is not that of what it computes is found, whatever the reason, and named."""

import pytest
import torch
from torch import nn

from dgviz.domains.hydrology.evapotranspiration import LearnedEvapotranspiration, LinearEvapotranspiration
from dgviz.domains.hydrology.groundwater import ThreeOutlets
from dgviz.domains.hydrology.routing import GammaRouting
from dgviz.domains.hydrology.soil import BetaSoil
from dgviz.sensitivity.doctor import examine
from dgviz.sensitivity.doctor.examined import Examined
from dgviz.sensitivity.doctor.processes import process_derivatives


class Halved(torch.autograd.Function):
    """Passes half of the gradient."""

    @staticmethod
    def forward(ctx, values):
        return values * 1.0

    @staticmethod
    def backward(ctx, gradient):
        return gradient / 2


class Turned(Halved):
    """Passes the gradient with the opposite sign."""

    @staticmethod
    def backward(ctx, gradient):
        return -gradient


class OwnBackward(BetaSoil):
    """Half of the gradient to soil moisture is lost."""

    def forward(self, *, surface, soil_moisture, fc, beta):
        return super().forward(surface=surface, soil_moisture=Halved.apply(soil_moisture), fc=fc, beta=beta)


class OppositeBackward(BetaSoil):
    """The gradient to field capacity has the wrong sign."""

    def forward(self, *, surface, soil_moisture, fc, beta):
        return super().forward(surface=surface, soil_moisture=soil_moisture, fc=Turned.apply(fc), beta=beta)


class DetachedParameter(ThreeOutlets):
    """Baseflow does not teach its recession."""

    def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
        known = dict(upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=k2.detach(), perc=perc, uzl=uzl)
        return super().forward(**known)


class StoreOfData(ThreeOutlets):
    """The lower zone is read past the graph."""

    def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
        known = dict(upper_zone=upper_zone, lower_zone=lower_zone.data, k0=k0, k1=k1, k2=k2, perc=perc, uzl=uzl)
        return super().forward(**known)


class WithoutNewton(LinearEvapotranspiration):
    """An implicit scheme whose iteration is detached, without the last step of Newton."""

    def forward(self, *, pet, soil_moisture, fc, lp):
        rate = pet / (lp * fc)
        with torch.no_grad():
            taken = torch.zeros_like(soil_moisture)
            for _ in range(8):
                taken = rate * (soil_moisture - taken)
        return dict(evapotranspiration=torch.minimum(rate * (soil_moisture - taken), soil_moisture))


class LateOnly(GammaRouting):
    """Baseflow of all but the last days has no gradient."""

    def forward(self, *, quickflow=0.0, interflow=0.0, baseflow, abstraction=None, route_a, route_b):
        baseflow = torch.cat([baseflow[:-20].detach(), baseflow[-20:]])
        known = dict(quickflow=quickflow, interflow=interflow, baseflow=baseflow)
        return super().forward(**known, route_a=route_a, route_b=route_b)


@pytest.mark.parametrize(
    "fault, quantity, words",
    [
        (OwnBackward, "soil_moisture", "0.5 times"),
        (OppositeBackward, "fc", "opposite sign"),
        (DetachedParameter, "k2", "is zero, although it responds"),
        (StoreOfData, "lower_zone", "is zero, although it responds"),
        (WithoutNewton, "soil_moisture", "times what reruns give"),
        (LateOnly, "baseflow", "times what reruns give"),
    ],
)
def test_a_wrong_derivative_is_laid_at_its_process(planted, fault, quantity, words):
    (found,) = examine(planted(fault)).faults
    assert (found.kind, found.process) == ("wrong derivative", fault.__name__) and quantity in found.quantities
    assert words in found.sentence and f"{fault.__name__}.forward" in found.sentence


def test_the_first_day_on_which_a_derivative_is_wrong_is_named(planted):
    class OnWarmDays(LinearEvapotranspiration):
        """No gradient where it is warm."""

        def forward(self, *, pet, soil_moisture, fc, lp):
            known = torch.where(pet > 2.0, lp.detach(), lp)
            return super().forward(pet=pet, soil_moisture=soil_moisture, fc=fc, lp=known)

    site = planted(OnWarmDays)
    (found,) = examine(site).faults
    pet = site.simulate().pet
    # In dry soil the parameter counts on every warm day.
    first = pet.time.values[(pet > 2.0).values][0]
    assert (found.process, found.quantities[0], found.day) == ("OnWarmDays", "lp", first)


def test_weights_inside_a_process_are_examined_too(planted):
    class Passed(nn.Module):
        """A network past the graph."""

        def __init__(self, network):
            super().__init__()
            self.network = network

        def forward(self, *values):
            return self.network(*values).detach()

    class DetachedNetwork(LearnedEvapotranspiration):
        """A learned process that does not learn."""

        def __init__(self):
            super().__init__()
            self.ratio = Passed(self.ratio)

    class Standing(LinearEvapotranspiration):
        """In the slot of the default."""

        def __init__(self):
            super().__init__()
            self.inner = DetachedNetwork()

        def forward(self, *, pet, soil_moisture, fc, lp):
            return {k: v + 0 * lp for k, v in self.inner(pet=pet, soil_moisture=soil_moisture, fc=fc).items()}

    torch.manual_seed(0)
    found = list(process_derivatives(Examined(planted(Standing))))
    assert {finding.process for finding in found} == {"Standing"}
    assert any("weights" in finding.sentence for finding in found)


class Clipped(Halved):
    """Passes no gradient beyond five."""

    @staticmethod
    def backward(ctx, gradient):
        return gradient.clamp(-5.0, 5.0)


class ClippedBackward(BetaSoil):
    """Large gradients to field capacity are clipped: right in every difference of the usual size."""

    def forward(self, *, surface, soil_moisture, fc, beta):
        return super().forward(surface=surface, soil_moisture=soil_moisture, fc=Clipped.apply(fc), beta=beta)


class InPlace(BetaSoil):
    """It changes the soil moisture that it is given."""

    def forward(self, *, surface, soil_moisture, fc, beta):
        soil_moisture.clamp_(min=0.0)
        return super().forward(surface=surface, soil_moisture=soil_moisture, fc=fc, beta=beta)


def test_a_gradient_that_is_clipped_is_found_though_its_size_is_usual(planted):
    faults = [f for f in examine(planted(ClippedBackward)).faults if f.kind == "changed gradient"]
    assert [(f.process, f.quantities, f.figure) for f in faults] == [("ClippedBackward", ("fc",), 2.0**20)]


def test_a_process_without_a_way_back_is_said_not_raised(planted):
    report = examine(planted(InPlace))
    assert [f.process for f in report.faults if f.kind == "no gradient"] == ["InPlace"]
