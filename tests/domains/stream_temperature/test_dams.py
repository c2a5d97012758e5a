"""Gauges below large dams are flagged."""

import numpy as np
import xarray as xr

from dgviz.domains import discover

flagged = discover()["stream_temperature"].flagged


def test_gauges_near_large_dams_are_flagged():
    storage, distance = [400.0, 400.0, 20.0, np.nan, 400.0], [12.0, 80.0, 12.0, np.nan, np.nan]
    ds = xr.Dataset({"dam_storage": ("site", storage), "major_dam_distance": ("site", distance)}, {"site": [*"abcde"]})
    said = flagged(ds)
    assert said[0].item().startswith("a major dam stands 12 km upstream, and dams hold 400 mm of water")
    assert not (said[1:] != "").any()


def test_without_dams_in_the_data_nothing_is_flagged():
    assert flagged(xr.Dataset(coords={"site": ["a"]})).values.tolist() == [""]
