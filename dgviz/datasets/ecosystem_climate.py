"""What the climate of a tower is like, from its forcings over a period: what a network knows of the tower."""

from collections.abc import Callable

import xarray as xr

from dgviz.datasets.root_zone import potential_evapotranspiration

LABELS = {
    "t_mean": ("degC", "Mean air temperature"),
    "t_season": ("degC", "Deviation of the monthly air temperature"),
    "vpd_mean": ("Pa", "Mean vapour pressure deficit"),
    "ppfd_mean": ("mol m-2 d-1", "Mean photosynthetic photon flux"),
    "p_mean": ("mm d-1", "Mean precipitation"),
    "wetness_index": ("1", "Precipitation over potential evapotranspiration"),
    "fapar_mean": ("1", "Mean absorbed fraction of the light"),
    "fapar_season": ("1", "Deviation of the monthly absorbed fraction of the light"),
}


def with_climate_of(ds: xr.Dataset, period: str) -> xr.Dataset:
    """The data set with its climate attributes `(site,)` computed from the forcings of a period "first/last" alone.

    Those whose series the data lack are not computed.
    """
    days = ds.sel(time=slice(*period.split("/")))
    labelled = {}
    for name, (make, series) in MADE_OF.items():
        if not {*series} <= {*ds.variables}:
            continue
        units, words = LABELS[name]
        about = {"units": units, "long_name": words, "period": period}
        values = make(*(days[each] for each in series))
        labelled[name] = values.astype("float32").reset_coords(drop=True).drop_attrs().assign_attrs(about)
    return ds.assign(labelled)


def _mean(series: xr.DataArray) -> xr.DataArray:
    return series.mean("time")


def _season(series: xr.DataArray) -> xr.DataArray:
    return series.groupby("time.month").mean("time").std("month")


def _wetness_index(prcp: xr.DataArray, tair: xr.DataArray, ppfd: xr.DataArray) -> xr.DataArray:
    potential = prcp.copy(data=potential_evapotranspiration(tair.values, ppfd.values))
    return prcp.mean("time") / potential.mean("time")


# Attribute: what makes it, and of which series.
MADE_OF: dict[str, tuple[Callable[..., xr.DataArray], tuple[str, ...]]] = {
    "t_mean": (_mean, ("tair",)),
    "t_season": (_season, ("tair",)),
    "vpd_mean": (_mean, ("vpd",)),
    "ppfd_mean": (_mean, ("ppfd",)),
    "p_mean": (_mean, ("prcp",)),
    "wetness_index": (_wetness_index, ("prcp", "tair", "ppfd")),
    "fapar_mean": (_mean, ("fapar",)),
    "fapar_season": (_season, ("fapar",)),
}
