"""By how many percent streamflow changes for a percent more precipitation or potential evapotranspiration, after
Budyko.

With E = P PET / sqrt(P^2 + PET^2), which is the curve of Turc and Pike or that of Choudhury with an exponent of 2, and
Q = P - E, all long-term means, the elasticities of Q follow from e = E / P alone:

    d ln Q / d ln P = 1 + e + e^2        d ln Q / d ln PET = -(e + e^2)

They sum to 1: twice as much of both is twice the streamflow.

Source: Arora (2002), doi:10.1016/S0022-1694(02)00101-4; Roderick and Farquhar (2011), doi:10.1029/2010WR009826.
"""

import numpy as np
import xarray as xr

from dgviz.datasets.air_doubts import potential
from dgviz.domains.hydrology.evaluation.budyko import turc_pike

NEEDED = ("prcp", "tmean")


def of_aridity(aridity: xr.DataArray) -> xr.Dataset:
    """The elasticities of streamflow to precipitation, `prcp`, and to potential evapotranspiration, `pet`."""
    index = turc_pike(aridity)
    more = index + index**2
    about = {"units": "1", "long_name": "Elasticity of mean streamflow, after Budyko"}
    found = xr.Dataset({"prcp": (1 + more).assign_attrs(about), "pet": (-more).assign_attrs(about)})
    return found.assign_attrs(title="Budyko, after Turc and Pike", source="doi:10.1016/S0022-1694(02)00101-4")


def expected_elasticities(ds: xr.Dataset) -> xr.Dataset | None:
    """The same of each basin `(site,)`, for the mean weather of a data set; None where it lacks the weather."""
    if any(name not in ds for name in NEEDED):
        return None
    rain = ds.prcp.mean("time")
    return of_aridity(xr.DataArray(potential(ds), {"site": ds.site}, "site") / rain.where(rain > 0, np.nan))
