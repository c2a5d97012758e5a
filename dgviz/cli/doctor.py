"""`dgviz doctor`: can the gradients of a trained run be trusted?"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.markup import escape
from rich.table import Table

from dgviz.cli.terminal import RunsFolder, found_run, out, plain_errors

if TYPE_CHECKING:
    from dgviz.sensitivity.doctor import Report

INK = {"fault": "bold red", "note": "yellow"}


def doctor(
    run: Annotated[str, typer.Argument(help="The id of a trained run, or its folder.")],
    data: Annotated[str | None, typer.Option(help="A data set, or a path; else that of the run.")] = None,
    site: Annotated[str | None, typer.Option(help="The site to examine; else the first of the run.")] = None,
    file: Annotated[Path | None, typer.Option("--json", help="Write the findings to this file, too.")] = None,
    runs: RunsFolder = None,
) -> None:
    """Examine the gradients, promises and data of a trained run at a site; exit with 1 if there is a fault."""
    with plain_errors():
        report, where = _examined(run, data, site, runs)
        if file:
            file.write_text(json.dumps(_plain(report, where), indent=2))
        out.print(_table(report, where))
        for sentence in report.examined:
            out.print(escape(sentence), highlight=False)
    raise typer.Exit(1 if report.faults else 0)


def _examined(name: str, data: str | None, site: str | None, runs: Path | None) -> tuple["Report", str]:
    """The report, and where and when it was examined, in words."""
    # Imported here: they bring torch, which `dgviz --help` does without.
    import torch

    from dgviz.engine import n_threads
    from dgviz.experiment.sources import open_dataset
    from dgviz.sensitivity.doctor import examine

    trained = found_run(name, runs)
    torch.set_num_threads(n_threads())
    dataset = open_dataset(trained.config.data if data is None else data)
    chosen = site or next((s for s in trained.sites if s in dataset.site.values), str(dataset.site.values[0]))
    days = dataset.indexes["time"]
    at = trained.at(dataset, chosen, f"{days[0]}", f"{days[-1]}")
    return examine(at, dataset), f"{trained.id} at {chosen}"


def _table(report: "Report", where: str) -> Table:
    """A line for each finding; a sentence where there is none."""
    table = Table("", "what", "finding", title=escape(where), show_lines=True)
    for finding in report.findings:
        ink = INK[finding.severity]
        day = "" if finding.day is None else f" ({np.datetime_as_string(finding.day, 'D')})"
        table.add_row(f"[{ink}]{finding.severity}[/]", finding.kind, escape(finding.sentence + day))
    if not report.findings:
        table.add_row("[green]good[/]", "", "No fault found.")
    return table


def _plain(report: "Report", where: str) -> dict[str, list]:
    """A report as JSON knows it."""
    findings = [
        asdict(finding) | {"day": None if finding.day is None else str(finding.day)} for finding in report.findings
    ]
    for finding in findings:
        finding["figure"] = finding["figure"] if np.isfinite(finding["figure"]) else None
    return {"examined": [where, *report.examined], "findings": findings}
