"""How much carbon a photon can fix at most."""

from torch.nn.functional import relu

from dgviz.processes.declare import Flux, Parameter, Process


class TemperatureDependentYield(Process):
    """Quantum yield that depends on temperature.

    Highest at 32 degC, and nothing below -13 degC.

    Source: Bernacchi et al. (2003), doi:10.1046/j.0016-8025.2003.01050.x, for the response; Stocker et al. (2020),
    doi:10.5194/gmd-13-1545-2020.
    """

    yield_scale = Parameter(
        "mol mol-1", "Quantum yield before its temperature factor", range=(0.01, 0.2), default=0.125
    )
    quantum_yield = Flux("mol mol-1", "Intrinsic quantum yield")

    equations = (r"\phi_0 = a\,(0.352 + 0.022\,T - 0.00034\,T^2)^+",)
    symbols = {
        r"\phi_0": "quantum_yield",
        "a": "yield_scale",
        "T": "tair",
        "x^+": "positive part: x, or 0 where x is negative",
    }

    def forward(self, *, tair, yield_scale):
        return dict(quantum_yield=yield_scale * relu(0.352 + 0.022 * tair - 0.00034 * tair**2))


class ConstantYield(Process):
    """Constant quantum yield.

    The same at any temperature.

    Source: Wang et al. (2017), doi:10.1038/s41477-017-0006-8.
    """

    yield_constant = Parameter("mol mol-1", "Intrinsic quantum yield", range=(0.01, 0.15), default=0.085)
    quantum_yield = TemperatureDependentYield.quantum_yield

    equations = (r"\phi_0 = a",)
    symbols = {r"\phi_0": "quantum_yield", "a": "yield_constant"}

    def forward(self, *, yield_constant):
        return dict(quantum_yield=yield_constant)
