"""Points of curves: which of them to train and to test on unless the data or a run say otherwise."""

import numpy as np
import xarray as xr

from dgviz.datasets.remarks import Remark, with_remarks


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
