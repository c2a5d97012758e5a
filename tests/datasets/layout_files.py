"""Writes small folders in the layouts in which collections of basins are published: names, separators, units, marks."""

from pathlib import Path

import numpy as np
import pandas as pd

DAYS = pd.date_range("1989-10-01", "1993-09-30")
WARMTH = 10 - 10 * np.cos(2 * np.pi * np.arange(len(DAYS)) / 365.25)
ISO = DAYS.strftime("%Y-%m-%d")
SITES = ("101", "202")


def write_table(
    file: Path, table: pd.DataFrame, separator=",", above="", encoding="utf-8", missing="", **options
) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    text = table.to_csv(index=False, sep=separator, na_rep=missing, **options)
    file.write_text(above + text, encoding=encoding)


def write_attributes(file: Path, key: str, sites=SITES, separator=",", above="", encoding="utf-8", **columns) -> None:
    """One row for each gauge; a column has one value for all, or one for each in a list."""
    write_table(file, pd.DataFrame({key: list(sites), **columns}), separator, above, encoding)


def calendar(*names: str) -> dict[str, np.ndarray]:
    """Year, month and day of each row, as three columns of these names."""
    return dict(zip(names, (DAYS.year, DAYS.month, DAYS.day), strict=True))


def write_gb(root: Path, sites=SITES) -> Path:
    series = pd.DataFrame(
        dict(date=ISO, precipitation=3.0, pet=1.2, temperature=WARMTH, discharge_spec=1.5, discharge_vol=1.7, peti=1.4)
        | dict(humidity=0.006, shortwave_rad=100.0, longwave_rad=300.0, windspeed=4.0)
    )
    series.loc[:4, "discharge_spec"] = np.nan
    data = root / "8344e4f3" / "data"
    for site in sites:
        write_table(
            data / f"timeseries/CAMELS_GB_hydromet_timeseries_{site}_19701001-20150930.csv", series, missing="NaN"
        )
    place = dict(gauge_name=["Dee at Park", "Ugie"], gauge_lat=57.5, gauge_lon=-1.9, gauge_easting=1, gauge_northing=2)
    topo = place | dict(gauge_elev=20, area=100.0, dpsbar=66.5, elev_mean=300, elev_min=10)
    write_attributes(data / "CAMELS_GB_topographic_attributes.csv", "gauge_id", sites, **topo)
    climate = dict(p_mean=3.0, pet_mean=1.2, aridity=0.4, p_seasonality=-0.1, frac_snow=0.05, high_prec_timing="son")
    write_attributes(data / "CAMELS_GB_climatic_attributes.csv", "gauge_id", sites, **climate)
    flow = dict(q_mean=1.5, runoff_ratio=0.5, baseflow_index=0.6, Q95=3.0)
    write_attributes(data / "CAMELS_GB_hydrologic_attributes.csv", "gauge_id", sites, **flow)
    write_attributes(data / "CAMELS_GB_landcover_attributes.csv", "gauge_id", sites, dwood_perc=12.5, urban_perc=2.0)
    write_attributes(data / "CAMELS_GB_soil_attributes.csv", "gauge_id", sites, sand_perc=45.0, tawc=110.0)
    human = dict(benchmark_catch="N", num_reservoir=[2, 0], reservoir_cap=[12000.0, 0.0])
    write_attributes(data / "CAMELS_GB_humaninfluence_attributes.csv", "gauge_id", sites, **human)
    return root


def write_gb_2(root: Path, sites=SITES) -> Path:
    columns = dict(precipitation_cehgear=np.nan, precipitation_haduk=3.0, pet_chess=np.nan, pet_hydrope=1.2)
    columns |= dict(temperature_chess=np.nan, temperature_haduk=WARMTH, discharge_spec=1.5, discharge_vol=1.7)
    folder = root / "Catchment_Timeseries" / "hydro-meteorological" / "daily"
    for site in sites:
        name = f"camels_gb_v2_hydromet_daily_timeseries_{site}_19701001-20220930.csv"
        write_table(folder / name, pd.DataFrame(dict(date=ISO) | columns))
    topo = dict(gauge_name="Dee", gauge_lat=57.5, gauge_lon=-1.9, area=100.0, elev_mean=300)
    write_attributes(root / "camels_gb_v2_topographic_attributes.csv", "gauge_id", sites, **topo)
    return root


