"""`dgviz report`: a trained run as one HTML file."""

from pathlib import Path
from typing import Annotated

import typer

from dgviz.cli.terminal import RunsFolder, found_run, out, plain_errors
from dgviz.files import write_whole


def report(
    run: Annotated[str, typer.Argument(help="The id of a trained run, or its folder.")],
    to: Annotated[Path | None, typer.Option("--out", help="The HTML file to write; else RUN-report.html.")] = None,
    site: Annotated[str, typer.Option(help="Whose series, stores and checks are shown; else a typical site.")] = "",
    runs: RunsFolder = None,
) -> None:
    """Write a trained run as one HTML file: figures, scores, physics checks, parameters, configuration and sources."""
    with plain_errors():
        trained = found_run(run, runs)
        file = to or Path(f"{trained.id}-report.html")
        if file.exists():
            raise ValueError(f"{file} exists already. Name another file with --out.")
        if not file.absolute().parent.is_dir():
            raise ValueError(f"{file.absolute().parent} is no folder. Make it, or name a file in another with --out.")
        trained.results()  # before the seconds that the interface takes to import
        from dgviz.ui.report import report as make

        write_whole(file, make(trained, site))
        out.print(f"Written to {file.absolute()}", highlight=False, soft_wrap=True)
