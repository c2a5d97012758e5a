"""Random damage to run folders and to files of data: words come of it, never a traceback.

`DGVIZ_EXAMPLES=1000 pytest -n 0 tests/experiment/test_fuzz.py` tries more, and other ones each time.
"""

import json
import os
import shutil
import warnings
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dgviz.datasets import DataError, attribute_names
from dgviz.experiment.config import ConfigError
from dgviz.experiment.run_files import RunError
from dgviz.experiment.sources import open_dataset
from dgviz.ui.session.store import DataStore

EXAMPLES = os.environ.get("DGVIZ_EXAMPLES")
SEARCH = settings(
    max_examples=int(EXAMPLES or 15),
    derandomize=not EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def damages(draw):
    """What happens to a file, as a function of its path."""
    kind = draw(st.sampled_from(["cut", "flip", "put", "garbage", "gone", "folder", "link", "twice"]))
    place, byte = draw(st.floats(0, 1)), draw(st.binary(min_size=1, max_size=6))

    def damage(path: Path) -> None:
        content = path.read_bytes()
        at = int(place * len(content))
        if kind == "cut":
            path.write_bytes(content[:at])
        elif kind == "flip":
            path.write_bytes(content[:at] + byte + content[at + len(byte) :])
        elif kind == "put":
            path.write_bytes(content[:at] + byte + content[at:])
        elif kind == "garbage":
            path.write_bytes(byte * 50)
        elif kind == "twice":
            path.write_bytes(content[at:] + content)
        else:
            path.unlink()
            if kind == "folder":
                path.mkdir()
            elif kind == "link":
                path.symlink_to(Path("/dev/null"))

    damage.__name__ = f"{kind} at {place:.3f} {byte!r}"
    return damage


def files_in(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


@SEARCH
@given(st.data())
def test_a_run_folder_damaged_at_random(trained, tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("runs")
    shutil.copytree(trained.folder, folder / "sound")
    shutil.copytree(trained.folder, folder / "damaged")
    top = [path for path in files_in(folder / "damaged") if "results.zarr" not in str(path)]
    chosen = st.lists(st.tuples(st.sampled_from(top) | st.sampled_from(files_in(folder / "damaged")), damages()))
    for path, damage in data.draw(chosen.filter(bool)):
        with suppress(OSError):  # damaged before
            damage(path)
    read_all(folder)
    shutil.rmtree(folder)


def read_all(folder):
    """What the page asks of a folder of runs; the sound one is as it was."""
    store = DataStore(folder)
    for run in store.runs():
        if run.folder.parent != folder:
            continue
        said = [run.status, run.error, *run.damage, str(run.record), str(run.progress), run.requested]
        assert "".join(said).encode() is not None
        store.medians(run.id)
        for ask in (lambda run=run: store.results(run.id), run.weights, run.checkpoint):
            with suppress(RunError):
                ask()
    assert "sound" not in " ".join(store.unreadable()) and store.medians("sound").nse.notnull().all()


@SEARCH
@given(JSON, st.sampled_from(["config.json", "record.json", "worker.json", "progress.jsonl", "checksums.json"]))
def test_a_file_of_other_json(trained, tmp_path_factory, content, name):
    folder = tmp_path_factory.mktemp("runs")
    for copy in ("sound", "damaged"):
        shutil.copytree(trained.folder, folder / copy)
    (folder / "damaged" / name).write_text(json.dumps(content) + "\n")
    read_all(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def csv_folder(tmp_path_factory):
    """Two basins as a person keeps them."""
    folder = tmp_path_factory.mktemp("data") / "basins"
    dataset = open_dataset("twin:hydrology,sites=2,years=3")
    folder.mkdir()
    series = ["prcp", "tmean", "streamflow"]
    for site in dataset.site.values:
        table = dataset[series].sel(site=site, drop=True).to_dataframe()[series].head(800)
        table.rename_axis("date").to_csv(folder / f"{site}.csv")
    names = ["lat", "lon", *attribute_names(dataset)]
    text = "# domain: hydrology\n" + dataset[names].to_dataframe()[names].to_csv()
    (folder / "attributes.csv").write_text(text)
    open_dataset(folder)
    return folder


@SEARCH
@given(st.data())
def test_files_of_data_damaged_at_random(csv_folder, tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged") / "basins"
    shutil.copytree(csv_folder, folder)
    for path, damage in data.draw(st.lists(st.tuples(st.sampled_from(files_in(folder)), damages()), min_size=1)):
        with suppress(OSError):
            damage(path)
    with suppress(DataError, ConfigError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        open_dataset(folder).load()
    shutil.rmtree(folder.parent)


# What h5py says when it lets go of a file that it could not open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@SEARCH
@given(damages())
def test_a_netcdf_file_damaged_at_random(trained, tmp_path_factory, damage):
    path = tmp_path_factory.mktemp("damaged") / "own.nc"
    dataset = open_dataset("twin:hydrology,sites=2,years=3")
    dataset.reset_coords([n for n in dataset.coords if n.startswith("true_")], drop=True).to_netcdf(
        path, engine="h5netcdf"
    )
    damage(path)
    with suppress(DataError, ConfigError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        open_dataset(path).load()
