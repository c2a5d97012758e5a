"""Claims of the field hold, fail or cannot be told by the scores that they are given."""

import numpy as np
import pytest
import xarray as xr

from dgviz.domains import discover
from dgviz.domains.claims import BALANCE, Claim, better, breaks_balance, close
from dgviz.domains.hydrology.evaluation.claims import CLAIMS, FEW
from dgviz.experiment.claims import claims_of, judge, to_train, unprobed, verdicts
from dgviz.experiment.config import RunConfig
from dgviz.experiment.presets import CASES, probes_of, wanted
from dgviz.experiment.roles import role_of, roles

PRESETS = roles(RunConfig())
ROLES = {"fixed", "sites", "shared", "attributes", "dynamic", "closure", "corrected", "network", "shuffled"}
ROLES |= {"random", "coordinates"}
N_SITES, N_SEEDS = 60, 5
# For each claim, by a few of its words: median NSE that make it hold, and what one change makes it fail.
CASES_OF = {
    "as those calibrated": ({("attributes", "test"): 0.68, ("sites", "test"): 0.7}, {("attributes", "test"): 0.62}),
    "than one set for all": (
        {("attributes", "held_out"): 0.6, ("shared", "held_out"): 0.5},
        {("shared", "held_out"): 0.65},
    ),
    "vary in time": ({("dynamic", "test"): 0.73, ("attributes", "test"): 0.7}, {("dynamic", "test"): 0.67}),
    "replaced by a network": ({("closure", "test"): 0.68, ("attributes", "test"): 0.7}, {("closure", "test"): 0.6}),
    "A network alone": ({("network", "test"): 0.75, ("attributes", "test"): 0.7}, {("network", "test"): 0.5}),
    "lose less": (
        {
            ("attributes", "test"): 0.7,
            ("attributes", "held_out"): 0.6,
            ("network", "test"): 0.75,
            ("network", "held_out"): 0.5,
        },
        {("network", "held_out"): 0.7},
    ),
    "skill in time stays": ({("shuffled", "test"): 0.68, ("attributes", "test"): 0.7}, {("shuffled", "test"): 0.5}),
    "not seen is lost": (
        {("attributes", "held_out"): 0.6, ("shuffled", "held_out"): 0.3},
        {("shuffled", "held_out"): 0.58},
    ),
    "an absurd bucket does worse": (
        {("attributes", "test"): 0.7, ("absurd", "test"): 0.5},
        {("absurd", "test"): 0.68},
    ),
    "random numbers for attributes the skill in time": (
        {("random", "test"): 0.68, ("attributes", "test"): 0.7},
        {("random", "test"): 0.5},
    ),
    "random numbers for attributes the skill in regions": (
        {("attributes", "region"): 0.6, ("random", "region"): 0.3},
        {("random", "region"): 0.58},
    ),
    "tell more than where": (
        {("attributes", "region"): 0.6, ("coordinates", "region"): 0.5},
        {("coordinates", "region"): 0.65},
    ),
    "In regions not seen, parameters": (
        {("attributes", "region"): 0.6, ("shared", "region"): 0.5},
        {("shared", "region"): 0.65},
    ),
    "In regions not seen, processes": (
        {("attributes", "region"): 0.6, ("network", "region"): 0.5},
        {("network", "region"): 0.65},
    ),
    "The fewer": (
        {
            **{("attributes", case): 0.5 for case in FEW},
            ("attributes", "held_out"): 0.6,
            **{("network", case): -0.2 for case in FEW},
            ("network", "held_out"): 0.58,
        },
        {("network", "few 4"): 0.55},
    ),
    "With 4 to 16": (
        {(role, case): median for role, median in (("attributes", 0.5), ("shared", 0.4)) for case in FEW},
        {("shared", "few 4"): 0.9},
    ),
    "Of a storm": ({("attributes", "test"): 0.9, ("network", "test"): 0.4}, {("network", "test"): 0.88}),
    "Control: evapotranspiration": (
        {("absurd, dynamic", "test"): 0.78, ("attributes", "test"): 0.8},
        {("absurd, dynamic", "test"): 0.5},
    ),
    "The share of baseflow": (
        {("attributes", "test"): 0.8, ("absurd, dynamic", "test"): 0.5},
        {("absurd, dynamic", "test"): 0.78},
    ),
    "even an absurd bucket": (
        {("absurd, dynamic", "test"): 0.68, ("dynamic", "test"): 0.7},
        {("absurd, dynamic", "test"): 0.5},
    ),
}


