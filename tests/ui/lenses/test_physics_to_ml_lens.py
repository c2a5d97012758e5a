"""The page Physics to ML: what was trained of each preset, buttons for the rest, curves and claims."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from dgviz.experiment.claims import to_train
from dgviz.experiment.config import RunConfig
from dgviz.experiment.presets import HOLDOUTS, missing, wanted
from dgviz.ui.lenses.presets.claims import SEEDS, Claims
from dgviz.ui.lenses.presets.dial_curves import DialCurves
from dgviz.ui.lenses.presets.dial_table import DialTable
from dgviz.ui.lenses.presets.experiments import Experiments
from dgviz.ui.lenses.presets.few_sites import FewSites
from dgviz.ui.lenses.presets.slopes import Slopes
from dgviz.ui.session import preset_runs
from dgviz.ui.session.preset_runs import colour, own_of, places, scores
from dgviz.ui.session.state import AppState
from tests.ui.conftest import SITES, make_results


@pytest.fixture
def dial(empty_store, dataset):
    """A session in which HBV and the LSTM are trained, the LSTM in folds too."""
    configs = wanted(RunConfig(domain="hydrology", data="made-up"))
    for name, holdout, noise in (("HBV", "none", 0.1), ("LSTM", "none", 0.2), ("LSTM", "folds", 0.9)):
        config = configs[name][holdout]
        empty_store.add(f"{name}-{holdout}", config, make_results(dataset, config, noise))
    empty_store._worker = Idle()
    return AppState(empty_store)


class Idle:
    """In the place of the process that trains."""

    def start(self):
        pass


def row_of(table, name):
    return next(row for row in table.split("<tr>") if f"<b>{name}</b>" in row)


def test_a_row_has_medians_where_there_are_runs_and_buttons_where_not(dial):
    table = DialTable(state=dial).table.content
    assert table.count("<b>") == len(dial.config.science.dial + dial.config.science.controls)
    hbv, lstm, calibrated = (row_of(table, name) for name in ("HBV", "LSTM", "HBV, calibrated"))
    assert "value='HBV|folds'" in hbv and "value='HBV|none'" not in hbv
    assert "value='LSTM|none'" not in lstm and "value='LSTM|folds'" not in lstm and "value='LSTM-none'" in lstm
    held_out = float(dial.store.results("LSTM-folds").nse.sel(period="test").median())
    assert f"{held_out:.2f}" in lstm.replace("\u2212", "-")
    assert "not possible" in calibrated and "value='HBV, calibrated|none'" in calibrated


def test_a_button_trains_its_preset_without_changing_what_is_shown(dial):
    view, shown = DialTable(state=dial), dial.run
    view._use("train", "HBV|folds", True)
    made = dial.store.made[0]
    assert made.config == wanted(RunConfig(domain="hydrology", data="made-up"))["HBV"]["folds"]
    assert "waiting" in row_of(view.table.content, "HBV") and "value='HBV|folds'" not in view.table.content
    made.status, made.stored = "done", dial.store.results("LSTM-folds")
    dial.follow()
    assert dial.run == shown and not dial.training
    assert "value='HBV|folds'" not in row_of(view.table.content, "HBV")


def test_train_all_queues_what_is_missing_on_the_selected_sites(dial):
    view = DialTable(state=dial)
    every = sum(holdout in HOLDOUTS for of_preset in wanted(dial.config).values() for holdout in of_preset)
    assert len(missing(places(dial))) == every - 3
    dial.select(["a1", "c3"])
    assert view.train_all.label == f"Train all {every} missing"
    before = len(dial.store.made)
    view._train(missing(view.there))
    assert {run.config.sites for run in dial.store.made[:every]} == {("a1", "c3")}
    assert len(dial.store.made) == before + every and not view.train_all.visible
    assert missing(places(dial)) == []
    assert dial.followed == dial.store.made[every - 1].id  # the first that was queued


def test_the_progress_of_the_run_in_view_is_in_its_row(dial):
    view = DialTable(state=dial)
    view._use("train", "HBV|folds", True)
    run = dial.store.made[0]
    run.status = "training"
    run.progress = [{"epoch": 3, "epochs": 60, "part": 2, "parts": 5, "part_name": "fold 2 of 5", "parameters": {}}]
    dial.follow()
    assert "epoch 3 of 60, fold 2 of 5" in row_of(view.table.content, "HBV")


def test_a_failed_run_says_why_and_can_be_trained_again(dial):
    view = DialTable(state=dial)
    view._use("train", "HBV|folds", True)
    run = dial.store.made[0]
    run.status, run.error = "failed", "no <memory>\n\nTraceback ..."
    dial.follow()
    row = row_of(view.table.content, "HBV")
    assert "no &lt;memory&gt;" in row and "Traceback" not in row and "value='HBV|folds'" in row


def test_a_preset_is_shown_as_a_or_b(dial):
    view = DialTable(state=dial)
    view._use("A", "HBV-none", True)
    view._use("B", "LSTM-none", True)
    assert (dial.run, dial.baseline) == ("HBV-none", "LSTM-none")
    view._use("B", "LSTM-none", False)
    assert dial.baseline == ""


def test_curves_are_of_test_days_or_of_sites_held_out(dial):
    view = DialCurves(state=dial)
    assert names(view) == ["HBV", "LSTM"]
    view.case.value = "held_out"
    assert names(view) == ["LSTM"]
    figure = view.place[0].object
    assert figure.renderers[0].data_source.data["share"][-1] == 100
    assert len(figure.renderers[0].data_source.data["value"]) == len(SITES)


def test_curves_are_of_regions_where_a_claim_asks_for_them(dial, shipped):
    view = DialCurves(state=dial)
    view.case.value = "region"
    assert names(view) == ["HBV, shared"] and "regions held out" in view.summary
    other = SimpleNamespace(config=RunConfig(data="twin:oxygen"), selected=[])
    assert "region" not in DialCurves._cases(SimpleNamespace(state=other)).values()


def names(view):
    return [item.label.value for item in view.place[0].object.legend[0].items]


def test_without_a_run_the_curves_say_what_to_do(empty_store):
    assert "train one" in DialCurves(state=AppState(empty_store)).place[0].object


def test_colours_run_along_the_dial_and_controls_are_grey(dial):
    science = dial.config.science
    assert len({colour(name, dial.config, False) for name in science.dial}) == len(science.dial)
    assert len({colour(name, dial.config, False) for name in science.controls}) == 1


def test_claims_say_what_was_found_or_what_to_train(dial):
    shown = Claims(state=dial).table.object
    nse = {name: dial.store.results(f"{name}-none").nse.sel(period="test") for name in ("HBV", "LSTM")}
    assert float(nse["LSTM"].median()) < float(nse["HBV"].median())
    network = next(row for row in shown.split("<tr>") if "A network alone does better" in row)
    assert ">fails<" in network and "5 basins, 1 seed" in network and "class='strip'" in network
    lost = next(row for row in shown.split("<tr>") if "lose less" in row)
    assert ">not trained yet<" in lost and "Train HBV in folds." in lost and "class='strip'" not in lost
    assert "Train HBV, corrected." in shown


def test_what_claims_lack_is_trained_from_five_seeds(dial):
    view = Claims(state=dial)
    lacking = to_train(dial.config, wanted(dial.config), own_of(dial, places(dial)), SEEDS)
    assert view.train_more.label == f"Train {len(lacking)} more for 5 seeds"
    view.train_more.clicks += 1
    made = dial.store.made[: len(lacking)]
    assert [run.config for run in reversed(made)] == list(lacking.values())
    assert {run.config.seed for run in made} == set(range(SEEDS))


@pytest.fixture
def shipped(dial, dataset, monkeypatch):
    """A session with made-up basins whose scores travel with dgviz: two seeds of two presets."""

    def made(name, holdout, seed, noise):
        config = wanted(dial.config)[name][holdout].edited(seed=seed)
        scores = make_results(dataset, config, noise)
        return (name, holdout, seed), scores[["nse", "kge_2012"]].sel(
            period=["test"] if holdout != "none" else ["train", "test"]
        )

    of_runs = [made("HBV, shared", "none", seed, 0.5) for seed in (0, 1)] + [made("HBV", "none", 1, 0.1)]
    of_runs += [made("HBV, shared", "regions", 0, 0.7)]
    monkeypatch.setattr(preset_runs, "_travelling", lambda *session: dict(of_runs))
    return dict(of_runs)


def test_what_travels_fills_the_page_and_can_be_trained_again(dial, shipped):
    view = DialTable(state=dial)
    shared = row_of(view.table.content, "HBV, shared")
    of_seeds = [shipped["HBV, shared", "none", seed].nse.sel(period="test") for seed in (0, 1)]
    median = float((sum(of_seeds) / 2).median())
    assert f"{median:.2f}" in shared.replace("\u2212", "-")
    assert "value='HBV, shared|none'" in shared and "value='HBV, shared|regions'" in shared
    assert "seeds that travel" in view.caption
    assert not any(
        config.parameters == "shared" and config.holdout == "none" for config in missing(view.there, view.known)
    )
    assert "HBV, shared" in names(DialCurves(state=dial))


def test_a_line_falls_from_attributes_to_random_numbers(dial, dataset):
    for name, seed, noise in (("Random attributes", 0, 0.5), ("Random attributes", 1, 0.6)):
        config = wanted(dial.config)[name]["none"].edited(seed=seed)
        dial.store.add(f"{name}-{seed}", config, make_results(dataset, config, noise))
    view = Slopes(state=dial)
    dots, line = view.place[0].object.renderers
    assert dots.data_source.data["x"] == ["attributes", "random numbers", "random numbers"]
    of_runs = [dial.store.results(run).nse.sel(period="test") for run in ("Random attributes-0", "Random attributes-1")]
    expected = float(np.mean([nse.median() for nse in of_runs]))
    assert line.data_source.data["y"][1] == pytest.approx(expected)
    assert view.summary.startswith("Median NSE. Other days: attributes 0.")


def test_a_line_needs_two_steps_and_a_science_with_the_controls(dial):
    assert not Slopes(state=dial).place.objects
    assert Slopes.applies(dial) and not Slopes.applies(SimpleNamespace(config=RunConfig(data="twin:oxygen")))


def test_with_few_sites_each_preset_has_a_line_in_the_band_of_its_seeds(dial, dataset):
    for number, noise in ((4, 0.9), (16, 0.4)):
        for seed in (0, 1):
            config = wanted(dial.config)["LSTM"][f"thirds, {number} trained on"].edited(seed=seed)
            dial.store.add(f"few-{number}-{seed}", config, make_results(dataset, config, noise + 0.1 * seed))
    view = FewSites(state=dial)
    band, line, _ = view.place[0].object.renderers
    assert list(line.data_source.data["x"])[:2] == [4, 16]
    for at, number in enumerate((4, 16)):
        medians = [float(dial.store.results(f"few-{number}-{seed}").nse.sel(period="test").median()) for seed in (0, 1)]
        assert line.data_source.data["y"][at] == pytest.approx(np.mean(medians))
        assert band.data_source.data["y1"][at] == pytest.approx(min(medians))
        assert band.data_source.data["y2"][at] == pytest.approx(max(medians))
    assert "LSTM: " in view.summary and "from 4, " in view.summary
    assert FewSites.applies(dial) and not FewSites.applies(
        SimpleNamespace(config=RunConfig(data="twin:oxygen"), selected=[])
    )


def test_answers_beyond_the_record_are_drawn_where_there_are_any(dial, shipped, monkeypatch):
    assert not Experiments(state=dial).place.objects
    (experiment,) = dial.science.experiments
    with_answers = {}
    for key, runs in shipped.items():
        answers = {name: xr.full_like(runs.nse, value / 1000) for name, value in experiment.scores.items()}
        with_answers[key] = runs.assign(answers) if key[1] == "none" else runs
    monkeypatch.setattr(preset_runs, "_travelling", lambda *session: with_answers)
    view = Experiments(state=dial)
    line = view.place[0].object.renderers[1].data_source.data
    assert list(line["x"]) == [*experiment.values]
    assert line["y"] == pytest.approx([value / 1000 for value in experiment.values])
    assert "from 25 to 400: HBV, shared 0.03 to 0.40" in view.summary.replace("0.025", "0.03")


def test_own_runs_stand_beside_seeds_that_travel(dial, shipped):
    view = Claims(state=dial)
    assert view.caption.startswith(f"Judged by {len(shipped)} trainings that travel with dgviz and 3 runs here")
    known = scores(dial, places(dial))
    assert {seed for name, holdout, seed in known if (name, holdout) == ("HBV", "none")} == {0, 1}
    assert known["HBV", "none", 0].nse.equals(dial.store.scores("HBV-none").nse)
