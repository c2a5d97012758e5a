"""Writes small folders as people make them: basins with two years of weather and streamflow."""

from pathlib import Path

import numpy as np
import pandas as pd

DAYS = pd.date_range("2000-01-01", "2001-12-31")
SITES = ("0101", "0202", "0303")
AREA = 100.0  # km2


def days_of(site: str = SITES[0], days=DAYS) -> pd.DataFrame:
    """Weather and streamflow by day, of three decimals and different at each site."""
    rng = np.random.default_rng(sum(map(ord, site)))
    warm = 10 - 10 * np.cos(2 * np.pi * np.arange(len(days)) / 365.25)
    table = pd.DataFrame(index=pd.DatetimeIndex(days, name="date"))
    table["prcp"] = rng.gamma(0.5, 6.0, len(days))
    table["tmin"], table["tmax"] = warm - 5 + rng.random(len(days)), warm + 5 + rng.random(len(days))
    table["streamflow"] = 0.2 + rng.random(len(days))
    return table.round(3)


def write_own(folder: Path, sites=SITES, tables=None, attributes=None, **how) -> Path:
    """A folder of CSV files; `tables` replaces those of some sites; `how` is passed to `to_csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    for site in sites:
        table = (tables or {}).get(site)
        (days_of(site) if table is None else table).to_csv(folder / f"{site}.csv", **how)
    if attributes is None:
        rows = {"site": sites, "lat": 44.5, "lon": -70.25, "area": AREA, "elevation": np.arange(len(sites)) + 100.5}
        attributes = pd.DataFrame(rows)
    options = {key: value for key, value in how.items() if key != "date_format"}
    attributes.to_csv(folder / "attributes.csv", index=False, **options)
    return folder


def hours_of(site: str = SITES[0], every: str = "h", days=DAYS) -> pd.DataFrame:
    """The days cut into equal parts: amounts divided, temperatures in a range around their mean."""
    per_day = len(pd.date_range("2000-01-01", "2000-01-02", freq=every, inclusive="left"))
    times = pd.date_range(days[0], periods=len(days) * per_day, freq=every, name="date")
    table = days_of(site, days).loc[times.floor("D")].set_axis(times)
    table["prcp"] /= per_day
    table["streamflow"] /= per_day
    wave = np.tile(np.linspace(-2, 2, per_day), len(days))
    return table.assign(tmin=table.tmin + 2 + wave, tmax=table.tmax - 2 + wave)
