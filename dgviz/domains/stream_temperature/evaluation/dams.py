"""Gauges whose water comes from a reservoir: it is cool in summer, warm in winter, and late."""

import numpy as np
import xarray as xr

MUCH = 200.0  # mm over the drainage area, months of runoff
NEAR = 30.0  # km: the water takes on the temperature of the air within a day or two of flow


def below_dams(ds: xr.Dataset) -> xr.DataArray:
    """Why the water temperature of each gauge is not natural, in words `(site,)`; empty where no dam is known."""
    words = np.full(ds.sizes["site"], "", object)
    if {"dam_storage", "major_dam_distance"} <= set(ds):
        storage, distance = ds.dam_storage.values, ds.major_dam_distance.values
        for place in np.flatnonzero((storage >= MUCH) & (distance <= NEAR)):
            words[place] = (
                f"a major dam stands {distance[place]:.0f} km upstream, and dams hold {storage[place]:.0f} mm of water "
                "over the drainage area: temperature probably follows what is released from a reservoir"
            )
    return xr.DataArray(
        words.astype(str), {"site": ds.site}, "site", attrs={"long_name": "Why water temperature is not natural"}
    )
