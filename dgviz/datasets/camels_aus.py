"""CAMELS-AUS, versions 1 and 2, as published: catchments of Australia.

    03_streamflow/streamflow_mmd.csv
    05_hydrometeorology/01_precipitation_timeseries/precipitation_AWAP.csv          (version 2: precipitation_AGCD.csv)
    05_hydrometeorology/02_EvaporativeDemand_timeseries/et_morton_wet_SILO.csv
    05_hydrometeorology/03_Other/AWAP/tmin_AWAP.csv, 03_Other/SILO/radiation_SILO.csv ...  (2: AGCD/tmin_AGCD.csv)
    CAMELS_AUS_Attributes&Indices_MasterTable.csv

One file has one variable, with days in year, month and day and a column for each gauge; -99.99 stands where there is no
streamflow. Of several products those of the Bureau of Meteorology (AWAP, AGCD) are read before SILO; potential
evapotranspiration is Morton's of a wet environment, of which the attributes are made. Streamflow is mm d-1; radiation
(MJ m-2 a day) and vapour pressure (hPa) are converted.

Source: Fowler et al. (2021), doi:10.5194/essd-13-3847-2021; version 2: Fowler et al. (2024), doi:10.5194/essd-2024-263.
"""

from pathlib import Path

import pandas as pd
import xarray as xr

from dgviz.datasets.camels_family import CLIMATE_COLUMNS, Layout, attributes
from dgviz.datasets.collection import Each
from dgviz.datasets.fill_values import scaled
from dgviz.datasets.series_matrix import gauges, of_gauge, read_matrices
from dgviz.datasets.series_matrix import series_in as variables_in

title = "A folder of CAMELS-AUS (03_streamflow/streamflow_mmd.csv, 05_hydrometeorology ...)"
domain = "hydrology"

OTHER = "05_hydrometeorology/03_Other"


def _anywhere(folder: str, *names: str) -> tuple[str, ...]:
    """Files of these names in a folder, which may be unpacked into one of its own name, or beside it."""
    top = folder.partition("/")[0]
    return tuple(f"{place}{name}.csv" for name in names for place in (f"{folder}/", f"{top}/{folder}/", ""))


FILES = {
    "prcp": _anywhere(
        "05_hydrometeorology/01_precipitation_timeseries",
        *("precipitation_AGCD", "precipitation_AWAP", "precipitation_SILO"),
    ),
    **{
        name: (
            *_anywhere(f"{OTHER}/AGCD", f"{name}_AGCD"),
            *_anywhere(f"{OTHER}/AWAP", f"{name}_AWAP"),
            *_anywhere(f"{OTHER}/SILO", f"{name}_SILO"),
        )
        for name in ("tmin", "tmax")
    },
    "srad": _anywhere(f"{OTHER}/SILO", "radiation_SILO"),
    "vp": _anywhere(f"{OTHER}/SILO", "vp_SILO"),
    "pet": _anywhere("05_hydrometeorology/02_EvaporativeDemand_timeseries", "et_morton_wet_SILO"),
    "streamflow": _anywhere("03_streamflow", "streamflow_mmd"),
}
FACTORS = {"srad": 1e6 / 86400, "vp": 100.0}  # MJ m-2 d-1 to W m-2, hPa to Pa
MASTER = "CAMELS_AUS*Attributes*MasterTable.csv"
AUS = Layout(
    name="CAMELS-AUS",
    signs=(*FILES["streamflow"], MASTER, "05_hydrometeorology/01_precipitation_timeseries"),
    series={name: name for name in FILES},
    static={
        "lat_outlet": ("lat", "degrees_north", "Gauge latitude"),
        "long_outlet": ("lon", "degrees_east", "Gauge longitude"),
        "station_name": ("name", "1", "Station name"),
        "catchment_area": ("area", "km2", "Drainage area"),
        "elev_mean": ("elevation", "m", "Mean elevation"),
        "mean_slope_pct": ("slope", "percent", "Mean slope of the land"),
        **CLIMATE_COLUMNS,
        "prop_forested": ("frac_forest", "1", "Forest fraction"),
        "lc35_urbanar": ("frac_urban", "1", "Urban fraction"),
        "claya": ("frac_clay", "percent", "Clay fraction of the upper soil"),
        "sanda": ("frac_sand", "percent", "Sand fraction of the upper soil"),
        "solum_thickness": ("soil_depth", "m", "Soil depth"),
        "ksat": ("soil_conductivity", "mm h-1", "Saturated hydraulic conductivity of the soil"),
        "solpawhc": ("soil_water_capacity", "mm", "Plant-available water capacity of the soil"),
        "strdensity": ("stream_density", "km-1", "Stream density"),
        "unconsoldted": ("frac_unconsolidated", "1", "Unconsolidated-rock fraction"),
        "igneous": ("frac_igneous", "1", "Igneous-rock fraction"),
        "carbnatesed": ("carbonate_rocks_frac", "1", "Carbonate-rock fraction"),
        "metamorph": ("frac_metamorphic", "1", "Metamorphic-rock fraction"),
    },
    labels={"tmean": {"long_name": "Daily mean air temperature, (tmin + tmax) / 2"}},
    region="state_outlet",
    about={
        "source": "CAMELS-AUS, doi:10.1594/PANGAEA.921850; version 2, doi:10.5281/zenodo.12575680",
        "references": "Fowler et al. (2021), doi:10.5194/essd-13-3847-2021",
        "licence": "CC-BY-4.0",
    },
)
recognises = AUS.lies_in


def series_in(path: Path) -> set[str]:
    """The names here of the series that there are."""
    return variables_in(AUS, path, FILES)


def load(path: str | Path, span: str | None = None, each: Each = iter) -> xr.Dataset:
    """Read all catchments that can be used, over the days of `span` or those they have in common."""
    path = Path(path)
    basins = AUS.basins(attributes(AUS.needed(path, MASTER), "station_id"), path)
    matrices = read_matrices(AUS, path, FILES, ("streamflow", "prcp"))
    return AUS.join(path, basins, gauges(matrices), lambda gauge: read_basin(matrices, gauge), span, each)


def read_basin(matrices: dict[str, pd.DataFrame], gauge: str) -> pd.DataFrame:
    """The series of one gauge in the units of the project."""
    table = AUS.in_our_names(of_gauge(matrices, gauge), f"gauge {gauge}")
    return table.assign(**{name: scaled(table[name], factor) for name, factor in FACTORS.items() if name in table})
