"""Make delaware_river.nc: the river network that `make_delaware.py` reads, each reach with the land beside it.

    python data/make_delaware_river.py                # downloads the wheel (14 MB) with pip
    python data/make_delaware_river.py pywatershed-2.0.4-py3-none-any.whl

A site is a reach with the land that drains directly into it. The choices made here are explained in data/README.md.
"""

import sys
import tempfile
from pathlib import Path

import make_delaware as made
import numpy as np
import xarray as xr
from make_delaware import Columns

PRECISION = {"prcp": 0.1, "tmin": 0.1, "tmax": 0.1}  # mm d-1 and degC, of the numbers in the file


def donors(area: np.ndarray, downstream: np.ndarray) -> np.ndarray:
    """The reach whose land stands for that of each: itself, or where it has none the nearest with land, down first."""
    donor = np.where(area > 0, np.arange(len(area)), -1)
    upstream = {below: above for above, below in enumerate(downstream) if below >= 0}
    for reach in np.flatnonzero(donor < 0):
        for follow in (dict(enumerate(downstream)), upstream):
            near = follow.get(reach, -1)
            while near >= 0 and area[near] == 0:
                near = follow.get(near, -1)
            if near >= 0:
                donor[reach] = near
                break
    return donor


def local_weights(tables: dict, area: np.ndarray, donor: np.ndarray) -> np.ndarray:
    """The share of each land unit in the land of a reach, (reach, unit)."""
    into = tables["channel"].hru_segment.values - 1
    unit_area = tables["unit"].hru_area.values * made.KM2_PER_ACRE
    return (donor[:, None] == into) * unit_area / area[donor][:, None]


def names(number: np.ndarray, gauge: xr.Dataset, downstream: np.ndarray) -> np.ndarray:
    """The gauge at the lower end of a reach, else the number of the reach and the next gauge below it."""
    title = [made.readable(str(name)) for name in gauge.poi_name.values]
    gauge_of_reach = dict(zip(gauge.reach.values, title, strict=True))
    below = [made.next_gauge(reach, downstream, gauge_of_reach) for reach in range(len(number))]
    plain = [
        f"Reach {n}, upstream of {gauge}" if gauge else f"Reach {n}" for n, gauge in zip(number, below, strict=True)
    ]
    return np.array([gauge_of_reach.get(reach, name) for reach, name in enumerate(plain)])


def descriptions(tables: dict, gauge: xr.Dataset, area: np.ndarray, downstream: np.ndarray) -> Columns:
    """Coordinates of the reaches: what a person or the routing reads, and a network does not."""
    unit, reaches = tables["unit"], made.reaches(tables, area, downstream)
    number = unit.nhm_seg.values
    gauged = np.full(len(number), "", dtype="U8")
    gauged[gauge.reach.values] = gauge.site.values.astype(str)
    below = np.where(downstream >= 0, number[downstream], 0)
    return {
        "lat": reaches["reach_lat"],
        "lon": reaches["reach_lon"],
        "name": ("1", "USGS station at the end of the reach, or the reach", names(number, gauge, downstream)),
        "gauge": ("1", "USGS station number, empty where there is none", gauged),
        "reach": ("1", "NHM segment number of the reach", number),
        "downstream_reach": ("1", "NHM segment number of the next reach downstream, 0 at the end", below),
        **{name: reaches[name] for name in ("reach_area", "reach_length", "reach_slope", "reach_width")},
    }


def observed(gauge: xr.Dataset, n_reaches: int) -> Columns:
    """Streamflow as depth over the drainage area published by USGS, (time, reach); NaN where there is no gauge."""
    depth = np.full((gauge.sizes["time"], n_reaches), np.nan)
    discharge = gauge.discharge.transpose("time", "site").values.astype(float)
    depth[:, gauge.reach.values] = discharge * made.M3_PER_FT3 * made.SECONDS_PER_DAY / (gauge.area.values * 1000)
    return {"streamflow": ("mm d-1", "Observed streamflow", depth)}


def build(tables: dict) -> xr.Dataset:
    unit = tables["unit"]
    downstream = unit.tosegment.values - 1
    passes = made.upstream_matrix(downstream)
    area = made.total_beside_reach(tables, unit.hru_area.values * made.KM2_PER_ACRE)
    gauge = made.closing_gauges(tables, passes, area)
    donor, own = donors(area, downstream), np.arange(len(area))
    weights = local_weights(tables, area, donor)

    series = made.forcing(tables, weights) | observed(gauge, len(area))
    del series["tmean"]  # halfway between the other two
    series |= {k: (*series[k][:2], (series[k][2] / step).round() * step) for k, step in PRECISION.items()}
    drained = passes @ area
    land = {"area": ("km2", "Area of all land upstream", np.where(drained > 0, drained, drained[donor]))}
    land |= made.landscape(tables, weights, np.eye(len(area)), own)
    index = {"time": tables["prcp"].time.values, "site": unit.nhm_seg.values.astype(str)}
    places = made.variables(descriptions(tables, gauge, area, downstream), ("site",))
    about = made.ABOUT | {
        "title": "Delaware River, 456 reaches, 1979-1980",
        "history": "made by data/make_delaware_river.py from " + made.WHEEL,
    }
    dataset = xr.Dataset(
        made.variables(series, ("time", "site")) | made.variables(land, ("site",)), coords=index | places, attrs=about
    )
    first_year = dataset.sel(time=slice(*made.FIRST_YEAR.split("/")))
    first_year = first_year.assign(tmean=(first_year.tmin + first_year.tmax) / 2)
    return dataset.assign(made.variables(made.climate(first_year), ("site",)))


def save(dataset: xr.Dataset, path: Path) -> None:
    """Compress every series; the weather as whole numbers of its precision."""
    packed = {"zlib": True, "complevel": 9, "shuffle": True}
    encoding = {name: packed | {"_FillValue": None} for name in dataset if dataset[name].dtype.kind == "f"}
    for name, step in PRECISION.items():
        encoding[name] = packed | {"dtype": "int16", "scale_factor": step, "_FillValue": -32768}
    dataset.to_netcdf(path, engine="h5netcdf", encoding=encoding)


def main() -> None:
    target = Path(__file__).with_name("delaware_river.nc")
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(sys.argv[1]) if len(sys.argv) > 1 else made.fetch_wheel(folder)
        dataset = build(made.read_wheel(wheel))
    save(dataset, target)
    n_gauges = int((dataset.gauge != "").sum())
    print(f"{target}: {dataset.sizes['site']} reaches, {n_gauges} gauges, {float(dataset.reach_area.sum()):.0f} km2")


if __name__ == "__main__":
    main()
