"""What the commands share: where they print, how they report mistakes and show how far they are."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from dgviz.datasets.remarks import Remark
from dgviz.signals import INTERRUPTED
from dgviz.suggestions import suggest

if TYPE_CHECKING:
    from dgviz.experiment.runs import Run

RunsFolder = Annotated[
    Path | None, typer.Option("--runs", help="Folder of runs; else DGVIZ_RUNS, else `runs` in the current folder.")
]
# A data set may be called twin:leaves, which is no emoji.
out, err = Console(emoji=False), Console(stderr=True, emoji=False)


def show_remarks(said: Iterable[Remark]) -> None:
    """What a run goes on without, what was filled and what is doubtful in it."""
    for remark in said:
        words = f"[bold yellow]{escape(remark.kind.capitalize())}:[/] {escape(f'{remark.about}: {remark.text}')}"
        err.print(words, highlight=False, soft_wrap=True)


def found_run(name: str, folder: Path | None) -> "Run":
    """The run of an id, of those in a folder and those that come with dgviz, or that in the folder of this name."""
    # Imported here: it brings torch, which `dgviz --help` does without.
    from dgviz.experiment.run_files import RunError
    from dgviz.experiment.runs import Run, list_runs, runs_folder

    if (Path(name) / "config.json").is_file():
        return Run(Path(name))
    runs = {run.id: run for run in list_runs(folder or runs_folder())}
    if name not in runs:
        raise RunError(f"There is no run {name!r}.{suggest(name, runs)} Runs: {', '.join(runs)}.")
    return runs[name]


@contextmanager
def plain_errors() -> Iterator[None]:
    """What a person can mend is said in a sentence, without a traceback."""
    try:
        yield
    except KeyboardInterrupt:
        err.print("Interrupted.")
        raise typer.Exit(INTERRUPTED) from None
    except (ValueError, OSError) as error:
        err.print(f"[bold red]Error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
