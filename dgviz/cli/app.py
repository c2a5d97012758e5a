"""The command line: `dgviz serve | train | data | describe | bench`."""

import typer

from dgviz.cli.bench import bench
from dgviz.cli.data import app as data
from dgviz.cli.describe import describe
from dgviz.cli.serve import serve
from dgviz.cli.train import train

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for command in (serve, train, describe, bench):
    app.command()(command)
app.add_typer(data, name="data")
