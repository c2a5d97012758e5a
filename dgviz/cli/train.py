"""`dgviz train`: one run, here, with a progress bar."""

import contextlib
import fnmatch
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

from dgviz.cli.on_cluster import Scheduler, Workers, on_cluster
from dgviz.cli.terminal import RunsFolder, err, out, plain_errors, show_remarks
from dgviz.datasets import attribute_names
from dgviz.datasets.remarks import remarks, together
from dgviz.engine import n_threads
from dgviz.experiment.check_config import check_config
from dgviz.experiment.config import RunConfig
from dgviz.experiment.follow import follow
from dgviz.experiment.job import carry_out
from dgviz.experiment.leakage import leaks
from dgviz.experiment.learnable import n_scored, remarks_of
from dgviz.experiment.physics import Physics, check_run
from dgviz.experiment.progress import EpochRecord
from dgviz.experiment.runs import Run, find_run, runs_folder
from dgviz.experiment.sources import open_dataset
from dgviz.experiment.splits import trained_on
from dgviz.experiment.warm_start import check_start
from dgviz.learn.together import joined, told


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
    workers: Workers = None,
    scheduler: Scheduler = "",
    as_json: Annotated[bool, typer.Option("--json", help="End with one line of JSON.")] = False,
) -> None:
    """Train a run here, with a progress bar; Ctrl-C ends it and leaves a usable run."""
    with plain_errors(), contextlib.ExitStack() as at_the_end:
        torch.set_num_threads(n_threads())
        if not at_the_end.enter_context(joined()):
            return follow(Run(Path(told())))
        run = _run(data, set_ or [], preset, resume, extend, runs or runs_folder())
        told(str(run.folder.absolute()))
        at_the_end.callback(run.give_up)  # an error or Ctrl-C before training leaves no run behind
        # Before training, so that one can still stop it.
        dataset = run.dataset()
        for leak in leaks(run.config, dataset):
            err.print(f"[bold yellow]Leak:[/] {escape(leak)}", highlight=False, soft_wrap=True)
        show_remarks(r for r in together(remarks(dataset)) if r.kind in ("doubtful", "not read", "filled"))
        show_remarks(remarks_of(run.config, dataset))
        before = [*remarks(dataset), *remarks_of(run.config, dataset)]
        started = time.monotonic()
        side_by_side = at_the_end.enter_context(on_cluster(workers, scheduler))
        with _progress(run, quiet=as_json) as on_epoch:
            carry_out(run, on_epoch, side_by_side)
        physics = check_run(run)
        seen = trained_on(run.config, run.results())
        # What training itself found, such as a loss that did not fall.
        show_remarks(
            remark
            for remark in run.remarks
            if remark.kind in ("doubtful", "taken over") and remark not in [*before, *remarks(dataset)]
        )
        if as_json:
            seconds = round(time.monotonic() - started, 1)
            scored = {"sites": seen.sizes["site"], "sites_scored": n_scored(seen, run.config.target_quantity)}
            checked = {"physics_checks": _counted(physics)}
            print(json.dumps({"run": str(run.folder), **medians(run, seen), **scored, **checked, "seconds": seconds}))
        else:
            asked = physics.in_words(run.config.science.site) if physics else "No physics check applies."
            ended = f"Run {run.id} is {run.status}: {run.folder.absolute()}"
            out.print(_score_table(run, seen), escape(f"\n{asked}\n{ended}"))


def _counted(physics: Physics | None) -> dict[str, Any] | None:
    """How many physics checks passed and apply, at which sites, and at how many each failed; None where none does."""
    if physics is None:
        return None
    passed, applied = physics.counts
    return {"passed": passed, "apply": applied, "sites": [*physics.by_site], "failed_at": physics.failures()}


def medians(run: Run, results: xr.Dataset) -> dict[str, float | None]:
    """The median over the sites of the target's first score and, if it has it, NSE, on the test period.

    Also the efficiency over all sites together, and over all values of sites that were held out, in both periods.
    JSON has no NaN: None where there is none.
    """
    first, *others = run.config.target_quantity.scores
    medians = {}
    for name in (first, *({"nse"} & {*others})):
        median = float(results[name].sel(period="test").median())
        medians[f"median_{name}_test"] = None if math.isnan(median) else round(median, 4)
    pooled = {"pooled_nse_test": float(results.pooled_nse.sel(period="test"))}
    if "held_out_nse" in results:
        pooled["held_out_nse"] = float(results.held_out_nse)
    return medians | {name: None if math.isnan(value) else round(value, 4) for name, value in pooled.items()}


