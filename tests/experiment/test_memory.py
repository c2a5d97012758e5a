"""A training that cannot fit into memory says so before it starts, from an estimate that measured peaks bear out."""

import subprocess
import sys

import pytest

from dgviz.experiment import memory
from dgviz.experiment.check_config import check_config
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.data import dataset_of
from dgviz.experiment.job import carry_out
from dgviz.experiment.memory import estimate
from dgviz.experiment.runs import Run

TWIN = "twin:hydrology,sites=40,years=5"
MB = 2**20

# What a process takes on top of what it has when its data are open, in an update or two.
MEASURED = """
import sys, torch
from dgviz.experiment.config import RunConfig
from dgviz.experiment.data import dataset_of
from dgviz.experiment.splits import training_days
from dgviz.learn import DifferentiableModel, fit

def value(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name)) / 1024

config = RunConfig(**eval(sys.argv[1]))
dataset = dataset_of(config)
open("/proc/self/clear_refs", "w").write("5")  # the peak begins here
before = value("VmRSS")
model = DifferentiableModel.build(config, dataset)
days, warmup = training_days(config, dataset)
tensors = model.tensors(dataset, config.target).span(days.start, days.stop, warmup)
updates = iter([False, False, True])
list(fit(model, tensors, config, None, lambda: next(updates)))
print(value("VmHWM") - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the peak from /proc")
@pytest.mark.parametrize(
    "options",
    [
        dict(predictor="network", hidden=128, batch_size=40),
        dict(dynamic=("beta", "k0"), members=64, batch_size=40),
        dict(members=16),
    ],
    ids=["network", "dynamic", "static"],
)
def test_the_estimate_is_near_what_is_measured(options):
    options |= dict(data=TWIN, epochs=1)
    command = [sys.executable, "-c", MEASURED, repr(options)]
    measured = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    config = RunConfig(**options)
    parts = estimate(config, dataset_of(config))
    needed = (parts["program"] + parts["data"] + parts["update"]) / MB
    assert 0.6 * measured < needed < 1.7 * measured + 60, (needed, measured)


def test_what_does_not_fit_is_said_before_it_starts(tmp_path, monkeypatch):
    config = RunConfig(data=TWIN, predictor="network", hidden=512)
    monkeypatch.setattr(memory, "available", lambda: 300 * MB)
    said = r"needs about \d\.\d GB of memory, most of it for .*, and 0\.3 GB are free\. Lower .*hidden=512"
    with pytest.raises(ConfigError, match=said):
        check_config(config)
    run = Run.create(config, tmp_path)
    with pytest.raises(ConfigError, match=said):
        carry_out(run)
    assert run.status == "failed" and "GB of memory" in run.error and not run.checkpointed
    monkeypatch.setattr(memory, "available", lambda: 64 * 1024 * MB)
    check_config(config)


@pytest.mark.parametrize(
    ("option", "more"), [("hidden", 256), ("window", 730), ("batch_size", 40), ("seeds", 4), ("validation", "period")]
)
def test_more_of_an_option_needs_more(option, more):
    few = RunConfig(data=TWIN, predictor="network", hidden=16, batch_size=10, window=100)
    dataset = dataset_of(few)
    assert sum(estimate(few.edited(**{option: more}), dataset).values()) > sum(estimate(few, dataset).values())
