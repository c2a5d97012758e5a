"""Make world.geojson: the coasts and borders of the countries of the world.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz package/countries-110m.json
    python data/make_world.py package/countries-110m.json

The npm package world-atlas 2.0.2 redistributes Natural Earth 4.1 at 1:110 million (public domain) as TopoJSON: arcs
that neighbours share, as steps on a grid. Each arc is one line here, so that a border is drawn once.
"""

import json
import sys
from pathlib import Path

import numpy as np


def lines(arc: list, transform: dict) -> list[list]:
    """Longitude and latitude along an arc, cut where it passes the date line; a line of one point is left out."""
    whole = (np.cumsum(arc, 0) * transform["scale"] + transform["translate"]).round(2)
    passes = np.flatnonzero(np.abs(np.diff(whole[:, 0])) > 180) + 1
    return [part.tolist() for part in np.split(whole, passes) if len(part) > 1]


def main(source: Path, target: Path) -> None:
    """Read TopoJSON, write GeoJSON."""
    topology = json.loads(source.read_text())
    coordinates = [line for arc in topology["arcs"] for line in lines(arc, topology["transform"])]
    feature = {
        "type": "Feature",
        "properties": {"name": "Coasts and borders, Natural Earth 1:110 million"},
        "geometry": {"type": "MultiLineString", "coordinates": coordinates},
    }
    collection = {"type": "FeatureCollection", "features": [feature]}
    target.write_text(json.dumps(collection, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parent / "world.geojson")
