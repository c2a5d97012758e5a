"""Which potential evapotranspiration of Caravan is read: one kind for all basins, as the two differ by up to a factor.

Older versions have ERA5-Land's only, later ones that of FAO Penman-Monteith too; sources of several versions stand side
by side in a folder. Penman-Monteith is read where all basins have it.

Source: Clerc-Schwarzenbach et al. (2024), doi:10.5194/hess-28-4219-2024.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import xarray as xr

from dgviz.datasets.errors import some
from dgviz.datasets.remarks import Remark

PENMAN, ERA5 = "FAO Penman-Monteith", "ERA5-Land"
COLUMNS = {  # of the series, by the kind; the better first
    "potential_evaporation_sum_FAO_PENMAN_MONTEITH": PENMAN,
    "potential_evaporation_sum": ERA5,
    "potential_evaporation_sum_ERA5_LAND": ERA5,
}
CLIMATE = ("pet_mean", "aridity", "moisture_index", "seasonality")  # attributes that depend on it
SUFFIX = {PENMAN: "_FAO_PM", ERA5: "_ERA5_LAND"}


def pet_kind(files: Mapping[str, Path]) -> tuple[str, list[Remark]]:
    """The kind that all basins with any have, by the headers of their files, and what to say of it; '' if none is."""
    kinds = {site: {COLUMNS[name] for name in header(file) if name in COLUMNS} for site, file in files.items()}
    kinds = {site: found for site, found in kinds.items() if found}
    if not kinds:
        return "", []
    having = {kind: [site for site in kinds if kind in kinds[site]] for kind in (PENMAN, ERA5)}
    where = {kind: some(sorted({files[site].parent.name for site in sites})) for kind, sites in having.items()}
    for kind, sites in having.items():
        if len(sites) == len(kinds):
            said = f"that of {kind}"
            if kind == ERA5 and having[PENMAN]:
                share = f"{len(having[PENMAN])} of {len(kinds)} basins"
                said += f"; that of {PENMAN} is not read, as only {share} have it ({where[PENMAN]})"
            return kind, [Remark("read as", "pet", said)]
    words = f"that of {PENMAN} in {where[PENMAN]}, that of {ERA5} in {where[ERA5]}"
    return "", [Remark("doubtful", "pet", f"{words}: no kind is there for all basins, and the two differ much")]


def header(file: Path) -> list[str]:
    """The names of the variables of a file."""
    if file.suffix == ".csv":
        with file.open(encoding="utf-8-sig", errors="replace") as lines:
            return [name.strip(' "\n') for name in lines.readline().split(",")]
    try:
        with xr.open_dataset(file, engine="h5netcdf") as dataset:
            return [str(name) for name in dataset]
    except (OSError, ValueError):  # said when it is read
        return []


def unread(kind: str) -> list[str]:
    """The columns of the other kind, if one was chosen."""
    return [name for name, of in COLUMNS.items() if kind and of != kind]


def with_one_climate(table: pd.DataFrame, kind: str) -> tuple[pd.DataFrame, list[Remark]]:
    """The attributes of one kind, under their plain names: of that of the series unless some basins lack it."""
    kinds = (ERA5, PENMAN) if kind == ERA5 else (PENMAN, ERA5)
    found = {each: _columns(table, each) for each in kinds}
    given = {name for columns in found.values() for name in columns}
    if not given:
        return table, []
    # All of it at all basins, else the most.
    chosen = max(kinds, key=lambda each: int(found[each].notna().sum().sum()))
    plain = table.drop(columns=[*table.columns[table.columns.str.endswith(tuple(SUFFIX.values()))], *given & {*table}])
    said = Remark("read as", ", ".join(found[chosen]), f"made of the potential evapotranspiration of {chosen}")
    return plain.join(found[chosen]), [said]


def _columns(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The columns of a kind under their plain names; those of ERA5-Land have no suffix in older versions."""
    columns = {}
    for name in CLIMATE:
        keys = [key for key in (name + SUFFIX[kind], *[name] * (kind == ERA5)) if key in table]
        if keys:
            columns[name] = table[keys[0]].fillna(table[keys[-1]])
    return pd.DataFrame(columns, index=table.index)
