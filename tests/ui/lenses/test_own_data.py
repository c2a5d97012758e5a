"""Own data in the browser: dropped, looked at, mended, opened, trained, seen by nobody else, removed."""

import io
import zipfile
from contextlib import nullcontext

import pytest

from dgviz import Run, carry_out
from dgviz.datasets import imports, read_path, uploads
from dgviz.experiment.sources import open_dataset
from dgviz.ui.lenses.compare.run_table import comparable
from dgviz.ui.lenses.data.own_data import OwnData, counted
from dgviz.ui.lenses.view import Text
from dgviz.ui.session import address
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore
from dgviz.ui.widgets import material
from dgviz.ui.widgets.drop_zone import DropZone
from dgviz.ui.widgets.form_table import FormTable
from tests.datasets.own_files import SITES, days_of, write_own


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Uploads and imports lie in a folder of the test's own; compiled processes are those of all tests."""
    for module in (uploads, imports):
        monkeypatch.setattr(module, "cache_folder", lambda: tmp_path / "cache")


@pytest.fixture
def own_store(tmp_path):
    """A real store, which reads and trains."""
    store = DataStore(tmp_path / "runs", own_machine=True)
    yield store
    store.close()


@pytest.fixture
def view(own_store):
    """The card of the owner."""
    return OwnData(state=AppState(own_store))


def files_of(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def zipped(folder) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"my rivers/{file.name}")
    return written.getvalue()


def words(view) -> str:
    """All that stands in the part of what was found."""
    tables = [str(table.content) for table in view.found.select(FormTable)]
    return "\n".join([*(str(text.object) for text in view.found.select(Text)), *tables])


def labels(view) -> list[str]:
    return [button.label for button in view.__panel__().select(material.Button)]


def test_a_zip_is_looked_at_and_opened_in_the_session(view, tmp_path):
    view.take(nullcontext({"rivers.zip": zipped(write_own(tmp_path / "own"))}))
    table = words(view)
    assert "731, 2000-01-01 to 2001-12-31" in table and "100.0% of the days" in table
    assert "Observed streamflow (mm d\u207b\u00b9)" in table and "prcp (mm d-1)" not in table
    assert view.title.value == "my rivers"
    view.title.value = "Rivers of mine"
    view.open_it()
    state = view.state
    assert state.sites == list(SITES) and state.known_data()["Rivers of mine"] == state.config.data
    assert open_dataset(state.config.data).sizes["site"] == 3  # as the worker, and another server, opens it
    assert not [file for file in uploads.uploads_folder().rglob("*") if file.is_file()]
    assert labels(view) == ["Remove"]  # it is open
    assert AppState(state.store).known_data()["Rivers of mine"]
    assert address.from_query({"data": state.config.data}, AppState(state.store), ()) == []


def test_what_was_sent_can_be_removed(view, tmp_path):
    view.take(nullcontext({"rivers.zip": zipped(write_own(tmp_path / "own"))}))
    view.open_it()
    name = view.state.config.data
    view.sent.remove("delaware")
    view.sent.doom(name)
    assert labels(view) == ["Remove for good", "Keep it"]
    view.sent.remove(name)
    assert view.state.config.data == "delaware" and name not in view.state.known_data().values()
    assert labels(view) == [] and not [*uploads.uploads_folder().iterdir()]


def test_problems_are_told_without_where_the_server_keeps_files(view, tmp_path):
    broken = {SITES[1]: days_of(SITES[1]).assign(prcp=-5.0)}
    folder = write_own(tmp_path / "own", SITES[1:2], broken)
    view.take(nullcontext(files_of(folder)))
    said = words(view)
    assert "my data/0202.csv" in said and "cannot be negative" in said and str(tmp_path) not in said
    assert labels(view) == ["Check again"]
    view.take(nullcontext({"0202.csv": days_of().to_csv().encode()}))  # takes the place of the wrong one
    assert "Open it" in labels(view)
    mended = view.path
    view.take(nullcontext(files_of(write_own(tmp_path / "others"))))  # with attributes.csv: data of their own
    assert view.path != mended and not mended.exists() and ">3<" in words(view)


def test_columns_units_and_places_are_said_in_the_form(view, tmp_path):
    given = {site: days_of(site).assign(prcp=days_of(site).prcp / 25.4) for site in SITES}
    tables = {s: t.rename(columns={"prcp": "gauge <b>", "streamflow": "came down"}) for s, t in given.items()}
    files = files_of(write_own(tmp_path / "own", tables=tables))
    del files["attributes.csv"]
    view.take(nullcontext(files))
    assert "attributes.csv does not exist" in words(view) and "gauge &lt;b&gt;" in words(view)
    form = view.found.select(FormTable)[-1]
    for site in SITES:
        for name, value in (("lat", "44.5"), ("lon", "-70"), ("area", "100")):
            form._handle_msg({"name": f"{name}|{site}", "value": value, "checked": False})
    said = {"columns|gauge <b>": "prcp", "units|gauge <b>": "inch", "columns|came down": "streamflow"}
    for name, value in said.items():
        form._handle_msg({"name": name, "value": value, "checked": False})
    view.mending.save()
    assert "from inch to mm d\u207b\u00b9" in words(view) and "Open it" in labels(view)
    form = view.found.select(FormTable)[-1]
    form._handle_msg({"name": "leave_out", "value": SITES[0], "checked": False})
    view.mending.save()
    view.open_it()
    assert view.state.sites == list(SITES[1:])
    assert abs(float(view.state.dataset.prcp.sel(site=SITES[1]).max()) - days_of(SITES[1]).prcp.max()) < 0.01


