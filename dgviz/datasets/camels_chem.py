"""CAMELS-Chem as published: samples of streams at gauges of CAMELS-US, 1980 to 2018.

    Camels_chem_1980_2018.csv    gauge_id, sample_start_dt (or sample_timestamp), q_inst, q_15, q_derived, q_daily,
                                 cl, so4, si, no3 ...: a line for each sample
    Gauge_and_region_names.csv   gauge_id, gauge_name
    Camels_topography.csv        gauge_id, gauge_lat, gauge_lon, elev_mean, area_gages2

Discharge is that of the sample, and of the day where there is none. The names of files and columns are those that
others read. What could not be checked against the files themselves, and is said of every data set read here: that
discharge is in ft3/s, solutes in mg/L, nitrate as mass of nitrogen and silica as mass of silicon.

Source: Sterle et al. (2024), doi:10.5194/hess-28-611-2024.
"""

from pathlib import Path

import pandas as pd
import xarray as xr

from dgviz.datasets.between_samples import LEAST_DISCHARGE, discharge_between_samples
from dgviz.datasets.check import check
from dgviz.datasets.collection import find
from dgviz.datasets.csv_folder import Each
from dgviz.datasets.errors import DataError
from dgviz.datasets.labels import label
from dgviz.datasets.periods import default_periods, parse_span
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.solutes_series import vocabulary

title = "A folder of CAMELS-Chem (Camels_chem_1980_2018.csv)"
domain = "solutes"

SAMPLES, NAMES, PLACES = "Camels_chem_1980_2018.csv", "Gauge_and_region_names.csv", "Camels_topography.csv"
DAYS = ("sample_start_dt", "sample_timestamp")
FLOWS = ("q_inst", "q_15", "q_derived", "q_daily")  # the nearest to the sample first
SOLUTES = {"cl": "chloride", "so4": "sulfate", "si": "silica", "no3": "nitrate"}
STATIC = {"gauge_lat": "lat", "gauge_lon": "lon", "elev_mean": "elevation", "area_gages2": "area"}
FT3 = 0.3048**3  # m3
LEAST_SAMPLES = 20
ABOUT = {
    "title": "CAMELS-Chem",
    "source": "CAMELS-Chem, hydroshare.org/resource/841f5e85085c423f889ac809c1bed4ac",
    "references": "Sterle et al. (2024), doi:10.5194/hess-28-611-2024",
}


def recognises(path: Path) -> bool:
    """Whether the folder has this layout."""
    return path.is_dir() and find(path, SAMPLES) is not None


def load(path: str | Path | None = None, span: str | None = None, each: Each = iter) -> xr.Dataset:
    """Read the published folder; `span` "first/last" are the days to read, by default all.

    Raises DataError where a file or column is missing, or no gauge has enough samples.
    """
    if path is None or not recognises(Path(path)):
        raise DataError(f"{path}: a folder with {SAMPLES} is read as CAMELS-Chem. Give the path of one.")
    folder = Path(path)
    samples, said = read_samples(find(folder, SAMPLES))
    if span:
        first, last = parse_span(span)
        samples = samples[(samples.time >= first) & (samples.time <= last)]
    daily = samples.groupby(["site", "time"]).mean()
    if n_more := len(samples) - len(daily):
        said.append(Remark("aggregated", "samples", f"{n_more} taken on the day of another: their mean"))
    counts = daily[daily.discharge.notna() & daily[[*SOLUTES.values()]].notna().any(axis=1)].groupby("site").size()
    kept = list(each([site for site in daily.index.levels[0] if counts.get(site, 0) >= LEAST_SAMPLES]))
    if not kept:
        raise DataError(f"{folder}: no gauge has {LEAST_SAMPLES} days with discharge and a solute. Read more days.")
    if few := [site for site in daily.index.levels[0] if site not in kept]:
        said.append(
            Remark("left out", f"{len(few)} gauges", f"fewer than {LEAST_SAMPLES} days with discharge and a solute")
        )
    dataset, more = on_all_days(daily, kept)
    dataset = dataset.assign(read_static(folder, kept)).set_coords(["lat", "lon", "name"])
    dataset = dataset.assign_attrs(
        ABOUT | default_periods(dataset.indexes["time"], dataset.indexes["time"], {}, folder)
    )
    return check(with_remarks(dataset, said + more), folder, vocabulary)


