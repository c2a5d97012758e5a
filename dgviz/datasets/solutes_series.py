"""What data of solutes in rivers may hold; `range` is what has been seen in rivers, roughly."""

from dgviz.datasets.vocabulary import SITE, Vocabulary
from dgviz.quantities import Forcing, Target

FORCINGS = {
    "discharge": Forcing("m3 s-1", "River discharge", range=(0.0, 1e5)),
    "water_temperature": Forcing("degC", "Water temperature", range=(-2.0, 45.0), fill=3),
}


def _target(long_name: str, most: float) -> Target:
    scores = ("nse", "rmse", "bias", "correlation")
    return Target("mg L-1", long_name, range=(0.0, most), floor=0.0, scale=0.01, logarithmic=True, scores=scores)


TARGETS = {
    "chloride": _target("Chloride", 20000.0),
    "sulfate": _target("Sulfate as SO4", 5000.0),
    "silica": _target("Silica as Si", 100.0),
    "nitrate": _target("Nitrate as N", 200.0),
}
OTHER_NAMES = {  # what people call the series, in lower case, the first before the others
    "discharge": ("discharge", "flow", "q_m3s", "q_cms", "discharge_vol"),
    "water_temperature": ("water_temperature", "water_temp", "watertemp", "wtemp", "tw"),
    "nitrate": ("nitrate", "no3_n", "no3n", "nitrate_n"),
    "chloride": ("chloride", "cl"),
    "sulfate": ("sulfate", "sulphate", "so4"),
    "silica": ("silica", "si", "silicon"),
}
ATTRIBUTES = {name: SITE[name] for name in ("lat", "area", "elevation")}

vocabulary = Vocabulary(
    *("solutes", "day", FORCINGS, TARGETS, ATTRIBUTES), needed=("discharge",), other_names=OTHER_NAMES
)
