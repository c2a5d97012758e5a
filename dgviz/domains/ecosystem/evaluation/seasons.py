"""Productivity of a year and its season, simulated and observed.

- Annual: the mean of the means of the calendar months that were observed, times the days of a year.
- Amplitude: half the range of the means of the calendar months.
- Peak: the calendar month with the highest mean.
"""

import numpy as np
import xarray as xr

from dgviz.domains.evaluation import Evaluation, against_observed, observed_and_simulated, on_shared_days

DAYS = 365.25
LEAST_MONTHS = 9  # of the calendar that a season takes
ABOUT = {
    "annual": ("g m-2 yr-1", "productivity of a year"),
    "amplitude": ("g m-2 d-1", "amplitude of the season"),
    "peak": ("1", "month of the highest productivity"),
}


def seasons(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """`observed_<name>` and `simulated_<name>` `(site,)` of annual, amplitude and peak, on the steps that both have."""
    pair = on_shared_days(results, dataset, "gpp", period)
    return observed_and_simulated(pair, lambda gpp: _of(gpp.astype("float64")), ABOUT)


def _of(gpp: xr.DataArray) -> dict[str, xr.DataArray]:
    """What characterises a series of productivity `(time, site)`."""
    months = gpp.groupby("time.month").mean("time").transpose("month", "site")
    enough = months.notnull().sum("month") >= LEAST_MONTHS
    highest = months.month.values[np.where(np.isnan(months), -np.inf, months).argmax(0)]
    peak = enough.copy(data=highest.astype("float64"))
    found = {
        "annual": months.mean("month") * DAYS,
        "amplitude": (months.max("month") - months.min("month")) / 2,
        "peak": peak,
    }
    return {name: values.where(enough) for name, values in found.items()}


SEASONS = Evaluation(
    "Year and season",
    "What a tower fixes in a year, and how far summer is from winter.",
    seasons,
    (
        against_observed("annual", "Annual productivity", "On the months observed, which may leave out a winter."),
        against_observed("amplitude", "Seasonal amplitude", "Half the range of the means of the calendar months."),
        against_observed("peak", "Month of the peak", "The calendar month with the highest mean, 1 for January."),
    ),
)
