"""One site under many sets of parameters: each as if it were simulated alone."""

import numpy as np
import pytest
import torch

from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity import samples
from dgviz.sensitivity.samples import simulate_samples
from tests.sensitivity.linear import Line, linear_site

TARGET = "streamflow"


@pytest.fixture
def site(untrained):
    model, tensors, _ = untrained(groundwater="ThreeOutlets")
    return SiteModel(model.double(), tensors.to(torch.float64).span(20, 60, 20, [1]), list(range(40)), TARGET)


def test_each_sample_is_simulated_as_if_alone_in_however_many_parts(site, monkeypatch):
    factors = torch.tensor([0.8, 1.0, 1.1])[:, None]
    parameters = {name: values * factors for name, values in site.learned.items()}
    with torch.no_grad():
        together = simulate_samples(site, parameters)
        monkeypatch.setattr(samples, "MOST", 1.0)
        torch.testing.assert_close(simulate_samples(site, parameters), together)
        for i in range(3):
            alone = {name: values[:, i : i + 1] for name, values in parameters.items()}
            expected = site.model.respond(site.tensors, alone, [TARGET])[TARGET][20:, 0]
            torch.testing.assert_close(together[:, i], expected)
    assert together.shape == (40, 3)


def test_joined_sites_are_refused(monkeypatch):
    monkeypatch.setattr(Line, "joins_sites", True)
    site = linear_site(np.ones((9, 3)), np.ones(9))
    with pytest.raises(ValueError, match="Sites are joined here"):
        simulate_samples(site, site.learned)
