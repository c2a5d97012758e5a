"""What happens when water would cool below the freezing point."""

import torch
from torch.nn.functional import relu

from dgviz.domains.stream_temperature.exchange import EightParameters
from dgviz.processes.declare import Flux, Process, State


class FreezingPoint(Process):
    """Ice: water does not cool below 0 °C.

    What would cool it further freezes water instead; the ice is not followed, as in the published model.

    Source: Toffolon and Piccolroaz (2015), doi:10.1088/1748-9326/10/11/114011.
    """

    water_temperature = EightParameters.water_temperature
    freezing = Flux("degC d-1", "Heat released by freezing", out_of="ice", into="water_temperature")

    def forward(self, *, water_temperature):
        return dict(freezing=relu(-water_temperature))


class IceCover(Process):
    """Ice cover that has to melt again.

    What would cool the water below 0 °C freezes, and the same heat is taken from the water when it warms, before the
    water itself does. Written in degrees of the water: `ice_heat` is below zero by what melting the ice takes.
    """

    water_temperature = EightParameters.water_temperature
    ice_heat = State("degC", "Heat of the ice, below zero by what its melting takes", floor=None)
    freezing = Flux("degC d-1", "Heat released by freezing", out_of="ice_heat", into="water_temperature")

    equations = (r"F = (-T)^+ - \min\left(T^+,\ -H\right)",)
    symbols = {
        "F": "freezing",
        "T": "water_temperature",
        "H": "ice_heat",
        "x^+": "positive part: x, or 0 where x is negative",
    }

    def forward(self, *, water_temperature, ice_heat):
        melting = torch.minimum(relu(water_temperature), relu(-ice_heat))
        return dict(freezing=relu(-water_temperature) - melting)


class NoIce(Process):
    """No ice: water may be simulated below 0 °C."""

    def forward(self):
        return {}
