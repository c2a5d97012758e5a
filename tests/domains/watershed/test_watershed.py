"""From rain to the oxygen of a stream: what joins the sciences, and that training finds the known law again."""

import numpy as np
import pytest

from dgviz.checks import Trial
from dgviz.domains import discover
from dgviz.domains.oxygen.budget import OxygenStore
from dgviz.domains.stream_temperature.equilibrium import MM_KM2
from dgviz.domains.stream_temperature.ice import FreezingPoint
from dgviz.domains.watershed import mean_discharge
from dgviz.domains.watershed.evaluation.checks import CHECKS, pathways_add_up, warm_water_holds_less
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run
from dgviz.experiment.sources import open_dataset
from dgviz.learn.defaults import unlearned
from tests.trials import with_fault

domain = discover()["watershed"]


@pytest.fixture(scope="module")
def data():
    return open_dataset("twin:watershed,sites=4,years=2,noise=0,gaps=0")


@pytest.fixture(scope="module")
def site(data):
    """The first basin over a year, with declared parameters."""
    return unlearned(domain.build(), data.isel(site=[0], time=slice(0, 365)), target="dissolved_oxygen")


def test_runoff_is_the_discharge_of_the_reach(site, data):
    found = site.simulate()
    runoff = found.quickflow + found.interflow + found.baseflow
    np.testing.assert_allclose(found.discharge, runoff * float(data.area[0]) * MM_KM2, rtol=1e-5)


def test_streamflow_loses_nothing_of_the_runoff(site):
    found = site.simulate()
    runoff = float((found.quickflow + found.interflow + found.baseflow).sum())
    left = float(found.channel[-1])
    assert float(found.streamflow.sum()) + left == pytest.approx(runoff, rel=1e-4)


def test_the_mean_discharge_is_of_the_training_period(data):
    first = "2000-10-01/2001-09-30"
    expected = data.streamflow.sel(time=slice(*first.split("/"))).mean("time") * data.area * MM_KM2
    np.testing.assert_allclose(mean_discharge(data, first), expected, rtol=1e-5)
    assert mean_discharge(data.drop_vars("streamflow"), first) is None


@pytest.mark.parametrize("target", domain.targets)
def test_each_target_can_be_learned(target, tmp_path):
    """A network finds more of the known law than the declared defaults have."""
    data = "twin:watershed,sites=16,gaps=0.1,seed=1"
    scores = {}
    for parameters, epochs in (("fixed", 1), ("attributes", 60)):
        options = {"parameters": parameters, "epochs": epochs, "members": 1}
        config = RunConfig(data=data, target=target, **options)
        run = Run.create(config, tmp_path)
        carry_out(run)
        scores[parameters] = float(run.results().pooled_nse.sel(period="test"))
    assert scores["attributes"] > scores["fixed"] + 0.02, scores
    dataset, results = open_dataset(data), run.results()
    asked = [evaluation for evaluation in domain.evaluations if evaluation.target == target]
    assert asked
    for evaluation in asked:  # samples of oxygen and of temperature have gaps on other days
        found = evaluation.compute(results, dataset, dataset.attrs["test_period"])
        assert any(found[picture.x].notnull().any() for picture in evaluation.pictures)
        assert any(found[picture.y].notnull().any() for picture in evaluation.pictures)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_checks_hold_of_the_processes(check, site):
    result = check(Trial(site))
    assert result.criteria and all(criterion.holds for criterion in result.criteria), result.sentence


class AeratedByRain(OxygenStore):
    """Rain brings oxygen of its own, past the temperature and the discharge of the stream."""

    def forward(self, *, oxygen, saturation, reaeration_rate, production_rate, respiration_rate, prcp):
        given = dict(oxygen=oxygen, saturation=saturation, reaeration_rate=reaeration_rate)
        production = production_rate + 0.01 * prcp
        return super().forward(production_rate=production, respiration_rate=respiration_rate, **given)


class CoolsInWarmAir(FreezingPoint):
    """Takes the warmth of the air from the water."""

    def forward(self, *, water_temperature, tair):
        return dict(freezing=super().forward(water_temperature=water_temperature)["freezing"] - tair)


@pytest.mark.parametrize(
    ("check", "fault"), [(pathways_add_up, AeratedByRain), (warm_water_holds_less, CoolsInWarmAir)]
)
def test_a_fault_is_found_by_its_check_alone(check, fault, data):
    model = with_fault(domain, fault)
    faulty = unlearned(model, data.isel(site=[0], time=slice(0, 365)), target="dissolved_oxygen")
    outcomes = {each: each(Trial(faulty)).outcome for each in CHECKS}
    assert {each for each, outcome in outcomes.items() if outcome == "failed"} == {check}
