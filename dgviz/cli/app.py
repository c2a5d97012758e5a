"""The command line: `dgviz serve | train | sweep | predict | report | doctor | describe | bench | claims | court` ...

A command is imported when it is used: torch, which most of them need, takes seconds.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from dgviz.signals import end_at_once

# Each is the function, or the `app` with commands of its own, in the module of its name; beside it how its help begins.
COMMANDS = {
    "serve": "Serve the dashboard in a browser.",
    "train": "Train a run here, with a progress bar; Ctrl-C ends it and leaves a usable run.",
    "sweep": "Train a run for every combination of some options, one after the other or side by side.",
    "predict": "Predict with a trained run at any sites, also those never seen or observed, and write a NetCDF file.",
    "report": "Write a trained run as one HTML file: figures, scores, physics checks, parameters, configuration and "
    "sources.",
    "doctor": "Examine the gradients, promises and data of a trained run at a site; exit with 1 if there is a fault.",
    "describe": "Print the processes and parameters of a domain as Markdown.",
    "bench": "Time the backends on this machine: simulation, gradients, compilation and memory.",
    "claims": "Judge the field's claims on a data set by shipped scores and your own runs; train what they lack.",
    "court": "Train two to four structures alike and say which of them the data prefer, or that they cannot tell.",
    "data": "List, check, import and download data sets.",
}


def command(name: str) -> Any:
    """The command of that name, imported. Ctrl-C meanwhile ends the process: there is nothing to clear away yet."""
    with end_at_once():
        module = import_module(f"dgviz.cli.{name}")
    holder = typer.Typer(add_completion=False)
    if hasattr(module, "app"):
        holder.add_typer(module.app, name=name)
    else:
        holder.command()(getattr(module, name))
    return typer.main.get_group(holder).commands[name]


class _Commands(TyperGroup):
    """Knows what commands there are, and imports the one that is called."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        self.commands = {name: TyperCommand(name, help=words) for name, words in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]):
        name, known, rest = super().resolve_command(ctx, args)
        return name, command(name) if known and name else None, rest


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _begin() -> None:
    """The command line of dgviz."""
