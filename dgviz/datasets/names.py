"""The names of columns and sites as people write them, matched to those that are meant."""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence

import pandas as pd

from dgviz.datasets.errors import DataError, some
from dgviz.datasets.remarks import Remark
from dgviz.units import UnitsError, parse

# What the columns of any table of sites may be called, in lower case and the first before the others.
OTHER_NAMES = {
    "site": ("site", "site_id", "siteid", "basin_id", "basin", "gauge_id", "gauge", "station_id", "station", "site_no",
             "gaugeid", "stationid", "basinid", "catchment_id", "catchment", "id"),
    "lat": ("lat", "latitude", "gauge_lat", "gauge_latitude", "site_lat", "lat_outlet"),
    "lon": ("lon", "longitude", "long", "lng", "gauge_lon", "gauge_longitude", "site_lon", "long_outlet"),
    "name": ("name", "gauge_name", "station_name", "site_name", "basin_name", "river_name"),
    # In km2 and m, unless units in brackets say otherwise.
    "area": ("area", "area_km2", "drainage_area", "drainage_area_km2", "catchment_area", "catchment_area_km2",
             "basin_area", "basin_area_km2", "area_gages2", "area_calc"),
    "elevation": ("elevation", "elevation_m", "elev", "elev_mean", "mean_elevation", "mean_elev", "ele_mt_sav"),
    "date": ("date", "datetime", "time", "timestamp", "day", "dates"),
    "time": ("time", "date", "datetime", "day", "timestamp"),
}  # fmt: skip


def name_and_units(header: str) -> tuple[str, str | None]:
    """The two parts of `prcp [mm]` or `QObs(mm/d)`; None where there are no units.

    What stands in round brackets and is no unit belongs to the name.
    """
    parts = re.fullmatch(r"\s*([^(\[]+?)\s*(\[([^\]]*)\]|\(([^)]*)\))\s*", header)
    if not parts:
        return header.strip(), None
    if parts[4] is not None:  # in round brackets people write all kinds of things
        try:
            parse(parts[4])
        except UnitsError:
            return header.strip(), None
    return parts[1], (parts[3] if parts[4] is None else parts[4]).strip()


def renaming(
    columns: Iterable[Hashable],
    wanted: Iterable[str],
    exact: Iterable[str] = (),
    others: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, str]:
    """Which columns to rename so that the wanted are there; those in `exact` are found in any case of letters.

    `others` are further names, in lower case, of those in `exact`; of a single letter none is taken for sure
    but a capital that is listed.
    """
    names, renamed = [str(column) for column in columns], dict[str, str]()
    lower = {column.strip().lower(): column for column in reversed(names)}
    for name in wanted:
        found = next((lower[other] for other in OTHER_NAMES[name] if other in lower), None)
        if name not in names and found is not None and found not in renamed:
            renamed[found] = name
    for name in exact:
        if name not in names and name.lower() in lower and lower[name.lower()] not in renamed:
            renamed[lower[name.lower()]] = name
    for name, called in (others or {}).items():
        meant = [lower[other] for other in called if len(other) > 1 and other in lower]
        meant = meant or [other for other in called if other.isupper() and other in names]
        there = name in names or name in renamed.values()
        if meant and not there and meant[0] not in renamed:
            renamed[meant[0]] = name
    return renamed


def renamed(table: pd.DataFrame, changes: dict[str, str], source: str) -> tuple[pd.DataFrame, list[Remark]]:
    """The table with the wanted names, and a remark of those that had others."""
    said = [f"{old!r} is {new}" for old, new in changes.items()]
    return table.rename(columns=changes), [Remark("read as", source, f"columns: {', '.join(said)}")] if said else []


def check_once(sites: pd.Series, source: object) -> None:
    """Raise if an id stands in a table twice, naming it and its lines, or nowhere."""
    empty = sites.isna() | (sites.astype(str).str.strip() == "")
    if empty.any():
        raise DataError(f"{source}: line {empty.idxmax()}: no site; every row needs one.")
    if sites.duplicated().any():
        twice = sites[sites.duplicated(keep=False)]
        lines = ", ".join(str(line) for line in twice.index[twice == twice.iloc[0]])
        raise DataError(f"{source}: site {some(twice.unique())} appears twice (lines {lines}); keep one row of each.")


def without_zeros(site: str) -> str:
    """An id as a spreadsheet leaves it: 1048000 or 1048000.0 for 01048000, camels_1048000; other text stays."""
    prefix, mark, number = site.rpartition("_")
    plain = number.removesuffix(".0") if number.removesuffix(".0").isdigit() else number
    return prefix + mark + (plain.lstrip("0") or plain)


def matched(wanted: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """For each wanted id that is not known the known one that differs from it only by leading zeros, if it is one."""
    by_number: dict[str, list[str]] = {}
    for site in known:
        by_number.setdefault(without_zeros(site), []).append(site)
    taken = {*wanted} & {*known}
    candidates = {site: by_number.get(without_zeros(site), []) for site in wanted if site not in taken}
    return {site: found[0] for site, found in candidates.items() if len(found) == 1 and found[0] not in taken}
