"""What rainfall-runoff data may hold; `range` is what has been seen on Earth, roughly."""

from dgviz.quantities import Attribute, Forcing, Target

FORCINGS = {
    "prcp": Forcing("mm d-1", "Precipitation", "lwe_precipitation_rate", range=(0.0, 2000.0)),
    "tmin": Forcing("degC", "Minimum air temperature", "air_temperature", range=(-90.0, 60.0)),
    "tmax": Forcing("degC", "Maximum air temperature", "air_temperature", range=(-90.0, 60.0)),
    "tmean": Forcing("degC", "Mean air temperature", "air_temperature", range=(-90.0, 60.0)),
    "srad": Forcing("W m-2", "Shortwave radiation, mean of the whole day", range=(0.0, 600.0)),
    "vp": Forcing("Pa", "Water vapour pressure", range=(0.0, 10000.0)),
    "pet": Forcing("mm d-1", "Potential evapotranspiration", range=(0.0, 50.0)),
}
TARGETS = {
    "streamflow": Target(
        "mm d-1",
        "Streamflow",
        range=(0.0, 2000.0),
        floor=0.0,
        scale=0.1,
        logarithmic=True,
        scores=("nse", "kge_2012", "log_nse", "kge_2009", "pbias", "fhv", "flv", "rmse", "correlation"),
    )
}
ATTRIBUTES = {
    "lat": Attribute("degrees_north", "Latitude", "latitude", range=(-90.0, 90.0)),
    "reach": Attribute("1", "Number of the river reach", range=(1.0, 1e6)),
    "downstream_reach": Attribute("1", "Number of the next reach downstream, 0 at the end", range=(0.0, 1e6)),
    "reach_area": Attribute("km2", "Land draining directly into the reach", range=(0.0, 1e4)),
    "reach_length": Attribute("m", "Reach length", range=(10.0, 1e5)),
    "reach_slope": Attribute("1", "Reach slope", range=(0.0, 0.3)),
    "reach_width": Attribute("m", "Channel width", range=(0.1, 5e3)),
}
