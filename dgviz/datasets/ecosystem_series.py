"""What data of ecosystem productivity may hold; `range` is roughly what has been observed on Earth."""

from pathlib import Path

import numpy as np
import xarray as xr

from dgviz.datasets.labels import label
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.vocabulary import SITE, Vocabulary
from dgviz.quantities import Attribute, Forcing, Target

FORCINGS = {
    "tair": Forcing("degC", "Mean air temperature", "air_temperature", range=(-60.0, 60.0), fill=3),
    "vpd": Forcing(
        "Pa", "Vapour pressure deficit", "water_vapor_saturation_deficit_in_air", range=(0.0, 10000.0), fill=3
    ),
    "ppfd": Forcing(
        "mol m-2 d-1",
        "Photosynthetic photon flux",
        "surface_downwelling_photosynthetic_photon_flux_in_air",
        range=(0.0, 90.0),
        fill=3,
    ),
    "fapar": Forcing("1", "Absorbed fraction of the photosynthetic light", range=(0.0, 1.0), fill=31),
    "co2": Forcing(
        "ppm", "Carbon dioxide in the air", "mole_fraction_of_carbon_dioxide_in_air", range=(150.0, 1000.0), fill=31
    ),
    "pressure": Forcing("Pa", "Air pressure", "surface_air_pressure", range=(50000.0, 110000.0), fill=31),
    "wetness": Forcing("1", "Water in the root zone, share of what it can hold", range=(0.0, 1.0), fill=3),
    "prcp": Forcing("mm d-1", "Precipitation", "lwe_precipitation_rate", range=(0.0, 2000.0)),
}
TARGETS = {
    "gpp": Target(
        "g m-2 d-1",
        "Gross primary productivity, as carbon",
        "gross_primary_productivity_of_biomass_expressed_as_carbon",
        range=(-10.0, 60.0),
        floor=0.0,
        scale=0.5,
        logarithmic=False,
        scores=("nse", "rmse", "bias", "correlation"),
    )
}
OTHER_NAMES = {  # what people call the series, in lower case, the first before the others
    "tair": ("tair", "air_temperature", "ta_f", "ta_f_mds", "ta", "temp", "t_air"),
    "vpd": ("vpd", "vpd_f", "vpd_f_mds", "vpd_pi"),
    "ppfd": ("ppfd", "ppfd_in", "par"),
    "srad": ("srad", "sw_in_f", "sw_in_f_mds", "sw_in", "rsds", "shortwave_radiation"),
    "fapar": ("fapar", "fpar"),
    "lai": ("lai", "leaf_area_index"),
    "co2": ("co2", "co2_f_mds"),
    "pressure": ("pressure", "patm", "pa_f", "pa"),
    "prcp": ("prcp", "p_f", "prec", "precipitation", "rain"),
    "gpp": ("gpp", "gpp_nt_vut_ref", "gpp_dt_vut_ref"),
}
RAW = {
    "lai": Forcing("1", "Leaf area index", range=(0.0, 15.0), fill=31),
    "srad": Forcing("W m-2", "Shortwave radiation", range=(0.0, 600.0), fill=3),
}
ATTRIBUTES: dict[str, Attribute] = {name: SITE[name] for name in ("lat", "elevation")}

EXTINCTION = 0.5  # of light per layer of leaves, Beer's law: Monsi and Saeki (2005), doi:10.1093/aob/mci052
PHOTONS = 2.04  # umol per J of shortwave radiation: Meek et al. (1984), doi:10.2134/agronj1984.00021962007600060018x
MOL_PER_DAY = PHOTONS * 86400 / 1e6  # of W m-2
SEA_LEVEL = 101325.0  # Pa


def fapar_of(lai: xr.DataArray) -> xr.DataArray:
    """The absorbed fraction of the light under a leaf area index: 1 - e^(-k LAI)."""
    return 1 - np.exp(-EXTINCTION * lai)  # type: ignore[return-value]  # numpy's types know no xarray


def pressure_of(elevation: xr.DataArray) -> xr.DataArray:
    """Air pressure (Pa) at a height (m) in the standard atmosphere: ISO 2533, with 6.5 K per kilometre."""
    return SEA_LEVEL * (1 - 2.25577e-5 * elevation) ** 5.25588


def completed(ds: xr.Dataset, source: str | Path) -> xr.Dataset:
    """The data set with light as photons and with what leaves absorb, where it has radiation or leaf area instead."""
    said = []
    if "ppfd" not in ds and "srad" in ds:
        ds = ds.assign(ppfd=(MOL_PER_DAY * ds.srad).drop_attrs().assign_attrs(label("ppfd", vocabulary)))
        said.append(Remark("converted", "ppfd", f"from shortwave radiation, {PHOTONS} umol of photons per J"))
    if "fapar" not in ds and "lai" in ds:
        ds = ds.assign(fapar=fapar_of(ds.lai).drop_attrs().assign_attrs(label("fapar", vocabulary)))
        said.append(Remark("converted", "fapar", f"from leaf area by Beer's law with k = {EXTINCTION}"))
    return with_remarks(ds.drop_vars([name for name in ("srad", "lai") if name in ds]), said)


vocabulary = Vocabulary(
    *("ecosystem", "month", FORCINGS, TARGETS, ATTRIBUTES, RAW, completed),
    needed=("tair", "ppfd", "vpd", "fapar", "co2"),
    other_names=OTHER_NAMES,
    other_steps=("day",),
)
