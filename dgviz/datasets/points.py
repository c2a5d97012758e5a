"""Points of curves: numbered on a made-up calendar of days, and divided for training and testing."""

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.vocabulary import Vocabulary

FIRST_DAY = "2001-01-01"  # of a calendar that means nothing: it numbers the points of a curve


def numbered(table: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[Remark]]:
    """The rows of a curve in the order of their times, as its points."""
    points = pd.date_range(FIRST_DAY, periods=len(table), name=table.index.name)
    if table.index.equals(points):
        return table, []
    return table.set_axis(points), [Remark("read as", name, "rows in the order of their times are points of a curve")]


Curves = dict[str, pd.DataFrame]  # by site


def of_one_length(tables: Curves, vocabulary: Vocabulary) -> tuple[Curves, list[Remark]]:
    """Curves with as many points each: a shorter one ends with its last forcings and nothing observed."""
    most = max(map(len, tables.values()))
    points = pd.date_range(FIRST_DAY, periods=most, name="date")
    shorter = [site for site, table in tables.items() if len(table) < most]
    longer = {site: table.set_axis(points[: len(table)]).reindex(points) for site, table in tables.items()}
    for table in longer.values():
        forcings = [name for name in table if name in vocabulary.forcings]
        table[forcings] = table[forcings].ffill()
    text = f"fewer than {most} points in {len(shorter)} of {len(tables)} curves: after the last nothing is observed"
    return longer, [Remark("filled", "time", text)] * bool(shorter)


def with_alternate_points(ds: xr.Dataset) -> xr.Dataset:
    """Every second point of the curves to train on, from the first, and the others to test on: both cover the curve.

    A period has no gaps, so the points stand in another order on their calendar of days.
    """
    days = ds.indexes["time"]
    order = np.concatenate([np.arange(part, len(days), 2) for part in (0, 1)])
    n_train = (len(days) + 1) // 2
    text = (
        f"every second of the {len(days)} points of a curve, from the first, is for training and stands on "
        f"{days[0]:%Y-%m-%d} to {days[n_train - 1]:%Y-%m-%d}; the others are for testing and come after. To divide "
        "them otherwise, give a NetCDF file its train_period and test_period"
    )
    periods = {
        "train_period": f"{days[0]:%Y-%m-%d}/{days[n_train - 1]:%Y-%m-%d}",
        "test_period": f"{days[n_train]:%Y-%m-%d}/{days[-1]:%Y-%m-%d}",
    }
    ordered = ds.isel(time=order).assign_coords(time=ds.time)
    return with_remarks(ordered.assign_attrs(periods), [Remark("exchanged", "time", text)])
