"""Claims of the field hold and fail by the scores that they are given."""

import numpy as np
import pytest
import xarray as xr

from dgviz.domains.hydrology.evaluation.claims import CLAIMS
from dgviz.experiment.claims import judge, role_of, roles, verdict_on_balance, verdicts
from dgviz.experiment.config import RunConfig
from dgviz.experiment.presets import CASES

PRESETS = roles(RunConfig())
ROLES = {"fixed", "sites", "shared", "attributes", "dynamic", "closure", "corrected", "network", "shuffled"}
# For each claim, by a few of its words: median NSE that make it hold, and what one change makes it fail.
CASES_OF = {
    "as those calibrated": ({("attributes", "test"): 0.66, ("sites", "test"): 0.7}, {("attributes", "test"): 0.64}),
    "than one set for all": (
        {("attributes", "held_out"): 0.6, ("shared", "held_out"): 0.5},
        {("shared", "held_out"): 0.61},
    ),
    "vary in time": ({("dynamic", "test"): 0.71, ("attributes", "test"): 0.7}, {("dynamic", "test"): 0.7}),
    "replaced by a network": ({("closure", "test"): 0.66, ("attributes", "test"): 0.7}, {("closure", "test"): 0.6}),
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
    "skill in time stays": ({("shuffled", "test"): 0.66, ("attributes", "test"): 0.7}, {("shuffled", "test"): 0.5}),
    "not seen is lost": (
        {("attributes", "held_out"): 0.6, ("shuffled", "held_out"): 0.3},
        {("shuffled", "held_out"): 0.56},
    ),
    "an absurd bucket does worse": (
        {("attributes", "test"): 0.7, ("absurd", "test"): 0.5},
        {("absurd", "test"): 0.66},
    ),
    "even an absurd bucket": (
        {("absurd, dynamic", "test"): 0.68, ("dynamic", "test"): 0.7},
        {("absurd, dynamic", "test"): 0.5},
    ),
}


def scores(medians: dict) -> xr.Dataset:
    """NSE `(preset, case, site)` around given medians, by role and case."""
    around = xr.DataArray([-0.2, -0.1, 0.0, 0.1, 0.2], {"site": list("abcde")}, "site")
    names = list(dict.fromkeys(PRESETS.get(role, role) for role, _ in medians))
    places = {"preset": names, "case": list(CASES), "site": around.site.values}
    nse = xr.DataArray(np.full([len(labels) for labels in places.values()], np.nan), places)
    for (role, case), median in medians.items():
        nse.loc[PRESETS.get(role, role), case] = median + around
    return xr.Dataset({"nse": nse})


def verdict(words: str, medians: dict):
    """Of the claim with these words, whether or not the domain has a preset for it."""
    claim = next(claim for claim in CLAIMS if words in claim.sentence.format(site="basin"))
    needs = [(PRESETS.get(role, role), case) for role, case in claim.needs]
    return judge(claim, needs, scores(medians), "basin")


def test_each_claim_is_tested():
    assert len(CASES_OF) == len(CLAIMS)


@pytest.mark.parametrize("words", CASES_OF)
def test_a_claim_holds_fails_or_is_not_known(words):
    holding, change = CASES_OF[words]
    assert verdict(words, holding).holds is True
    assert verdict(words, holding | change).holds is False
    for need in holding:
        unknown = verdict(words, {k: v for k, v in holding.items() if k != need})
        assert unknown.holds is None
        assert unknown.missing == ((PRESETS.get(need[0], need[0]), CASES[need[1]][0]),)


def test_figures_are_those_of_the_sites_that_all_runs_have():
    known = scores({("dynamic", "test"): 0.5, ("attributes", "test"): 0.4})
    known.nse.loc[PRESETS["attributes"], "test", "e"] = np.nan
    claim = next(c for c in CLAIMS if "vary in time" in c.sentence)
    found = judge(claim, [(PRESETS[role], case) for role, case in claim.needs], known, "basin").found
    assert found == "median NSE 0.45 against 0.35; higher at 4 of 4 basins"


def test_claims_are_of_the_domain_s_presets_and_say_where_they_come_from():
    judged = verdicts(RunConfig(), scores({("attributes", "test"): 0.7}))
    assert len(judged) >= 8
    assert all("doi:" in each.source and "{" not in each.sentence and each.holds is None for each in judged)


def test_every_preset_of_the_dial_has_a_role_of_its_own():
    science = RunConfig().science
    assert set(PRESETS) >= ROLES
    assert {PRESETS[role] for role in ROLES - {"shuffled"}} <= set(science.dial)
    assert role_of(RunConfig(snow="NoSnow"), control=True) == "absurd"
    assert role_of(RunConfig(dynamic=("k0",)), control=True) == "absurd, dynamic"


@pytest.mark.parametrize(
    ("without", "with_it", "holds"), [(1e-7, 0.1, True), (1e-7, 1e-3, False), (0.02, 0.1, False), (-1e-7, -0.1, True)]
)
def test_a_residual_breaks_the_balance_that_processes_keep(without, with_it, holds):
    shares = {PRESETS["attributes"]: xr.DataArray([without] * 3), PRESETS["corrected"]: xr.DataArray([with_it] * 3)}
    assert verdict_on_balance(RunConfig(), shares).holds is holds
    one = {PRESETS["attributes"]: shares[PRESETS["attributes"]]}
    assert verdict_on_balance(RunConfig(), one).missing == ((PRESETS["corrected"], "none"),)
