"""The weather that is drawn above the streamflow of a basin."""

import xarray as xr

FREEZING = 0.0  # degC: on colder days precipitation is drawn as snow


def rain_and_snow(here: xr.Dataset) -> xr.Dataset:
    """Precipitation of one basin, `(time,)`, on days above freezing (`rain`) and on days below (`snow`).

    They are told apart by the mean temperature of the day, which is what is observed; a model may split them
    otherwise. Without temperatures all of it is rain.
    """
    prcp = here.prcp.astype("float32")
    cold = here.tmean < FREEZING if "tmean" in here else xr.zeros_like(prcp, bool)
    labels = {"units": "mm d-1", "drawn": "bars"}
    series = {
        "rain": prcp.where(~cold, 0.0).assign_attrs(labels, long_name="Rain"),
        "snow": prcp.where(cold, 0.0).assign_attrs(labels, long_name="Snow"),
    }
    return xr.Dataset(series, attrs={"symbol": "P"}).reset_coords(drop=True)
