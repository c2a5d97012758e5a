"""The simulated target beside the observed one."""

import numpy as np
import pytest

from dgviz.sensitivity.doctor import examine


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
