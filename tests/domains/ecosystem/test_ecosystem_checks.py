"""Every check of ecosystem productivity passes for any two options, and fails on the fault that it is there to find."""

import pytest
import torch

from dgviz.domains.ecosystem import domain
from dgviz.domains.ecosystem.evaluation.checks import CHECKS
from dgviz.domains.ecosystem.productivity import AcclimatedLight
from dgviz.domains.ecosystem.quantum_yield import TemperatureDependentYield
from dgviz.domains.ecosystem.stomata import LeastCost
from tests.combinations import PAIRS, each
from tests.trials import trial_of, with_fault

MONTHS = 24


def outcomes(process_model):
    """The outcome of each check for a tower with cold winters and parameters in the middle of their ranges."""
    torch.manual_seed(0)  # of processes that hold a network
    angle = torch.arange(MONTHS, dtype=torch.float64)[:, None, None] * 2 * torch.pi / 12
    weather = {"tair": 8 - 12 * torch.cos(angle), "vpd": 300 - 200 * torch.cos(angle)}
    trial = trial_of(process_model, "gpp", MONTHS, freq="MS", forcings=weather)
    return {check.__name__: check(trial).outcome for check in CHECKS}


@each([case for case in PAIRS if case[0] is domain])
def test_any_two_options_pass_together(domain, choices):
    """A network may learn that dry or warm air is good for leaves, and untrained may say so; a yield may not care."""
    found = outcomes(domain.build(**choices))
    failed = {name for name, outcome in found.items() if outcome == "failed"}
    allowed = {"warmer_spring_gains"} if choices["quantum_yield"] == "ConstantYield" else set()
    if "Learned" in choices["stress"] or "Monotone" in choices["stress"]:
        allowed |= {"warmer_spring_gains", "dry_air_closes_stomata"}
    assert failed <= allowed
    assert "does not apply" not in found.values()


class GrowsInTheDark(AcclimatedLight):
    """Fixes a gram a day whatever the light."""

    def forward(self, *, ppfd, fapar, ci, gamma_star, michaelis, quantum_yield, stress):
        given = dict(fapar=fapar, ci=ci, gamma_star=gamma_star, michaelis=michaelis, quantum_yield=quantum_yield)
        fluxes = super().forward(ppfd=ppfd, stress=stress, **given)
        return fluxes | dict(gpp=fluxes["gpp"] + 1.0)


class SaturatedLight(AcclimatedLight):
    """Counts no light above a limit."""

    def forward(self, *, ppfd, fapar, ci, gamma_star, michaelis, quantum_yield, stress):
        given = dict(fapar=fapar, ci=ci, gamma_star=gamma_star, michaelis=michaelis, quantum_yield=quantum_yield)
        return super().forward(ppfd=ppfd.clamp(max=10.0), stress=stress, **given)


class OpensInDryAir(LeastCost):
    """Takes dry air for moist."""

    def forward(self, *, co2, pressure, vpd, gamma_star, michaelis, viscosity_ratio, beta_cost):
        given = dict(gamma_star=gamma_star, michaelis=michaelis, viscosity_ratio=viscosity_ratio, beta_cost=beta_cost)
        return super().forward(co2=co2, pressure=pressure, vpd=1e5 / vpd, **given)


class LikesTheCold(TemperatureDependentYield):
    """Has its warmest day in frost."""

    def forward(self, *, tair, yield_scale):
        return super().forward(tair=30.0 - tair, yield_scale=yield_scale)


FAULTS = {
    "grows in the dark": ((GrowsInTheDark,), {"no_light_no_carbon"}),
    "counts no light above a limit": ((SaturatedLight,), {"no_light_no_carbon"}),
    "opens in dry air": ((OpensInDryAir,), {"dry_air_closes_stomata"}),
    "likes the cold": ((LikesTheCold,), {"warmer_spring_gains"}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_check_fails_on_the_fault_that_it_is_there_to_find(fault):
    planted, expected = FAULTS[fault]
    assert {name for name, outcome in outcomes(with_fault(domain, *planted)).items() if outcome == "failed"} == expected


def test_every_check_has_a_fault_that_it_finds():
    assert {name for _, expected in FAULTS.values() for name in expected} == {check.__name__ for check in CHECKS}


def test_with_a_constant_yield_a_warmer_spring_only_costs():
    """Photorespiration grows with warmth and nothing else does: the textbook form without a response fails."""
    assert outcomes(with_fault(domain))["warmer_spring_gains"] == "passed"
    assert outcomes(domain.build(quantum_yield="ConstantYield"))["warmer_spring_gains"] == "failed"
