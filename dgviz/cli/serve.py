"""`dgviz serve`: the dashboard in a browser."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from dgviz.cli.terminal import RunsFolder, plain_errors
from dgviz.experiment.runs import runs_folder
from dgviz.signals import end_at_once


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 5006,
    show: Annotated[bool, typer.Option(help="Open the browser.")] = False,
    data: Annotated[str, typer.Option(help="A known data set, or the path of your own.")] = "delaware",
    runs: RunsFolder = None,
    lessons: Annotated[
        Path | None, typer.Option(help="A folder with lessons, in place of those that come with dgviz.")
    ] = None,
    address: Annotated[
        str, typer.Option(help="Address to listen on; others can connect unless it is local.")
    ] = "127.0.0.1",
    origin: Annotated[
        list[str] | None,
        typer.Option(
            help="What a proxy before the server is called in a browser: https://maps.example.org; repeat. It lets "
            "others in, unless it is local."
        ),
    ] = None,
    prefix: Annotated[str, typer.Option(help="The path under which a proxy passes requests on: dgviz.")] = "",
    password: Annotated[
        str, typer.Option(envvar="DGVIZ_PASSWORD", help="Ask everybody for it before the page is shown.")
    ] = "",
    workshop: Annotated[
        bool,
        typer.Option(
            "--workshop",
            help="For a room of visitors: each gives a name, a training takes 10 epochs at most and starts from the "
            "nearest trained run, and who sits at the machine sees the room and shows lessons and sites to all.",
        ),
    ] = False,
    open_to_all: Annotated[
        bool, typer.Option("--open", help="Let others in without a password, where --address or --origin lets them.")
    ] = False,
) -> None:
    """Serve the dashboard in a browser.

    It listens to this machine alone and answers only under its own names. Everybody who is let in, by --address or
    --origin with --password or --open, sees all data sets and runs and may train, but stops only runs started in the
    same browser, and alone sees the data sent from it; who sits at the machine sees and may stop all. Behind a proxy,
    given by --origin and --prefix, nobody seems to sit there, and a --workshop has no instructor.

    Visitors take turns: the next run that is trained is of the one whose last turn is longest ago.

    The proxy has to keep the path (/dgviz/), pass WebSocket connections on (Upgrade, Connection), leave Origin as it
    is, and encrypt. BOKEH_ALLOW_WS_ORIGIN=maps.example.org,localhost:5006, where it is set, takes the place of the list
    of names from which a page may connect; a name in it is that of a proxy, unless it is local.
    """
    with plain_errors():
        # Only here: Panel takes seconds to import.
        with end_at_once():
            from dgviz.ui.app import serve as serve_dashboard
            from dgviz.ui.server import Access
        access = Access(tuple(origin or ()), prefix, password, open_to_all, workshop)
        # To whoever handles Ctrl-C now: this function, or the server once it runs.
        signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
        serve_dashboard(port, show, data, runs or runs_folder(), address, access, lessons)
