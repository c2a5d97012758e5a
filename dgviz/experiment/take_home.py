"""A run as one file, to be taken along and opened on another machine."""

import io
import zipfile

from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run
from dgviz.experiment.turns import FILE

OF_THIS_MACHINE = {FILE, "worker.json", "request", "again", "error.txt"}
HOW = """\
This is the run {id} of dgviz, trained on the data set {data!r}.

Unpack this archive into a folder of runs, here called `runs`. Then

    dgviz serve --runs runs          shows it in the dashboard,
    dgviz predict {id} --runs runs   predicts with it,
    dgviz.list_runs("runs")          has it for Python.
"""


def zipped(run: Run) -> bytes:
    """The folder of a run with results as a ZIP archive, with a word on how it is opened. Raises RunError without."""
    if not run.record:
        raise RunError(f"The run {run.id!r} has no results to take home; it is {run.status}. Wait until it has ended.")
    paths = [path for path in sorted(run.folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", HOW.format(id=run.id, data=run.config.data))
        for path in paths:
            name = path.relative_to(run.folder)
            if name.parts[0] not in OF_THIS_MACHINE and ".partial" not in path.name:
                archive.write(path, f"{run.id}/{name.as_posix()}")
    return written.getvalue()
