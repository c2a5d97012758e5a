"""Coasts and borders to draw behind sites, wherever they are."""

import json
from functools import cache

import numpy as np

from dgviz.paths import data_folder

REACH = 15.0  # degrees around sites within which borders are drawn


def outlines(lon: np.ndarray, lat: np.ndarray) -> list[np.ndarray]:
    """Borders `(lon and lat, point)` to draw behind sites: of states where these hold all sites, else of the world.

    Of the world those in reach of the sites, which is as far as they are apart, but no less than `REACH`.
    """
    low, high = np.array([lon.min(), lat.min()]), np.array([lon.max(), lat.max()])
    states = _lines("us_states.geojson")
    if states and (_corners(states)[0] <= low).all() and (high <= _corners(states)[1]).all():
        return states
    reach = max(REACH, *(high - low))
    near = [(low - reach <= line.max(1)) & (line.min(1) <= high + reach) for line in _lines("world.geojson")]
    return [line for line, inside in zip(_lines("world.geojson"), near, strict=True) if inside.all()]


@cache
def _lines(name: str) -> list[np.ndarray]:
    """The lines of a file, `(lon and lat, point)` each; none where the file is missing."""
    path = data_folder() / name
    if not path.exists():
        return []
    found = []
    for feature in json.loads(path.read_text())["features"]:
        geometry = feature["geometry"]
        parts = [geometry["coordinates"]] if geometry["type"] == "MultiLineString" else geometry["coordinates"]
        found += [np.array(line).T for part in parts for line in part]
    return found


def _corners(lines: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The least and greatest longitude and latitude."""
    return np.min([line.min(1) for line in lines], 0), np.max([line.max(1) for line in lines], 0)
