"""What data of stream temperature may hold; `range` is what has been seen on Earth, roughly."""

from dgviz.datasets.stream_doubts import stream_doubts
from dgviz.datasets.vocabulary import SITE, Vocabulary
from dgviz.quantities import Attribute, Forcing, Target

FORCINGS = {
    "tair": Forcing("degC", "Mean air temperature", "air_temperature", range=(-60.0, 60.0), fill=3),
    "discharge": Forcing("m3 s-1", "River discharge", range=(0.0, 1e5)),
    # The heat balance of a reach with its sun, shade and sources asks for more than most gauges have.
    "srad": Forcing("W m-2", "Solar radiation, mean of the day", range=(0.0, 500.0), fill=3),
    "vapour_pressure": Forcing("hPa", "Vapour pressure", range=(0.0, 50.0), fill=3),
    "cloud": Forcing("1", "Share of the sky under clouds", range=(0.0, 1.0), fill=3),
    "pet": Forcing("mm d-1", "Potential evapotranspiration", range=(0.0, 25.0), fill=3),
    "quickflow": Forcing("mm d-1", "Quickflow", range=(0.0, 1000.0)),
    "interflow": Forcing("mm d-1", "Interflow", range=(0.0, 1000.0)),
    "baseflow": Forcing("mm d-1", "Baseflow", range=(0.0, 500.0)),
}
TARGETS = {
    "water_temperature": Target(
        "degC",
        "Water temperature",
        range=(-2.0, 45.0),
        floor=None,  # in degC it can be negative
        scale=0.1,
        logarithmic=False,
        scores=("rmse", "bias", "nse", "nse_seasonal", "correlation"),
    )
}
OTHER_NAMES = {  # what people call the series, in lower case, the first before the others
    "tair": ("tair", "air_temperature", "air_temp", "airtemp", "t_air", "temp_air"),
    "discharge": ("discharge", "flow", "q_m3s", "q_cms", "discharge_vol"),
    "water_temperature": ("water_temperature", "water_temp", "watertemp", "twater", "t_water", "wtemp", "tw",
                          "stream_temperature", "stream_temp", "river_temperature"),
}  # fmt: skip
ATTRIBUTES = {
    **{name: SITE[name] for name in ("lat", "area", "elevation")},
    "reach_length": Attribute("km", "Length of the stream above the gauge", range=(0.01, 1000.0)),
    "channel_slope": Attribute("1", "Slope of the stream", range=(0.0, 0.5)),
}

vocabulary = Vocabulary(
    *("stream_temperature", "day", FORCINGS, TARGETS, ATTRIBUTES),
    doubts=stream_doubts,
    needed=("tair",),
    other_names=OTHER_NAMES,
)