def _run(
    data: str | None, settings: list[str], preset: str | None, resume: str | None, extend: str | None, folder: Path
) -> Run:
    if resume and (data or settings or preset or extend):
        raise ValueError(
            "--resume continues a run as it is. Leave out --data, --set, --preset and --extend, or train a new run."
        )
    if resume:
        return find_run(resume, folder)
    changes = changes_of(data, settings)
    if extend:
        if preset or changes.keys() != {"epochs"}:
            raise ValueError(f"--extend takes a number of epochs and nothing else: --extend {extend} --set epochs=100.")
        return find_run(extend, folder).extended(changes["epochs"], folder, claimed=True)
    if preset:
        # A preset is one of the domain, which the data bring along.
        which = {name: changes[name] for name in ("domain", "data") if name in changes}
        config = RunConfig(**which).preset(preset).edited(**changes)
    else:
        config = RunConfig(**changes)
    if idle := config.without_effect(changes):
        lines = [
            f"{name} has no effect here: it needs {needs}. Set that too, or leave out {name}."
            for name, needs in idle.items()
        ]
        raise ValueError("\n".join(lines))
    config = _with_all_meant(config)
    check_start(config, folder)
    check_config(config)  # so that a mistake leaves no run behind
    return Run.create(config, folder, claimed=True)  # or an open dashboard would train it


def _with_all_meant(config: RunConfig) -> RunConfig:
    """The attributes by name, where `species_*` stands for all whose names begin so."""
    if not any("*" in name for name in config.attributes):
        return config
    known = attribute_names(open_dataset(config.data))
    meant = {name: fnmatch.filter(known, name) or [name] for name in config.attributes}
    return config.edited(attributes=tuple(dict.fromkeys(name for names in meant.values() for name in names)))


def changes_of(data: str | None, settings: list[str]) -> dict[str, Any]:
    """The options that were given, each once."""
    if data is not None and not data.strip():
        raise ValueError("--data is empty. Name a data set (`dgviz data` lists them), a path, or leave it out.")
    given = [*(setting(text) for text in settings), *([("data", data)] if data else [])]
    names = [name for name, _ in given]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} is given twice. Give it once.")
    return dict(given)


def setting(text: str) -> tuple[str, Any]:
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
        reached: dict[int, int] = {}  # the epoch of each part

        def on_epoch(record: EpochRecord) -> None:
            loss, nse = f"{record['loss']:.3f}", f"{record['median_nse']:.2f}"
            # A run of folds or seeds is one bar: parts before the first that was seen, then the epochs since.
            reached[record["part"]] = record["epoch"]
            done = (min(reached) - 1) * record["epochs"] + sum(reached.values())
            name = f"{run.id} {record['part_name']}".strip()
            bar.update(
                task, description=name, total=record["parts"] * record["epochs"], completed=done, loss=loss, nse=nse
            )

        yield on_epoch


def _score_table(run: Run, results: xr.Dataset) -> Table:
    """The scores of the target in the order in which it declares them; of how many sites, where not of all."""
    n_sites, periods = results.sizes["site"], ("train", "test")
    n_test = n_scored(results, run.config.target_quantity)
    of = f"{n_sites} sites" if n_test == n_sites else f"{n_test} of {n_sites} sites in the test period"
    of += " trained on" * bool(run.config.trained_sites)
    table = Table("score", *periods, title=f"Median over {of}")
    for name in run.config.target_quantity.scores:
        label, units = results[name].attrs["long_name"], results[name].attrs["units"]
        cells = []
        for period in periods:
            values = results[name].sel(period=period)
            n_known = int(values.notnull().sum())
            cells.append(f"{float(values.median()):.2f}" + (f" ({n_known} of {n_sites})" if n_known < n_sites else ""))
        table.add_row(label if units == "1" else f"{label}, {units}", *cells)
    return table
