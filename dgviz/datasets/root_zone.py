"""How wet the root zone is, where nobody measured it: a bucket filled by rain and emptied by evapotranspiration.

The bucket holds 150 mm, a usual value where soils are not known. Evapotranspiration is the potential after Makkink,
times the share of the bucket that is full over the half from which on plants lack nothing; what does not fit runs off.
Snow counts as rain: where it lies, little evaporates. The record is run through twice, so that the second begins with
what the first left.

Source: Makkink's formula in de Bruin and Lablans (1998),
doi:10.1002/(SICI)1099-1085(19980615)12:7<1053::AID-HYP639>3.0.CO;2-E.
"""

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.ecosystem_series import FORCINGS, MOL_PER_DAY

CAPACITY = 150.0  # mm
ENOUGH = 0.5  # of it: above, plants lack no water
MAKKINK = 0.65
LATENT_HEAT = 2.45  # MJ kg-1
WATT = 0.0864  # MJ m-2 d-1
PSYCHROMETRIC = 66.0  # Pa K-1, at sea level


def potential_evapotranspiration(tair: np.ndarray, ppfd: np.ndarray) -> np.ndarray:
    """Potential evapotranspiration after Makkink, mm d-1, from air temperature (degC) and photons (mol m-2 d-1)."""
    # Slope of the saturation vapour pressure, Pa K-1 (Tetens)
    slope = 4098 * 610.8 * np.exp(17.27 * tair / (tair + 237.3)) / (tair + 237.3) ** 2
    radiation = ppfd / MOL_PER_DAY * WATT
    return MAKKINK * slope / (slope + PSYCHROMETRIC) * radiation / LATENT_HEAT


def wetness(ds: xr.Dataset) -> xr.DataArray | None:
    """The share of the root zone's capacity that is filled, `(time, site)`; None where the data have no rain.

    A month is stepped day by day, with the rain and light of its mean.
    """
    if not {"prcp", "tair", "ppfd"} <= set(ds.variables):
        return None
    tair, ppfd, prcp = (
        ds[name].transpose("time", "site").values.astype("float64") for name in ("tair", "ppfd", "prcp")
    )
    potential = potential_evapotranspiration(tair, ppfd)
    lengths = days_of_steps(ds.indexes["time"])
    stored = np.full(prcp.shape[1], CAPACITY)
    filled = np.empty_like(prcp)
    for _ in range(2):
        for step, n_days in enumerate(lengths):
            total = 0.0
            for _ in range(n_days):
                stored = stored - potential[step] * np.minimum(1.0, stored / (ENOUGH * CAPACITY))
                stored = np.clip(stored + prcp[step], 0.0, CAPACITY)
                total = total + stored
            filled[step] = total / n_days / CAPACITY
    like = ds.prcp.transpose("time", "site")
    return like.copy(data=filled.astype("float32")).drop_attrs().assign_attrs(FORCINGS["wetness"].attrs)


def days_of_steps(times: pd.DatetimeIndex) -> np.ndarray:
    """How many days each step of a daily or monthly record has."""
    if len(times) > 1 and times[1] - times[0] > pd.Timedelta(days=1):
        return times.days_in_month.to_numpy()
    return np.ones(len(times), int)
