"""A file of a run that is damaged, foreign, half there or gone: it is named in words, and everything else goes on."""

import json
import math
import os
import shutil

import pytest

from dgviz.experiment import runs, worker
from dgviz.experiment.job import carry_out
from dgviz.experiment.run_files import DamagedFile, RunError
from dgviz.experiment.runs import Run, list_runs
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore

DEEP = "[" * 200_000 + "]" * 200_000


def emptied(path):
    path.write_bytes(b"")


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path):
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    # More than one: torch fills the space between its tensors with bytes that mean nothing.
    for position in range(middle, min(middle + 80, len(content))):
        content[position] ^= 0x10
    path.write_bytes(content)


def nested(path):
    path.write_text(DEEP)


def foreign(path):
    path.write_bytes(b"\xff\xfe\x00PNG of something else \xed\xa0\x80" * 40)


def other_json(path):
    path.write_text('[{"ended": ["done"], "pid": -5, "epoch": "one", "data": {}}, "\\ud800"]')


def wrong_kinds(path):
    path.write_text('{"ended": "done", "seconds": "\\ud800", "pid": [1], "epoch": {}, "data": 5, "created": 1e999}\n')


def folder(path):
    path.unlink()
    path.mkdir()
    (path / "file").touch()


def link(path):
    """To a file outside that is sound."""
    outside = path.parent.parent.with_name("outside") / path.parent.name
    outside.mkdir(parents=True, exist_ok=True)
    shutil.move(path, outside / path.name)
    path.symlink_to(outside / path.name)


def loop(path):
    path.unlink()
    path.symlink_to(path)


def pipe(path):
    path.unlink()
    os.mkfifo(path)


def gone(path):
    path.unlink()


DAMAGES = (emptied, cut, flipped, nested, foreign, other_json, wrong_kinds, folder, link, loop, pipe, gone)
FILES = ("config.json", "record.json", "worker.json", "progress.jsonl", "weights.pt", "checkpoint-1.pt") + (
    "checksums.json",
    "error.txt",
    "request",
    "again",
    "results.zarr/nse/0.0",
    "results.zarr/.zmetadata",
)
# Of these every change is noticed, of those what is no file of the run's own; a file of names and values that holds
# other ones, or a line of progress that is not yet whole, is none the worse for it.
CHECKED = ("weights.pt", "checkpoint-1.pt", "results.zarr/nse/0.0", "results.zarr/.zmetadata")
READ = ("config.json", "record.json", "worker.json", "progress.jsonl", "checksums.json")


@pytest.fixture(scope="module")
def world(trained):
    """Its data."""
    return trained.dataset()


def copy_of(run, folder, name="copy"):
    shutil.copytree(run.folder, folder / name)
    return Run(folder / name)


def damaged(run, file, damage):
    path = run.folder / file
    if not path.exists():  # those that a run that is done has not
        path.write_text(json.dumps({"pid": 1, "boot": "", "ticks": 1}))
    damage(path)


def everything(run, dataset):
    """What is asked of a run; what is wrong with it, in words. Only words may come of it."""
    said = []
    for ask in (
        lambda: run.status,
        lambda: run.error,
        lambda: run.record,
        lambda: run.progress,
        lambda: run.requested,
        lambda: run.worker,
        lambda: run.config,
        lambda: run.read_results(),
        lambda: run.model(dataset),
        lambda: run.checkpoint(),
        lambda: run.extended(3, run.folder.parent / "longer"),
    ):
        try:
            ask()
        except RunError as error:
            said.append(str(error))
    return [*said, *run.damage, run.error]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_is_named_in_words(file, damage, trained, world, tmp_path):
    run = copy_of(trained, tmp_path)
    damaged(run, file, damage)
    said = " ".join(everything(run, world))
    assert len(said.encode()) < 50_000 and "Traceback" not in said
    if (file in CHECKED and (file, damage) != ("checkpoint-1.pt", gone)) or (
        file in READ and damage in (folder, link, loop, pipe)
    ):
        assert file.removesuffix("/.zmetadata") in said, said


