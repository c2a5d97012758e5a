"""Derivatives that are wrong only in extreme steps of the record."""

import torch

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
