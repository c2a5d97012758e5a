"""The simulated target beside the observed one."""

from pathlib import Path

import numpy as np
import pytest

import dgviz
from dgviz.sensitivity.doctor import examine

RUNS = Path(dgviz.__file__).parents[1] / "data" / "runs"


def kinds(report):
    return {found.kind: found for found in report.findings}


@pytest.mark.parametrize("factor", [20.0, 0.05])
def test_a_target_in_other_units_is_noted(planted, world, factor):
    found = kinds(examine(planted(dataset=world.assign(streamflow=factor * world.streamflow))))
    expected = kinds(examine(planted()))
    assert "another size than observed" not in expected
    noted = found["another size than observed"]
    assert noted.severity == "note" and noted.quantities == ("streamflow",)
    assert noted.figure < 1 / 5 if factor > 1 else noted.figure > 5


def test_a_river_that_flows_back_is_noted(planted, world):
    flow = world.streamflow.copy()
    flow[{"time": slice(100, 103)}] = -0.5
    noted = kinds(examine(planted(dataset=world.assign(streamflow=flow))))["negative target"]
    assert "below zero at 3 times, down to -0.5 mm d-1" in noted.sentence.replace("\u2212", "-")
    assert noted.severity == "note" and np.isclose(noted.figure, -0.5)


def test_a_target_on_another_scale_is_noted():
    run = {run.id: run for run in dgviz.list_runs(RUNS)}["twin-stream-temperature"]
    data = run.dataset()
    site = str(data.site.values[0])

    def examined(dataset):
        return kinds(examine(run.at(dataset, site, *(f"{day:%Y-%m-%d}" for day in data.indexes["time"][[0, -1]]))))

    assert "another scale than observed" not in examined(data)
    fahrenheit = (1.8 * data.water_temperature + 32).assign_attrs(data.water_temperature.attrs)
    noted = examined(data.assign(water_temperature=fahrenheit))["another scale than observed"]
    assert noted.severity == "note" and abs(noted.figure - 1.8) < 0.2
