"""Every physics check passes where it should, and fails on the fault that it is there to find."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
import xarray as xr

from dgviz.checks import CheckResult, Criterion, checks_by_name, meaning
from dgviz.checks import check_physics as check_all
from dgviz.domains.hydrology.capillary_rise import NoCapillaryRise
from dgviz.domains.hydrology.snow import NoSnow
from dgviz.learn import Ensemble
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Flux, Process, State
from tests.combinations import DOMAINS, PAIRS, each
from tests.domains.hydrology.checks.planted import (
    BlockedGauge,
    ColdMelt,
    DeepStore,
    Drizzle,
    ForgetfulRouting,
    LeakySoil,
    Neighbours,
    RainAsSeen,
    ThirstyAir,
    Tomorrow,
    model_with,
    rising,
    sponge,
)
from tests.domains.hydrology.checks.trials import trial_of

CHECKS = checks_by_name(DOMAINS["hydrology"].checks)
FOR_ALL = {"no_response_to_the_future", "sites_are_independent"}  # a recurrent network keeps these too


def check_physics(site):
    return check_all(site, DOMAINS["hydrology"].checks)


def outcomes(trial):
    return {name: check(trial).outcome for name, check in CHECKS.items()}


def failed(trial):
    return {name for name, outcome in outcomes(trial).items() if outcome == "failed"}


@each([case for case in PAIRS if case[0] is DOMAINS["hydrology"]])
def test_any_two_options_pass_together(domain, choices):
    torch.manual_seed(0)  # of processes that hold a network
    found = outcomes(trial_of(domain.build(**choices)))
    apart = {"warmer_means_earlier_melt"} if choices["snow"] == "NoSnow" else set()
    apart |= {"sites_are_independent"} if domain.build(**choices).joins_sites else set()
    assert {name for name, outcome in found.items() if outcome == "does not apply"} == apart
    assert {name for name, outcome in found.items() if outcome == "failed"} == set()


def test_a_river_is_not_asked_as_a_single_site():
    trial = trial_of(DOMAINS["hydrology"].build(routing="MuskingumCunge"))
    trial.tensors = trial.tensors.span(0, trial.n_days, 0, [0, 0])
    assert set(outcomes(trial).values()) == {"does not apply"}


@pytest.fixture
def verdicts_of(untrained):
    """The verdicts on an untrained model of a basin of the Delaware, from February to July, and the model."""

    def check(change=lambda model: None, **options):
        model, tensors, config = untrained(n_time=200, snow="DegreeDaySnow", groundwater="ThreeOutlets", **options)
        model.learn_statistics(tensors)
        change(model)
        time = xr.DataArray(pd.date_range("1979-02-20", periods=150), dims="time")
        return {
            v.check: v
            for v in check_physics(
                SiteModel(model, replace(tensors.span(50, 200, 50, [1]), year=100), time, config.target)
            )
        }

    return check


@pytest.mark.parametrize("options", [{}, {"dynamic": ("k0", "cfmax")}, {"parameters": "sites"}])
def test_processes_pass_wherever_their_parameters_come_from(options, verdicts_of):
    verdicts = verdicts_of(**options)
    assert list(verdicts) == list(CHECKS)
    assert {str(v) for v in verdicts.values() if v.outcome != "passed"} == set()


def test_a_correction_that_a_network_learned_makes_water(verdicts_of):
    assert verdicts_of(predictor="corrected")["mass_closure"].outcome == "passed"  # it begins by changing nothing
    verdicts = verdicts_of(lambda model: model.correction.recurrent.head.bias.data.fill_(1.0), predictor="corrected")
    assert "were made from nothing" in verdicts["mass_closure"].sentence
    assert {v.outcome for name, v in verdicts.items() if name in FOR_ALL} == {"passed"}


def test_a_network_alone_is_asked_what_needs_no_stores(verdicts_of):
    verdicts = verdicts_of(predictor="network")
    asked = {name for name, verdict in verdicts.items() if verdict.outcome != "does not apply"}
    assert asked == {*FOR_ALL, "zero_rain_dries_down", "doubled_storm"}
    assert {verdicts[name].outcome for name in FOR_ALL} == {"passed"}
    assert "% of the precipitation" in verdicts["mass_closure"].sentence
    assert verdicts["doubled_storm"].series.prcp.attrs["units"] == "mm d-1"


FAULTS = {
    "leaky bucket": (dict(soil=LeakySoil), {"mass_closure", "doubled_storm"}),
    "blocked gauge": (dict(snow=BlockedGauge), {"mass_closure", "doubled_storm"}),
    "rain from nowhere": (dict(snow=Drizzle), {"mass_closure", "zero_rain_dries_down"}),
    "sees tomorrow": (
        dict(first=Tomorrow, snow=RainAsSeen),
        {"no_response_to_the_future", "mass_closure", "restart_is_one_run"},
    ),
    "feels its neighbours": (dict(first=Neighbours, snow=RainAsSeen), {"sites_are_independent"}),
    "thirsty air": (dict(evapotranspiration=ThirstyAir), {"evapotranspiration_within_potential"}),
    "melts in the cold": (dict(snow=ColdMelt), {"warmer_means_earlier_melt"}),
    "swallows water": (dict(groundwater=DeepStore), {"start_is_forgotten"}),
    "forgets at a restart": (dict(routing=ForgetfulRouting), {"restart_is_one_run"}),
    "network that takes": (dict(added=sponge), {"mass_closure", "doubled_storm"}),
    "network that gives": (dict(added=rising), {"mass_closure", "zero_rain_dries_down"}),
}
each_fault = pytest.mark.parametrize("fault, expected", FAULTS.values(), ids=FAULTS)


def faulty(added=torch.zeros_like, **slots):
    return trial_of(model_with(**slots), added)


@each_fault
def test_a_planted_fault_fails_its_check_and_no_other(fault, expected):
    assert failed(faulty(**fault)) == expected


def test_every_criterion_of_every_check_fails_on_some_fault():
    criteria = [c for fault, _ in FAULTS.values() for check in CHECKS.values() for c in check(faulty(**fault)).criteria]
    assert {c.what for c in criteria if not c.holds} == {c.what for c in criteria}
    assert set().union(*(expected for _, expected in FAULTS.values())) == CHECKS.keys()


def test_a_leak_is_measured():
    trial = faulty(soil=LeakySoil)
    verdict = CHECKS["mass_closure"](trial)
    assert verdict.headline.value == pytest.approx(trial.scored(trial.as_trained["leak"]).sum(), rel=1e-9)
    assert "were lost" in verdict.sentence and verdict.series.gap[-1] == pytest.approx(verdict.headline.value)


def test_what_a_network_adds_to_the_target_is_water_from_nothing():
    trial = faulty(added=lambda prcp: torch.full_like(prcp, 0.25))
    verdict = CHECKS["mass_closure"](trial)
    assert verdict.headline.value == pytest.approx(-0.25 * len(trial.time), rel=1e-9)
    assert "were made from nothing" in verdict.sentence


def test_only_what_the_check_changes_is_changed():
    trial = faulty()
    for name, verdict in ((name, check(trial)) for name, check in CHECKS.items()):
        if verdict.day is not None:
            before = verdict.series.streamflow.sel(time=slice(None, verdict.day - np.timedelta64(1, "D")))
            np.testing.assert_allclose(before[:, 0], before[:, 1], rtol=1e-12, err_msg=name)
    storm = CHECKS["doubled_storm"](trial)
    rain = storm.series.prcp.sel(time=storm.day)
    assert float(rain[1]) == pytest.approx(2 * float(rain[0])) and float(rain[0]) > 20


def test_a_dry_day_still_flows_from_its_stores():
    series = CHECKS["zero_rain_dries_down"](faulty()).series
    dry = series.streamflow[:, 1]
    assert float(dry[-1]) > 0 and float(series.stored[-1]) < float(series.stored.max())


def test_an_ensemble_is_checked_as_one(untrained):
    models = [untrained(members=members) for members in (1, 1)]
    model, tensors = Ensemble(m for m, *_ in models), models[0][1]
    time = xr.DataArray(range(70), dims="time")
    outcomes = {v.outcome for v in check_physics(SiteModel(model, tensors.span(20, 90, 20, [0]), time, "streamflow"))}
    assert "failed" not in outcomes


DOES_NOT_APPLY = [
    ("warmer_means_earlier_melt", dict(snow=NoSnow), "has no store of snow"),
    (
        "evapotranspiration_within_potential",
        dict(evapotranspiration=NoCapillaryRise),
        "no evapotranspiration of its own",
    ),
]


@pytest.mark.parametrize("name, slots, reason", DOES_NOT_APPLY)
def test_a_check_that_does_not_apply_says_why(name, slots, reason):
    verdict = CHECKS[name](faulty(**slots))
    assert verdict.outcome == "does not apply" and reason in verdict.sentence and verdict.headline is None


def test_the_model_that_was_trained_is_left_as_it_was(untrained):
    model, tensors, config = untrained()
    time = xr.DataArray(range(70), dims="time")
    list(check_physics(SiteModel(model, tensors.span(20, 90, 20, [0]), time, config.target)))
    assert {p.dtype for p in model.parameters()} == {torch.float32}


def test_a_verdict_rests_on_all_of_its_criteria():
    good, bad = Criterion("good", 1.0, "mm", 0.0, 2.0), Criterion("bad", 3.0, "mm", at_most=2.0)
    assert CheckResult("x", "", (good,)).outcome == "passed"
    assert CheckResult("x", "", (good, bad)).outcome == "failed"
    assert CheckResult("x", "", (good, bad)).headline is bad
    assert CheckResult("x", "").outcome == "does not apply"
    assert not Criterion("unknown", float("nan"), "mm").holds
    assert str(CheckResult("doubled_storm", "It holds.", (good,))) == "doubled storm: passed. It holds."
    assert str(CheckResult("doubled_storm", "No.", (good, bad))) == "doubled storm: failed. No. bad: 3 mm."


def test_every_check_says_what_it_means():
    for check in CHECKS.values():
        assert meaning(check).endswith(".") and "\n" not in meaning(check)


class Pond(Process):
    """A pond that is full at first and seeps away."""

    pond = State("mm", "Pond", initial=50.0)
    seepage = Flux("mm d-1", "Seepage", out_of="pond", into="outlet")

    def forward(self, *, pond):
        return dict(seepage=0.1 * pond)


def test_what_the_stores_hold_at_first_is_no_gain():
    trial = trial_of(model_with(first=Pond))
    trial.warmup, trial.time = 0, xr.DataArray(pd.date_range("2001-01-01", periods=trial.n_days), dims="time")
    initial = sum(state.initial for state in trial.stores.values())
    assert initial > 50
    gained, stored = trial.gained(trial.as_trained), trial.stored(trial.as_trained)
    assert gained.sum() == pytest.approx(stored[-1] - initial)
    assert CHECKS["mass_closure"](trial).outcome == "passed"


def test_it_still_rains_on_the_day_after_which_the_site_dries_down():
    verdict = CHECKS["zero_rain_dries_down"](faulty())
    rain = verdict.series.prcp
    as_it_was, dry = rain.sel(case="as it was"), rain.sel(case="no more rain")
    until = rain.time <= verdict.day
    assert float(as_it_was.sel(time=verdict.day)) > 0
    np.testing.assert_array_equal(dry[until], as_it_was[until])
    assert float(dry[~until].max()) == 0 < float(as_it_was[~until].max())
