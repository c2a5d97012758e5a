"""The command line: `dgviz serve | train | data | describe`."""

import contextlib
import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
import xarray as xr
from rich import box
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from dgviz.cli.data import app as data_commands
from dgviz.cli.describe import describe as describe_domain
from dgviz.cli.describe import write_tables
from dgviz.cli.terminal import err, out, plain_errors
from dgviz.domains import discover
from dgviz.engine import n_threads
from dgviz.experiment.config import RunConfig
from dgviz.experiment.leakage import leaks
from dgviz.experiment.runs import Run, find_run, runs_folder
from dgviz.experiment.worker import carry_out, check_config

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(data_commands, name="data")

RunsFolder = Annotated[
    Path | None, typer.Option("--runs", help="Folder of runs; else DGVIZ_RUNS, else `runs` in the current folder.")
]


@app.command()
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
    from dgviz.ui.app import serve as serve_dashboard

    with plain_errors():
        serve_dashboard(port=port, show=show, data=data, runs_folder=runs or runs_folder(), address=address)


@app.command()
def train(
    data: Annotated[str | None, typer.Option(help="A known data set, or the path of your own.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="An option of the run or of a slot, as epochs=50 or snow=NoSnow.")
    ] = None,
    preset: Annotated[str | None, typer.Option(help="A named configuration to start from, as 'HBV, dynamic'.")] = None,
    resume: Annotated[str | None, typer.Option(help="The id of a run to go on with from its last epoch.")] = None,
    extend: Annotated[
        str | None, typer.Option(help="The id of a finished run to train further, in a new run; set epochs=.")
    ] = None,
    runs: RunsFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="End with one line of JSON.")] = False,
) -> None:
    """Train a run here, with a progress bar; Ctrl-C ends it and leaves a usable run."""
    with plain_errors():
        run = _run(data, set_ or [], preset, resume, extend, runs or runs_folder())
        for leak in leaks(run.config, run.dataset()):
            err.print(f"[bold yellow]Leak:[/] {escape(leak)}", highlight=False, soft_wrap=True)
        started = time.monotonic()
        torch.set_num_threads(n_threads())
        with _progress(run, quiet=as_json) as on_epoch:
            carry_out(run, on_epoch)
        results = run.results()
        if as_json:
            median = float(results.nse.sel(period="test").median())
            median = None if math.isnan(median) else round(median, 4)  # JSON has no NaN
            seconds = round(time.monotonic() - started, 1)
            print(json.dumps({"run": str(run.folder), "median_nse_test": median, "seconds": seconds}))
        else:
            ended = f"\nRun {run.id} is {run.status}: {run.folder.absolute()}"
            out.print(_score_table(results), escape(ended))


def _run(
    data: str | None, settings: list[str], preset: str | None, resume: str | None, extend: str | None, folder: Path
) -> Run:
    if resume and (data or settings or preset or extend):
        raise ValueError(
            "--resume goes on with a run as it is. Leave out --data, --set, --preset and --extend, or train a new run."
        )
    if resume:
        return find_run(resume, folder)
    changes = dict(_setting(text) for text in settings) | ({"data": data} if data else {})
    if extend:
        if preset or changes.keys() != {"epochs"}:
            raise ValueError(f"--extend takes a number of epochs and nothing else: --extend {extend} --set epochs=100.")
        return find_run(extend, folder).extended(changes["epochs"], folder)
    config = RunConfig().preset(preset).edited(**changes) if preset else RunConfig(**changes)
    if config.held_sites and config.holdout != "sites":
        raise ValueError("held_sites are held out with holdout 'sites' only. Add --set holdout=sites.")
    check_config(config)  # so that a mistake leaves no run behind
    return Run.create(config, folder)


def _setting(text: str) -> tuple[str, Any]:
    """`epochs=50` as a name and a value; several values are separated by commas."""
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"--set {text!r} is not NAME=VALUE. Write for example --set epochs=50.")
    field = RunConfig.model_fields.get(name)
    if field is not None and str(field.annotation).startswith("tuple"):
        return name, tuple(part for part in value.split(",") if part)
    with contextlib.suppress(json.JSONDecodeError):
        return name, json.loads(value)
    return name, value