def scores(medians: dict, noise: float = 0.01) -> xr.Dataset:
    """NSE `(preset, case, seed, site)` around given medians, by role and case; each training has noise of its own."""
    random = np.random.default_rng(0)
    around = random.uniform(-0.3, 0.3, N_SITES)
    names = list(dict.fromkeys(PRESETS.get(role, role) for role, _ in medians))
    sites = [f"s{i}" for i in range(N_SITES)]
    places = {"preset": names, "case": list(CASES), "seed": list(range(N_SEEDS)), "site": sites}
    nse = xr.DataArray(np.full([len(labels) for labels in places.values()], np.nan), places)
    for (role, case), median in medians.items():
        nse.loc[PRESETS.get(role, role), case] = median + around + random.normal(0, noise, (N_SEEDS, N_SITES))
    about = {"long_name": "Nash-Sutcliffe efficiency"}
    return xr.Dataset({"nse": nse.assign_attrs(about), **dict.fromkeys(probes_of(RunConfig().science), nse)})


def verdict(words: str, given: xr.Dataset):
    """Of the claim with these words."""
    claim, needs = next((c, needs) for c, needs in claims_of(RunConfig()) if words in c.sentence.format(site="basin"))
    return judge(claim, needs, given, RunConfig())


def test_each_claim_is_tested():
    assert len(CASES_OF) == len(CLAIMS)


@pytest.mark.parametrize("words", CASES_OF)
def test_a_claim_holds_fails_cannot_be_told_or_is_not_trained(words):
    holding, change = CASES_OF[words]
    assert verdict(words, scores(holding)).outcome == "holds"
    assert verdict(words, scores(holding | change)).outcome == "fails"
    assert verdict(words, scores(holding, noise=3.0)).outcome == "cannot tell here"
    for need in holding:
        unknown = verdict(words, scores({k: v for k, v in holding.items() if k != need}))
        assert unknown.outcome == "not trained yet" and unknown.difference is None
        assert unknown.missing == ((PRESETS[need[0]], CASES[need[1]][0]),)


def test_the_sentence_says_how_many_sites_and_seeds_and_the_interval():
    known = scores({("dynamic", "test"): 0.5, ("attributes", "test"): 0.4})
    known.nse.loc[PRESETS["attributes"], "test", :, "s3"] = np.nan
    known.nse.loc[PRESETS["dynamic"], "test", 4] = np.nan  # a seed less
    found = verdict("vary in time", known)
    assert (found.difference.n_sites, found.difference.n_seeds) == (N_SITES - 1, N_SEEDS - 1)
    assert found.difference.low < 0.1 < found.difference.high
    assert found.found.startswith("Nash-Sutcliffe efficiency, median: 0.")
    assert found.found.endswith(f" to {found.difference.high:+.2g}), 59 basins, 4 seeds")


def test_one_site_tells_nothing():
    one = scores({("dynamic", "test"): 0.5, ("attributes", "test"): 0.4}).isel(site=[0])
    found = verdict("vary in time", one)
    assert found.outcome == "cannot tell here" and "at least 2" in found.found


def test_what_learns_nothing_counts_for_every_seed():
    config = RunConfig(data="twitchell")
    presets = roles(config)
    given = scores({("shared", "test"): 0.6, ("fixed", "test"): 0.4})
    given = given.assign_coords(preset=[presets["shared"], presets["fixed"]])
    given.nse.loc[presets["fixed"], "test", 1:] = np.nan
    claim = Claim("Learned is better.", "", (("shared", "test"), ("fixed", "test")), better)
    needs = [(presets[role], case) for role, case in claim.needs]
    assert judge(claim, needs, given, config).difference.n_seeds == N_SEEDS


def test_claims_are_of_the_domain_s_presets_and_say_where_they_come_from():
    judged = verdicts(RunConfig(), {})
    assert len(judged) >= 8
    assert all("doi:" in each.claim.source and "{" not in each.sentence for each in judged)
    assert {each.outcome for each in judged} == {"not trained yet"}