def write_ch(root: Path, separator=";", degrees="°C", sites=SITES) -> Path:
    columns = {"date": ISO, "discharge_vol(m3/s)": 1.7, "discharge_spec(mm/d)": 1.5, "waterlevel(m)": 428.0}
    columns |= {"precipitation(mm/d)": 3.0, f"temperature_min({degrees})": WARMTH - 5}
    columns |= {f"temperature_mean({degrees})": WARMTH + 1, f"temperature_max({degrees})": WARMTH + 5}
    series = pd.DataFrame(columns | {"rel_sun_dur(%)": 40.0, "swe(mm)": 0.0})
    simulated = pd.DataFrame({"date": ISO, "discharge_vol_sim(m3/s)": 1.6, "pet_sim(mm/d)": 1.1, "et_sim(mm/d)": 0.9})
    folder = root / "camels_ch"
    for site in sites:
        options = dict(separator=separator, encoding="latin-1")
        write_table(folder / f"timeseries/observation_based/CAMELS_CH_obs_based_{site}.csv", series, **options)
        write_table(folder / f"timeseries/simulation_based/CAMELS_CH_sim_based_{site}.csv", simulated, **options)
    options = dict(separator=separator, above="# Derived from maps of swisstopo, Höge et al.\n", encoding="latin-1")
    place = dict(country="CH", gauge_name=["Zürich", "Murten"], gauge_lon=7.1, gauge_lat=46.9, area=100.0)
    topo = folder / "static_attributes" / "CAMELS_CH_topographic_attributes.csv"
    write_attributes(topo, "gauge_id", sites, **options, **place, elev_mean=1200, slope_mean=21.5)
    climate = dict(p_mean=3.0, pet_mean=1.1, aridity=0.4, frac_snow=0.3)
    write_attributes(topo.with_name("CAMELS_CH_climate_attributes_obs.csv"), "gauge_id", sites, **options, **climate)
    cover = dict(ice_perc=4.0, dwood_perc=20.0)
    write_attributes(topo.with_name("CAMELS_CH_landcover_attributes.csv"), "gauge_id", sites, **options, **cover)
    return root


def write_de(root: Path, sites=("DE110000", "DE110010")) -> Path:
    columns = dict(date=ISO, discharge_vol_obs=1.7, discharge_spec_obs=1.5, water_level=80.0, precipitation_mean=3.0)
    columns |= dict(precipitation_min=0.0, precipitation_stdev=1.0, humidity_mean=70.0, radiation_global_mean=120.0)
    columns |= dict(temperature_mean=WARMTH, temperature_min=WARMTH - 5, temperature_max=WARMTH + 5)
    series = pd.DataFrame(columns)
    series.loc[:9, "discharge_spec_obs"] = np.nan
    for site in sites:
        write_table(root / f"timeseries/CAMELS_DE_hydromet_timeseries_{site}.csv", series)
    place = dict(provider_id="x", gauge_name="Kirchen-Hausen", federal_state="Baden-Württemberg", gauge_lat=47.9)
    topo = place | dict(gauge_lon=8.7, area=763.1, elev_mean=822.3)
    write_attributes(root / "CAMELS_DE_topographic_attributes.csv", "gauge_id", sites, **topo)
    write_attributes(root / "CAMELS_DE_climatic_attributes.csv", "gauge_id", sites, p_mean=3.0, p_seasonality=0.1)
    cover = dict(forests_and_seminatural_areas_perc=50.0, water_bodies_perc=1.0)
    write_attributes(root / "CAMELS_DE_landcover_attributes.csv", "gauge_id", sites, **cover)
    write_attributes(root / "CAMELS_DE_soil_attributes.csv", "gauge_id", sites, clay_0_30cm_mean=28.8)
    write_attributes(root / "CAMELS_DE_hydrologic_attributes.csv", "gauge_id", sites, q_mean=1.5, baseflow_index=0.6)
    return root


