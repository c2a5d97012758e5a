"""What is chosen in a single view comes back with the address."""

from urllib.parse import parse_qsl

import numpy as np
import pytest
import xarray as xr

from dgviz.datasets import open_dataset
from dgviz.datasets.site_network import upstream_of
from dgviz.domains.evaluation import Evaluation, Scatter
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run
from dgviz.ui.instrument.lenses import CHOICES, LENSES
from dgviz.ui.lenses.budget.buckets import Buckets
from dgviz.ui.lenses.budget.stores import Stores
from dgviz.ui.lenses.checks.physics_checks import PhysicsChecks
from dgviz.ui.lenses.evaluate.attribute_scatter import AttributeScatter
from dgviz.ui.lenses.presets.dial_curves import DialCurves
from dgviz.ui.lenses.scores.distribution import ScoreDistribution
from dgviz.ui.lenses.sensitivity.responses import Responses
from dgviz.ui.session.address import from_query, to_query, turn_to
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore

WATERSHED = "twin:watershed,sites=2,years=1"
VIEWS = {view.__name__: view for lens in LENSES.values() for view in lens.views if view.choices}


def errors(results, dataset, period):
    """Two quantities of each site, observed and simulated."""
    found = {f"{kind}_{name}": ("site", np.arange(5.0), {"units": "mm", "long_name": f"{kind} {name}"})
             for kind in ("observed", "simulated") for name in "ab"}  # fmt: skip
    return xr.Dataset(found, {"site": dataset.site})


@pytest.fixture
def state(state, monkeypatch):
    """A session in which every view has something to choose from: two evaluations a card, of two pictures each."""
    state.window = ("2002-08-05", "2002-09-20")
    pictures = tuple(Scatter(f"Plot {name}", f"observed_{name}", f"simulated_{name}", "") for name in "ab")
    four = tuple(Evaluation(f"Evaluation {number}", "", errors, pictures) for number in range(4))
    monkeypatch.setitem(vars(state.science), "evaluations", four)
    return state


def another(view, name):
    """A value of a choice that is not what it is at first."""
    now, options = view.chosen[name], getattr(getattr(view, name), "options", view.chosen._options[name])
    if isinstance(now, bool):
        return not now
    offered = list(options.values() if isinstance(options, dict) else options)
    others = [value for value in offered if value not in (now if isinstance(now, list) else [now])]
    return others[:1] if isinstance(now, list) else others[0]


def choose(view, name, value):
    owner = view if name in view.param else getattr(view, name)
    setattr(owner, name if owner is view else "value", value)


def opened(state, view, **changes):
    """A view of a new session at the address of another, and what that could not use."""
    query = dict(parse_qsl(to_query(state)[1:], keep_blank_values=True)) | changes
    again = AppState(state.store)
    problems = from_query(query, again, tuple(LENSES), CHOICES)
    return view(state=again), problems


# What there is to choose where a site is a curve, a process was learned, or a model holds several substances.
OF_OTHERS = {
    "CurveResponses.across": "twin:leaf,sites=3",
    "LearnedCurves.curve": "twin:ecosystem,sites=4",
    **dict.fromkeys(("Buckets.substance", "Fate.substance", "Pathways.to"), WATERSHED),
    "Rewind.of": "delaware_river",
}
RIVER = open_dataset("delaware_river")
OPTIONS = {
    "twin:ecosystem,sites=4": {"stress": "LearnedStress"},
    "delaware_river": {
        "routing": "MuskingumCunge",
        "sites": tuple(upstream_of(RIVER, RIVER.site.values[RIVER.gauge.values == "01447720"])),
        "warmup": 30,
        "members": 1,
    },
}
NAMES = [f"{view}.{choice}" for view in VIEWS for choice in VIEWS[view].choices]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OF_OTHERS])
def test_a_choice_comes_back_with_the_address(state, name):
    comes_back(state, name)


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """A store with a trained run by data set."""
    made = {}
    for data in {*OF_OTHERS.values()}:
        folder = tmp_path_factory.mktemp("runs")
        carry_out(Run.create(RunConfig(data=data, epochs=1, **OPTIONS.get(data, {})), folder))
        made[data] = DataStore(folder, data)
    return made


