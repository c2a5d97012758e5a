"""Derivatives that are wrong only in extreme steps of the record."""

import inspect

import torch

from dgviz.domains.hydrology.pet import Hamon
from dgviz.domains.hydrology.soil import BetaSoil
from dgviz.sensitivity.doctor import examine


def test_a_gradient_lost_only_in_a_storm_of_the_second_year_is_found(planted, world):
    storm, least = 380, 2 * float(world.prcp[:, 0].max())
    data = world.copy(deep=True)
    data.prcp[storm, 0] = 1.5 * least
    data.tmean[storm, 0] = 20.0

    class Storms(BetaSoil):
        """No gradient to the exponent in a storm larger than any of the first year."""

        def forward(self, *, surface, soil_moisture, fc, beta):
            beta = torch.where(surface > least, beta.detach(), beta)
            return super().forward(surface=surface, soil_moisture=soil_moisture, fc=fc, beta=beta)

    (found,) = examine(planted(Storms, dataset=data)).faults
    assert (found.kind, found.process, found.quantities) == ("wrong derivative", "Storms", ("beta",))
    assert found.day == world.time.values[storm]


def test_a_gradient_lost_only_on_a_hot_day_is_laid_at_that_day(planted, world):
    """Of a process that works on whole series; there are extreme days before this one."""
    hot, most = 390, float(world.tmean[:, 0].max()) + 5.0
    data = world.copy(deep=True)
    data.tmean[hot, 0] = most + 5.0

    class Heat(Hamon):
        """No gradient to warmth beyond any other day's."""

        def forward(self, *, tmean, **others):
            return super().forward(tmean=torch.where(tmean > most, tmean.detach(), tmean), **others)

        forward.__signature__ = inspect.signature(Hamon.forward)

    (found,) = [fault for fault in examine(planted(Heat, dataset=data)).faults if fault.process == "Heat"]
    assert (found.kind, found.quantities) == ("wrong derivative", ("tmean",))
    assert found.day == world.time.values[hot]