@contextmanager
def _progress(run: Run, quiet: bool) -> Iterator[Callable[[dict], None]]:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]}  median NSE {task.fields[nse]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=quiet) as bar:
        task = bar.add_task(run.id, total=run.config.epochs, loss="-", nse="-")

        def on_epoch(record: dict) -> None:
            loss, nse = f"{record['loss']:.3f}", f"{record['median_nse']:.2f}"
            done = (record["part"] - 1) * record["epochs"] + record["epoch"]
            name = f"{run.id} {record['part_name']}".strip()
            bar.update(
                task, description=name, total=record["parts"] * record["epochs"], completed=done, loss=loss, nse=nse
            )

        yield on_epoch


def _score_table(results: xr.Dataset) -> Table:
    table = Table("score", "train", "test", title=f"Median over {results.sizes['site']} sites")
    scored = [name for name in results if results[name].dims == ("period", "site")]
    for name in sorted(scored):
        medians = results[name].median("site").sel(period=["train", "test"]).values
        label, units = results[name].attrs["long_name"], results[name].attrs["units"]
        table.add_row(label if units == "1" else f"{label}, {units}", *(f"{median:.2f}" for median in medians))
    return table


@app.command()
def bench(
    what: Annotated[
        str | None, typer.Argument(help="`engine`: times at one size; without it, a table of sizes.")
    ] = None,
    sites: Annotated[int, typer.Option(min=1, help="Sites simulated at once.")] = 100,
    days: Annotated[int, typer.Option(min=1, help="Days of the simulation.")] = 730,
    members: Annotated[int, typer.Option(min=1, max=256, help="Parallel parameter sets.")] = 16,
    dynamic: Annotated[str, typer.Option(help="Parameters that vary in time, separated by commas.")] = "",
    backend: Annotated[list[str] | None, typer.Option(help="torch or fused; else both, in turn.")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    as_json: Annotated[bool, typer.Option("--json", help="End with one line of JSON.")] = False,
) -> None:
    """Time the backends on this machine: simulation, gradients, compilation and memory."""
    from dgviz.cli import bench as benchmark

    with plain_errors():
        if what not in (None, "engine"):
            raise ValueError(
                f"There is no benchmark {what!r}. Write `dgviz bench engine`, or `dgviz bench` for a table."
            )
        if as_json and not what:
            raise ValueError("--json goes with one size: write `dgviz bench engine --json`.")
        if unknown := set(backend or ()) - set(benchmark.BACKENDS):
            raise ValueError(f"There is no backend {unknown.pop()!r}. Backends: {', '.join(benchmark.BACKENDS)}.")
        if device not in ("cpu", "cuda") or (device == "cuda" and not torch.cuda.is_available()):
            raise ValueError(
                f"--device {device}: torch finds no such device here. Use cpu, or cuda with an NVIDIA GPU."
            )
        names = [name for name in dynamic.split(",") if name]
        sizes = [(sites, days, members)] if what else benchmark.SIZES
        table = Table(
            "sites x days x members", "", "forward", "backward", "both", "compile", "cached", "MB", box=box.SIMPLE
        )
        for size in sizes:
            times = benchmark.time_backends(benchmark.Workload(*size, names, device), backend or benchmark.BACKENDS)
            for name, taken in times.items():
                row = (f"{1e3 * taken[column]:.1f}" for column in benchmark.PRINTED)
                table.add_row("x".join(map(str, size)), name, *row, f"{taken['peak_bytes'] / 1e6:.1f}")
        if as_json:
            print(json.dumps({"backends": times}))
        else:
            out.print(*(f"{k}: {v}" for k, v in benchmark.machine(device).items()), sep="\n", highlight=False)
            out.print("Medians in ms; memory beside the inputs in MB", table, sep="\n")


@app.command()
def describe(
    domain: Annotated[str, typer.Argument(help="A scientific domain.")] = "hydrology",
    write: Annotated[bool, typer.Option(help="Write the tables into the README of this checkout.")] = False,
) -> None:
    """Print the processes and parameters of a domain as Markdown."""
    with plain_errors():
        known = discover()
        if domain not in known:
            raise ValueError(f"There is no domain {domain!r}. Domains: {', '.join(known)}.")
        if write:
            for path in write_tables(known[domain], domain, Path(__file__).parents[2]):
                print(f"{path} is up to date")
        else:
            print(describe_domain(known[domain]))
