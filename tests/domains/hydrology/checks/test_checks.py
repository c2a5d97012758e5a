"""Every physics check passes where it should, and fails on the fault that it is there to find."""

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
from tests.domains.hydrology.checks import planted
from tests.domains.hydrology.checks.planted import model_with
from tests.domains.hydrology.checks.trials import trial_of

CHECKS = checks_by_name(DOMAINS["hydrology"].checks)
OF_SNOW = {"warmer_means_earlier_melt", "snow_or_rain", "pack_builds_holds_melts"}
OF_VOLUMES = {"mass_closure", "possible_volumes"}
# A network keeps these by its shape, whatever it has learned.
KEPT_BY_NETWORKS = {"no_response_to_the_future", "sites_are_independent"}
# What a small network in place of a process has to learn first.
TO_BE_LEARNED = {"evaporation_follows_wetness", "more_and_less_rain", "storm_on_wet_soil"}


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
    apart = {"told_area"}
    apart |= OF_SNOW if choices["snow"] == "NoSnow" else set()
    apart |= {"warmth_costs_flow"} if choices["pet"] == "GivenPet" else set()
    apart |= {"withdrawal_leaves"} if choices["abstraction"] == "NoAbstraction" else set()
    apart |= {"channel_holds_its_hydrograph"} if choices["routing"] != "GammaRouting" else set()
    apart |= {"sites_are_independent"} if domain.build(**choices).joins_sites else set()
    assert {name for name, outcome in found.items() if outcome == "does not apply"} == apart
    spared = TO_BE_LEARNED if any("Learned" in name or "Monotone" in name for name in choices.values()) else set()
    # It is absurd on purpose, and slow to follow the rain.
    spared |= {"flow_follows_rain"} if choices["groundwater"] == "ZonesInWrongOrder" else set()
    assert {name for name, outcome in found.items() if outcome == "failed"} - spared == set()


def test_a_river_is_not_asked_as_a_single_site():
    trial = trial_of(DOMAINS["hydrology"].build(routing="MuskingumCunge"))
    trial.tensors = trial.tensors.span(0, trial.n_days, 0, [0, 0])
    assert set(outcomes(trial).values()) == {"does not apply"}


@pytest.fixture
def verdicts_of(untrained):
    """The verdicts on an untrained model of a basin of the Delaware in 1980."""

    def check(change=lambda model: None, **options):
        model, tensors, config = untrained(n_time=731, snow="DegreeDaySnow", groundwater="ThreeOutlets", **options)
        model.learn_statistics(tensors)
        change(model)
        time = xr.DataArray(pd.date_range("1980-01-01", periods=365), dims="time")
        site = SiteModel(model, tensors.span(366, 731, 366, [1]), time, config.target)
        return {verdict.check: verdict for verdict in check_physics(site)}

    return check


@pytest.mark.parametrize("options", [{}, {"dynamic": ("k0", "cfmax")}, {"parameters": "sites"}])
def test_processes_pass_wherever_their_parameters_come_from(options, verdicts_of):
    verdicts = verdicts_of(**options)
    assert list(verdicts) == list(CHECKS)
    assert {str(v) for v in verdicts.values() if v.outcome == "failed"} == set()
    apart = {name for name, v in verdicts.items() if v.outcome == "does not apply"}
    assert apart == {"withdrawal_leaves", "channel_holds_its_hydrograph"}  # it has neither


def test_a_correction_that_a_network_learned_makes_water(verdicts_of):
    assert verdicts_of(predictor="corrected")["mass_closure"].outcome == "passed"  # it begins by changing nothing
    verdicts = verdicts_of(lambda model: model.correction.recurrent.head.bias.data.fill_(1.0), predictor="corrected")
    assert "were made from nothing" in verdicts["mass_closure"].sentence
    assert {v.outcome for name, v in verdicts.items() if name in KEPT_BY_NETWORKS} == {"passed"}


