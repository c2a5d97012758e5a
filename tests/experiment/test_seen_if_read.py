"""Networks see no forcing that would tell them the target: of some, only what the processes of the same run read."""

import pytest

from dgviz.experiment.config import RunConfig
from dgviz.experiment.inputs import Inputs
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run
from dgviz.experiment.sources import open_dataset

OF_ALL = {"ppfd", "tleaf"}
SEEN = {"MeasuredCi": {"ci"}, "MedlynStomata": {"co2", "vpd"}, "BallBerryStomata": {"co2", "rh"}}
SMALL = dict(data="twin:leaf", predictor="network", network="mlp", epochs=1, hidden=2, device="cpu")


@pytest.mark.parametrize("stomata", SEEN)
def test_a_network_alone_sees_what_the_processes_read(stomata, tmp_path):
    run = Run.create(RunConfig(**SMALL, stomata=stomata), tmp_path)
    assert {*Inputs.of(run.config, run.dataset()).forcings} == OF_ALL | SEEN[stomata]


def test_what_it_does_not_see_changes_nothing_in_what_it_predicts(tmp_path):
    run = Run.create(RunConfig(**SMALL, stomata="MeasuredCi"), tmp_path)
    carry_out(run)
    twin = open_dataset("twin:leaf")
    site, days = "twin003", ("2001-01-01", "2001-01-14")
    before, without, other = (
        run.simulate(data, site, *days).net_assimilation
        for data in (twin, twin.assign(co2=twin.co2 / 2), twin.assign(ci=twin.ci / 2))
    )
    assert before.equals(without)
    assert not before.equals(other)


def test_other_sciences_hide_nothing(delaware):
    config = RunConfig(data="delaware", predictor="network")
    assert {"prcp", "tmin", "tmax"} <= Inputs.of(config, delaware).forcings.keys()
