"""What data of leaf gas exchange may hold: curves of single leaves; `range` is what instruments can give, roughly.

A site is a curve, and along time stand its points, in which CO2 or light is changed step by step.
"""

from dgviz.datasets.vocabulary import SITE, Vocabulary
from dgviz.quantities import Attribute, Forcing, Target

FORCINGS = {
    "ppfd": Forcing("umol m-2 s-1", "Light (PPFD)", range=(0.0, 3000.0)),
    "tleaf": Forcing("degC", "Leaf temperature", range=(-10.0, 55.0)),
    "co2": Forcing("umol mol-1", "CO₂ at the leaf surface", range=(0.0, 3000.0)),
    "ci": Forcing("umol mol-1", "Intercellular CO₂", range=(0.0, 3000.0)),
    "vpd": Forcing("kPa", "Leaf-to-air vapour pressure deficit", range=(0.0, 10.0)),
    "rh": Forcing("percent", "Relative humidity at the leaf surface", range=(0.0, 100.0)),
}
TARGETS = {
    "net_assimilation": Target(
        "umol m-2 s-1",
        "Net assimilation",
        range=(-30.0, 120.0),
        floor=None,  # a leaf also respires
        scale=1.0,
        scores=("nse", "rmse", "bias", "correlation"),
    ),
    "gs": Target(
        "mol m-2 s-1",
        "Stomatal conductance to water vapour",
        range=(0.0, 5.0),
        floor=0.0,
        scale=0.01,
        scores=("nse", "rmse", "bias", "correlation"),
    ),
}
OTHER_NAMES = {  # what instruments and people call the series, in lower case, the first before the others
    "ppfd": ("ppfd", "qin", "parin", "pari", "par", "par_leaf"),
    "tleaf": ("tleaf", "t_leaf", "leaf_temperature"),
    "co2": ("co2", "co2s", "co2_s", "ca"),
    "ci": ("ci", "co2_i"),
    "vpd": ("vpd", "vpdl", "vpdleaf", "vpd_leaf"),
    "rh": ("rh", "rhs", "rh_s", "rhcham"),
    "net_assimilation": ("net_assimilation", "a", "A", "anet", "photo", "a_net"),
    "gs": ("gs", "gsw", "cond"),
}
ATTRIBUTES = {
    "lat": SITE["lat"],
    "elevation": SITE["elevation"],
    "leaf_mass_per_area": Attribute("g m-2", "Leaf mass per area", range=(5.0, 1500.0)),
    "nitrogen": Attribute("percent", "Nitrogen of the leaf, by mass", range=(0.05, 10.0)),
    "nitrogen_per_area": Attribute("g m-2", "Nitrogen of the leaf, by area", range=(0.05, 20.0)),
}

vocabulary = Vocabulary(
    *("leaf", "point", FORCINGS, TARGETS, ATTRIBUTES),
    needed=("ppfd",),
    other_names=OTHER_NAMES,
)
