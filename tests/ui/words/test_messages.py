"""What is wrong is said in words, on the page and in the terminal, and the rest goes on."""

import json

import panel as pn
import pytest
from bokeh.document import Document

from dgviz.datasets import DataError
from dgviz.experiment.config import RunConfig
from dgviz.experiment.worker import Worker
from dgviz.ui import app
from dgviz.ui.app import create_app
from dgviz.ui.instrument.bar import training_bar
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore
from dgviz.ui.widgets import material
from dgviz.ui.widgets.header import unreadable_text


def words(viewable):
    return " ".join(str(pane.object) for pane in viewable.select(pn.pane.HTML))


@pytest.fixture
def folder(tmp_path):
    """Runs of which one is sound and waits."""
    for name, content in {
        "sound": RunConfig().model_dump_json(),
        "half": '{"epochs": 3,',
        "unknown": json.dumps({"epochz": 3}),
        "list": "[1]",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(content)
    return tmp_path


def test_runs_that_cannot_be_read_are_said_and_the_others_shown(folder):
    state = AppState(DataStore(folder))
    assert "sound" in state.runs and not {"half", "unknown", "list"} & set(state.runs)
    said = unreadable_text(state.unreadable)
    assert "3 files of runs are damaged" in said and "Correct the file" in said
    for part in (
        "half/config.json",
        "list/config.json",
        "no option &#39;epochz&#39;. Did you mean &#39;epochs&#39;",
    ):
        assert part in said


def test_a_run_that_was_corrected_is_back(folder, monkeypatch):
    monkeypatch.setattr(DataStore, "recent", 0.0)  # s for which a look at the folder holds
    state = AppState(DataStore(folder))
    (folder / "half" / "config.json").write_text(RunConfig().model_dump_json())
    state.refresh_runs()
    assert "half" in state.runs and len(state.unreadable) == 2


def test_the_page_shows_what_is_left_out(folder):
    page = create_app(DataStore(folder))
    page.server_doc(Document())
    assert "3 files of runs are damaged" in words(page)


def test_nothing_is_said_where_all_runs_can_be_read(state):
    assert state.unreadable == []


def test_broken_data_are_said_in_one_sentence(tmp_path, caplog):
    store = DataStore(tmp_path, str(tmp_path / "gone"))
    page = create_app(store)
    assert "there is no such source, file or folder" in words(page)
    (record,) = caplog.records
    assert "there is no such source" in record.getMessage() and not record.exc_info


def test_serving_broken_data_ends_before_anything_is_served(tmp_path, monkeypatch):
    monkeypatch.setattr(app, "make_server", lambda *args, **options: pytest.fail("served"))
    (tmp_path / "attributes.csv").write_text("site,lat,lon,area\nx1,40,-75,10\n")
    days = "".join(f"1990-01-0{day},1,2,3\n" for day in (1, 2, 3, 5))
    (tmp_path / "x1.csv").write_text(f"date,prcp,tmean,streamflow\n{days}")
    with pytest.raises(
        DataError, match=r"x1.csv: site x1: prcp on 1990-01-04 is empty \(NaN\); a forcing needs a value on every day"
    ):
        app.serve(data=str(tmp_path), runs_folder=tmp_path / "runs")


def test_a_runs_folder_that_cannot_be_written_is_said_when_training_begins(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    store = DataStore(tmp_path / "file" / "runs")
    monkeypatch.setattr(Worker, "start", lambda worker: None)
    page = create_app(store)
    page.server_doc(Document())
    assert "could not start" not in words(page)
    state = AppState(store)
    (train,) = [b for b in training_bar(state, print).select(material.Button) if b.label == "Train"]
    train.clicks += 1
    assert "cannot be written" in state.problem and "--runs" in state.problem
