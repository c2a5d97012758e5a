"""`dgviz court`: structures on the same data, and what the data can tell of them."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from dgviz.cli.claims import train_each
from dgviz.cli.terminal import RunsFolder, out, plain_errors
from dgviz.cli.train import changes_of
from dgviz.experiment.check_config import check_config
from dgviz.experiment.claims import interval_words
from dgviz.experiment.config import RunConfig
from dgviz.experiment.court import check_structures
from dgviz.experiment.hearing import Hearing, cases_of, has_results, hear, lacking, standing
from dgviz.experiment.runs import list_runs, runs_folder
from dgviz.files import write_whole


def court(
    structure: Annotated[
        list[str],
        typer.Option(
            help="Options that make a structure, as SLOT=Option or 'SLOT=Option dynamic=PARAMETER'; two to four."
        ),
    ],
    data: Annotated[str | None, typer.Option(help="A known data set, `twin:DOMAIN`, or the path of your own.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="An option of all structures, as epochs=50.")] = None,
    seeds: Annotated[int, typer.Option(min=1, max=50, help="From how many seeds to train each.")] = 5,
    runs: RunsFolder = None,
    to: Annotated[Path | None, typer.Option("--out", help="Also write the ruling to this HTML file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Train two to four structures alike and say which of them the data prefer, or that they cannot tell."""
    with plain_errors():
        if to and to.exists():
            raise ValueError(f"{to} exists already. Name another file with --out.")
        common, folder = changes_of(data, set_ or []), runs or runs_folder()
        structures = {text: RunConfig(**common, **changes_of(None, text.split())) for text in dict.fromkeys(structure)}
        check_structures(structures)
        configs = cases_of(structures)
        for config in (case for of_structure in configs.values() for case in of_structure.values()):
            check_config(config)  # so that a mistake leaves no run behind
        stands = standing(configs, list_runs(folder), seeds)
        # What waits elsewhere is trained here: a command does not end before it is done.
        train_each(lacking(configs, {key: run if has_results(run) else None for key, run in stands.items()}), folder)
        found = hear(structures, standing(configs, list_runs(folder), seeds))
        assert found is not None
        if to:
            from dgviz.ui.report.court import court_page

            write_whole(to, court_page(found))
        show = _print_json if as_json else _print
        show(found)


def _print(found: Hearing) -> None:
    ruling = found.ruling
    out.print(f"[bold]{escape(ruling.sentence)}[/]", highlight=False)
    for judgment in ruling.judgments:
        first, *others = judgment.medians
        title = judgment.where[:1].upper() + judgment.where[1:]
        table = Table("structure", f"median {judgment.score}", f"{first} less this one", title=title)
        table.add_row(escape(first), f"{judgment.medians[first]:.2f}", "")
        for name in others:
            words = interval_words(judgment.against[name], ruling.site)
            table.add_row(escape(name), f"{judgment.medians[name]:.2f}", words.removeprefix("paired difference "))
        out.print(table)
        if judgment.note:
            out.print(judgment.note, style="dim", highlight=False)
    for sentence in ruling.left_out:
        out.print(escape(sentence), highlight=False)
    out.print(
        f"Measure here next, as the structures differ most: {', '.join(found.sites)}; on {', '.join(found.days)}."
    )


def _print_json(found: Hearing) -> None:
    ruling = found.ruling
    judgments: list[dict[str, Any]] = [
        {
            "case": judgment.case,
            "where": judgment.where,
            "score": judgment.score,
            "winner": judgment.winner,
            "medians": judgment.medians,
            "assumes": judgment.note,
            "against": {name: asdict(difference) for name, difference in judgment.against.items()},
        }
        for judgment in ruling.judgments
    ]
    said = {
        "ruling": ruling.sentence,
        "cases": judgments,
        "parameters": ruling.n_parameters,
        "left_out": ruling.left_out,
    }
    print(json.dumps(said | {"measure_next": {"sites": found.sites, "days": found.days}}, indent=2))
