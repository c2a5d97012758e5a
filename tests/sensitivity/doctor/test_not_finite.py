"""Values and gradients that are no numbers: the day and the process where it begins."""

import numpy as np
import torch

from dgviz.domains.hydrology.soil import BetaSoil
from dgviz.sensitivity.doctor import examine


def test_the_day_and_the_process_of_a_value_that_is_none(planted, world):
    wettest = float(world.prcp[:, 0].max())

    class Logarithm(BetaSoil):
        """Has no value on the wettest day."""

        def forward(self, *, surface, soil_moisture, fc, beta):
            fluxes = super().forward(surface=surface, soil_moisture=soil_moisture, fc=fc, beta=beta)
            return fluxes | dict(excess=fluxes["excess"] + 0 * torch.log(0.99 * wettest - surface))

    (found,) = examine(planted(Logarithm)).faults
    assert (found.kind, found.process, found.quantities) == ("not a number", "Logarithm", ("excess",))
    assert found.day == world.time.values[world.prcp[:, 0].values.argmax()] and found.site == 0


def test_the_process_of_a_derivative_that_is_none(planted):
    class Root(BetaSoil):
        """A root has no derivative on ground without water."""

        def forward(self, *, surface, soil_moisture, fc, beta):
            drop = 0 * torch.sqrt(surface.clamp(min=0.0))
            return super().forward(surface=surface + drop, soil_moisture=soil_moisture, fc=fc, beta=beta)

    (found,) = examine(planted(Root)).faults
    assert (found.kind, found.process) == ("not a number", "Root")
    assert "surface" in found.quantities and found.day is not None and "gradient" in found.sentence


def test_a_gap_in_a_forcing_is_named_with_its_day(planted, world):
    gap = world.copy(deep=True)
    gap.prcp[100, 0] = np.nan
    (found,) = examine(planted(dataset=gap)).faults
    assert found.quantities == ("prcp",) and found.day == world.time.values[100]


def test_weights_that_are_no_numbers_are_named(networked):
    model, at = networked()
    with torch.no_grad():
        model.network.level.layers[0].weight[0, 0] = torch.nan
    (found,) = examine(at()).faults
    assert found.quantities == ("network.level.layers.0.weight",)


def test_a_derivative_that_only_kernels_make_a_number_is_said(planted, monkeypatch):
    class Hidden(BetaSoil):
        """As above: the gradient of the model is taken as if kernels had hidden it."""

        def forward(self, *, surface, soil_moisture, fc, beta):
            drop = 0 * torch.sqrt(surface.clamp(min=0.0))
            return super().forward(surface=surface + drop, soil_moisture=soil_moisture, fc=fc, beta=beta)

    monkeypatch.setattr("dgviz.sensitivity.doctor.not_finite_gradients", lambda site: [])
    (found,) = [found for found in examine(planted(Hidden)).faults if found.kind == "not a number"]
    assert (found.process, found.quantities) == ("Hidden", ("surface",)) and "kernels hide" in found.sentence
