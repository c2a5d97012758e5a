"""Every check of leaf gas exchange passes for any two options, and fails on the fault that it is there to find."""

import pytest
import torch

from dgviz.domains.leaf import domain
from dgviz.domains.leaf.assimilation import Farquhar
from dgviz.domains.leaf.evaluation.checks import CHECKS
from dgviz.domains.leaf.light import FixedYield
from dgviz.domains.leaf.stomata import MedlynStomata
from tests.combinations import PAIRS, each
from tests.trials import trial_of, with_fault

POINTS = 14


def outcomes(process_model):
    """The outcome of each check for a leaf with parameters in the middle of their ranges."""
    trial = trial_of(process_model, "net_assimilation", POINTS)
    return {check.__name__: check(trial).outcome for check in CHECKS}


@each([case for case in PAIRS if case[0] is domain])
def test_any_two_options_pass_together(domain, choices):
    found = outcomes(domain.build(**choices))
    closes = choices["stomata"] in ("MedlynStomata", "BallBerryStomata")
    assert {name for name, outcome in found.items() if outcome == "failed"} == set()
    apart = {name for name, outcome in found.items() if outcome == "does not apply"}
    assert apart == (set() if closes else {"stomata_close_in_dry_air"})


class LightHurts(FixedYield):
    """Much light drives fewer electrons."""

    def forward(self, *, ppfd, jmax):
        return dict(electron_transport=jmax * torch.exp(-ppfd / 1000.0) * ppfd / 400.0)


class LeaksInTheDark(Farquhar):
    """More is lost than is respired."""

    def forward(self, *, ci, vcmax, electron_transport, gamma_star, km, rd, sharpness):
        rates = super().forward(
            ci=ci, vcmax=vcmax, electron_transport=electron_transport, gamma_star=gamma_star, km=km, rd=rd,
            sharpness=sharpness,
        )  # fmt: skip
        return rates | dict(net_assimilation=rates["net_assimilation"] - 0.5)


class Neither(Farquhar):
    """Net assimilation above what limits it."""

    def forward(self, *, ci, vcmax, electron_transport, gamma_star, km, rd, sharpness):
        rates = super().forward(
            ci=ci, vcmax=vcmax, electron_transport=electron_transport, gamma_star=gamma_star, km=km, rd=rd,
            sharpness=sharpness,
        )  # fmt: skip
        return rates | dict(net_assimilation=rates["net_assimilation"].clamp(min=0) * 1.2)


class OpenInDryAir(MedlynStomata):
    """Stomata that feel the air the wrong way round."""

    def forward(self, *, co2, vpd, vcmax, electron_transport, gamma_star, km, rd, sharpness, g1, g0):
        return super().forward(
            co2=co2, vpd=6.0 / vpd, vcmax=vcmax, electron_transport=electron_transport, gamma_star=gamma_star, km=km,
            rd=rd, sharpness=sharpness, g1=g1, g0=g0,
        )  # fmt: skip


class CarbonHurts(Farquhar):
    """Too much CO2 poisons."""

    def forward(self, *, ci, vcmax, electron_transport, gamma_star, km, rd, sharpness):
        rates = super().forward(
            ci=ci, vcmax=vcmax, electron_transport=electron_transport, gamma_star=gamma_star, km=km, rd=rd,
            sharpness=sharpness,
        )  # fmt: skip
        return rates | dict(net_assimilation=rates["net_assimilation"] - 0.03 * ci)


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (LightHurts, "light_limits"),
        (LeaksInTheDark, "light_limits"),
        (CarbonHurts, "carbon_limits"),
        (Neither, "limits_meet_once"),
        (OpenInDryAir, "stomata_close_in_dry_air"),
    ],
)
def test_a_fault_is_found(fault, found):
    assert outcomes(with_fault(domain, fault))[found] == "failed"
    assert outcomes(with_fault(domain))[found] == "passed"
