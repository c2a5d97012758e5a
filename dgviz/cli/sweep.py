"""`dgviz sweep`: a run for every combination of some options."""

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import torch
import typer
from rich.markup import escape
from rich.table import Table

from dgviz.cli.on_cluster import Scheduler, Workers, on_cluster
from dgviz.cli.terminal import RunsFolder, err, out, plain_errors
from dgviz.cli.train import changes_of, medians, setting
from dgviz.engine import n_threads
from dgviz.experiment.check_config import check_config
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.physics import check_run
from dgviz.experiment.runs import Run, runs_folder
from dgviz.experiment.splits import trained_on


def sweep(
    vary: Annotated[
        list[str], typer.Option(help="One value of an option, as hidden=16; again for each further value and option.")
    ],
    data: Annotated[str | None, typer.Option(help="A known data set, or the path of your own.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="An option of all runs, as epochs=50.")] = None,
    runs: RunsFolder = None,
    workers: Workers = None,
    scheduler: Scheduler = "",
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each run, as it ends.")] = False,
) -> None:
    """Train a run for every combination of some options, one after the other or side by side."""
    with plain_errors():
        torch.set_num_threads(n_threads())
        wanted = _combinations(vary, changes_of(data, set_ or []))
        for config in wanted.values():
            check_config(config)  # so that a mistake leaves no run behind
        with on_cluster(workers, scheduler) as cluster:
            made = [Run.create(config, runs or runs_folder()) for config in wanted.values()]
            varied = dict(zip((run.id for run in made), wanted, strict=True))
            table = Table("run", "options", "test", title="Median over the sites")
            failed = 0
            for run, error in cluster.carry_out(made) if cluster else _one_by_one(made):
                failed += bool(error)
                said = {"error": error} if error else medians(run, trained_on(run.config, run.read_results()))
                if as_json:
                    print(json.dumps({"run": str(run.folder), "options": varied[run.id], **said}))
                else:
                    err.print(escape(f"{run.id} {varied[run.id]}: {error or run.status}"))
                table.add_row(run.id, varied[run.id], f"{next(iter(said.values()))}")
        if not as_json:
            out.print(table)
        if failed:
            raise typer.Exit(1)


def _combinations(vary: Sequence[str], common: dict[str, Any]) -> dict[str, RunConfig]:
    """The configuration of every combination, by the options that it varies, in words."""
    values: dict[str, list[tuple[str, Any]]] = {}
    for text in vary:
        name, value = setting(text)
        if name in common:
            raise ValueError(f"{name} is varied and set. Leave one out.")
        if (text, value) in values.setdefault(name, []):
            raise ValueError(f"--vary {text} is given twice. Give it once.")
        values[name].append((text, value))
    return {
        " ".join(text for text, _ in chosen): RunConfig(
            **common, **{name: value for name, (_, value) in zip(values, chosen, strict=True)}
        )
        for chosen in itertools.product(*values.values())
    }


def _one_by_one(runs: Sequence[Run]) -> Iterator[tuple[Run, str]]:
    """Train runs here; each as it ends, with what went wrong, or nothing."""
    for run in runs:
        try:
            carry_out(run)
            check_run(run)
        except (ValueError, OSError) as error:
            yield run, str(error)
        else:
            yield run, ""
