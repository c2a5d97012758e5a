"""The checks for any model, on every two options of every domain, and on faults that each is there to find."""

import numpy as np
import pytest
import torch

from dgviz import ProcessModel
from dgviz.checks import FOR_ALL, Trial, balance_closes, checks_by_name, concise
from dgviz.domains import discover
from dgviz.experiment.sources import open_dataset
from dgviz.learn.defaults import unlearned
from dgviz.processes.declare import Flux, Forcing, Process, State
from tests import trials
from tests.combinations import every_pair

WARMUP, STEPS = 40, 120


def trial_of(process_model, target, added=0.0):
    """The model under example forcings, with parameters in the middle of their ranges; a network adds a number."""
    add = lambda forcings: added  # noqa: E731
    return trials.trial_of(process_model, target, STEPS, warmup=WARMUP, added=add, year=100)


@every_pair
def test_any_two_options_pass_the_checks_for_all(domain, choices):
    torch.manual_seed(0)  # of processes that hold a network
    trial = trial_of(domain.build(**choices), next(iter(domain.targets)))
    results = [check(trial) for check in checks_by_name((balance_closes,)).values()]
    assert [str(result) for result in results if result.outcome == "failed"] == []


FORCINGS = {"warmth": Forcing("degC", "Warmth outside", range=(-40.0, 40.0))}


class House(Process):
    """A house that takes up a tenth of the difference each step."""

    indoors = State("degC", "Temperature indoors", initial=10.0, floor=None)
    gain = Flux("degC h-1", "Heat gain", out_of="outside", into="indoors")

    def forward(self, *, warmth, indoors):
        return dict(gain=0.1 * (warmth - indoors))


class SeesAhead(Process):
    """The warmth of the next step."""

    seen = Flux("degC", "Warmth as it is seen")

    def forward(self, *, warmth):
        return dict(seen=torch.cat([warmth[1:], warmth[-1:]]))


class SeesAll(Process):
    """The mean warmth at all sites."""

    seen = SeesAhead.seen

    def forward(self, *, warmth):
        return dict(seen=warmth.mean(1, keepdim=True).expand_as(warmth))


class HouseAsSeen(House):
    """A house in the warmth that another process sees."""

    def forward(self, *, seen, indoors):
        return dict(gain=0.1 * (seen - indoors))


class Cellar(House):
    """A cellar that takes up a thousandth of the difference each step."""

    def forward(self, *, warmth, indoors):
        return dict(gain=0.001 * (warmth - indoors))


class Pantry(Process):
    """Food that is eaten whether there is any or not."""

    food = State("kg", "Food", initial=5.0)
    eaten = Flux("kg h-1", "Food that is eaten", out_of="food", into="outside")
    bought = Flux("kg h-1", "Food that is bought", out_of="outside", into="food")

    def forward(self, *, food):
        bought = 0.1 * torch.relu(6.0 - food)
        return dict(eaten=torch.full_like(food, 0.9), bought=bought)


class Smooth(Process):
    """Looks back a step without saying so."""

    shown = Flux("degC h-1", "Smoothed heat gain")

    def forward(self, *, gain):
        return dict(shown=(gain + torch.cat([gain[:1], gain[:-1]])) / 2)


def failed(*processes, target="indoors", added=0.0):
    model = ProcessModel([process() for process in processes], FORCINGS, ("outside",))
    trial = trial_of(model, target, added)
    results = [check(trial) for check in checks_by_name((balance_closes,)).values()]
    return {result.check for result in results if result.outcome == "failed"}


def test_a_sound_house_passes_below_zero_too():
    assert failed(House) == set()


@pytest.mark.parametrize(
    "processes, options, expected",
    [
        ((SeesAhead, HouseAsSeen), {}, {"no_response_to_the_future", "restart_is_one_run"}),
        ((SeesAll, HouseAsSeen), {}, {"sites_are_independent"}),
        ((House, Pantry), {}, {"stores_within_limits"}),
        ((Cellar,), {}, {"start_is_forgotten"}),
        ((House, Smooth), {"target": "shown"}, {"restart_is_one_run"}),
        ((House,), {"added": torch.linspace(0, 1, WARMUP + STEPS)[:, None]}, {"balance_closes"}),
    ],
    ids=[
        "sees ahead",
        "feels its neighbours",
        "eats what is not there",
        "warms for years",
        "forgets at a restart",
        "a network adds heat",
    ],
)
def test_a_planted_fault_fails_its_check_and_no_other(processes, options, expected):
    assert failed(*processes, **options) == expected


def test_a_science_without_stores_is_not_asked_about_them():
    left_out = checks_by_name((balance_closes,)).keys() - checks_by_name((balance_closes,), stores=False).keys()
    assert left_out == {"start_is_forgotten", "restart_is_one_run"}


def test_every_check_for_all_is_tried_by_a_fault():
    assert {check.__name__ for check in FOR_ALL} == {
        "start_is_forgotten",
        "stores_within_limits",
        "no_response_to_the_future",
        "sites_are_independent",
        "restart_is_one_run",
    }


def test_a_gap_of_the_balance_is_measured():
    trial = trial_of(ProcessModel([House()], FORCINGS, ("outside",)), "indoors", added=0.0)
    added = torch.linspace(0, 1, trial.n_days, dtype=torch.float64)[:, None]
    trial.model.added = lambda forcings: added
    result = balance_closes(trial)
    # What the network added between the step before the first scored one and the last.
    expected = -float(added[-1] - added[WARMUP - 1])
    assert result.headline.value == pytest.approx(expected, rel=1e-9)
    assert result.headline.units == "degC" and np.isfinite(result.series.gap).all()


def test_water_heat_and_oxygen_are_balanced_each_by_itself():
    data = open_dataset("twin:watershed,sites=1,years=2")
    site = unlearned(discover()["watershed"].build(), data, target="dissolved_oxygen")
    result, rain = balance_closes(Trial(site)), float(data.prcp.sel(time=site.time).sum())
    assert [criterion.units for criterion in result.criteria] == ["mm", "degC", "mg L-1"]
    assert result.outcome == "passed" and f"{concise(rain)} mm" in result.sentence
    assert float(result.series["moved (mm)"].sel(case="in")[-1]) == pytest.approx(rain, rel=1e-4)


def test_tiny_figures_are_written_with_a_power_of_ten():
    written = [concise(value) for value in (123.4, 1.234, 0.01234, 7e-05, -4.1e-11, 0)]
    assert written == ["123", "1.23", "0.012", "7 \u00d7 10\u207b\u2075", "-4.1 \u00d7 10\u207b\u00b9\u00b9", "0"]
