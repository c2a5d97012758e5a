"""`dgviz data`: what data there are, whether they are right, and how they get in."""

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
import xarray as xr
from rich import box
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from dgviz.cli.terminal import err, out, plain_errors
from dgviz.datasets import DataError, archive, import_dataset, read_path
from dgviz.datasets.errors import Problem
from dgviz.datasets.remarks import Remark, remarks, together
from dgviz.datasets.summary import problem_lines, summary
from dgviz.experiment.sources import known_data, open_dataset, vocabularies, with_derived

app = typer.Typer(help="List, check, import and download data sets.", invoke_without_command=True)

Span = Annotated[
    str | None, typer.Option(help="Days to read, as 1989-10-01/2009-09-30; else those that keep the most data.")
]


@app.callback()
def list_known(context: typer.Context) -> None:
    """List the known data sets; the commands check, import and download others."""
    if context.invoked_subcommand is None:
        out.print(*(escape(f"{name}: {title}") for name, title in known_data().items()), sep="\n", highlight=False)


@app.command()
def check(
    data: Annotated[str, typer.Argument(help="A known data set, or the path of your own.")], span: Span = None
) -> None:
    """Read and check a data set, and say what is in it and all that is wrong with it."""
    with plain_errors():
        try:
            with bar("Reading") as each:
                if os.path.exists(data):
                    dataset = with_derived(read_path(Path(data), span, each, vocabularies()))
                else:
                    dataset = open_dataset(data)
        except DataError as error:
            if error.problems:
                out.print(problem_table(error.problems))
            raise
        summarise(dataset)


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="A folder of a published collection or of CSV files, or a NetCDF file.")],
    name: Annotated[
        str | None, typer.Option(help="The name to open it by; else the name of the file or folder.")
    ] = None,
    span: Span = None,
) -> None:
    """Read a data set once and keep it so that it opens fast, by its name and by its path."""
    with plain_errors():
        keep(path, name, span)


@app.command()
def get(
    name: Annotated[str, typer.Argument(help=f"{archive.NAME}: {archive.ABOUT}.")],
    to: Annotated[Path | None, typer.Option(help="Folder for the downloads; else one in your cache.")] = None,
) -> None:
    """Download a data set from its official archive and import it; a download that broke off is continued."""
    with plain_errors():
        if name != archive.NAME:
            raise ValueError(f"There is no archive for {name!r}. Write `dgviz data get {archive.NAME}`.")
        folder = to or archive.archive_folder()
        out.print(f"From {archive.record()} to {folder}", highlight=False, soft_wrap=True)
        columns = BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()
        with Progress(TextColumn("{task.description}"), *columns, console=err) as progress:
            for file in archive.FILES:
                task = progress.add_task(file, total=None)
                archive.download(file, folder, partial(show_bytes, progress, task))
        with bar("Unpacking") as each:
            archive.unpack(folder, each)
        keep(folder, name, None)


def show_bytes(progress: Progress, task: TaskID, n_bytes: int, of: int | None) -> None:
    """Show how many bytes of a file are there."""
    progress.update(task, completed=n_bytes, total=of)


def keep(path: Path, name: str | None, span: str | None) -> None:
    """Import what lies at a path, with a progress bar, and say what it is called."""
    with bar("Reading") as each:
        name = import_dataset(path, name, span, each, vocabularies())
    summarise(open_dataset(name))
    out.print(f"Imported: open it with --data {shlex.quote(name)}", highlight=False)


@contextmanager
def bar(title: str) -> Iterator[Callable[[Sequence[str]], Iterable[str]]]:
    """A progress bar over a sequence that is known later."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=err) as progress:
        yield partial(progress.track, description=title)


def summarise(dataset: xr.Dataset) -> None:
    """Print what is in a data set, and all that is to know of how it was read."""
    table = Table("", "", title=dataset.attrs["title"], show_header=False)
    for label, words in summary(dataset):
        table.add_row(label, escape(words))
    out.print(table)
    if said := remarks(dataset):
        out.print(remark_table(said))


def remark_table(said: Iterable[Remark]) -> Table:
    """What was assumed, converted, exchanged, left out, taken as missing or is doubtful."""
    table = Table("what was done", "about", "what to know", title="How it was read", box=box.SIMPLE)
    for remark in together(said):
        table.add_row(*map(escape, remark), style="yellow" if remark.kind == "doubtful" else "")
    return table


def problem_table(problems: list[Problem]) -> Table:
    """What is wrong, by site."""
    table = Table("site", "what is wrong", title="Problems", box=box.SIMPLE)
    for site, text in problem_lines(problems):
        table.add_row(escape(site), escape(text))
    return table
