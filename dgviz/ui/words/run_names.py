"""What a run is called in a picker: its model in words, when it was made, how well it does."""

from datetime import datetime
from functools import cache

import pandas as pd

from dgviz.experiment.config import NOT_THE_MODEL, SITES_LEARNED_FROM, RunConfig
from dgviz.experiment.needs import learns
from dgviz.experiment.runs import Run
from dgviz.paths import data_folder
from dgviz.ui.session.store import DataStore
from dgviz.ui.words.differences import describe_differences
from dgviz.ui.words.text import number, score_label, units

SHORT = 0.5  # of the usual number of epochs
STRUCTURE = ("processes", "dynamic", "predictor", "parameters", "attributes_as")  # what a preset is known by


def run_names(run_ids: list[str], store: DataStore) -> dict[str, str]:
    """The id of each run by its name, as a picker wants it; names that are alike have the id too."""
    names = [run_name(store.run(run_id), store) for run_id in run_ids]
    alike = {name for name in names if names.count(name) > 1}
    return {
        f"{name} ({run_id})" if name in alike else name: run_id for name, run_id in zip(names, run_ids, strict=True)
    }


def run_name(run: Run, store: DataStore) -> str:
    """As "NSE 0.65: HBV, 22 Nov 11:39": with the first score of its target, which stays where a long name is cut."""
    score = _median_score(run, store)
    return f"{score}: {name_without_score(run)}" if score else name_without_score(run)


def name_without_score(run: Run) -> str:
    """As "HBV, 22 Nov 11:39"; a run that travels with dgviz is said to be an example."""
    epochs = f", {epochs_of(run)}" if short(run) else ""
    return f"{model_name(run.config)}{epochs}, {_moment(run)}"


def short(run: Run) -> bool:
    """Was it so short a training that a usual one would do better?"""
    return learns(run.config) and _n_epochs(run) < run.config.default("epochs") * SHORT


def epochs_of(run: Run) -> str:
    """How long a run was trained: "5 epochs"."""
    count = _n_epochs(run)
    return f"{count} epoch{'s' * (count != 1)}"


def epochs_trained(run: Run) -> str:
    """The epochs that a run was trained for, "120", or of how many that were planned: "33 of 120"."""
    planned, record = run.config.epochs, run.record
    if not learns(run.config):
        return "\u2013"
    progress = [] if record else run.read_progress(0)[0]
    count = record.get("epochs", planned) if record else max((epoch["epoch"] for epoch in progress), default=0)
    return f"{count}" if count == planned else f"{count} of {planned}"


def _n_epochs(run: Run) -> int:
    """What was asked for, unless somebody stopped it before; one that ended early had learned what there was."""
    record = run.record
    return record.get("epochs", run.config.epochs) if record.get("ended") == "stopped" else run.config.epochs


def model_name(config: RunConfig) -> str:
    """The preset that a configuration is, else what it has that the defaults have not; how it was trained is left."""
    default = RunConfig(domain=config.domain, data=config.data)
    model = _untrained(config)
    presets = _presets(default.domain, default.data)
    if same := [name for name, preset in presets.items() if preset == model]:
        return same[0]
    for name, preset in presets.items():
        if words := _beyond(model, preset, name):
            return words
    return describe_differences(model, default)


@cache  # a picker asks for every run at every change
def _presets(domain: str, data: str) -> dict[str, RunConfig]:
    default = RunConfig(domain=domain, data=data)
    return {name: _untrained(default.preset(name)) for name in default.science.presets}


def _untrained(config: RunConfig) -> RunConfig:
    """The model alone: how it is trained as by default."""
    return config.edited(**{name: config.default(name) for name in NOT_THE_MODEL - SITES_LEARNED_FROM})


def _beyond(model: RunConfig, preset: RunConfig, name: str) -> str:
    """The name of a preset and what comes on top of it; nothing where the processes are others."""
    if any(getattr(model, name) != getattr(preset, name) for name in STRUCTURE):
        return ""
    more = describe_differences(model, preset)
    return f"{name}; {more}" if more else name


def trained_at(run: Run) -> pd.Timestamp | None:
    """When a run was trained, by its record, else when its folder was made; not known of one that was installed."""
    if created := run.record.get("created"):
        return pd.Timestamp(created)
    if _is_packaged(run):
        return None
    return pd.Timestamp(datetime.fromtimestamp((run.folder / "config.json").stat().st_mtime))


def _is_packaged(run: Run) -> bool:
    return run.folder.parent == data_folder() / "runs"


def _moment(run: Run) -> str:
    moment = trained_at(run)
    return "example" if moment is None or _is_packaged(run) else f"{moment.day} {moment:%b %H:%M}"


def _median_score(run: Run, store: DataStore) -> str:
    score = run.config.target_quantity.scores[0]
    try:
        median = store.medians(run.id)[score].sel(period="test")
    except (AttributeError, KeyError, OSError, ValueError):
        return ""  # a run that did not get that far
    return f"{score_label(score)} {number(float(median))} {units(median.attrs.get('units', '1'))}".strip()