def test_every_preset_of_the_dial_has_a_role_of_its_own():
    science = RunConfig().science
    assert set(PRESETS) >= ROLES
    assert {PRESETS[role] for role in ROLES - {"shuffled", "random", "coordinates"}} <= set(science.dial)
    assert role_of(RunConfig(snow="NoSnow"), control=True) == "absurd"
    assert role_of(RunConfig(dynamic=("k0",)), control=True) == "absurd, dynamic"


@pytest.mark.parametrize(
    ("kept", "broken", "holds"),
    [
        (1e-7, 0.1, True),
        (1e-7, 1e-3, False),
        (0.02, 0.1, False),
        (-1e-7, -0.1, True),
        (1e-7, np.array([0.001, 0.05] * 4), None),
    ],
)
def test_a_residual_breaks_the_balance_that_processes_keep(kept, broken, holds):
    shares = [xr.DataArray(np.broadcast_to(share, 8), {"site": list("abcdefgh")}, "site") for share in (kept, broken)]
    assert breaks_balance(*shares).holds is holds


def test_a_little_lower_is_close_and_more_is_not():
    other = xr.DataArray(np.linspace(0.2, 0.9, 40), {"site": range(40)}, "site")
    assert close(other - 0.04, other).holds is True and close(other - 0.06, other).holds is False


def test_what_the_claims_lack_is_trained_and_nothing_else():
    config = RunConfig()
    lacking = to_train(config, wanted(config), {}, 3)
    assert {seed for _, _, seed in lacking} == {0, 1, 2}
    for (name, holdout, seed), each in lacking.items():
        assert each == wanted(config)[name][holdout].edited(seed=seed)
    needed = {(name, CASES[case][0]) for _, needs in claims_of(config) for name, case in needs}
    assert {key[:2] for key in lacking} == needed
    first = next(iter(lacking))
    assert lacking.keys() - to_train(config, wanted(config), {first: xr.Dataset()}, 3).keys() == {first}


def test_what_learns_nothing_is_trained_once():
    config = RunConfig(data="twitchell")
    fixed = roles(config)["fixed"]
    assert [seed for name, _, seed in to_train(config, wanted(config), {}, 3) if name == fixed] in ([0], [])


def test_experiments_are_made_with_the_runs_that_have_no_answer():
    config = RunConfig()
    roles = "attributes", "corrected", "shared", "network"
    kept, broken, shared, network = ((PRESETS[role], "none", 0) for role in roles)
    nothing, known = xr.Dataset(), xr.Dataset({"unclosed": 0.0})
    assert unprobed(config, {kept: nothing, shared: nothing}) == []  # nothing to compare it with
    assert unprobed(config, {kept: nothing, broken: known, shared: nothing}) == [(kept, "unclosed")]
    assert unprobed(config, {kept: known, broken: known}) == []
    assert unprobed(config, {kept: known, network: nothing}) == [(kept, "runoff_400"), (network, "runoff_400")]
    assert BALANCE in [claim for claim, _ in claims_of(config)]


@pytest.mark.parametrize("domain", [name for name, science in discover().items() if science.claims])
def test_every_science_has_its_claims_judged(domain):
    config = RunConfig(domain=domain, data=f"twin:{domain}")
    needed = {need for _, needs in claims_of(config) for need in needs}
    random = np.random.default_rng(2)
    sites = [f"s{i}" for i in range(N_SITES)]
    of_runs = {}
    for name, holdout in {(name, CASES[case][0]) for name, case in needed}:
        for seed in range(2):
            shape = ("period", "site"), random.uniform(0.2, 0.8, (2, N_SITES))
            of_runs[name, holdout, seed] = xr.Dataset(
                dict.fromkeys(("nse", *probes_of(config.science)), shape), {"period": ["train", "test"], "site": sites}
            )
    judged = verdicts(config, of_runs)
    assert len(judged) >= len(config.science.claims) - 1
    assert {each.outcome for each in judged} <= {"holds", "fails", "cannot tell here"}
    assert all("{" not in each.sentence + each.against + each.found for each in judged)
    assert all(f"{N_SITES} {config.science.site}s, 2 seeds" in each.found for each in judged)
