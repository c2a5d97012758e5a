"""What all sessions share: the data sets that may be opened, and how much is kept."""

from dgviz.datasets import import_dataset
from dgviz.experiment.config import RunConfig
from dgviz.experiment.runs import Run
from dgviz.ui.session.background import Kept
from dgviz.ui.session.store import DataStore
from tests.datasets.camels_files import write_camels


def test_imports_may_be_opened_and_are_told_apart(tmp_path, monkeypatch):
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path / "cache"))
    folder = write_camels(tmp_path / "camels", sites=("01013500",))
    import_dataset(folder, "one")
    known = DataStore(tmp_path / "runs").known_data()
    assert known["CAMELS-US (daymet), 1 basins"] == "one" and "delaware" in known.values()
    import_dataset(folder, "two")
    store = DataStore(tmp_path / "runs", data="two")
    assert store.known_data()["CAMELS-US (daymet), 1 basins (two)"] == "two"
    assert {"delaware", "delaware_river", "camels_us", "one", "two"} <= set(store.known_data().values())
    assert store.dataset("two").sizes["site"] == 1


def test_nothing_is_kept_of_data_that_are_forgotten(tmp_path):
    store = DataStore(tmp_path / "runs")
    store.flags(RunConfig())
    store.published("delaware")
    store.forget("delaware")
    assert not (store._datasets or store._flags or store._published)


def test_what_nobody_asked_for_longest_makes_room():
    kept, made = Kept(2), []
    for key in "abacab":
        assert kept.of(key, lambda key=key: made.append(key) or key) == key
    assert made == ["a", "b", "c", "b"] and [*kept] == ["a", "b"]


def ids(store):
    return [run.id for run in store.runs() if run.folder.parent == store.runs_folder]


def test_a_run_shows_as_soon_as_it_is_there_and_no_longer(tmp_path, monkeypatch):
    """However seldom the folder is looked through."""
    monkeypatch.setattr(DataStore, "recent", 1e9)
    store = DataStore(tmp_path / "runs")
    assert ids(store) == []
    first = Run.create(RunConfig(), store.runs_folder)
    assert ids(store) == [first.id] and store.run(first.id).status == "waiting"
    second = Run.create(RunConfig(), store.runs_folder)
    assert ids(store) == [second.id, first.id]
    first.request("stop")
    assert ids(store) == [second.id]


def test_who_waits_is_told_how_many_come_before_and_about_how_long_they_take(store):
    for run_id, seconds in (("default", 20.0), ("no-snow", 40.0)):
        store.run(run_id).record["seconds"] = seconds
    waiting = [store.submit(RunConfig(domain="hydrology", data="made-up")) for _ in range(3)]
    store.run(waiting[0]).status = "training"
    assert [run.id for run in store.active()] == waiting
    assert [store.wait(run_id) for run_id in waiting] == [(0, 0.0), (1, 30.0), (2, 60.0)]


def test_how_long_it_takes_is_not_known_before_a_run_has_ended(empty_store):
    run_id = empty_store.submit(RunConfig(domain="hydrology", data="made-up"))
    assert empty_store.wait(run_id) == (0, None)