def test_what_was_said_and_not_checked_keeps_from_opening(view, tmp_path):
    view.take(nullcontext(files_of(write_own(tmp_path / "own"))))
    form = view.found.select(FormTable)[-1]
    form._handle_msg({"name": "leave_out", "value": SITES[0], "checked": False})
    assert view.keep.disabled and view.keep.label == "Check again first"
    view.open_it()  # a click that was on the way
    assert view.state.config.data == "delaware"
    view.mending.save()
    assert not view.keep.disabled and view.keep.label == "Open it"
    view.open_it()
    assert view.state.sites == list(SITES[1:])


def test_units_of_a_netcdf_file_are_said_in_the_form(view, tmp_path):
    file = tmp_path / "rivers.nc"
    dataset = read_path(write_own(tmp_path / "own"))
    dataset["prcp"] = dataset.prcp.drop_attrs()
    dataset.to_netcdf(file, engine="h5netcdf")
    view.take(nullcontext({"rivers.nc": file}))
    assert "rivers.nc: prcp has no units" in words(view)
    form = view.found.select(FormTable)[-1]
    form._handle_msg({"name": "units|prcp", "value": "mm/day", "checked": False})
    view.mending.save()
    view.open_it()
    assert view.state.dataset.prcp.equals(dataset.prcp) and view.state.dataset.attrs["title"] == "rivers"


def test_a_path_is_offered_on_the_own_machine_alone(view, own_store, tmp_path):
    folder = write_own(tmp_path / "own")
    view.field.value = str(tmp_path / "nothing")
    assert "nothing does not exist" in words(view)
    view.field.value = str(folder)
    assert "Check again" not in labels(view)  # files of one's own are corrected where they lie
    view.open_it()
    assert view.state.sites == list(SITES)
    view.sent.remove(view.state.config.data)
    assert (folder / "attributes.csv").is_file() and "own" not in view.state.known_data()
    assert not hasattr(OwnData(state=AppState(own_store, "visitor")), "field")
    own_store.own_machine = False
    assert not hasattr(OwnData(state=AppState(own_store)), "field")


def test_visitors_see_only_what_they_have_sent(own_store, tmp_path):
    mine, other, owner = (OwnData(state=AppState(own_store, who)) for who in ("one", "two", ""))
    mine.take(nullcontext({"rivers.zip": zipped(write_own(tmp_path / "own"))}))
    mine.open_it()
    name = mine.state.config.data
    assert name in mine.state.known_data().values() and name in owner.state.known_data().values()
    assert name not in other.state.known_data().values()
    assert "is not offered by this server" in address.from_query({"data": name}, other.state, ())[0]
    run = own_store.runs_folder / "of-one"
    run.mkdir(parents=True)
    (run / "config.json").write_text(mine.state.config.model_dump_json())
    assert [name in [run.config.data for run in comparable(view.state)] for view in (mine, other)] == [True, False]
    other.sent.remove(name)
    owner.sent.remove(name)  # it is not theirs
    assert name in mine.state.known_data().values()
    mine.sent.remove(name)
    assert name not in mine.state.known_data().values()


def test_data_without_attributes_are_opened_so_that_they_can_be_trained(view, tmp_path):
    attributes = "site,lat,lon\n" + "".join(f"{site},44.5,-70.25\n" for site in SITES)
    view.take(nullcontext(files_of(write_own(tmp_path / "own")) | {"attributes.csv": attributes.encode()}))
    view.open_it()
    view.state.edit(epochs=1, members=1)
    run = Run.create(view.state.config, view.state.store.runs_folder)
    carry_out(run)
    view.state.refresh_runs()
    view.state.show(run.id)
    assert run.config.parameters == "sites" and view.state.results(run.id).site.values.tolist() == list(SITES)


def test_files_come_in_pieces_and_what_is_too_large_is_refused_before(tmp_path):
    came, problems = [], []

    def take(arrived):
        with arrived as files:
            came.append({name: file.read_bytes() for name, file in files.items()})

    zone = DropZone(take, problems.append)
    told = []
    zone._send_msg = told.append
    zone._handle_msg({"kind": "begin", "sizes": [["a/b.csv", 4]]})
    zone._handle_msg({"kind": "pieces", "pieces": [["a/b.csv", b"12"]]})
    assert told == [{"more": True}, {"more": True}] and not came
    zone._handle_msg({"kind": "pieces", "pieces": [["a/b.csv", b"34"]]})
    assert told[-1] == {"more": False} and came == [{"a/b.csv": b"1234"}]
    zone._handle_msg({"kind": "begin", "sizes": [["a.nc", uploads.MOST_SENT + 1]]})
    assert told[-1] == {"more": False} and "too much to be sent by a browser" in str(problems[-1])
    zone._handle_msg({"kind": "begin", "sizes": [["a.nc", 4]]})
    zone._handle_msg({"kind": "failed", "words": "no permission"})
    assert "could not read what was dropped: no permission" in str(problems[-1])
    zone._handle_msg({"kind": "pieces", "pieces": [["a.nc", b"1"]]})  # too late
    assert not came[1:] and not [*uploads.uploads_folder().iterdir()]


def test_the_progress_of_reading_is_told_now_and_then():
    told = []
    assert list(counted([str(i) for i in range(100)], told.append)) == [str(i) for i in range(100)]
    assert len(told) == 20 and "Reading 95 of 100" in told[-1]
