"""The page Compare: which runs are A and B, and in what they differ."""

import json
import re

import numpy as np
import pytest

from dgviz.datasets.remarks import Remark
from dgviz.experiment.config import RunConfig
from dgviz.ui.lenses.compare.comparison import MedianScores, OptionDifferences, median_table
from dgviz.ui.lenses.compare.run_table import RunTable, run_table, when
from dgviz.ui.words.differences import describe_differences, differences


@pytest.fixture
def compared(state):
    state.show("default")
    state.compare_with("no-snow")
    return state


def keep_sites(store, run_id, positions):
    """Leave only some sites in the results of a run."""
    run = store.run(run_id)
    run.stored = run.stored.isel(site=positions)
    store._results.clear()
    store._medians.clear()


def test_differences_are_told_in_the_words_of_the_processes():
    a, b = RunConfig(epochs=30), RunConfig(processes={"snow": "NoSnow"}, sites=("x", "y"), dynamic=("beta",))
    assert differences(a, b) == [
        ("Training basins", "all", "2 basins"),
        ("Snow", "Degree-day snow", "No snow"),
        ("Dynamic parameters (vary in time)", "none", "shape of the recharge curve (beta)"),
        ("Epochs (passes over the training data)", "30", "60"),
    ]
    assert describe_differences(b, a) == "trained on 2 basins; No snow; dynamic parameters beta; 60 epochs"
    assert describe_differences(a, a) == ""
    control = a.edited(attributes_as="shuffled", loss="kge")
    assert describe_differences(control, a) == (
        "attribute values: shuffled between sites; loss function KGE (Kling-Gupta efficiency)"
    )
    assert describe_differences(a, b).startswith("trained on all basins; Degree-day snow; dynamic parameters none")


@pytest.mark.parametrize(
    ("options", "there", "back"),
    [
        (dict(holdout="sites", held_sites=("x",)), "x held out", "no basins held out"),
        (dict(holdout="sites", held_sites=("x", "y", "z")), "3 basins held out", "no basins held out"),
        (dict(holdout="regions", folds=3), "basins held out: a region in turn; 3 folds", "no basins held out"),
        (
            dict(start_from="r", epochs=5, schedule="cosine"),
            "5 epochs; weights to begin with r",
            "60 epochs; no weights",
        ),
        (dict(validation="period", patience=3), "validation for early stopping: the last days; patience 3", "no valid"),
        (dict(patience=3), "", ""),  # nothing without validation
    ],
)
def test_what_is_empty_or_follows_from_another_option_is_left_out(options, there, back):
    a, b = RunConfig(), RunConfig(**options)
    assert describe_differences(b, a) == there
    assert describe_differences(a, b).startswith(back) and "\u2013" not in describe_differences(a, b)


def test_a_line_tells_what_a_run_is_and_how_well_it_does(compared, store):
    table = run_table(compared)
    lines = table.split("<tr>")
    default = next(line for line in lines if "title='default'" in line)
    other = next(line for line in lines if "title='no-snow'" in line)
    assert "name='A' value='default' aria-label='A: default' checked" in default and "name='B'" not in default
    assert "name='B' value='no-snow' aria-label='B: no-snow' checked" in other
    assert "is A" in default and "No snow" in other and "3 Feb 2001, 04:05" in other
    nse = float(store.results("no-snow").nse.sel(period="test").median())
    assert f">{nse:.2f}<" in other and "Status" not in table and "Data</th>" not in table  # the same for all
    store.submit(RunConfig(domain="hydrology", data="made-up"))
    compared.refresh_runs()
    assert "Status</th>" in run_table(compared)


def test_a_line_tells_how_many_physics_checks_passed_and_which_failed(compared, store):
    assert "Physics" not in run_table(compared)  # nobody asked
    run = store.run("default")
    found = {"a": {"mass_closure": "passed", "storm_ladder": "failed"}, "b": {"mass_closure": "passed"}}
    content = {"period": "", "by_site": found, "n_sites": 9, "checksums": run.record.get("checksums")}
    (run.folder / "physics.json").write_text(json.dumps(content))
    table = run_table(compared)
    assert "<span title='Failed: storm ladder at 1 of 2.'>1 of 2</span>" in table


def test_nobody_knows_when_a_run_that_was_installed_was_trained(store, monkeypatch):
    run = store.run("default")
    assert when(run) == "3 Feb 2001, 04:05"
    monkeypatch.setattr("dgviz.ui.words.run_names.data_folder", lambda: run.folder.parent.parent)
    run.record, run.folder = {}, run.folder.parent / "runs" / "default"
    assert when(run) == ""


