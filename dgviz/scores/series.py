"""Other looks at a series: how often a value is exceeded, and the course of the year."""

import numpy as np
import xarray as xr


def duration_curve(values: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Values in falling order along `exceeded`, the share of the known times, in %, at which a value is exceeded.

    All series need the same number of known times: give them at times that all have.
    """
    ordered = values.transpose(dim, ...)
    n_known = int(ordered.count(dim).max()) if ordered.size else 0
    falling = -np.sort(-ordered.values, axis=0)[:n_known]  # what is missing comes last
    share = (np.arange(n_known) + 0.5) / max(n_known, 1) * 100
    exceeded = ("exceeded", share, {"units": "%", "long_name": "Share of the time in which it is exceeded"})
    coords = {name: coord for name, coord in ordered.coords.items() if dim not in coord.dims}
    return xr.DataArray(falling, coords | {"exceeded": exceeded}, ("exceeded", *ordered.dims[1:]), attrs=values.attrs)


def monthly_means(values: xr.DataArray | xr.Dataset, dim: str = "time") -> xr.DataArray | xr.Dataset:
    """The mean of every calendar month, along `month` from 1 to 12; NaN for a month without a known value."""
    return values.groupby(values[dim].dt.month).mean(dim, keep_attrs=True).reindex(month=range(1, 13))
