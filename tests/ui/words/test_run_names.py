import re

import pytest

from dgviz.experiment.config import RunConfig
from dgviz.experiment.runs import list_runs
from dgviz.ui.session.store import DataStore
from dgviz.ui.widgets.header import run_pickers
from dgviz.ui.words.run_names import model_name, run_names


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "HBV"),
        ({"epochs": 7, "seed": 3, "device": "cpu"}, "HBV"),
        ({"snow": "NoSnow", "epochs": 120}, "HBV without snow"),
        ({"snow": "NoSnow", "members": 4}, "HBV without snow; 4 members"),
        ({"sites": ("a1", "b2")}, "HBV; trained on 2 basins"),
        ({"trained_sites": ("a1", "b2")}, "HBV; trained on 2 basins"),
        ({"start_from": "another", "epochs": 5}, "HBV"),
        ({"snow": "NoSnow", "routing": "NoRouting"}, "No snow; No routing"),
    ],
)
def test_a_model_is_named_by_its_preset_and_what_differs(options, name):
    assert model_name(RunConfig(**options)) == name


def test_runs_are_named_by_model_date_and_score(state):
    names = run_names(state.finished(), state.store)
    assert list(names.values()) == ["no-snow", "default"]
    first, second = names
    assert re.fullmatch(r"NSE 0\.\d\d: HBV without snow, 3 Feb 04:05", first)
    assert re.fullmatch(r"NSE 0\.\d\d: HBV, 3 Feb 04:05", second)


def test_runs_that_are_alike_are_told_apart_by_their_ids(state):
    state.store.add("again", state.config, state.results("default"))
    names = run_names(["again", "default"], state.store)
    assert [name.rpartition(" ")[2] for name in names] == ["(again)", "(default)"]


def test_a_run_without_scores_has_a_name_too(state):
    state.store.add(
        "scoreless", RunConfig(domain="hydrology", data="made-up"), state.results("default")[["streamflow"]]
    )
    assert run_names(["scoreless"], state.store) == {"HBV, 3 Feb 04:05": "scoreless"}


def test_runs_that_travel_with_dgviz_are_examples(tmp_path):
    store = DataStore(tmp_path)
    names = list(run_names([run.id for run in list_runs(tmp_path)], store))
    assert any(re.fullmatch(r"NSE 0\.\d\d: HBV, example", name) for name in names)
    assert any(name.endswith("HBV without snow, example") for name in names)


def test_the_pickers_show_names_and_mean_ids(state):
    shown, compared = run_pickers(state, 200)
    assert shown.options["None"] == "" and shown.value == state.run
    other = next(name for name, run_id in compared.options.items() if run_id == "no-snow")
    compared.value = compared.options[other]
    assert state.baseline == "no-snow"