def write_lamah(root: Path, sites=("1", "2"), step="daily") -> Path:
    days = calendar("YYYY", "MM", "DD")
    weather = days | {"DOY": DAYS.day_of_year, "2m_temp_max": WARMTH + 5, "2m_temp_mean": WARMTH + 1}
    weather |= {"2m_temp_min": WARMTH - 5, "10m_wind_u": 1.0, "surf_net_solar_rad_mean": 90, "total_et": -0.5}
    weather |= {"prec": 3.0, "swe": 0.0}
    flow = pd.DataFrame(days | {"qobs": 2.0, "ckhs": 0, "qceq": 1})
    flow.loc[:2, "qobs"] = -999.0
    for site in sites:
        folder = f"2_timeseries/{step}/ID_{site}.csv"
        write_table(root / "A_basins_total_upstrm" / folder, pd.DataFrame(weather), ";")
        write_table(root / "D_gauges" / folder, flow, ";")
    catchment = dict(area_calc=99.0, elev_mean=900, slope_mean=200, p_mean=3.0, et0_mean=1.5, arid_1=0.5)
    catchment |= dict(forest_fra=0.4, bedrk_dep=1.2, geol_perme=-13.0)
    file = root / "A_basins_total_upstrm" / "1_attributes" / "Catchment_attributes.csv"
    write_attributes(file, "ID", sites, ";", **catchment)
    # EPSG:3035 of 5 E 50 N, the example of the guidance note of IOGP 7-2.
    gauge = dict(govnr=17, name="Bangs", river="Rhein", country="AUT", lon=3962799.45, lat=2999718.85, area_gov=100.0)
    write_attributes(root / "D_gauges" / "1_attributes" / "Gauge_attributes.csv", "ID", sites, ";", **gauge)
    return root


def write_br(root: Path, version=1, sites=("10500000", "11400000")) -> Path:
    days = calendar("year", "month", "day")

    def write(folder: str, ending: str, **columns) -> None:
        for site in sites:
            file = root / folder / folder / f"{site}_{ending}.txt"
            write_table(file, pd.DataFrame(days | columns), " ", missing="nan")

    flow = np.full(len(DAYS), 2.0)
    flow[:3] = np.nan
    quality = dict(qual_control_by_ana=1.0, qual_flag=1.0)
    if version == 1:
        write("03_CAMELS_BR_streamflow_mm_selected_catchments", "streamflow_mm", streamflow_mm=flow, **quality)
        write("05_CAMELS_BR_precipitation_chirps", "precipitation_chirps", precipitation_chirps=3.0)
        write("06_CAMELS_BR_precipitation_mswep", "precipitation_mswep", precipitation_mswep=4.0)
        write(
            "10_CAMELS_BR_potential_evapotransp_gleam", "potential_evapotransp_gleam", potential_evapotransp_gleam=2.5
        )
        write("11_CAMELS_BR_temperature_min_cpc", "temperature_min", temperature_min=WARMTH + 5)
        write("12_CAMELS_BR_temperature_mean_cpc", "temperature_mean", temperature_mean=WARMTH + 11)
        write("13_CAMELS_BR_temperature_max_cpc", "temperature_max", temperature_max=WARMTH + 15)
    else:
        metres = dict(streamflow_m3s=flow, streamflow_mm=np.nan)
        write("03_CAMELS_BR_streamflow_selected_catchments", "streamflow", **metres, **quality)
        write("05_CAMELS_BR_precipitation", "precipitation", p_era5land=5.0, p_mswep=4.0, p_cpc=2.0, p_chirps=3.0)
        write("07_CAMELS_BR_potential_evapotransp", "potential_evapotransp", pet_era5land=9.0, pet_gleam=2.5)
        warmth = dict(tmin_cpc=WARMTH + 5, tmax_cpc=WARMTH + 15, tmean_era5land=WARMTH)
        write("09_CAMELS_BR_temperature", "temperature", **warmth)
    folder = root / "01_CAMELS_BR_attributes" / "01_CAMELS_BR_attributes"
    location = dict(gauge_name="estirao_do_repouso", gauge_region="amazonas", gauge_lat=-4.34, gauge_lon=-70.91)
    write_attributes(folder / "camels_br_location.txt", "gauge_id", sites, " ", **location)
    topo = dict(elev_gauge=74.0, elev_mean=154.4, slope_mean=7.96, area=50.0)
    write_attributes(folder / "camels_br_topography.txt", "gauge_id", sites, " ", **topo)
    write_attributes(folder / "camels_br_climate.txt", "gauge_id", sites, " ", p_mean=3.0, aridity=0.8)
    write_attributes(folder / "camels_br_soil.txt", "gauge_id", sites, " ", bedrock_depth=1500, clay_perc=30)
    write_attributes(folder / "camels_br_hydrology.txt", "gauge_id", sites, " ", q_mean=2.0, baseflow_index=0.7)
    return root


