"""Small networks as processes: bounds hold whatever they learn, and what is to be monotone is."""

import pytest
import torch

from dgviz.domains.hydrology import domain
from dgviz.domains.small_network import MonotoneNetwork, SmallNetwork
from dgviz.processes.declare import Parameter

GROWS_WITH = dict(soil="soil_moisture", evapotranspiration="soil_moisture", groundwater="upper_zone")
UP_TO = dict(pet=10.0, surface=150.0, soil_moisture=1000.0, upper_zone=200.0, lower_zone=400.0)


def learned(kind):
    """The options with a network of a kind, with the slot of each."""
    found = [
        (slot, o) for slot, options in domain.slots.items() for o in options if getattr(o, "network", None) is kind
    ]
    return pytest.mark.parametrize("slot, option", found, ids=[option.__name__ for _, option in found])


def with_random_weights(option, seed):
    """A process whose network has learned anything: weights so large that it is far from linear."""
    process, random = option().double(), torch.Generator().manual_seed(seed)
    for weight in process.parameters():
        weight.data = 4 * torch.randn(weight.shape, generator=random, dtype=torch.float64)
    return process


def anywhere(slot, option, n=4000):
    """Inputs of a process `(n,)` from everywhere in their ranges; the store that counts has a gradient."""
    random, given = torch.Generator().manual_seed(1), {}
    for name in option.reads:
        low, high = (0.0, UP_TO[name]) if name in UP_TO else option.of(Parameter)[name].range
        given[name] = low + (high - low) * torch.rand(n, generator=random, dtype=torch.float64)
    if "soil_moisture" in given:
        given["soil_moisture"] = torch.minimum(given["soil_moisture"], given["fc"])
    given[GROWS_WITH[slot]].requires_grad_()
    return given


def slope(slot, option, seed):
    """How fast the flux grows with the store, at many places."""
    given = anywhere(slot, option)
    flux = with_random_weights(option, seed)(**given)[option.learned[0]]
    return torch.autograd.grad(flux.sum(), given[GROWS_WITH[slot]])[0]


def test_every_slot_with_a_learned_flux_has_a_free_and_a_monotone_network():
    for kind in (SmallNetwork, MonotoneNetwork):
        slots = [slot for slot, options in domain.slots.items() for o in options if getattr(o, "network", None) is kind]
        assert sorted(slots) == sorted(GROWS_WITH)


@pytest.mark.parametrize("seed", range(5))
@learned(MonotoneNetwork)
def test_a_monotone_flux_never_falls_while_its_store_fills(slot, option, seed):
    growth = slope(slot, option, seed)
    assert growth.min() >= 0
    assert growth.max() > 0


@learned(SmallNetwork)
def test_a_free_flux_may_fall_while_its_store_fills(slot, option):
    assert min(slope(slot, option, seed).min() for seed in range(5)) < -1e-3


@pytest.mark.parametrize("kind", [SmallNetwork, MonotoneNetwork])
def test_a_network_is_free_in_its_other_inputs(kind):
    random, places = torch.Generator().manual_seed(2), torch.linspace(-1, 1, 50)
    slopes = []
    for _ in range(20):
        network = kind(2)
        for weight in network.parameters():
            weight.data = torch.randn(weight.shape, generator=random)
        other = places.clone().requires_grad_()
        slopes.append(torch.autograd.grad(network(places, other).sum(), other)[0])
    assert min(s.min() for s in slopes) < 0 < max(s.max() for s in slopes)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["Learned", "Monotone"])
def test_learned_recharge_is_a_share_of_the_water_on_the_ground(kind, seed):
    process = with_random_weights(domain.option("soil", f"{kind}Recharge"), seed)
    given = anywhere("soil", type(process))
    fluxes = process(**given)
    assert ((fluxes["recharge"] >= 0) & (fluxes["recharge"] <= given["surface"])).all()
    torch.testing.assert_close(fluxes["recharge"] + fluxes["infiltration"], given["surface"])
    assert (given["soil_moisture"] + fluxes["infiltration"] - fluxes["excess"] <= given["fc"] + 1e-9).all()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["Learned", "Monotone"])
def test_learned_percolation_is_at_most_its_maximum_and_what_is_there(kind, seed):
    process = with_random_weights(domain.option("groundwater", f"{kind}Percolation"), seed)
    given = anywhere("groundwater", type(process))
    fluxes = process(**given)
    assert (fluxes["percolation"] >= 0).all()
    assert (fluxes["percolation"] <= torch.minimum(given["perc"], given["upper_zone"])).all()
    left = given["upper_zone"] - fluxes["percolation"] - fluxes["quickflow"] - fluxes["interflow"]
    assert left.min() > -1e-9
