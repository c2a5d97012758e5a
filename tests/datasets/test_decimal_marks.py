"""Commas and points in numbers: decimal marks or marks of thousands, as the whole table tells."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dgviz.datasets import DataError, read_path
from dgviz.datasets.csv_text import read_text
from tests.datasets.own_files import SITES, days_of, write_own
from tests.datasets.test_cases import refused, said

# The table, and the numbers in the column `area`; None where it is refused.
TABLES = {
    "thousands, other columns with points": ("site;lat;area\na;41.2;1,100\nb;41.9;987", [1100, 987]),
    "the same between commas": ('site,lat,area\na,41.2,"1,100"\nb,41.9,"2,200"', [1100, 2200]),
    "points in the column itself": ('site,lat,area\na,41,"1,100"\nb,42,200.5', [1100, 200.5]),
    "thousands and decimals": ('site,lat,area\na,41,"1,100.5"\nb,42,"12,345,678"', [1100.5, 12345678]),
    "decimal commas, thousands with points": ("site;lat;area\na;41,2;1.100\nb;41,9;987", [1100, 987]),
    "both in one cell": ("site;lat;area\na;41;1.100,5\nb;42;2.200", [1100.5, 2200]),
    "three decimals beside decimal commas": ("site;lat;area\na;41,2;1,100\nb;41,9;2,200", [1.1, 2.2]),
    "three decimals of less than one": ("site;lat;area\na;41;0,812\nb;42;1,046", [0.812, 1.046]),
    "a point and no comma anywhere": ("site;lat;area\na;41.2;1.100\nb;41.9;2.200", [1.1, 2.2]),
    "with units": ("site;lat;area [km2]\na;41,2;1.100\nb;41,9;987", [1100, 987]),
}


@pytest.mark.parametrize("kind", TABLES)
def test_the_table_tells_what_a_mark_is(tmp_path, kind):
    text, numbers = TABLES[kind]
    file = tmp_path / "a.csv"
    file.write_text(text)
    assert pd.to_numeric(read_text(file).table.iloc[:, -1]).tolist() == numbers


def test_ids_and_dates_keep_their_points(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("site;date;lat\n1.100;01.1990;41,2\n2.200;02.1990;41,9")
    assert read_text(file).table["site"].tolist() == ["1.100", "2.200"]


def test_points_beside_points_and_commas_are_refused(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("site;lat;lon;area\na;41,2;8.25;1.100")
    with pytest.raises(DataError, match="line 2: area is '1.100', and other columns have decimal points or decimal"):
        read_text(file)


def flood(folder: Path, values, **how) -> Path:
    return write_own(folder, SITES[:1], {SITES[0]: days_of().assign(streamflow=values)}, **how)


@pytest.mark.parametrize("sep", [";", ","])
def test_a_flood_with_a_comma_of_thousands_is_not_divided(tmp_path, sep):
    flow = np.where(np.arange(len(days_of())) == 100, "1,046", "9")
    ds = read_path(flood(tmp_path, flow, sep=sep))
    assert float(ds.streamflow[100, 0]) == 1046 and "thousands parted in streamflow" in said(ds)


def test_a_comma_of_which_nothing_tells_is_refused_in_series_and_attributes(tmp_path):
    rows = pd.DataFrame({"site": SITES, "lat": 44, "lon": -70, "area": "1,100"})
    assert "area is '1,100', not a number" in refused(write_own(tmp_path, attributes=rows, sep=";"))
