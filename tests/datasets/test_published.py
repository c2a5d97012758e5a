"""Others' published scores: which basins and models, whence and for which period."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.datasets import published_on, published_scores
from dgviz.datasets.published import MODELS

SHARED = Path(__file__).parents[3] / "shared" / "data"
HEADER = "gauge_id,nse_nwm,nse_sacsma,nse_lstm_static,nse_lstm_nostatic,nse_lstm_pub,nse_other\n"


@pytest.fixture
def folder(tmp_path):
    rows = "01022500,0.2,0.1,0.3,0.4,0.5,9\n01031500,1.2,1.1,1.3,1.4,1.5,9\n01013500,,,,,,9\n"
    (tmp_path / "published_nse.csv").write_text(HEADER + rows)
    return tmp_path


def test_scores_are_of_the_asked_basins_in_their_order(folder):
    scores = published_scores(["01031500", "no such", "01022500", "01013500"], folder)
    assert scores.site.values.tolist() == ["01031500", "01022500"]
    assert scores.model.values.tolist() == list(MODELS)
    assert scores.nse.sel(site="01022500").values.tolist() == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert scores.nse.sel(site="01031500", model="NWM") == 1.2


def test_every_model_says_whence_it_is_and_the_scores_of_when(folder):
    scores = published_scores(["01022500"], folder)
    assert all("doi:10." in source for source in scores.source.values) and all(scores.description.values)
    assert scores.nse.period == "1989-10-01/1999-09-30" and scores.nse.long_name and scores.nse.units == "1"
    assert set(scores.train_period.sel(model=["SAC-SMA", "LSTM"]).values) == {"1999-10-01/2008-09-30"}
    assert scores.model.values[scores.ungauged.values].tolist() == ["LSTM, ungauged"]


def test_without_a_file_or_a_common_basin_there_are_none(folder, tmp_path, monkeypatch):
    assert published_scores(["01439500"], folder) is None
    assert published_scores(["01022500"], tmp_path / "elsewhere") is None
    monkeypatch.setenv("DGVIZ_DATA", str(folder))
    assert published_scores(["01022500"]) is not None


def test_scores_of_days_that_a_record_lacks_are_no_comparison(folder, monkeypatch):
    monkeypatch.setenv("DGVIZ_DATA", str(folder))
    days = pd.date_range("1989-10-01", "1999-09-30")
    dataset = xr.Dataset(coords={"time": days, "site": ["01022500"]})
    assert published_on(dataset).nse.sizes == {"model": 5, "site": 1}
    assert published_on(dataset.isel(time=slice(1, None))) is None
    assert published_on(dataset.assign_coords(site=["01439500"])) is None


def test_medians_are_those_that_were_published():
    data = Path(os.environ.get("DGVIZ_DATA", SHARED))
    file = data / "published_nse.csv"
    if not file.is_file():
        pytest.skip(f"published_nse.csv is not in {data}; set DGVIZ_DATA to the folder that holds it")
    sites = np.loadtxt(file, delimiter=",", skiprows=1, usecols=0, dtype=str)
    scores = published_scores(sites.tolist(), data)
    assert scores.sizes["site"] == 531  # all that are usually compared
    medians = dict(zip(scores.model.values, scores.nse.median("site").values, strict=True))
    assert {name: round(float(median), 2) for name, median in medians.items()} == {
        "SAC-SMA": 0.64,
        "NWM": 0.58,
        "LSTM": 0.74,
        "LSTM without attributes": 0.63,
        "LSTM, ungauged": 0.69,
    }
