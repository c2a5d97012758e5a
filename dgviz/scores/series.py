"""Other looks at a series: how often a value is exceeded, and the course of the year."""

import numpy as np
import xarray as xr

DAYS_IN_YEAR = 365.25


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


def annual_harmonic(values: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Half the range, and the day of the year that is highest, of the harmonic of the year fitted to `(time, site)`.

    By least squares to the known times of each site, `(site,)` each; NaN where there are three or fewer.
    """
    values = values.transpose("time", "site")
    angle = 2 * np.pi * values.indexes["time"].day_of_year.to_numpy() / DAYS_IN_YEAR
    # v(t) = b0 + b1 cos wt + b2 sin wt
    waves = np.stack([np.ones(len(angle)), np.cos(angle), np.sin(angle)], 1)
    fitted = np.full((3, values.sizes["site"]), np.nan)
    for place, series in enumerate(values.values.T.astype("float64")):
        known = np.isfinite(series)
        if known.sum() > len(fitted):
            fitted[:, place] = np.linalg.lstsq(waves[known], series[known], rcond=None)[0]
    amplitude = np.hypot(fitted[1], fitted[2])
    highest = (np.arctan2(fitted[2], fitted[1]) % (2 * np.pi)) / (2 * np.pi) * DAYS_IN_YEAR
    like = values.isel(time=0, drop=True)
    return like.copy(data=amplitude), like.copy(data=highest)
