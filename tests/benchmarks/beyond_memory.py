"""Data that are larger than memory: seconds and peaks of memory of an import, an epoch and the results.

`DGVIZ_MEMORY=2GB python -m tests.benchmarks.beyond_memory DATA`; `tests.benchmarks.large_twin` makes the data.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dgviz.datasets import import_dataset
from dgviz.experiment.config import RunConfig
from dgviz.experiment.data import dataset_of
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run
from dgviz.experiment.sources import vocabularies

GB = 2**20  # kB, as /proc counts
EVERY = 0.1  # seconds between two looks at what the process holds by itself


def kilobytes(name: str) -> int:
    """What the system says that this process holds: "VmHWM" at most, "RssAnon" by itself, not of files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


@contextmanager
def phase(title: str) -> Iterator[None]:
    """Print how long something took and how much memory at most, with what is read of files and without."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins here
    ended, own = threading.Event(), [0]

    def look() -> None:
        while not ended.wait(EVERY):
            own[0] = max(own[0], kilobytes("RssAnon"))

    looking = threading.Thread(target=look)
    looking.start()
    began = time.perf_counter()
    try:
        yield
    finally:
        seconds = time.perf_counter() - began
        ended.set()
        looking.join()
        peak = kilobytes("VmHWM") / GB
        print(f"{title}: {seconds:.0f} s, at most {peak:.2f} GB, without files {own[0] / GB:.2f} GB", flush=True)


def main(data: str) -> None:
    """Import data, train one epoch on them, and write the results."""
    if Path(data).exists():
        with phase("import"):
            name = import_dataset(data, f"beyond-{Path(data).stem}", vocabularies=vocabularies())
    else:
        name = data
    config = RunConfig(data=name, epochs=1, members=1, device="cpu")
    with phase("opening"):
        dataset = dataset_of(config)
    print(f"{dataset.nbytes / 2**30:.2f} GB of data, {dict(dataset.sizes)}", flush=True)
    del dataset
    with tempfile.TemporaryDirectory(dir=".") as folder:
        run = Run.create(config, Path(folder))
        parts = [phase("epoch"), phase("results")]
        parts[0].__enter__()

        def after_epoch(_: object) -> None:
            parts[0].__exit__(None, None, None)
            parts[1].__enter__()

        carry_out(run, after_epoch)
        parts[1].__exit__(None, None, None)
        stored = sum(file.stat().st_size for file in run.folder.rglob("*") if file.is_file())
        print(f"run folder {stored / 2**30:.2f} GB, efficiency {run.read_results({'period', 'site'}).nse.median():.2f}")
        with phase("scores read"):
            run.read_results({"period", "site"})


if __name__ == "__main__":
    main(sys.argv[1])
