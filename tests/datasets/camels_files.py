"""Writes small folders in the layouts in which CAMELS-US and Caravan are published."""

from pathlib import Path

import numpy as np
import pandas as pd

DAYS = pd.date_range("1989-10-01", "1993-09-30")
AREA = 100.0  # km2
HEADERS = {
    "daymet": "Year Mnth Day Hr dayl(s) prcp(mm/day) srad(W/m2) swe(mm) tmax(C) tmin(C) vp(Pa)",
    "nldas": "Year Mnth Day Hr\tDayl(s)\tPRCP(mm/day)\tSRAD(W/m2)\tSWE(mm)\tTmax(C)\tTmin(C)\tVp(Pa)",
}
CODES = {"daymet": "cida", "nldas": "nldas"}


def weather(days=DAYS) -> pd.DataFrame:
    """Days of weather as in a file of daymet; radiation is 200 W m-2 over 12 hours of daylight."""
    warm = 10 - 10 * np.cos(2 * np.pi * np.arange(len(days)) / 365.25)
    table = dict(dayl=43200.0, prcp=3.0, srad=200.0, swe=0.0, tmax=warm + 5, tmin=warm - 5, vp=800.0)
    return pd.DataFrame(table, index=days)


def write_weather(root: Path, site: str, table: pd.DataFrame, product="daymet", area=AREA, huc="01") -> None:
    folder = root / "basin_dataset_public_v1p2" / "basin_mean_forcing" / product / huc
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["  44.82", " 133.00", f" {area * 1e6:.0f}", HEADERS[product]]
    for day, row in zip(table.index, table.to_numpy(), strict=True):
        lines.append(f"{day:%Y %m %d} 12\t" + "\t".join(f"{value:.2f}" for value in row))
    (folder / f"{site}_lump_{CODES[product]}_forcing_leap.txt").write_text("\n".join(lines) + "\n")


def write_flow(root: Path, site: str, flow: pd.Series, huc="01") -> None:
    """Streamflow (ft3/s); an empty day becomes -999 with the flag M."""
    folder = root / "basin_dataset_public_v1p2" / "usgs_streamflow" / huc
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for day, value in flow.items():
        value, flag = (-999.0, "M") if np.isnan(value) else (value, "A:e" if day.month < 3 else "A")
        lines.append(f"{site} {day:%Y %m %d} {value:8.2f} {flag}")
    (folder / f"{site}_streamflow_qc.txt").write_text("\n".join(lines) + "\n")


def write_attributes(root: Path, sites: list[str], area=AREA) -> None:
    tables = {
        "topo": ("gauge_lat;gauge_lon;elev_mean;slope_mean;area_gages2;area_geospa_fabric", f"45;-70;300;20;{area};90"),
        "name": ("huc_02;gauge_name", "01;Clear Creek, Maine"),
        "clim": ("p_mean;pet_mean;p_seasonality;frac_snow;aridity;high_prec_timing", "3;2;0.1;0.2;0.7;son"),
        "soil": ("soil_depth_pelletier;sand_frac", "1.5;40"),
    }
    folder = root / "camels_attributes_v2.0"
    folder.mkdir(parents=True, exist_ok=True)
    for name, (columns, values) in tables.items():
        lines = [f"gauge_id;{columns}", *(f"{site};{values}" for site in sites)]
        (folder / f"camels_{name}.txt").write_text("\n".join(lines) + "\n")


def write_camels(root: Path, sites=("01013500", "01022500", "14400000"), product="daymet") -> Path:
    """A folder without a fault."""
    for site in sites:
        write_weather(root, site, weather(), product, huc=site[:2])
        write_flow(root, site, pd.Series(100.0, DAYS), huc=site[:2])
    write_attributes(root, list(sites))
    return root


def caravan_series(days=DAYS, pet="potential_evaporation_sum") -> pd.DataFrame:
    warm = 10 - 10 * np.cos(2 * np.pi * np.arange(len(days)) / 365.25)
    table = {
        "snow_depth_water_equivalent_mean": 0.0,
        "surface_net_solar_radiation_mean": 120.0,
        "temperature_2m_max": warm + 5,
        "temperature_2m_mean": warm + 1,
        "temperature_2m_min": warm - 5,
        "total_precipitation_sum": 3.0,
        pet: 2.0,
        "streamflow": 1.5,
    }
    return pd.DataFrame(table, index=pd.DatetimeIndex(days, name="date"))


def write_caravan(root: Path, kind="csv", sites=("camels_01013500", "camels_01022500"), series=None) -> Path:
    """A folder of one source without a fault; `series` replaces that of some sites."""
    source = sites[0].partition("_")[0]
    for site in sites:
        folder = root / "timeseries" / kind / source
        folder.mkdir(parents=True, exist_ok=True)
        table = (series or {}).get(site, caravan_series())
        if kind == "csv":
            table.to_csv(folder / f"{site}.csv")
        else:
            table.to_xarray().to_netcdf(folder / f"{site}.nc", engine="h5netcdf")
    tables = {
        "other": ("gauge_lat,gauge_lon,gauge_name,country,area", "45,-70,Clear Creek,United States of America,100"),
        "caravan": ("p_mean,pet_mean,aridity,frac_snow,high_prec_freq", "3,2,0.7,0.2,0.05"),
        "hydroatlas": ("ele_mt_sav,slp_dg_sav,cly_pc_sav,run_mm_syr", "300,25,-9999,500"),
    }
    folder = root / "attributes" / source
    folder.mkdir(parents=True, exist_ok=True)
    for name, (columns, values) in tables.items():
        lines = [f"gauge_id,{columns}", *(f"{site},{values}" for site in sites)]
        (folder / f"attributes_{name}_{source}.csv").write_text("\n".join(lines) + "\n")
    return root
