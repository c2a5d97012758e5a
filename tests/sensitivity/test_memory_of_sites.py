"""The memory of many sites at once is that of each response alone."""

import numpy as np
import pytest

from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity import forcing_response, memory, memory_of_sites
from dgviz.sensitivity.pathways import in_double
from tests.sensitivity.linear import Line, linear_site

STEPS = 50


@pytest.fixture(params=[{}, dict(dynamic=("k0", "fc")), dict(predictor="corrected")], ids=["static", "dynamic", "net"])
def sites(request, untrained):
    """Makes a model of some basins, 20 days of warm-up and 50 scored ones, in double precision."""
    model, tensors, config = untrained(groundwater="ThreeOutlets", routing="GammaRouting", **request.param)
    model.learn_statistics(tensors)
    return lambda chosen: in_double(
        SiteModel(model, tensors.span(20, 20 + STEPS, 20, chosen), np.arange(STEPS), config.target)
    )


def test_each_site_has_the_mean_over_moments_of_the_memory_of_its_response(sites):
    found = memory_of_sites(sites([0, 1, 2]), "prcp", moments=3)
    assert found.dims == ("share", "site") and found.attrs["moments"] == 3
    days = [25, 37, 49]  # 45, 57 and 69 of all 70 steps: from the middle of the scored ones to their end
    for place in range(3):
        one = sites([place])
        for share in (0.5, 0.9):
            each = [memory(forcing_response(one, "prcp", day), 20 + day, share) for day in days]
            assert found.sel(share=share)[place] == pytest.approx(np.mean(each))
    assert (found.sel(share=0.9) > found.sel(share=0.5)).all()


def test_an_unknown_forcing_is_named(sites):
    with pytest.raises(ValueError, match="There is no forcing 'hail'. Forcings: .*prcp"):
        memory_of_sites(sites([0]), "hail")


def test_a_target_without_memory_takes_one_step_and_joined_sites_are_refused(monkeypatch):
    assert (memory_of_sites(linear_site(np.ones((9, 3)), np.ones(9)), "x1") == 1).all()
    monkeypatch.setattr(Line, "joins_sites", True)
    with pytest.raises(ValueError, match="here they are joined"):
        memory_of_sites(linear_site(np.ones((9, 3)), np.ones(9)), "x1")
