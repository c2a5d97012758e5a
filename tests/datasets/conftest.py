"""Data sets are imported into a folder of each test's own; and small data of made-up sciences."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.datasets import Vocabulary
from dgviz.quantities import Forcing, Target


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path_factory.mktemp("cache")))


def made_up(times: pd.DatetimeIndex, domain: str, **series: tuple[str, float]) -> xr.Dataset:
    """Two sites with constant series; `series` gives units and value by name."""
    variables = {
        name: (("time", "site"), np.full((len(times), 2), value, "float32"), {"units": units})
        for name, (units, value) in series.items()
    }
    place = {"time": times, "site": ["a", "b"], "lat": ("site", [50.0, 51.0]), "lon": ("site", [8.0, 9.0])}
    return xr.Dataset(variables, place, {"domain": domain})


@pytest.fixture
def hourly():
    """Data of a canopy by hours, whose target may be negative, and the vocabularies with that science."""
    forcings = {"light": Forcing("W m-2", "Light", range=(0.0, 1500.0))}
    targets = {"exchange": Target("g C m-2 d-1", "Net exchange of carbon", range=(-100.0, 100.0))}
    times = pd.date_range("2000-01-01", "2002-12-31 23:00", freq="h")
    ds = made_up(times, "canopy", light=("W m-2", 300.0), exchange=("g C m-2 d-1", -2.0))
    return ds, {"canopy": Vocabulary("canopy", "hour", forcings, targets, {})}


@pytest.fixture
def monthly():
    """Data of a lake by months, and the vocabularies with that science."""
    forcings = {"rain": Forcing("mm d-1", "Rain", range=(0.0, 100.0))}
    targets = {"level": Target("m", "Level", range=(-10.0, 10.0))}
    times = pd.date_range("2000-01-01", "2005-12-01", freq="MS")
    ds = made_up(times, "lake", rain=("mm d-1", 3.0), level=("m", -1.0))
    return ds, {"lake": Vocabulary("lake", "month", forcings, targets, {})}
