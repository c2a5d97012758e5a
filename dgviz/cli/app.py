"""The command line: `dgviz serve | train | predict | doctor | data | describe | bench`."""

import typer

from dgviz.cli.bench import bench
from dgviz.cli.data import app as data
from dgviz.cli.describe import describe
from dgviz.cli.doctor import doctor
from dgviz.cli.predict import predict
from dgviz.cli.serve import serve
from dgviz.cli.train import train

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for command in (serve, train, predict, doctor, describe, bench):
    app.command()(command)
app.add_typer(data, name="data")
