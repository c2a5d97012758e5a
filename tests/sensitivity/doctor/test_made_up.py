"""Values that nobody measured, planted in real series, which have none of them."""

import numpy as np
import pytest

from dgviz.datasets import open_dataset
from dgviz.sensitivity.doctor import examine
from dgviz.sensitivity.doctor.made_up import made_up


@pytest.fixture(scope="module")
def gauge():
    return open_dataset("delaware").sel(site="01439500")


def test_measured_series_have_nothing_of_it():
    data = open_dataset("delaware")
    for name in ("prcp", "tmean", "streamflow"):
        for values in data[name].transpose("site", "time").values.astype(float):
            assert not list(made_up(name, values))


def filled(values):
    values[np.random.default_rng(0).random(len(values)) < 0.2] = values.mean()


def bridged(values):
    values[100:190] = np.linspace(values[99], values[190] + 1, 90)


def copied(values):
    values[300:400] = values[100:200]


def zero(values):
    values[100:190] = 0.0


def by_week(values):
    values[:728] = values[:728].reshape(-1, 7).mean(1).repeat(7)


def hot(values):
    values[20] = 59.0


@pytest.mark.parametrize(
    ("name", "plant", "kind", "figure"),
    [
        ("streamflow", filled, "filled with a constant", None),
        ("streamflow", bridged, "interpolated", 90),
        ("tmean", bridged, "interpolated", 90),
        ("streamflow", copied, "copied stretch", 100),
        ("streamflow", zero, "long stretch of zero", 90),
        ("prcp", by_week, "coarser than its steps", 7),
        ("tmean", hot, "value beyond all others", None),
    ],
)
def test_what_was_made_up_is_noted(gauge, name, plant, kind, figure):
    values = gauge[name].values.astype(float)
    plant(values)
    (found,) = made_up(name, values)
    assert found.kind == kind and found.severity == "note" and found.quantities == (name,)
    assert figure is None or found.figure == pytest.approx(figure, abs=2)


def test_gaps_are_no_fault(gauge):
    values = gauge.streamflow.values.astype(float)
    values[100:190] = np.nan
    assert not list(made_up("streamflow", values))


def test_it_is_part_of_an_examination(planted, world):
    flow = world.streamflow.copy()
    flow[{"time": slice(300, 400)}] = flow[{"time": slice(100, 200)}].values
    kinds = [found.kind for found in examine(planted(dataset=world.assign(streamflow=flow))).findings]
    assert "copied stretch" in kinds and "copied stretch" not in [f.kind for f in examine(planted()).findings]
