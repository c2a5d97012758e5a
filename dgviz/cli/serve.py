"""`dgviz serve`: the dashboard in a browser."""

from typing import Annotated

import typer

from dgviz.cli.terminal import RunsFolder, plain_errors
from dgviz.experiment.runs import runs_folder


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 5006,
    show: Annotated[bool, typer.Option(help="Open the browser.")] = False,
    data: Annotated[str, typer.Option(help="A known data set, or the path of your own.")] = "delaware",
    runs: RunsFolder = None,
    address: Annotated[
        str, typer.Option(help="Address to listen on; others can connect unless it is local.")
    ] = "127.0.0.1",
) -> None:
    """Serve the dashboard in a browser."""
    # Only here: Panel takes seconds to import.
    from dgviz.ui.app import serve as serve_dashboard

    with plain_errors():
        serve_dashboard(port=port, show=show, data=data, runs_folder=runs or runs_folder(), address=address)