def test_a_network_alone_is_asked_what_needs_no_stores(verdicts_of):
    verdicts = verdicts_of(predictor="network")
    asked = {name for name, verdict in verdicts.items() if verdict.outcome != "does not apply"}
    of_rain = {"flow_follows_rain", "zero_rain_dries_down", "doubled_storm", "storm_ladder", "storm_on_wet_soil"}
    assert asked == KEPT_BY_NETWORKS | of_rain | {"told_area"}
    assert {verdicts[name].outcome for name in KEPT_BY_NETWORKS} == {"passed"}
    assert "% of the precipitation" in verdicts["mass_closure"].sentence
    assert verdicts["doubled_storm"].series.prcp.attrs["units"] == "mm d-1"


FAULTS = {
    # Each of these is caught by one check alone.
    "hoards a little": (dict(groundwater=planted.Hoard), {"start_is_forgotten"}),
    "pinhole": (dict(soil=planted.PinholeSoil), {"mass_closure"}),
    "no model of water": (dict(alone=planted.Recorder), {"possible_volumes"}),
    "fossil water": (dict(groundwater=planted.FossilWater), {"no_drift_in_fifty_years"}),
    "slow zone": (dict(groundwater=planted.SlowZone), {"settled_under_constant_weather"}),
    "a month late": (dict(routing=planted.SlowRouting), {"flow_follows_rain"}),
    "opens in summer": (dict(groundwater=planted.SummerSpring), {"zero_rain_dries_down"}),
    "lazy thaw": (dict(snow=planted.LazyThaw), {"doubled_storm"}),
    "canopy": (dict(snow=planted.Canopy), {"storm_ladder"}),
    "little gauge": (dict(snow=planted.LittleGauge), {"design_storms"}),
    "dry crust": (dict(soil=planted.DryCrust), {"storm_on_wet_soil"}),
    "reaches all water": (dict(evapotranspiration=planted.ReachesAllWater), {"more_and_less_rain"}),
    "thirsty air": (dict(evapotranspiration=planted.ThirstyAir), {"evapotranspiration_within_potential"}),
    "sluggish air": (dict(evapotranspiration=planted.SluggishAir), {"evaporation_follows_wetness"}),
    "cold demand": (dict(pet=planted.ColdDemand), {"warmth_costs_flow"}),
    "warm snowfall": (dict(snow=planted.WarmSnowfall), {"warmer_means_earlier_melt"}),
    "drifting snow": (dict(snow=planted.DriftingSnow), {"snow_or_rain"}),
    "warm ground": (dict(snow=planted.WarmGround), {"pack_builds_holds_melts"}),
    "dead storage": (dict(routing=planted.DeadStorage), {"channel_holds_its_hydrograph"}),
    "overdrawn channel": (dict(routing=planted.OverdrawnChannel), {"channel_holds_its_hydrograph"}),
    "timid withdrawal": (dict(abstraction=planted.TimidWithdrawal), {"withdrawal_leaves"}),
    "large basins": (dict(evapotranspiration=planted.LargeBasinsAreWetter), {"told_area"}),
    "bottomless soil": (dict(soil=planted.BottomlessSoil), {"stores_within_limits"}),
    "feels its neighbours": (dict(first=planted.Neighbours, snow=planted.RainAsSeen), {"sites_are_independent"}),
    "forgets at a restart": (dict(routing=planted.ForgetfulRouting), {"restart_is_one_run"}),
    "parameter out of range": (dict(given={"uzl": 150.0}), {"stores_within_limits"}),
    # These break more than one thing.
    "sublimating snow": (
        dict(snow=planted.SublimatingSnow),
        {"snow_or_rain", "evapotranspiration_within_potential", "possible_volumes"},
    ),
    "overdraft": (dict(groundwater=planted.Overdraft), {"stores_within_limits"}),
    "clockwork": (
        dict(alone=planted.Clockwork),
        {"flow_follows_rain", "doubled_storm", "storm_ladder", "storm_on_wet_soil"}
        | {"zero_rain_dries_down", "possible_volumes"},
    ),
    "firn": (
        dict(snow=planted.Firn),
        {"pack_builds_holds_melts", "start_is_forgotten", "zero_rain_dries_down", "no_drift_in_fifty_years"},
    ),
    "network that floods": (dict(added=planted.amplifier), {"storm_ladder", "design_storms"}),
    "sees tomorrow": (
        dict(first=planted.Tomorrow, snow=planted.RainAsSeen),
        {"no_response_to_the_future", "mass_closure", "restart_is_one_run"},
    ),
    "swallows water": (dict(groundwater=planted.DeepStore), {"start_is_forgotten", "settled_under_constant_weather"}),
    "melts in the cold": (
        dict(snow=planted.ColdMelt),
        OF_SNOW - {"snow_or_rain"} | {"doubled_storm", "storm_on_wet_soil", "warmth_costs_flow"},
    ),
    "leaky bucket": (
        dict(soil=planted.LeakySoil),
        OF_VOLUMES | {"doubled_storm", "design_storms", "more_and_less_rain", "settled_under_constant_weather"},
    ),
    "blocked gauge": (
        dict(snow=planted.BlockedGauge),
        OF_VOLUMES | {"doubled_storm", "design_storms", "more_and_less_rain", "storm_ladder", "storm_on_wet_soil"},
    ),
    "rain from nowhere": (
        dict(snow=planted.Drizzle),
        OF_VOLUMES
        | {"settled_under_constant_weather", "flow_follows_rain", "zero_rain_dries_down", "storm_on_wet_soil"}
        | {"more_and_less_rain", "evaporation_follows_wetness"},
    ),
    "network that takes": (
        dict(added=planted.sponge),
        OF_VOLUMES
        | {"settled_under_constant_weather", "flow_follows_rain", "doubled_storm", "design_storms"}
        | {"storm_on_wet_soil", "more_and_less_rain"},
    ),
    "network that swings": (
        dict(added=planted.swinging),
        OF_VOLUMES | {"settled_under_constant_weather", "flow_follows_rain", "zero_rain_dries_down"},
    ),
}
each_fault = pytest.mark.parametrize("fault, expected", FAULTS.values(), ids=FAULTS)


