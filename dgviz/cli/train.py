"""`dgviz train`: one run, here, with a progress bar."""

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
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from dgviz.cli.terminal import RunsFolder, err, out, plain_errors
from dgviz.datasets.remarks import remarks, together
from dgviz.engine import n_threads
from dgviz.experiment.config import RunConfig
from dgviz.experiment.leakage import leaks
from dgviz.experiment.progress import EpochRecord
from dgviz.experiment.runs import Run, find_run, runs_folder
from dgviz.experiment.worker import carry_out, check_config


def train(
    data: Annotated[str | None, typer.Option(help="A known data set, or the path of your own.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="An option of the run, or of a slot of its domain, as epochs=50.")
    ] = None,
    preset: Annotated[str | None, typer.Option(help="A named configuration to start from, as 'HBV, dynamic'.")] = None,
    resume: Annotated[str | None, typer.Option(help="The id of a run to continue from its last epoch.")] = None,
    extend: Annotated[
        str | None, typer.Option(help="The id of a finished run to train further, in a new run; set epochs=.")
    ] = None,
    runs: RunsFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="End with one line of JSON.")] = False,
) -> None:
    """Train a run here, with a progress bar; Ctrl-C ends it and leaves a usable run."""
    with plain_errors():
        run = _run(data, set_ or [], preset, resume, extend, runs or runs_folder())
        # Before training, so that one can still stop it.
        for leak in leaks(run.config, run.dataset()):
            err.print(f"[bold yellow]Leak:[/] {escape(leak)}", highlight=False, soft_wrap=True)
        for remark in together(remarks(run.dataset())):
            if remark.kind in ("doubtful", "not read", "filled"):
                said = f"[bold yellow]{remark.kind.capitalize()}:[/] {escape(f'{remark.about}: {remark.text}')}"
                err.print(said, highlight=False, soft_wrap=True)
        started = time.monotonic()
        torch.set_num_threads(n_threads())
        with _progress(run, quiet=as_json) as on_epoch:
            carry_out(run, on_epoch)
        results = run.results()
        if as_json:
            seconds = round(time.monotonic() - started, 1)
            print(json.dumps({"run": str(run.folder), **_medians(run, results), "seconds": seconds}))
        else:
            ended = f"\nRun {run.id} is {run.status}: {run.folder.absolute()}"
            out.print(_score_table(run, results), escape(ended))


def _medians(run: Run, results: xr.Dataset) -> dict[str, float | None]:
    """The median over the sites of the target's first score and, if it has it, NSE, on the test period.

    JSON has no NaN: None where there is none.
    """
    first, *others = run.config.target_quantity.scores
    medians = {}
    for name in (first, *({"nse"} & {*others})):
        median = float(results[name].sel(period="test").median())
        medians[f"median_{name}_test"] = None if math.isnan(median) else round(median, 4)
    return medians


def _run(
    data: str | None, settings: list[str], preset: str | None, resume: str | None, extend: str | None, folder: Path
) -> Run:
    if resume and (data or settings or preset or extend):
        raise ValueError(
            "--resume continues a run as it is. Leave out --data, --set, --preset and --extend, or train a new run."
        )
    if resume:
        return find_run(resume, folder)
    changes = dict(_setting(text) for text in settings) | ({"data": data} if data else {})
    if extend:
        if preset or changes.keys() != {"epochs"}:
            raise ValueError(f"--extend takes a number of epochs and nothing else: --extend {extend} --set epochs=100.")
        return find_run(extend, folder).extended(changes["epochs"], folder)
    if preset:
        # A preset is one of the domain, which the data bring along.
        which = {name: changes[name] for name in ("domain", "data") if name in changes}
        config = RunConfig(**which).preset(preset).edited(**changes)
    else:
        config = RunConfig(**changes)
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
    # Lists need no quotes on the command line: dynamic=beta,gamma.
    if field is not None and str(field.annotation).startswith("tuple"):
        return name, tuple(part for part in value.split(",") if part)
    # Numbers, true and false as in JSON; what is none of these is text.
    with contextlib.suppress(json.JSONDecodeError):
        return name, json.loads(value)
    return name, value


@contextmanager
def _progress(run: Run, quiet: bool) -> Iterator[Callable[[EpochRecord], None]]:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]}  median NSE {task.fields[nse]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=quiet) as bar:
        task = bar.add_task(run.id, total=run.config.epochs, loss="-", nse="-")

        def on_epoch(record: EpochRecord) -> None:
            loss, nse = f"{record['loss']:.3f}", f"{record['median_nse']:.2f}"
            # A run of folds or seeds is one bar: parts before this one, then its epochs.
            done = (record["part"] - 1) * record["epochs"] + record["epoch"]
            name = f"{run.id} {record['part_name']}".strip()
            bar.update(
                task, description=name, total=record["parts"] * record["epochs"], completed=done, loss=loss, nse=nse
            )

        yield on_epoch


def _score_table(run: Run, results: xr.Dataset) -> Table:
    """The scores of the target in the order in which it declares them."""
    table = Table("score", "train", "test", title=f"Median over {results.sizes['site']} sites")
    for name in run.config.target_quantity.scores:
        medians = results[name].median("site").sel(period=["train", "test"]).values
        label, units = results[name].attrs["long_name"], results[name].attrs["units"]
        table.add_row(label if units == "1" else f"{label}, {units}", *(f"{median:.2f}" for median in medians))
    return table
