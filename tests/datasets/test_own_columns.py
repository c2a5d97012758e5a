"""The columns of a person's own files are found as they are read, and what is missing can be said."""

import pandas as pd
import pytest

from dgviz.datasets import DataError, read_path
from dgviz.datasets.own_columns import columns_of, meanings, sites_of, sites_without_place, write_places
from dgviz.datasets.reading import Reading, write_reading
from dgviz.datasets.science import all_vocabularies
from tests.datasets.own_files import AREA, SITES, days_of, write_own

SCIENCES = list(all_vocabularies().values())


def test_columns_are_found_with_their_meaning_units_and_an_example(tmp_path):
    table = days_of().rename(columns={"prcp": "Rain [inch]", "tmin": "odd", "streamflow": "q_cfs"})
    attributes = pd.DataFrame({"Gauge_ID": [SITES[0]], "latitude": 44.5, "lon": -70.25, "forest": 0.4})
    folder = write_own(tmp_path, SITES[:1], {SITES[0]: table}, attributes)
    found = {column.name: column for column in columns_of(folder, SCIENCES)}
    assert list(found)[:4] == ["Gauge_ID", "latitude", "lon", "forest"]
    assert [found[name].meaning for name in ("Gauge_ID", "latitude", "forest")] == ["site", "lat", "forest"]
    assert found["date"].meaning == "date" and found["date"].example == "2000-01-01"
    assert found["Rain"][3:] == ("prcp", "inch") and found["tmax"].meaning == "tmax"
    assert found["odd"].meaning == found["q_cfs"].meaning == ""
    write_reading(Reading({"odd": "tmin", "Rain": ""}, {"odd": "K"}), folder)
    found = {column.name: column for column in columns_of(folder, SCIENCES)}
    assert found["odd"][3:] == ("tmin", "K") and found["Rain"].meaning == ""
    assert all(column.meaning in {"", "forest", *meanings(SCIENCES)[column.table]} for column in found.values())


def test_the_parts_of_a_date_are_its_date(tmp_path):
    table = days_of().assign(year=2000, month=1, day=2).reset_index(drop=True).set_index("year")
    folder = write_own(tmp_path, SITES[:1], {SITES[0]: table})
    found = {column.name: column.meaning for column in columns_of(folder, SCIENCES)}
    assert found["year"] == found["month"] == found["day"] == "date"


def test_places_that_are_missing_can_be_given(tmp_path):
    folder = write_own(tmp_path)
    whole = read_path(folder)
    assert sites_without_place(folder) == [] and sites_of(folder) == list(SITES)
    (folder / "attributes.csv").unlink()
    with pytest.raises(DataError, match="attributes.csv does not exist"):
        read_path(folder)
    assert sites_without_place(folder) == list(SITES)
    place = {"lat": "44.5", "lon": " -70.25", "area": str(AREA), "elevation": ""}
    write_places(folder, dict.fromkeys(SITES, place))
    read = read_path(folder)
    assert read[["lat", "lon", "area", "streamflow"]].equals(whole[["lat", "lon", "area", "streamflow"]])
