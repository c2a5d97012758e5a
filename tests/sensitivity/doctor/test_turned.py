"""A forcing that was turned round is told by a rerun with it turned back."""

from pathlib import Path

import numpy as np
import pytest

import dgviz
from dgviz.sensitivity.doctor.examined import Examined
from dgviz.sensitivity.doctor.turned import turned

RUN = {run.id: run for run in dgviz.list_runs(Path(dgviz.__file__).parents[1] / "data" / "runs")}["delaware-hbv"]


@pytest.fixture(scope="module")
def data():
    """A basin in the mountains, whose snow makes its flow follow the warmth."""
    return RUN.dataset().sel(site=["01415000"])


def found_in(data):
    examined = Examined(RUN.at(data, "01415000", "1979-01-01", "1980-12-31"))
    return list(turned(examined, examined.site.tensors.target[:, 0].double().numpy()))


def test_forcings_as_they_were_measured_are_not_turned(data):
    assert found_in(data) == []


def test_warmth_of_the_opposite_sign_is_told(data):
    (found,) = found_in(data.assign(tmean=-data.tmean.assign_attrs(data.tmean.attrs)).assign_attrs(data.attrs))
    assert (
        found.quantities == ("tmean",) and "with the opposite sign" in found.sentence and "its sign" in found.sentence
    )


def test_warmth_of_the_other_hemisphere_is_told(data):
    rolled = data.tmean.copy(data=np.roll(data.tmean.values, 183, 0))
    found = found_in(data.assign(tmean=rolled))
    assert {one.quantities for one in found} == {("tmean",)}
    assert any("half a year later" in one.sentence and "the equator" in one.sentence for one in found)
