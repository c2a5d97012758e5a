"""`dgviz claims`: what the field claims of models between physics and learning, judged on a data set."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from rich.markup import escape
from rich.padding import Padding

from dgviz.cli.terminal import RunsFolder, err, out, plain_errors
from dgviz.engine import n_threads
from dgviz.experiment.claims import Verdict, probed, to_train, unprobed, verdicts
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.preset_scores import own_scores, shipped, write
from dgviz.experiment.presets import HOLDOUTS, Configs, Key, Scores, places, probes_of, wanted
from dgviz.experiment.runs import Run, list_runs, runs_folder
from dgviz.experiment.sources import FIRST, domain_of, open_dataset

COLOURS = {"holds": "green", "fails": "yellow", "cannot tell here": "cyan", "not trained yet": "dim"}


def claims(
    data: Annotated[str, typer.Option(help="A known data set, `twin:DOMAIN`, or the path of your own.")] = FIRST,
    train: Annotated[bool, typer.Option("--train", help="Train what the claims still lack, here and now.")] = False,
    seeds: Annotated[int, typer.Option(min=1, max=50, help="From how many seeds to train each.")] = 5,
    anew: Annotated[bool, typer.Option("--anew", help="Judge by your own runs alone, not by shipped scores.")] = False,
    file: Annotated[Path | None, typer.Option("--write", help="Write the scores to this NetCDF file.")] = None,
    runs: RunsFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Judge the field's claims on a data set by shipped scores and your own runs; train what they lack."""
    with plain_errors():
        config = RunConfig(data=data, domain=domain_of(data))
        if not config.science.claims:
            raise ValueError(f"{config.science.title} declares no claims: there is nothing to judge.")
        configs, folder = wanted(config), runs or runs_folder()
        travelling = {} if anew else shipped(config.data, configs)
        known = _own(config, folder, configs, travelling)
        if train:
            train_each(to_train(config, configs, travelling | known, seeds), folder)
            known = _own(config, folder, configs, travelling)
        scores = travelling | known
        if file:
            names = (*config.target_quantity.scores[:2], "nse", *probes_of(config.science))
            write(scores, configs, dict.fromkeys(names), file)
        found = verdicts(config, scores)
        lacking = to_train(config, configs, scores, seeds)
        show = _print_json if as_json else _print
        show(found, known, scores.keys() - known, lacking)


def _own(config: RunConfig, folder: Path, configs: Configs, travelling: Scores) -> Scores:
    """The scores of own runs, with what only experiments tell where a claim is on that."""
    there = places(list_runs(folder), configs)
    scores = own_scores(there, lambda run: run.read_results({"period", "site"}))
    if any(key in scores for key, _ in unprobed(config, travelling | scores)):
        own = {key: there[key[0]][key[1]].of_seeds[key[2]] for key in scores}
        dataset = open_dataset(config.data)
        found = probed(config, travelling | scores, own, dataset, dataset.site.values)
        scores = {key: found[key] for key in scores}
    return scores


def train_each(configs: dict[Key, RunConfig], folder: Path) -> None:
    """Train runs here, one after the other, saying which."""
    torch.set_num_threads(n_threads())
    for number, (key, config) in enumerate(configs.items(), 1):
        err.print(f"{number} of {len(configs)}: {_called(key)}", highlight=False)
        carry_out(Run.create(config, folder, claimed=True))


def _called(key: Key) -> str:
    """As "HBV, folds held out, seed 3"."""
    name, holdout, seed = key
    held = f"{holdout} held out" if holdout in HOLDOUTS else holdout
    return ", ".join([name, *([] if holdout == "none" else [held]), f"seed {seed}"])


def _print(found: list[Verdict], own: Iterable[Key], travelling: Iterable[Key], lacking: Iterable[Key]) -> None:
    """A paragraph for each claim, then what it was judged by."""
    for verdict in found:
        claim, colour = verdict.claim, COLOURS[verdict.outcome]
        out.print(f"[bold {colour}]{verdict.outcome}[/]  {escape(verdict.sentence)}", highlight=False)
        lines = [
            verdict.found and f"{verdict.found}.",
            claim.source,
            verdict.against and f"Against it: {verdict.against}",
        ]
        for line in filter(None, lines):
            out.print(Padding(escape(line), (0, 0, 0, 4)), style="dim", highlight=False)
    n_own, n_travelling, n_lacking = (len([*keys]) for keys in (own, travelling, lacking))
    shipped_words = f"{n_travelling} trainings whose scores travel with dgviz"
    out.print(f"\nJudged by {shipped_words} and {n_own} run{'s' * (n_own != 1)}, examples included.", highlight=False)
    if n_lacking:
        err.print(f"{n_lacking} trainings are still to be done, see --json: --train does them.", highlight=False)


def _print_json(found: list[Verdict], own: Iterable[Key], travelling: Iterable[Key], lacking: Iterable[Key]) -> None:
    trained = {"runs": own, "shipped": travelling, "lacking": lacking}
    named = {name: sorted(map(_called, keys)) for name, keys in trained.items()}
    print(json.dumps({"claims": [*map(_as_json, found)], **named}, indent=2))


def _as_json(verdict: Verdict) -> dict[str, Any]:
    """Everything of a verdict that a program may want."""
    difference = verdict.difference
    return {
        "claim": verdict.sentence,
        "verdict": verdict.outcome,
        "found": verdict.found,
        "difference": asdict(difference) if difference else None,
        "missing": [{"preset": name, "holdout": holdout} for name, holdout in verdict.missing],
        "source": verdict.claim.source,
        "against": verdict.against,
    }