HUGE = 10**400  # JSON holds it, a float does not


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ended": "failed"}, "it has no valid 'ended'"),
        ({"ended": ["done"]}, "it has no valid 'ended'"),
        ({"ended": True}, "it has no valid 'ended'"),
        ({"seconds": math.nan}, "it has no valid 'seconds'"),
        ({"seconds": -math.inf}, "it has no valid 'seconds'"),
        ({"seconds": HUGE}, "a number of 401 digits is too large"),
    ],
)
def test_a_record_with_another_value_is_named_and_leaves_the_others(changed, said, trained, tmp_path):
    run, sound = copy_of(trained, tmp_path, "damaged"), copy_of(trained, tmp_path, "sound")
    (run.folder / "record.json").write_text(json.dumps(run.record | changed))
    assert run.status == "failed" and f"{run.folder / 'record.json'} is damaged: {said}" in run.error
    assert run.error.startswith(run.damage[0]) and "Train again" in run.error
    assert worker._waiting(tmp_path) == [] and sound.status == "done"


@pytest.mark.parametrize(
    "changed", [{"seconds": HUGE}, {"eta": HUGE}, {"loss": HUGE}, {"parameters": {"fc": [HUGE]}}, {"epochs": 0}]
)
def test_a_line_of_progress_with_a_number_that_is_none_of_a_training_is_left_out_and_named(changed, trained, tmp_path):
    run = copy_of(trained, tmp_path)
    first, second = run.progress
    (run.folder / "progress.jsonl").write_text(json.dumps(first | changed) + "\n" + json.dumps(second) + "\n")
    assert run.progress == [second] and "has lines that are no record of an epoch" in " ".join(run.damage)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("sites", [], "it has no valid 'sites'"),
        ("sites", ["twin000", "twin000", "twin001"], "it has no valid 'sites'"),
        ("sites", [1, 2, 3], "it has no valid 'sites'"),
        ("attributes", {"slope": 5}, "it has no valid 'attributes'"),
        ("forcings", {"prcp": ["mm d-1"]}, "it has no valid 'forcings'"),
        ("ranges", {"slope": "x"}, "it has no valid 'ranges'"),
        ("ranges", {"slope": [1, 2, 3]}, "it has no valid 'ranges'"),
        ("ranges", {"slope": [1, "2"]}, "it has no valid 'ranges'"),
        ("ranges", {"slop": [1, 2]}, "it has a range of 'slop', which is no attribute of it"),
    ],
)
def test_inputs_with_another_value_are_named(name, value, said, trained, tmp_path):
    run = copy_of(trained, tmp_path)
    path = run.folder / "inputs.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: value}))
    for ask in (lambda: run.inputs, run.dataset, lambda: run.bound(trained.dataset())):
        with pytest.raises(DamagedFile, match=f"{path} is damaged: {said}"):
            ask()


def test_inputs_in_another_order_or_gone_are_noticed(trained, world, tmp_path):
    """The weights know sites, attributes and forcings by their place alone."""
    run = copy_of(trained, tmp_path)
    path = run.folder / "inputs.json"
    stored = json.loads(path.read_text())
    path.write_text(json.dumps(stored | {"sites": stored["sites"][::-1]}, indent=2))
    with pytest.raises(DamagedFile, match="inputs.json is damaged: its content differs from its checksum"):
        run.model(world)
    path.unlink()
    with pytest.raises(DamagedFile, match="inputs.json is missing"):
        run.model(world)


def test_one_damaged_run_of_each_kind_leaves_the_queue_and_the_others(trained, tmp_path):
    """The process that trains is given all of them, and comes to the sound run behind them."""
    folder = tmp_path / "runs"
    for file, damage in zip(FILES, DAMAGES, strict=True):
        run = copy_of(trained, folder, f"{file.replace('/', '-')}-{damage.__name__}")
        (run.folder / "record.json").unlink()  # it waits, as after its process was killed
        (run.folder / "again").touch()
        damaged(run, file, damage)
    sound, unsaid = Run.create(trained.config, folder), {}
    while worker._waiting(folder):
        worker._train_next(folder, unsaid)
    assert sound.status == "done" and not unsaid
    for run in list_runs(folder):
        assert run.status in ("done", "failed") and "Traceback" not in run.error.partition("\n")[0]
        if run.status == "failed" and "checkpoint" in run.id:
            run.wait_again()
            carry_out(run)  # the damaged checkpoint was put aside
            assert run.status == "done" and len(run.progress) == 2


