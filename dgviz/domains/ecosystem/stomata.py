"""How far leaves open: the ratio of carbon dioxide inside them to that of the air."""

from typing import ClassVar

from dgviz.processes.declare import Flux, Parameter, Process

DIFFUSION = 1.6  # of water vapour over carbon dioxide
LEAST_VPD = 1.0  # Pa: in saturated air the derivative of the root is infinite
PER_MILLION = 1e-6


class LeastCost(Process):
    """Stomata at the least cost.

    Leaves that have got used to their climate balance what water costs against what carbon gain costs. They close in
    dry air and open in warm air.

    Source: Prentice et al. (2014), doi:10.1111/ele.12211; Wang et al. (2017), doi:10.1038/s41477-017-0006-8.
    """

    beta_cost = Parameter("1", "Cost of carboxylation over that of water", range=(20.0, 400.0), default=146.0)

    chi = Flux("1", "Carbon dioxide inside the leaf over that of the air")
    ci = Flux("Pa", "Carbon dioxide inside the leaf")

    equations = (
        r"\xi = \sqrt{\frac{\beta\,(K + \Gamma_s)}{1.6\,\eta}}",
        r"\chi = \frac{\Gamma_s}{c_a} + \left(1 - \frac{\Gamma_s}{c_a}\right)\frac{\xi}{\xi + \sqrt{D}}",
    )
    symbols: ClassVar[dict[str, str]] = {
        r"\beta": "beta_cost",
        r"\chi": "chi",
        r"\xi": "sensitivity to dry air [Pa^0.5]",
        "K": "michaelis",
        r"\Gamma_s": "gamma_star",
        r"\eta": "viscosity_ratio",
        "c_a": "carbon dioxide of the air [Pa]",
        "D": "vpd",
    }

    def forward(self, *, co2, pressure, vpd, gamma_star, michaelis, viscosity_ratio, beta_cost):
        outside = PER_MILLION * co2 * pressure
        compensation = gamma_star / outside
        xi = (beta_cost * (michaelis + gamma_star) / (DIFFUSION * viscosity_ratio)).sqrt()
        chi = compensation + (1 - compensation) * xi / (xi + vpd.clamp(min=LEAST_VPD).sqrt())
        return dict(chi=chi, ci=chi * outside)


class ConstantRatio(Process):
    """A constant ratio of carbon dioxide.

    Whatever the weather, leaves keep the same share of the carbon dioxide of the air inside.

    Source: Wong et al. (1979), doi:10.1038/282424a0.
    """

    chi_constant = Parameter("1", "Ratio that leaves keep", range=(0.4, 0.95), default=0.7)

    chi, ci = LeastCost.chi, LeastCost.ci
    equations = (r"\chi = \chi_0",)
    symbols: ClassVar[dict[str, str]] = {r"\chi": "chi", r"\chi_0": "chi_constant"}

    def forward(self, *, co2, pressure, chi_constant):
        outside = PER_MILLION * co2 * pressure
        return dict(chi=chi_constant + 0 * outside, ci=chi_constant * outside)
