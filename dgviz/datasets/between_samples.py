"""What was measured with samples alone, on the days between them."""

import numpy as np
import xarray as xr

LEAST_DISCHARGE = 1e-3  # m3 s-1, so that it has a logarithm


def between_samples(series: xr.DataArray) -> xr.DataArray:
    """A series `(time, site)` with straight lines between its values, and the first and last kept beyond them."""
    days, values = np.arange(series.sizes["time"]), series.transpose("time", "site").values.astype("float64")
    known = np.isfinite(values)
    filled = [np.interp(days, days[at], column[at]) for at, column in zip(known.T, values.T, strict=True)]
    return series.transpose("time", "site").copy(data=np.stack(filled, 1))


def discharge_between_samples(discharge: xr.DataArray) -> xr.DataArray:
    """Discharge `(time, site)` in m3 s-1 with straight lines between the logarithms of its values.

    A dry bed is dry on the day of its sample; the lines lead to the least discharge that has a logarithm here.
    """
    filled = between_samples(discharge.copy(data=np.log(discharge.clip(min=LEAST_DISCHARGE).values)))
    return discharge.transpose("time", "site").fillna(filled.copy(data=np.exp(filled.values)))
