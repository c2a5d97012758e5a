"""Make us_states.geojson: outlines of the 48 conterminous states and the District of Columbia.

    npm pack us-atlas@3.0.1 && tar xzf us-atlas-3.0.1.tgz package/states-10m.json
    python data/make_states.py package/states-10m.json

The npm package us-atlas 3.0.1 redistributes the U.S. Census Bureau's cartographic boundaries of 2017 (public domain) as
TopoJSON: arcs that neighbours share, as steps on a grid. Borders are thinned arc by arc, so that neighbours still meet.
"""

import json
import sys
from pathlib import Path

import numpy as np

ELSEWHERE = {"02", "15", "60", "66", "69", "72", "78"}  # Alaska, Hawaii and the territories
STEP = 0.04  # degrees between two points that are kept


def points(arc: list, transform: dict) -> np.ndarray:
    """Longitude and latitude along an arc, thinned; both ends are kept."""
    whole = np.cumsum(arc, 0) * transform["scale"] + transform["translate"]
    kept = [whole[0]]
    for point in whole[1:-1]:
        if np.abs(point - kept[-1]).max() >= STEP:
            kept.append(point)
    return np.array([*kept, whole[-1]]).round(3)


def ring(numbers: list[int], arcs: list[np.ndarray]) -> list:
    """The closed line of some arcs; a negative number is an arc taken backwards."""
    parts = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
    return np.concatenate([part[int(i > 0) :] for i, part in enumerate(parts)]).tolist()


def main(source: Path, target: Path) -> None:
    """Read TopoJSON, write GeoJSON."""
    topology = json.loads(source.read_text())
    arcs = [points(arc, topology["transform"]) for arc in topology["arcs"]]
    features = []
    for state in topology["objects"]["states"]["geometries"]:
        if state["id"] in ELSEWHERE:
            continue
        polygons = state["arcs"] if state["type"] == "MultiPolygon" else [state["arcs"]]
        rings = [[ring(numbers, arcs) for numbers in polygon] for polygon in polygons]
        rings = [polygon for polygon in rings if len(polygon[0]) > 4]
        geometry = {"type": "MultiPolygon", "coordinates": rings}
        features.append({"type": "Feature", "id": state["id"], "properties": state["properties"], "geometry": geometry})
    collection = {"type": "FeatureCollection", "features": features}
    target.write_text(json.dumps(collection, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parent / "us_states.geojson")