def test_a_damaged_checkpoint_is_put_aside_and_said_without_torch_s_words(trained, tmp_path):
    run = copy_of(trained, tmp_path)
    (run.folder / "record.json").unlink()
    (run.folder / "error.txt").touch()
    flipped(run.folder / "checkpoint-1.pt")
    with pytest.raises(RunError, match="checkpoint-1.pt is damaged: its content differs.* put aside as"):
        carry_out(run)
    assert run.status == "failed" and "Train again: this part starts from its first epoch" in run.error
    carry_out(run)
    assert run.status == "done" and [record["epoch"] for record in run.progress] == [1, 2]


def test_a_checkpoint_of_another_model_is_said(trained, tmp_path):
    run = Run.create(trained.config.edited(hidden=8), tmp_path)
    shutil.copy(trained.folder / "checkpoint-1.pt", run.folder)
    with pytest.raises(RunError, match="checkpoint-1.pt is of another model. It was put aside"):
        carry_out(run)


def test_weights_that_were_exchanged_are_noticed(trained, tmp_path):
    run, other = copy_of(trained, tmp_path), Run.create(trained.config.edited(seed=5), tmp_path)
    carry_out(other)
    shutil.copy(other.folder / "weights.pt", run.folder)
    with pytest.raises(DamagedFile, match="weights.pt is damaged: its content differs from its checksum"):
        run.model(run.dataset())


def test_a_chunk_that_is_missing_is_not_a_chunk_of_missing_values(trained, tmp_path):
    run = copy_of(trained, tmp_path)
    (run.folder / "results.zarr" / "streamflow" / "0.0").unlink()
    with pytest.raises(DamagedFile, match=r"streamflow/0.0 is missing"):
        run.read_results()
    assert run.read_results({"period", "site"}).nse.notnull().all()  # what is sound can be read
    with pytest.raises(DamagedFile, match="is missing"):
        runs.compare([run]).streamflow.load()


def test_a_chunk_that_was_not_written_with_the_results_is_not_read(trained, tmp_path):
    run = copy_of(trained, tmp_path)
    known = json.loads((run.folder / "checksums.json").read_text())
    del known["results.zarr"]["nse/0.0"]
    content = json.dumps(known).encode()
    (run.folder / "checksums.json").write_bytes(content)
    record = run.record | {"checksums": runs.checksum(content)}
    (run.folder / "record.json").write_text(json.dumps(record))
    with pytest.raises(DamagedFile, match="nse/0.0 was not written with the results"):
        run.read_results()


def test_the_session_lists_what_is_sound_and_names_the_rest(trained, tmp_path):
    for place, file in enumerate(FILES):
        for damage in DAMAGES[place % 4 :: 4]:
            damaged(copy_of(trained, tmp_path, f"{file.replace('/', '-')}-{damage.__name__}"), file, damage)
    copy_of(trained, tmp_path, "sound")
    store = DataStore(tmp_path, trained.config.data)
    state = AppState(store)
    for run_id in state.runs:
        state.look_at(run_id)
        store.medians(run_id)
    assert store.medians("sound").nse.notnull().all() and not store.medians("results.zarr-nse-0.0-flipped")
    state.show("results.zarr-nse-0.0-flipped")
    assert state.results(state.run) is None and "nse/0.0 is damaged" in state.problem
    said = "\n".join(state.unreadable)
    assert said.encode() and "sound" not in said
    left_out = {run.id for run in list_runs(tmp_path) if run.folder.parent == tmp_path} - {*state.runs}
    assert left_out and all(name.startswith("config.json") for name in left_out)
    assert all(f"/{name}/" in said for name in left_out)


def test_a_folder_whose_name_is_no_text_is_named(trained, tmp_path):
    (tmp_path / "runs").mkdir()
    shutil.copytree(trained.folder, tmp_path / "runs" / os.fsdecode(b"caf\xe9"))
    store = DataStore(tmp_path / "runs", trained.config.data)
    (said,) = store.unreadable()
    assert "caf\\udce9" in said and said.encode() and len(store.runs()) == len(list_runs(tmp_path / "none"))


def test_a_run_that_was_removed_while_it_was_shown(trained, tmp_path):
    run = copy_of(trained, tmp_path, "shown")
    state = AppState(DataStore(tmp_path, trained.config.data))
    state.show("shown")
    shutil.rmtree(run.folder)
    assert state.stale() == {} and state.results("other") is None
    state.refresh_runs()
    assert state.run == "" and "is there no more" in state.problem
