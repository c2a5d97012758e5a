"""The court: which of some structures the data prefer, or that they cannot tell."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.court import check_structures, judge
from dgviz.experiment.disagreement import measure_next
from dgviz.experiment.hearing import cases_of, has_results, hear, lacking, standing, with_options
from dgviz.experiment.runs import Run
from tests.experiment.test_untrained import long_term

STRUCTURES = {
    "with snow": RunConfig(data="delaware"),
    "without": RunConfig(data="delaware").edited(snow="NoSnow"),
}


def scores(*seeds, better=0.0, n_sites=40):
    """Scores of both structures at the same sites, in time and in folds; the first is better in time by so much."""
    random = np.random.default_rng(0)
    level = random.normal(0.6, 0.1, n_sites)
    runs = {}
    for seed in seeds:
        for name in STRUCTURES:
            for holdout, gain in (("none", better), ("folds", 0.0), ("regions", 0.0)):
                nse = level + gain * (name == "with snow") + random.normal(0, 0.03, (2, n_sites))
                sites = [f"s{i}" for i in range(n_sites)]
                runs[name, holdout, seed] = xr.Dataset(
                    {"nse": (("period", "site"), nse)}, {"period": ["train", "test"], "site": sites}
                )
    return runs


def test_a_structure_that_is_better_beyond_its_interval_wins_where_it_is():
    ruling = judge(STRUCTURES, scores(0, 1, 2, better=0.2))
    assert [judgment.winner for judgment in ruling.judgments] == ["with snow", None, None]
    assert list(ruling.judgments[0].medians) == ["with snow", "without"]
    assert ruling.judgments[0].against["without"].n_seeds == 3
    assert ruling.sentence == (
        "with snow does best on other days; at basins not seen and in regions not seen these data cannot tell; "
        "without learns the fewest parameters, 10 instead of up to 14."
    )


def test_structures_that_do_equally_well_cannot_be_told_apart():
    ruling = judge(STRUCTURES, scores(0, 1))
    assert ruling.sentence.startswith("These data cannot tell with snow and without apart; without learns the fewest")


def test_a_case_in_which_one_structure_was_not_trained_is_not_judged():
    runs = {key: found for key, found in scores(0).items() if key != ("without", "regions", 0)}
    assert [judgment.case for judgment in judge(STRUCTURES, runs).judgments] == ["test", "held_out"]


@pytest.mark.parametrize(
    "structures, message",
    [
        ({"one": RunConfig()}, "1 structures cannot be compared. Give 2 to 4."),
        ({"a": RunConfig(epochs=5), "b": RunConfig(epochs=6, snow="NoSnow")}, "'a' has epochs 5 and 'b' has 6"),
        ({"a": RunConfig(), "b": RunConfig()}, "'a' and 'b' are the same structure"),
        ({"a": RunConfig(), "b": RunConfig(test_period="1980-01-01/1980-06-30")}, "'a' has test_period None"),
    ],
)
def test_what_cannot_be_compared_is_refused(structures, message):
    with pytest.raises(ConfigError, match=message):
        check_structures(structures)


def test_each_structure_is_trained_in_every_holdout_that_it_can_have_from_every_seed():
    calibrated = STRUCTURES | {"by site": RunConfig(data="delaware", parameters="sites")}
    configs = cases_of(calibrated)
    assert [list(of_structure) for of_structure in configs.values()] == [["none", "folds", "regions"]] * 2 + [["none"]]
    stands = standing(configs, [], 2)
    wanted = lacking(configs, stands)
    assert len(wanted) == 2 * 7 and wanted["without", "folds", 1].seed == 1 and hear(calibrated, stands) is None


def test_runs_of_the_same_budget_stand_for_a_structure_whatever_has_become_of_them(tmp_path):
    config, configs = STRUCTURES["with snow"], cases_of(STRUCTURES)
    waits, fails, short = (
        Run.create(changed, tmp_path)
        for changed in (config.edited(seed=1), config.edited(holdout="folds", seed=1), config.edited(epochs=5))
    )
    fails.fail("no memory")
    stands = standing(configs, [waits, fails, short], 2)
    assert stands["with snow", "none", 1] is waits and stands["with snow", "folds", 1] is fails
    assert stands["with snow", "none", 0] is None  # one with fewer epochs would lose for that
    assert not any(map(has_results, stands.values()))
    wanted = lacking(configs, stands)
    assert ("with snow", "none", 1) not in wanted  # it waits
    assert ("with snow", "folds", 1) in wanted and len(wanted) == len(stands) - 1


def test_a_structure_is_trained_as_the_draft_without_parameters_that_it_has_not():
    draft = RunConfig(data="delaware", epochs=7, dynamic=("beta", "cfmax"))
    rival = with_options(draft, {"snow": "NoSnow"})
    assert rival.processes["snow"] == "NoSnow" and rival.epochs == 7 and rival.dynamic == ("beta",)
    with pytest.raises(ConfigError, match="has no option 'NoSnw'"):
        with_options(draft, {"snow": "NoSnw"})


def test_measure_where_structures_differ_most_a_week_apart():
    times = pd.date_range("2001-01-01", periods=30)
    apart = xr.DataArray(np.full((30, 3), 0.1), {"time": times, "site": ["a", "b", "c"]}, ("time", "site"))
    apart[10:12] = 2.0  # one event
    apart[25] = 1.0
    apart[:, 1] += 0.5
    sites, days = measure_next(apart, 2)
    assert list(sites) == ["b", "a"] and list(days) == ["2001-01-11", "2001-01-26"]


def test_the_court_judges_what_all_structures_tell_and_says_what_it_leaves_out():
    structures = {"one": RunConfig(data="delaware"), "other": RunConfig(data="delaware").edited(snow="NoSnow")}
    good, bad = long_term([2.0, 2.5, 3.0], [2.0, 2.5, 3.0]), long_term([2.0, 2.5, 3.0], [4.0, 5.0, 5.0])
    nowhere = long_term([-1.0, -1.0, 1.0], [1.0, 1.0, 1.0])
    beside = {
        "one": [{"Loss": good, "Snow": good, "Dew": nowhere}] * 2,
        "other": [{"Loss": bad, "Dew": nowhere}] * 2,
    }
    ruling = judge(structures, {}, beside)
    (judgment,) = ruling.judgments
    assert (judgment.case, judgment.winner, judgment.note) == ("untrained", "one", "nothing leaks")
    assert judgment.score == "1 less the relative error" and judgment.against["other"].n_seeds == 2
    assert ruling.sentence == "one does best in untrained loss."
    assert ruling.left_out == (
        "Snow is not judged: other does not tell it.",
        "Dew is not judged: an interval takes two basins with an observation, there are 1.",
    )
