"""The long-term water balance after Budyko: how much of the precipitation evaporates, given how much could.

`aridity` is potential evapotranspiration over precipitation, the evaporative index evapotranspiration over
precipitation, both long-term means. Without gain or loss underground a basin lies below two limits: its evaporative
index is at most 1 (there is no more water) and at most the aridity (there is no more energy).
"""

import numpy as np
import xarray as xr


def limit(aridity: xr.DataArray) -> xr.DataArray:
    """The limits of water and energy.

    min(1, aridity): the evaporative index is nowhere higher.

    Source: Budyko (1974), Climate and Life, Academic Press.
    """
    return _labelled(np.minimum(aridity, 1.0), limit)  # type: ignore[arg-type]  # numpy's types know no xarray


def fu(aridity: xr.DataArray, omega: float = 2.6) -> xr.DataArray:
    """Curve of Fu.

    1 + aridity - (1 + aridity^omega)^(1 / omega); omega, above 1, is high where much of the water evaporates, 2.6 on
    average.

    Source: Zhang et al. (2004), doi:10.1029/2003WR002710.
    """
    return _labelled(1 + aridity - (1 + aridity**omega) ** (1 / omega), fu)


def turc_pike(aridity: xr.DataArray) -> xr.DataArray:
    """Curve of Turc and Pike.

    aridity / sqrt(1 + aridity^2).

    Source: Pike (1964), doi:10.1016/0022-1694(64)90022-8.
    """
    return _labelled(aridity / np.sqrt(1 + aridity**2), turc_pike)


def curves(highest: float = 3.0) -> xr.Dataset:
    """The limit and both curves for an aridity from 0 to `highest`, along `aridity`."""
    values = np.linspace(0, highest, 301)
    aridity = xr.DataArray(values, {"aridity": values}, "aridity", attrs={"long_name": "Aridity index", "units": "1"})
    return xr.Dataset({curve.__name__: curve(aridity) for curve in (limit, fu, turc_pike)})


def _labelled(index: xr.DataArray, curve) -> xr.DataArray:
    return index.assign_attrs(long_name=curve.__doc__.splitlines()[0].rstrip("."), units="1")
