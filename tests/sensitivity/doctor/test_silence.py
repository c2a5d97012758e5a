"""Where nothing is wrong nothing is alarmed: in every science, untrained and trained."""

import numpy as np
import pytest
import torch

from dgviz.experiment.runs import list_runs
from dgviz.experiment.sources import open_dataset
from dgviz.learn.defaults import unlearned
from dgviz.paths import data_folder
from dgviz.sensitivity.doctor import examine
from tests.combinations import DOMAINS, covering

RUNS = {run.id: run for run in list_runs(data_folder() / "runs")}
DAYS = 500


def of_each_option(domain):
    """Choices in which every option of a science occurs, without those that join sites."""
    return [choice for choice in covering(domain, 1) if not domain.build(**choice).joins_sites]


CASES = [(name, choice) for name, domain in DOMAINS.items() if domain.twin for choice in of_each_option(domain)]


@pytest.mark.parametrize(
    "name, choice", CASES, ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else value
)
def test_default_models_have_no_fault(name, choice):
    torch.manual_seed(0)
    model, dataset = DOMAINS[name].build(**choice), open_dataset(f"twin:{name}").isel(site=[1], time=slice(DAYS))
    season = 1 + np.sin(2 * np.pi * dataset.time.dt.dayofyear / 365)
    for series in (series for series in model.forcings if series not in dataset.variables):
        low, high = model.forcings[series].range
        dataset = dataset.assign({series: low + 0.01 * (high - low) * season.expand_dims(site=dataset.site)})
    report = examine(unlearned(model, dataset))
    assert not report.faults, str(report)
    assert "were compared with reruns" in report.examined[0]


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_shipped_runs_have_no_fault(run):
    dataset = open_dataset(run.config.data)
    days = dataset.indexes["time"]
    report = examine(run.at(dataset, run.sites[0], f"{days[0]}", f"{days[min(DAYS, len(days) - 1)]}"), dataset)
    assert not report.faults, str(report)