def read_samples(file: Path) -> tuple[pd.DataFrame, list[Remark]]:
    """`site`, `time`, `discharge` (m3 s-1) and solutes (mg L-1), a row for each sample."""
    raw = pd.read_csv(file, dtype={"gauge_id": str}, low_memory=False)
    day = next((name for name in DAYS if name in raw), None)
    flows, solutes = [name for name in FLOWS if name in raw], [name for name in SOLUTES if name in raw]
    if "gauge_id" not in raw or day is None or not flows or not solutes:
        raise DataError(
            f"{file}: it needs the columns gauge_id, {' or '.join(DAYS)}, one of {', '.join(FLOWS)} and one of "
            f"{', '.join(SOLUTES)}. It has {', '.join(raw.columns[:12])} ..."
        )
    numbers = raw[[*flows, *solutes]].apply(pd.to_numeric, errors="coerce")
    negative = numbers < 0
    numbers = numbers.mask(negative)
    flow = numbers[flows].bfill(axis=1).iloc[:, 0]  # the first that is given
    known = numbers[solutes].rename(columns=SOLUTES).reindex(columns=[*SOLUTES.values()])
    about = {"site": raw.gauge_id.str.zfill(8), "time": pd.to_datetime(raw[day], errors="coerce").dt.normalize()}
    samples = pd.concat([pd.DataFrame(about), (flow * FT3).rename("discharge"), known], axis=1).dropna(subset="time")
    said = [
        Remark("converted", "discharge", "from ft3/s, which is assumed, to m3/s"),
        Remark("doubtful", "nitrate, silica", "taken as mass of nitrogen and of silicon: not said in the file"),
    ]
    for what, names in (("discharge", flows), ("solutes", solutes)):
        if n_negative := int(negative[names].to_numpy().sum()):
            said.append(Remark("taken as missing", what, f"{n_negative} values below zero"))
    if n_dry := int((samples.discharge == 0).sum()):
        words = f"{n_dry} of {len(samples)} samples without flow: {LEAST_DISCHARGE:g} m3/s where lines lead to them"
        said.append(Remark("filled", "discharge", words))
    return samples, said


def on_all_days(daily: pd.DataFrame, sites: list[str]) -> tuple[xr.Dataset, list[Remark]]:
    """The samples `(time, site)` on the days on which they were taken, and discharge between them."""
    daily = daily.loc[sites]
    times = daily.index.get_level_values("time")
    days = pd.date_range(times.min(), times.max(), name="time")
    series = {}
    for name in daily.columns:
        table = daily[name].unstack("site").reindex(index=days, columns=sites)
        if table.notna().to_numpy().any():
            series[name] = xr.DataArray(table.to_numpy(), {"time": days, "site": sites}, ("time", "site"))
    n_days = int(series["discharge"].notnull().sum("time").median())
    series["discharge"] = discharge_between_samples(series["discharge"])
    labelled = {name: v.astype("float32").assign_attrs(label(name, vocabulary)) for name, v in series.items()}
    known = f"known on the days of the samples, {n_days} of {len(days)} at most gauges"
    return xr.Dataset(labelled), [
        Remark("filled", "discharge", f"{known}, and interpolated in its logarithm: no flood between two is seen")
    ]


def read_static(folder: Path, sites: list[str]) -> dict[str, xr.DataArray]:
    """Place, area, elevation and name of each gauge `(site,)`; missing, or the number, where a table lacks it."""
    files = {name: find(folder, name) for name in (PLACES, NAMES)}
    if files[PLACES] is None:
        raise DataError(f"{folder}: looks like CAMELS-Chem, but there is no file {PLACES}. Put it there.")
    tables = {
        name: pd.read_csv(file, dtype={"gauge_id": str}).assign(gauge_id=lambda t: t.gauge_id.str.zfill(8))
        for name, file in files.items()
        if file is not None
    }
    places = tables[PLACES].set_index("gauge_id").reindex(sites)
    static = {
        name: xr.DataArray(places[key].to_numpy("float32"), {"site": sites}, "site", attrs=label(name, vocabulary))
        for key, name in STATIC.items()
        if key in places
    }
    names = pd.Series(sites, sites)
    if NAMES in tables and "gauge_name" in tables[NAMES]:
        names = tables[NAMES].set_index("gauge_id").gauge_name.reindex(sites).fillna(names)
    static["name"] = xr.DataArray(names.to_numpy(str), {"site": sites}, "site", attrs=label("name", vocabulary))
    return static
