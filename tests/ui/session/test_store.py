"""What all sessions share: the data sets that may be opened, and how much is kept."""

from dgviz.datasets import import_dataset
from dgviz.experiment.config import RunConfig
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
