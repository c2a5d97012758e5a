"""What data of dissolved oxygen may hold; `range` is what has been seen in rivers, roughly."""

from dgviz.datasets.vocabulary import SITE, Vocabulary
from dgviz.quantities import Forcing, Target

FORCINGS = {
    "water_temperature": Forcing("degC", "Water temperature", range=(-2.0, 45.0), fill=3),
    "discharge": Forcing("m3 s-1", "River discharge", range=(0.0, 1e5)),
    "srad": Forcing("W m-2", "Solar radiation, mean of the day", range=(0.0, 500.0)),
}
TARGETS = {
    "dissolved_oxygen": Target(
        "mg L-1",
        "Dissolved oxygen",
        range=(0.0, 25.0),
        floor=0.0,
        scale=0.1,
        scores=("nse", "rmse", "bias", "correlation"),
    )
}
OTHER_NAMES = {  # what people call the series, in lower case, the first before the others
    "water_temperature": ("water_temperature", "water_temp", "watertemp", "wtemp", "tw", "wt", "temp_water"),
    "discharge": ("discharge", "flow", "q_m3s", "q_cms", "discharge_vol"),
    "srad": ("srad", "solar_radiation", "shortwave", "sw_in"),
    "dissolved_oxygen": ("dissolved_oxygen", "do", "do_mgl", "oxygen", "o2", "do_obs"),
}
ATTRIBUTES = {name: SITE[name] for name in ("lat", "area", "elevation")}

vocabulary = Vocabulary(
    *("oxygen", "day", FORCINGS, TARGETS, ATTRIBUTES), needed=("water_temperature",), other_names=OTHER_NAMES
)
