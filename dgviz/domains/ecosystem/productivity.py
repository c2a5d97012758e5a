"""What the leaves make of light."""

from typing import ClassVar

from torch.nn.functional import relu

from dgviz.processes.declare import Flux, Process

CARBON = 12.0107  # g mol-1
COST = 0.41  # of electron transport: Wang et al. (2017), from observed ratios of Jmax to Vcmax
SMALLEST = 1e-9  # the derivative of a root at zero is infinite


class AcclimatedLight(Process):
    """Acclimated light use efficiency.

    Leaves have as much Rubisco as their usual light asks for and as much electron transport as pays, so that over weeks
    productivity is in proportion to the light that is absorbed.

    Source: Wang et al. (2017), doi:10.1038/s41477-017-0006-8; Stocker et al. (2020), doi:10.5194/gmd-13-1545-2020.
    """

    light_use_efficiency = Flux("g mol-1", "Light use efficiency, as carbon")
    gpp = Flux(
        "g m-2 d-1",
        "Gross primary productivity, as carbon",
        "gross_primary_productivity_of_biomass_expressed_as_carbon",
    )
    vcmax = Flux("mol m-2 d-1", "Carboxylation capacity at growth temperature")

    equations: ClassVar[tuple[str, ...]] = (
        r"m = \frac{c_i - \Gamma_s}{c_i + 2\,\Gamma_s}, \quad L = \sqrt{1 - (0.41 / m)^{2/3}}",
        r"\mathrm{LUE} = 12.01\,\phi_0\,s\,m\,L",
        r"\mathrm{GPP} = \mathrm{LUE}\,f\,I, \quad V = \phi_0\,s\,f\,I\,\frac{c_i + K}{c_i + 2\,\Gamma_s}\,L",
    )
    symbols: ClassVar[dict[str, str]] = {
        r"\mathrm{LUE}": "light_use_efficiency",
        r"\mathrm{GPP}": "gpp",
        "V": "vcmax",
        "I": "ppfd",
        "f": "fapar",
        r"\phi_0": "quantum_yield",
        "s": "stress",
        "c_i": "ci",
        r"\Gamma_s": "gamma_star",
        "K": "michaelis",
        "m": "share of the quantum yield that photorespiration leaves",
        "L": "share that limited electron transport leaves",
    }

    def forward(self, *, ppfd, fapar, ci, gamma_star, michaelis, quantum_yield, stress):
        left = (ci - gamma_star) / (ci + 2 * gamma_star)
        limit = self.transport(left)
        efficiency = CARBON * quantum_yield * stress * left * limit
        capacity = quantum_yield * stress * fapar * ppfd * (ci + michaelis) / (ci + 2 * gamma_star) * limit
        return dict(light_use_efficiency=efficiency, gpp=efficiency * fapar * ppfd, vcmax=capacity)

    def transport(self, left):
        """L, from the share of the quantum yield that photorespiration leaves."""
        return relu(1 - (COST / left.clamp(min=COST)) ** (2 / 3)).clamp(min=SMALLEST).sqrt()


class UnlimitedTransport(AcclimatedLight):
    """Light use without a limit of electron transport.

    As before it, with as much electron transport as the light could drive.

    Source: Prentice et al. (2014), doi:10.1111/ele.12211; Stocker et al. (2020), doi:10.5194/gmd-13-1545-2020.
    """

    light_use_efficiency, gpp, vcmax = AcclimatedLight.light_use_efficiency, AcclimatedLight.gpp, AcclimatedLight.vcmax
    equations = (
        r"m = \frac{c_i - \Gamma_s}{c_i + 2\,\Gamma_s}, \quad \mathrm{LUE} = 12.01\,\phi_0\,s\,m",
        r"\mathrm{GPP} = \mathrm{LUE}\,f\,I, \quad V = \phi_0\,s\,f\,I\,\frac{c_i + K}{c_i + 2\,\Gamma_s}",
    )

    def transport(self, left):
        """Nothing is lost to electron transport."""
        return 1.0
