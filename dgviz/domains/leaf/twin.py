"""A small world of leaves: thin and thick, poor and rich in nitrogen, from cool and warm places, each with one curve.

Two thirds of the leaves are measured in full light at rising steps of CO2, the others at the CO2 of the air at rising
steps of light. Neighbouring steps lie in different periods, so that training and testing both see the whole curve.
"""

import numpy as np
import pandas as pd
import torch
import xarray as xr

from dgviz.domains.leaf.light import FixedYield
from dgviz.domains.leaf.limitation import SmoothMinimum
from dgviz.domains.leaf.stomata import MedlynStomata
from dgviz.domains.leaf.temperature import PeakedResponse
from dgviz.domains.twins import Twin
from dgviz.processes.declare import Parameter

N_POINTS = 14
LEAVES = 3  # of each species
CO2_STEPS = (50.0, 75.0, 100.0, 150.0, 200.0, 300.0, 400.0, 500.0, 600.0, 800.0, 1000.0, 1200.0, 1500.0, 1900.0)
LIGHT_STEPS = (0.0, 25.0, 50.0, 75.0, 100.0, 150.0, 200.0, 300.0, 500.0, 750.0, 1000.0, 1300.0, 1700.0, 2000.0)
FULL_LIGHT = 1800.0  # umol m-2 s-1
NOISE_OF_CI = 0.005  # share of it, as of a good instrument


def drivers(random: np.random.Generator, n_sites: int, times: pd.DatetimeIndex) -> xr.Dataset:
    """What the instrument sets and measures at each point of each curve, and traits of the leaves."""
    kind = np.arange(n_sites) // LEAVES  # species, whose leaves are alike
    warmth = random.uniform(8.0, 28.0, n_sites)[kind]  # degC of the growing season
    evergreen = (random.random(n_sites) < 0.35).astype(float)[kind]
    thick = random.normal(0.0, 0.3, n_sites)[kind] + random.normal(0.0, 0.15, n_sites)
    mass = np.exp(4.2 + 0.6 * evergreen + thick)  # g m-2
    nitrogen = np.clip(random.normal(2.4 - 0.9 * evergreen, 0.5), 0.6, 4.5)  # percent
    by_light = np.arange(n_sites) % LEAVES == LEAVES - 1
    order = np.resize(points_in_order(), len(times))
    co2 = np.where(by_light, 400.0, np.array(CO2_STEPS)[order][:, None])
    ppfd = np.where(by_light, np.array(LIGHT_STEPS)[order][:, None], FULL_LIGHT)
    tleaf = 25.0 + 0.25 * (warmth - 18.0) + random.normal(0.0, 0.4, (len(times), n_sites))
    vpd = np.clip(random.uniform(0.8, 2.4, n_sites) + random.normal(0.0, 0.08, (len(times), n_sites)), 0.5, None)
    saturated = 0.61365 * np.exp(17.502 * tleaf / (240.97 + tleaf))  # kPa, Buck (1981)
    series = {"ppfd": ppfd, "tleaf": tleaf, "co2": co2, "vpd": vpd, "rh": 100 * np.clip(1 - vpd / saturated, 0.05, 1)}
    traits = {
        "leaf_mass_per_area": (mass, "g m-2", "Leaf mass per area"),
        "nitrogen": (nitrogen, "percent", "Nitrogen of the leaf, by mass"),
        "evergreen": (evergreen, "1", "Evergreen (1) or not (0)"),
        "growing_season": (warmth, "degC", "Mean temperature of the growing season"),
    }
    attributes = {k: ("site", v, {"units": u, "long_name": words}) for k, (v, u, words) in traits.items()}
    species = np.char.add("Species ", (kind + 1).astype(str))
    places = {
        "lat": ("site", 62.0 - 1.9 * (warmth - 8.0)),
        "lon": ("site", random.uniform(-120.0, -70.0, n_sites)),
        "species": ("site", species, {"units": "1", "long_name": "Species"}),
    }
    data = xr.Dataset({name: (("time", "site"), values) for name, values in series.items()} | attributes, places)
    measured = true_ci(data) * (1 + NOISE_OF_CI * random.standard_normal((len(times), n_sites)))
    return data.assign(ci=(("time", "site"), measured))


def points_in_order() -> np.ndarray:
    """The steps of a curve in the order of the record: every second one first, for training."""
    steps = np.arange(N_POINTS)
    return np.concatenate([steps[::2], steps[1::2]])


def true_ci(data: xr.Dataset) -> np.ndarray:
    """The CO2 between the cells `(time, site)` that an instrument without error would find under the law."""
    known = {name: torch.as_tensor(data[name].values) for name in data if data[name].dims == ("time", "site")}
    declared = {**PeakedResponse.of(Parameter), **MedlynStomata.of(Parameter)}
    for name, place in law(data).items():
        low, high = declared[name].range
        known[name] = torch.as_tensor((low + (high - low) * place.clip(0, 1)).values)[None].expand(len(data.time), -1)
    known["g0"] = torch.full_like(known["g1"], declared["g0"].default)
    with torch.no_grad():
        for process in (PeakedResponse(), FixedYield(), SmoothMinimum(), MedlynStomata()):
            known |= process(**{name: known[name] for name in process.reads})
    return known["ci"].numpy()


def law(attributes: xr.Dataset) -> dict[str, xr.DataArray]:
    """Where each parameter lies in its range: what a network has to find out from the traits."""
    per_area = attributes.nitrogen * attributes.leaf_mass_per_area / 100.0  # g m-2 of nitrogen
    rubisco = 0.06 + 0.2 * per_area
    warm = (attributes.growing_season - 8.0) / 20.0
    return {
        "vcmax25": rubisco,
        # Leaves of warm places need less electron transport for their Rubisco.
        "jmax25": rubisco * (1.05 - 0.3 * warm),
        "rd25": 0.07 + 0.12 * per_area,
        "g1": 0.35 - 0.2 * attributes.evergreen + 0.1 * warm,
    }


twin = Twin(
    drivers,
    law,
    {"stomata": "MedlynStomata"},
    n_sites=300,
    years=N_POINTS / 365,
    start="2001-01-01",
    noise={"net_assimilation": 0.3, "gs": 0.05},
    gaps=0.02,
    trained=0.5,
)