CL_VALUES = {"prcp": 3.0, "tmin": WARMTH - 5, "tmax": WARMTH + 5, "tmean": WARMTH, "pet": 2.0, "streamflow": 1.5}


def write_cl(root: Path, version=2018, sites=("1001001", "1001002")) -> Path:
    new = ("precip_cr2met_mm", "tmin_cr2met_C", "tmax_cr2met_C", "tmean_cr2met_C", "pet_hargreaves_mm", "q_mm")
    old = ("4_CAMELScl_precip_cr2met", "8_CAMELScl_tmin_cr2met", "9_CAMELScl_tmax_cr2met", "10_CAMELScl_tmean_cr2met")
    old = (*old, "12_CAMELScl_pet_hargreaves", "3_CAMELScl_streamflow_mm")
    for number, values in enumerate(CL_VALUES.values()):
        table = pd.DataFrame({site: np.broadcast_to(values, len(DAYS)) for site in sites}).copy()
        table.loc[:3, sites[0]] = np.nan if old[number].startswith("3") else table.loc[:3, sites[0]]
        if version == 2018:
            file = root / old[number] / f"{old[number]}.txt"
            table.insert(0, "gauge_id", ISO)
            write_table(file, table, "\t", missing=" ", quoting=2)  # numbers bare, texts and blanks in quotes
        else:
            for position, (name, part) in enumerate(calendar("year", "month", "day").items()):
                table.insert(position, name, part)
            table.insert(0, "date", ISO)
            write_table(root / f"{new[number]}_day.csv", table)
    named = dict(gauge_name="Rio Caquena", gauge_lat="-18.08", gauge_lon="-69.2", p_mean_cr2met="1.2", big_dam="0")
    by_row = pd.DataFrame({"gauge_id": list(sites), **named, "q_mean": "0.4", "forest_frac": "12.5"})
    if version == 2018:
        by_row = by_row.assign(area="100", elev_mean="4842", slope_mean="86").set_index("gauge_id")
        table = by_row.T.rename_axis("gauge_id").reset_index()
        write_table(root / "1_CAMELScl_attributes" / "1_CAMELScl_attributes.txt", table, "\t", quoting=1)
    else:
        table = by_row.assign(area_km2="100", mean_elev="4842", mean_slope_perc="8.6")
        write_table(root / "catchment_attributes.csv", table)
    return root


def write_aus(root: Path, version=1, sites=("912101A", "912105A")) -> Path:
    product = "AWAP" if version == 1 else "AGCD"
    days = calendar("year", "month", "day")

    def write(file: str, values, mark=None) -> None:
        table = pd.DataFrame(days | {site: np.broadcast_to(values, len(DAYS)) for site in sites})
        if mark is not None:
            table.loc[:3, sites[0]] = mark
        write_table(root / file, table)

    weather = "05_hydrometeorology"
    write("03_streamflow/streamflow_mmd.csv", 1.5, mark=-99.99)
    write("03_streamflow/streamflow_MLd.csv", 150.0)
    write(f"{weather}/01_precipitation_timeseries/precipitation_{product}.csv", 3.0)
    write(f"{weather}/01_precipitation_timeseries/precipitation_SILO.csv", 4.0)
    write(f"{weather}/02_EvaporativeDemand_timeseries/et_morton_wet_SILO.csv", 2.5)
    write(f"{weather}/03_Other/{product}/tmin_{product}.csv", WARMTH)
    write(f"{weather}/03_Other/{product}/tmax_{product}.csv", WARMTH + 10)
    write(f"{weather}/03_Other/SILO/tmax_SILO.csv", WARMTH + 12)
    write(f"{weather}/03_Other/SILO/radiation_SILO.csv", 17.28)
    write(f"{weather}/03_Other/SILO/vp_SILO.csv", 12.0)
    columns = dict(station_name="Gregory River", state_outlet="QLD", lat_outlet=-18.6, long_outlet=139.3)
    columns |= dict(catchment_area=100.0, elev_mean=190, mean_slope_pct=1.2, prop_forested=0.3, claya=25, ksat=120)
    columns |= dict(p_mean=3.0, q_mean=1.5, runoff_ratio=0.5, baseflow_index=0.2, start_date=19700101)
    prefix = "CAMELS_AUS" if version == 1 else "CAMELS_AUS_v2"
    write_attributes(root / f"{prefix}_Attributes&Indices_MasterTable.csv", "station_id", sites, **columns)
    return root
