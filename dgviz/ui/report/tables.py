"""The tables of a report: checks, learned parameters, remarks, configuration, and where all of it comes from."""

import platform
from datetime import datetime
from importlib.metadata import version
from typing import Any

import xarray as xr

from dgviz.checks import check_physics
from dgviz.experiment.config import RunConfig
from dgviz.experiment.learned import learned_over_sites
from dgviz.experiment.runs import Run
from dgviz.processes.declare import Parameter, source, title
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.session.state import AppState
from dgviz.ui.words.formulas import linked
from dgviz.ui.words.kinds import lacks
from dgviz.ui.words.markup import Markup, html, joined
from dgviz.ui.words.text import number, units

OF_DATA = ("title", "source", "licence", "references", "history", "left_out", "train_period", "test_period")


def table(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Markup:
    """A card with a table, all cells words."""
    head = joined(html("<th class='words'>{}</th>", each) for each in heads)
    lines = (joined(html("<td class='words'>{}</td>", cell) for cell in row) for row in rows)
    body = joined(html("<tr>{}</tr>", line) for line in lines)
    return html("<section class='card long'><table><tr>{}</tr>{}</table></section>", head, body)


def _said(words: str) -> Markup:
    return html("<section class='card'><p>{}</p></section>", words)


def checks_html(state: AppState) -> Markup:
    """The result of every physics check at the picked site over the window; or why there are none."""
    if missing := lacks(state.store.run(state.run).config, "parameters"):
        return _said(missing)
    simulation = Simulation.of(state)
    try:
        found = list(check_physics(simulation.site_model(), state.science.checks))
    except ValueError as error:
        return _said(f"The checks could not be run: {error}")
    asked = [result for result in found if result.outcome != "does not apply"]
    passed = sum(result.outcome == "passed" for result in asked)
    rows = [
        (result.check.replace("_", " ").capitalize(), _outcome(result.outcome), result.sentence) for result in found
    ]
    days = state.step.period(*(day[:10] for day in simulation.stamps))
    said = html("<p>{} of {} that apply passed, {}.</p>", passed, len(asked), days)
    return said + table(("Check", "Result", "What was found"), rows)


def _outcome(outcome: str) -> Markup:
    return html("<span class='{}'>{}</span>", "failed" if outcome == "failed" else "", outcome)


def parameters_html(run: Run) -> Markup:
    """Each learned parameter: what it is, its range, and what was learned at the sites."""
    if missing := lacks(run.config, "parameters"):
        return _said(missing)
    declared = run.config.build().of(Parameter)
    found = learned_over_sites(run.read_results(), declared)
    rows = []
    for name in found.parameter.values:
        of_one, parameter = found.sel(parameter=name), declared[str(name)]
        low, middle, high = (number(float(of_one[part]), 3) for part in ("low", "median", "high"))
        limits = "{:g} \u2013 {:g}".format(*parameter.range)
        rows.append((parameter.long_name, name, units(parameter.units), limits, middle, f"{low} \u2013 {high}"))
    heads = ("Parameter", "Name", "Units", "Range", "Median of sites", "10th to 90th percentile")
    return table(heads, rows) if rows else _said("The results of this run hold no learned parameter.")


def remarks_html(run: Run) -> Markup:
    """What the run goes on without, what was filled and what is doubtful in it."""
    rows = [(remark.kind, remark.about, remark.text) for remark in run.remarks]
    return table(("Kind", "About", "What is said"), rows) if rows else Markup("")


def configuration_html(run: Run) -> Markup:
    """The processes with their sources, and every option, marked where it is not as by default."""
    config = run.config
    chosen = {slot: config.science.option(slot, name) for slot, name in config.processes.items()}
    rows = [(slot, title(process), linked(source(process) or "")) for slot, process in chosen.items()]
    shown = [name for name in RunConfig.model_fields if name != "processes"]
    options = [(_option(config, name), name, _value(getattr(config, name))) for name in shown]
    return table(("Slot", "Process", "Source"), rows) + table(("Option", "Name", "Value"), options)


def _option(config: RunConfig, name: str) -> Markup:
    words = config.title(name)
    return html("<b>{}</b>", words) if getattr(config, name) != config.default(name) else html("{}", words)


def _value(value: Any) -> str:
    words = ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else f"{value}"
    return words or "\u2013"


def provenance_html(run: Run, dataset: xr.Dataset) -> Markup:
    """The data and their licence, the training, the versions, the checksums, and what wrote this."""
    record, first_last = run.record, [f"{day:%Y-%m-%d}" for day in dataset.indexes["time"][[0, -1]]]
    rows = [(name.replace("_", " ").capitalize(), dataset.attrs[name]) for name in OF_DATA if dataset.attrs.get(name)]
    rows += [("Data set", run.config.data), ("Record", " to ".join(first_last)), ("Sites", dataset.sizes["site"])]
    rows += [("Run", run.id)]
    rows += [(name.capitalize(), record[name]) for name in ("created", "ended", "seconds", "device", "backend", "seed")
             if name in record]  # fmt: skip
    rows += [(f"Trained with {name}", known) for name, known in record.get("versions", {}).items()]
    rows += [(f"Checksum of {name}", record[name]) for name in ("inputs", "checksums") if name in record]
    now = f"dgviz {version('dgviz')}, Python {platform.python_version()}, {datetime.now():%Y-%m-%d %H:%M}"
    return table(("What", ""), [*rows, ("This report was written by", now)])
