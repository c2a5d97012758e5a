"""A made-up science in one file, unlike the others: hourly, its target may be below zero, and nothing falls.

The temperature of a snow surface follows the air and the radiation, and exchanges heat with the pack below. To let
`discover()` find it, append `FOLDER` to the path of `dgviz.domains`; `dataset()` has data for it.
"""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.domains import Domain, Preset
from dgviz.domains.evaluation import Evaluation, Scatter
from dgviz.processes.declare import Attribute, Flux, Forcing, Parameter, Process, State, Target

NAME = "made_up"
SITES = ("p1", "p2", "p3", "p4")


class Exchange(Process):
    """Exchange of heat: the surface follows the air, the pack follows the surface.

    Source: made up.
    """

    k_air = Parameter("h-1", "Exchange with the air", range=(0.01, 0.5))
    k_pack = Parameter("h-1", "Exchange with the pack", range=(0.001, 0.1))
    gain = Parameter("K m2 W-1 h-1", "Warming by radiation", range=(0.0, 0.02))
    skin = State("degC", "Temperature of the surface", initial=-5.0, floor=None)
    pack = State("degC", "Temperature of the pack", initial=-5.0, floor=None)
    from_air = Flux("degC h-1", "Warming by the air", out_of="air", into="skin")
    into_pack = Flux("degC h-1", "Warming of the pack", out_of="skin", into="pack")
    equations = (r"F = k_a (T_a - T_s) + g R",)

    def forward(self, *, tair, sw, skin, pack, k_air, k_pack, gain):
        return dict(from_air=k_air * (tair - skin) + gain * sw, into_pack=k_pack * (skin - pack))


class AirOnly(Process):
    """The air alone: the surface follows it, and there is no pack.

    Source: made up.
    """

    k_air = Exchange.k_air
    skin = Exchange.skin
    from_air = Exchange.from_air
    equations = (r"F = k_a (T_a - T_s)",)

    def forward(self, *, tair, skin, k_air):
        return dict(from_air=k_air * (tair - skin))


class Seen(Process):
    """What the sensor sees: the surface as it is at the end of the hour.

    Source: made up.
    """

    surface_temperature = Flux("degC", "Surface temperature")
    equations = (r"T = T_s",)

    def forward(self, *, skin):
        return dict(surface_temperature=skin)


def daily_range(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """The mean range of a day, observed and simulated."""
    found = {}
    for name, source in (("observed", dataset), ("simulated", results)):
        series = source.surface_temperature.sel(time=slice(*period.split("/")))
        days = series.resample(time="D")
        about = {"units": "degC", "long_name": f"{name.capitalize()} range of a day"}
        found[name] = (days.max() - days.min()).mean("time").drop_attrs().assign_attrs(about)
    return xr.Dataset(found).reset_coords(drop=True)


domain = Domain(
    title="Snow surface",
    site="plot",
    forcings=dict(
        tair=Forcing("degC", "Air temperature", "air_temperature", range=(-60.0, 50.0)),
        sw=Forcing("W m-2", "Shortwave radiation", range=(0.0, 1400.0)),
    ),
    attributes=dict(elevation=Attribute("m", "Elevation", range=(-100.0, 9000.0))),
    targets=dict(
        surface_temperature=Target(
            "degC", "Surface temperature", range=(-80.0, 60.0), scale=0.1, scores=("rmse", "bias", "nse")
        )
    ),
    slots=dict(exchange=(Exchange, AirOnly), seen=(Seen,)),
    outside=("air",),
    step="hour",
    presets={
        "with the pack": Preset({}, "Surface and pack."),
        "air only": Preset({"exchange": "AirOnly"}, "The surface alone."),
    },
    dial=("with the pack", "air only"),
    defaults=dict(window=48, warmup=24, epochs=3),
    evaluations=(
        Evaluation(
            "Range of a day",
            "How much the surface warms in a day.",
            daily_range,
            (Scatter("Range", "observed", "simulated", "The mean difference of the warmest and the coldest hour."),),
        ),
    ),
)


def install(folder: Path) -> str:
    """Put a copy of this file where, once `folder` is on the path of `dgviz.domains`, it is found as a domain."""
    shutil.copy(__file__, folder / f"{NAME}.py")
    return str(folder)


def dataset(n_hours: int = 24 * 40, seed: int = 0) -> xr.Dataset:
    """Hours of a made-up winter at four plots, with a gap."""
    random, time = np.random.default_rng(seed), pd.date_range("2001-12-01", periods=n_hours, freq="h")
    shape, hour = (n_hours, len(SITES)), time.hour.to_numpy()[:, None]
    sw = np.clip(500 * np.sin(np.pi * (hour - 7) / 10), 0, None) * random.uniform(0.6, 1.0, shape)
    tair = -6 + 4 * np.sin(2 * np.pi * (hour - 9) / 24) + random.normal(0, 1, shape) - np.arange(len(SITES))
    skin = pd.DataFrame(tair + 0.004 * sw).ewm(span=6).mean().to_numpy() - 2
    skin[30:50, 1] = np.nan
    quarter = time[3 * n_hours // 4].normalize()
    split = {"train": (time[24], quarter - pd.Timedelta(days=1)), "test": (quarter, time[-1])}

    def series(values, name, declared):
        role = "target" if name in domain.targets else "forcing"
        return (("time", "site"), values.astype("float32"), declared[name].attrs | {"role": role})

    return xr.Dataset(
        {
            "tair": series(tair, "tair", domain.forcings),
            "sw": series(sw, "sw", domain.forcings),
            "surface_temperature": series(skin, "surface_temperature", domain.targets),
            "elevation": ("site", np.float32([200, 900, 1500, 2400]), domain.attributes["elevation"].attrs),
            "slope": ("site", np.float32([2, 8, 15, 30]), {"units": "degree", "long_name": "Slope"}),
        },
        coords={
            "time": time,
            "site": list(SITES),
            "lat": ("site", np.float32([46, 46.2, 46.4, 46.6])),
            "lon": ("site", np.float32([9, 9.2, 9.1, 9.3])),
            "name": ("site", ["Lower plot", "Wood", "Ridge", "Summit"]),
        },
        attrs={
            "title": "Made-up plots",
            "domain": NAME,
            **{f"{name}_period": f"{a:%Y-%m-%d}/{b:%Y-%m-%d}" for name, (a, b) in split.items()},
        },
    )
