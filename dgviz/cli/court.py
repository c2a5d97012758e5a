"""`dgviz court`: structures on the same data, and what the data can tell of them."""

import json
from collections.abc import Mapping, Sequence
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
from dgviz.experiment.court import (
    CASES,
    Ruling,
    cases_of,
    check_structures,
    disagreement,
    judge,
    lacking,
    measure_next,
    of_budget,
)
from dgviz.experiment.preset_scores import own_scores
from dgviz.experiment.presets import Key, Places, places
from dgviz.experiment.runs import Run, list_runs, runs_folder
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
        for config in structures.values():
            check_config(config)  # so that a mistake leaves no run behind
        configs = cases_of(structures)
        budget = next(iter(structures.values()))
        before = places(of_budget(list_runs(folder), budget), configs)
        train_each(lacking(configs, _trained(before), seeds), folder)
        there = places(of_budget(list_runs(folder), budget), configs)
        ruling = judge(structures, own_scores(there, lambda run: run.read_results({"period", "site"})))
        on_all = _runs_of(there)
        sites, days = measure_next(disagreement(on_all))
        if to:
            from dgviz.ui.report.court import court_page

            write_whole(to, court_page(structures, ruling, sites, days, on_all))
        show = _print_json if as_json else _print
        show(ruling, sites, days)


def _trained(there: Places) -> list[Key]:
    """What has results already."""
    return [(name, held, seed) for name, of in there.items() for held, place in of.items() for seed in place.of_seeds]


def _runs_of(there: Places) -> dict[str, Sequence[Run]]:
    """The runs of each structure that were trained on all sites, one for each seed."""
    return {name: list(of_structure["none"].of_seeds.values()) for name, of_structure in there.items()}


def _print(ruling: Ruling, sites: Mapping[str, float], days: Mapping[str, float]) -> None:
    out.print(f"[bold]{escape(ruling.sentence)}[/]", highlight=False)
    for judgment in ruling.judgments:
        first, *others = judgment.medians
        where = CASES[judgment.case].format(site=ruling.site)
        table = Table("structure", "median NSE", f"{first} less this one", title=where[:1].upper() + where[1:])
        table.add_row(escape(first), f"{judgment.medians[first]:.2f}", "")
        for name in others:
            words = interval_words(judgment.against[name], ruling.site)
            table.add_row(escape(name), f"{judgment.medians[name]:.2f}", words.removeprefix("paired difference "))
        out.print(table)
    out.print(f"Measure here next, as the structures differ most: {', '.join(sites)}; on {', '.join(days)}.")


def _print_json(ruling: Ruling, sites: Mapping[str, float], days: Mapping[str, float]) -> None:
    judgments: list[dict[str, Any]] = [
        {
            "case": judgment.case,
            "winner": judgment.winner,
            "medians": judgment.medians,
            "against": {name: asdict(difference) for name, difference in judgment.against.items()},
        }
        for judgment in ruling.judgments
    ]
    said = {"ruling": ruling.sentence, "cases": judgments, "parameters": ruling.n_parameters}
    print(json.dumps(said | {"measure_next": {"sites": sites, "days": days}}, indent=2))