def test_a_click_chooses_a_and_b(compared):
    view = RunTable(state=compared)
    view.table._handle_msg({"name": "B", "value": "no-snow", "checked": False})
    assert (compared.run, compared.baseline) == ("default", "")
    view.table._handle_msg({"name": "B", "value": "no-snow", "checked": True})
    assert compared.baseline == "no-snow"
    view.table._handle_msg({"name": "A", "value": "no-snow", "checked": True})
    assert (compared.run, compared.baseline) == ("no-snow", "")
    assert "value='no-snow' aria-label='A: no-snow' checked" in view.table.content


def test_a_run_on_other_data_brings_its_data_along(compared, store):
    store.runs()[0].config = RunConfig(domain="hydrology", data="other")
    view = RunTable(state=compared)
    assert "B: no-snow" not in view.table.content
    view.table._handle_msg({"name": "A", "value": "no-snow", "checked": True})
    assert (compared.config.data, compared.run) == ("other", "no-snow")


def test_a_run_on_data_that_were_removed_says_so_and_cannot_be_chosen(compared, store):
    store.runs()[0].config = RunConfig(domain="hydrology", data="rivers-0123456789ab")
    line = next(line for line in run_table(compared).split("<tr>") if "title='no-snow'" in line)
    assert "<input" not in line and ">data removed<" in line


def test_the_epochs_are_those_that_were_trained(compared, store):
    run = store.run("no-snow")
    run.record["epochs"] = 33
    assert ">33 of 60<" in run_table(compared)
    run.record, run.progress = {}, [{"epoch": 1}, {"epoch": 2}]
    assert ">2 of 60<" in run_table(compared)
    run.config = run.config.edited(parameters="fixed")
    assert ">\u2013<" in run_table(compared)


def test_the_scores_follow_the_name_of_a_run(compared):
    titles = re.findall("<th class='[a-z]*'>(.*?)</th>", run_table(compared))
    assert titles.index("Run") < titles.index("NSE test") < titles.index("Differs from A")


def test_a_run_without_results_cannot_be_chosen(compared, store):
    store.submit(RunConfig(domain="hydrology", data="made-up"))
    line = next(line for line in run_table(compared).split("<tr>") if ">waiting<" in line)
    assert "<input" not in line


def test_medians_stand_beside_each_other_with_their_difference(compared, store):
    a, b = store.medians("default"), store.medians("no-snow")
    table = median_table(a, b)
    values = [float(run.nse.sel(period="test")) for run in (a, b)]
    assert f"<td>{values[0]:.2f}</td><td>{values[1]:.2f}</td><td>+{values[0] - values[1]:.2f}</td>" in table
    assert "<th>B</th>" not in median_table(a, None)


def test_medians_over_other_sites_are_not_passed_over_in_silence(compared, store):
    keep_sites(store, "no-snow", [0, 1])
    assert "A has 5 sites, B 2; 2 are in both" in MedianScores(state=compared).caption


def test_a_configuration_is_restored(compared):
    view = OptionDifferences(state=compared)
    restore_a, restore_b = view.tools()
    assert "No snow" in view._place[0].object
    restore_b.clicks += 1
    assert compared.config.processes["snow"] == "NoSnow"
    restore_a.clicks += 1
    assert compared.config.processes["snow"] == "DegreeDaySnow"


def test_equal_options_are_said(compared, store):
    store.run("no-snow").config = store.run("default").config
    assert "same options" in OptionDifferences(state=compared)._place[0].object


def test_medians_over_some_of_the_sites_say_of_how_many(compared, store):
    run = store.run("default")
    run.stored = run.stored.copy(deep=True)
    run.stored.nse.loc[{"period": "test", "site": ["a1", "b2", "c3"]}] = np.nan
    run.remarks = [Remark("left out", "a1", "streamflow is not observed in the test period: <not> scored there.")]
    store._scores.clear()
    assert "<span class='muted'>(2 of 5)</span>" in run_table(compared)
    view = MedianScores(state=compared)
    shown = view.body(run="default", baseline="no-snow")
    assert "A: medians over the basins that have a score: 2 of 5 in the test period" in view.caption
    assert "left out: a1: streamflow is not observed in the test period: &lt;not&gt; scored" in shown.object