def faulty(added=torch.zeros_like, alone=None, given=None, **slots):
    trial = trial_of(planted.by_itself(alone) if alone else model_with(**slots), added)
    for name, value in (given or {}).items():
        trial.model.given[name] = torch.full_like(trial.model.given[name], value)
    return trial


def test_each_check_is_the_only_one_to_catch_some_fault():
    # What no other check can see: a fault of looking ahead cannot be planted without missing rain.
    caught_alone = {name for _, expected in FAULTS.values() if len(expected) == 1 for name in expected}
    assert CHECKS.keys() - caught_alone == {"no_response_to_the_future"}


@each_fault
def test_a_planted_fault_fails_its_check_and_no_other(fault, expected):
    assert failed(faulty(**fault)) == expected


def test_every_criterion_of_every_check_fails_on_some_fault():
    criteria = [c for fault, _ in FAULTS.values() for check in CHECKS.values() for c in check(faulty(**fault)).criteria]
    assert {c.what for c in criteria if not c.holds} == {c.what for c in criteria}
    assert set().union(*(expected for _, expected in FAULTS.values())) == CHECKS.keys()


def test_a_leak_is_measured():
    trial = faulty(soil=planted.LeakySoil)
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
    assert float(rain[1]) == pytest.approx(2 * float(rain[0])) and float(rain[0]) > 15


def test_a_dry_day_still_flows_from_its_stores():
    series = CHECKS["zero_rain_dries_down"](faulty()).series
    dry = series.streamflow[:, 1]
    assert float(dry[-1]) > 0 and float(series.stored[-1]) < float(series.stored.max())


def test_an_ensemble_is_checked_as_one(untrained):
    models = [untrained(n_time=731, members=members) for members in (1, 1)]
    model, tensors = Ensemble(m for m, *_ in models), models[0][1]
    time = xr.DataArray(range(365), dims="time")
    verdicts = check_physics(SiteModel(model, tensors.span(366, 731, 366, [0]), time, "streamflow"))
    assert [str(v) for v in verdicts if v.outcome == "failed"] == []


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
