"""A total derivative taken apart by pathway, on the way from rain to oxygen."""

import pytest
import torch

from dgviz.domains import discover
from dgviz.experiment.sources import open_dataset
from dgviz.learn.defaults import unlearned
from dgviz.sensitivity import parameter_response
from dgviz.sensitivity.cut import follows
from dgviz.sensitivity.pathways import in_double, pathways

WATERSHED = discover()["watershed"]
CUT = WATERSHED.pathways


@pytest.fixture(scope="module")
def site():
    """A basin of the twin over 60 days, with declared parameters, in double precision."""
    data = open_dataset("twin:watershed,sites=2,years=1,noise=0").isel(site=[0], time=slice(120, 180))
    return in_double(unlearned(WATERSHED.build(), data, target="dissolved_oxygen"))


@pytest.mark.parametrize("of", ["prcp", "tmean", "srad", "shade_rip", "k1", "p_most", "mean_depth"])
def test_the_ways_add_up_to_the_whole(site, of):
    found = pathways(site, of, CUT)
    left = found.total - found.direct - sum(found[name] for name in CUT)
    assert float(abs(found.total).max()) > 0
    assert float(abs(left).max()) <= 1e-8 * float(abs(found.total).max())


def test_the_whole_is_the_response_of_the_model(site):
    torch.testing.assert_close(
        torch.tensor(pathways(site, "shade_rip", CUT).total.values),
        torch.tensor(parameter_response(site).shade_rip.values),
        rtol=1e-9,
        atol=1e-12,
    )


def test_shade_acts_through_temperature_alone_and_production_past_both(site):
    shade, production = pathways(site, "shade_rip", CUT), pathways(site, "p_most", CUT)
    assert float(abs(shade.discharge).max()) == float(abs(shade.direct).max()) == 0
    assert float(abs(production.water_temperature).max()) == float(abs(production.discharge).max()) == 0


def test_neither_what_is_cut_nor_what_lies_above_follows_from_it():
    found = {target: follows(WATERSHED.build(), target, CUT) for target in WATERSHED.targets}
    assert found == {"dissolved_oxygen": True, "water_temperature": False, "streamflow": False}


def test_more_rain_reaches_oxygen_both_ways(site):
    rain = pathways(site, "prcp", CUT)
    assert float(abs(rain.water_temperature).max()) > 0 and float(abs(rain.discharge).max()) > 0
    assert float(abs(rain.direct).max()) == 0


@pytest.mark.parametrize(
    ("of", "through", "said"),
    [
        ("rain", CUT, "no parameter or forcing 'rain'"),
        ("prcp", ("water_temperatur",), "Did you mean 'water_temperature'"),
        ("prcp", ("streamflow",), "does not follow from streamflow"),
        ("prcp", ("discharge",), "passes by discharge"),
    ],
)
def test_what_cannot_be_taken_apart_is_said(site, of, through, said):
    with pytest.raises(ValueError, match=said):
        pathways(site, of, through)
