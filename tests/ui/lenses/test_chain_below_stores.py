"""Where stores hold something else than what is predicted, the chain of processes that leads to it stands below."""

import re

import pytest

from dgviz import open_dataset
from dgviz.domains import discover
from dgviz.experiment.config import RunConfig
from dgviz.ui.lenses.budget.buckets import Buckets, stores_tell
from dgviz.ui.session.state import AppState
from tests.ui.conftest import FakeStore, make_results

DATA = "twin:solutes,sites=3"


def words_of_picture(folder, **changes) -> str:
    """What the picture of a run on the twin says."""
    dataset = open_dataset(DATA)
    store = FakeStore(folder, {DATA: dataset})
    config = RunConfig(data=DATA, target="chloride").edited(**changes)
    store.add("only", config, make_results(dataset, config, 0.1))
    view = Buckets(state=AppState(store))
    view.__panel__()
    return re.sub("<.*?>", " ", str(view.picture.object))


def test_below_a_store_of_wetness_stands_what_leads_to_the_concentration(tmp_path):
    words = words_of_picture(tmp_path, separation="ShareOfWetness", concentration="PowerLaw")
    assert "Wetness" in words and "A power of discharge" in words and "quick_effect" in words
    assert "Chloride" in words and "Nitrate" not in words  # the model is of one solute


def test_below_stores_of_solute_stands_nothing(tmp_path):
    words = words_of_picture(tmp_path, separation="SlowStore", concentration="SoluteStores")
    assert "Slow water" in words and "Stored solute with seasonal release" not in words


@pytest.mark.parametrize("name", ["hydrology", "stream_temperature", "oxygen", "watershed"])
def test_stores_of_what_is_predicted_tell_of_it(name):
    science = discover()[name]
    assert all(stores_tell(science.build(), target) for target in science.targets)
