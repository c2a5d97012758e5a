"""What the climate of a tower is like, from its forcings over a period: what a network knows of the tower."""

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
    """The data set with its climate attributes `(site,)` computed from the forcings of a period "first/last" alone."""
    days = ds.sel(time=slice(*period.split("/")))
    months = days[["tair", "fapar"]].groupby("time.month").mean("time")
    like = days.prcp
    potential = like.copy(data=potential_evapotranspiration(days.tair.values, days.ppfd.values))
    found = {
        "t_mean": days.tair.mean("time"),
        "t_season": months.tair.std("month"),
        "vpd_mean": days.vpd.mean("time"),
        "ppfd_mean": days.ppfd.mean("time"),
        "p_mean": days.prcp.mean("time"),
        "wetness_index": days.prcp.mean("time") / potential.mean("time"),
        "fapar_mean": days.fapar.mean("time"),
        "fapar_season": months.fapar.std("month"),
    }
    labelled = {}
    for name, values in found.items():
        units, words = LABELS[name]
        about = {"units": units, "long_name": words, "period": period}
        labelled[name] = values.astype("float32").reset_coords(drop=True).drop_attrs().assign_attrs(about)
    return ds.assign(labelled)
