"""Processes that see more than they declare, remember, or write what they read."""

import pytest
import torch

from dgviz.domains.hydrology.groundwater import ThreeOutlets
from dgviz.domains.hydrology.pet import Hamon
from dgviz.domains.hydrology.routing import GammaRouting
from dgviz.sensitivity.doctor import examine


def outlets(change):
    """Three outlets whose fluxes are changed."""

    class Changed(ThreeOutlets):
        """Three outlets, changed."""

        def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
            known = dict(upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=k2, perc=perc, uzl=uzl)
            return super().forward(**known) | change(self, super().forward, known)

    return Changed


def averaged(process, forward, known):
    """Interflow of the mean over all sites."""
    flux = forward(**known)["interflow"]
    return dict(interflow=flux.mean(0, keepdim=True).expand_as(flux))


def random_numbers(process, forward, known):
    """Interflow with noise."""
    flux = forward(**known)["interflow"]
    return dict(interflow=flux * (0.9 + 0.1 * torch.rand_like(flux)))


def remembered(process, forward, known):
    """Interflow of the call before."""
    flux, before = forward(**known)["interflow"], getattr(process, "before", 0.0)
    process.before = float(flux.detach().mean())
    return dict(interflow=0.9 * flux + 0.01 * before)


@pytest.mark.parametrize(
    "change, kind, words",
    [
        (averaged, "leak", "other sites"),
        (random_numbers, "hidden state", "draws random numbers"),
        (remembered, "hidden state", "from call to call"),
    ],
)
def test_a_process_that_is_no_function_of_what_it_reads_is_named(planted, change, kind, words):
    found = examine(planted(outlets(change))).faults[0]
    assert (found.kind, found.process, found.quantities) == (kind, "Changed", ("interflow",))
    assert words in found.sentence


def test_a_process_that_writes_a_store_is_named_with_the_store(planted):
    class Writing(ThreeOutlets):
        """Fills the upper zone behind the back of the balance."""

        def forward(self, *, upper_zone, lower_zone, k0, k1, k2, perc, uzl):
            upper_zone.clamp_(min=1.0)
            known = dict(upper_zone=upper_zone, lower_zone=lower_zone, k0=k0, k1=k1, k2=k2, perc=perc, uzl=uzl)
            return super().forward(**known)

    faults = {found.kind: found for found in examine(planted(Writing)).faults}
    assert {*faults} == {"changes its inputs", "unbalanced store"}
    for found in faults.values():
        assert (found.process, found.quantities) == ("Writing", ("upper_zone",))


def test_a_series_that_is_shifted_the_wrong_way_sees_the_future(planted):
    class Early(GammaRouting):
        """Water that arrives a day before it runs off."""

        def forward(self, *, quickflow=0.0, interflow=0.0, baseflow, abstraction=None, route_a, route_b):
            known = dict(quickflow=quickflow, interflow=interflow, baseflow=baseflow)
            flow = super().forward(**known, route_a=route_a, route_b=route_b)["streamflow"]
            return dict(streamflow=flow.roll(-1, 0))

    found = examine(planted(Early)).faults[0]
    assert (found.kind, found.process) == ("leak", "Early") and "sees the future" in found.sentence


def test_a_series_over_its_mean_sees_the_future(planted):
    class OverMean(Hamon):
        """Potential evapotranspiration over its mean of all days."""

        def forward(self, *, tmean, lat, day_of_year):
            values = super().forward(tmean=tmean, lat=lat, day_of_year=day_of_year)["pet"]
            return dict(pet=2 * values / values.mean(0, keepdim=True))

    found = examine(planted(OverMean)).faults[0]
    assert (found.kind, found.process, found.quantities) == ("leak", "OverMean", ("pet",))
    assert "sees the future" in found.sentence