@pytest.mark.parametrize("name", OF_OTHERS)
def test_a_choice_in_another_science_comes_back_with_the_address(stores, name):
    comes_back(AppState(stores[OF_OTHERS[name]]), name)


def comes_back(state, name):
    """Choose something else, and look at it again by its address."""
    cls, choice = VIEWS[name.partition(".")[0]], name.partition(".")[2]
    view = cls(state=state)
    first, value = view.chosen[choice], another(view, choice)
    before = to_query(state)
    assert name not in before
    choose(view, choice, value)
    assert state.choices.keys() == {name}
    again, problems = opened(state, cls)
    assert again.chosen[choice] == value and not problems and not again.state.problem
    assert again.heading == view.heading and again.caption == view.caption
    assert turn_to(before, state, tuple(LENSES), CHOICES) == [] and view.chosen[choice] == first  # Back
    assert turn_to(to_query(again.state), state, tuple(LENSES), CHOICES) == []
    assert view.chosen[choice] == value  # Forward


def test_that_nothing_is_chosen_from_a_list_comes_back_too(state):
    view = Stores(state=state)
    view.chips.value = []
    assert state.choices == {"Stores.chips": ""} and opened(state, Stores)[0].chips.value == []


@pytest.mark.parametrize(
    ("cls", "choice", "text", "said"),
    [
        (DialCurves, "case", "middle", "DialCurves.case='middle'. Give one of: "),
        (ScoreDistribution, "models", "yes", "ScoreDistribution.models='yes'. Give one of: 0, 1."),
        (Responses, "parameters", "fc,kl", "Responses.parameters='fc,kl'. Give some of: tt, cfmax"),
        (AttributeScatter, "attribute", "hight", "AttributeScatter.attribute='hight'. Give one of: area, elevation."),
    ],
)
def test_what_is_not_offered_is_said_and_left_out(state, cls, choice, text, said):
    view, problems = opened(state, cls, **{f"{cls.__name__}.{choice}": text})
    assert not problems and said in view.state.problem and view.state.choices == {}
    made = cls(state=state)
    search = f"{to_query(state)}&{cls.__name__}.{choice}={text}"
    (problem,) = turn_to(search, state, tuple(LENSES), CHOICES)  # of a view that is there
    assert said in problem and made.chosen[choice] == cls(state=AppState(state.store)).chosen[choice]


def test_a_choice_that_there_is_not_is_said(state):
    _, (problem,) = opened(state, Stores, **{"Stores.chip": "soil"})
    assert "'Stores.chip', which is not known" in problem and "Did you mean 'Stores.chips'?" in problem


def test_what_another_run_does_not_offer_is_kept_for_one_that_does(state):
    state.show("default")
    view = Responses(state=state)
    view.parameters.value = ["tt"]
    state.show("no-snow")
    assert view.parameters.value != ["tt"] and not state.problem
    state.show("default")
    assert view.parameters.value == ["tt"]


def test_other_data_begin_anew(state):
    Stores(state=state).chips.value = []
    state.edit(data="other")
    assert state.choices == {}


def test_a_list_without_options_is_left_alone_when_another_card_is_chosen_in(tmp_path):
    """Of a model without stores the diagram offers no substance."""
    leaf = AppState(DataStore(tmp_path))
    leaf.edit(data="twin:leaf")
    assert leaf.run == "twin-leaf"
    diagram, checks = Buckets(state=leaf), PhysicsChecks(state=leaf)
    assert not diagram.substance.options
    diagram.substance.get_root()
    diagram.substance.value = None  # as a browser turns it
    checks.picked = next(iter(checks.checks))
    assert leaf.choices == {"PhysicsChecks.picked": checks.picked}
