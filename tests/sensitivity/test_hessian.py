"""Second derivatives against differences of gradients."""

import numpy as np
import pytest
import torch

from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity import hessian
from dgviz.sensitivity.pathways import in_double

NAMES = ["beta", "fc", "k1", "route_a"]


@pytest.fixture
def site(untrained):
    """One basin in double precision."""
    model, tensors, config = untrained(snow="SmoothDegreeDaySnow", groundwater="ThreeOutlets", routing="GammaRouting")
    model.learn_statistics(tensors)
    return in_double(SiteModel(model, tensors.span(20, 70, 20, [1]), np.arange(50), config.target))


def loss(flow):
    """A number for each sample `(sample,)` of the target `(time, sample)`."""
    return flow.log().square().mean(0)


def gradient(site, shift):
    """That of the loss by the parameters, each shifted in all members."""
    shifts = torch.tensor(shift, dtype=torch.float64, requires_grad=True)
    samples = {name: shifts[i] + site.learned[name][:, 0][None] for i, name in enumerate(NAMES)}
    return torch.autograd.grad(loss(site.map(samples)).sum(), shifts)[0].numpy()


def test_second_derivatives_are_differences_of_gradients(site):
    found = hessian(site, NAMES, loss)
    assert found.dims == ("parameter", "other") and list(found.parameter) == list(found.other) == NAMES
    for i, name in enumerate(NAMES):
        step = 1e-5 * abs(float(site.learned[name].mean()))
        shift = step * np.eye(len(NAMES))[i]
        expected = (gradient(site, shift) - gradient(site, -shift)) / (2 * step)
        np.testing.assert_allclose(found.sel(parameter=name), expected, rtol=1e-5, atol=1e-9, err_msg=name)
    np.testing.assert_allclose(found, found.T, rtol=1e-10, atol=1e-14)


def test_a_target_that_a_network_corrects_is_refused(untrained):
    model, tensors, config = untrained(predictor="corrected")
    with pytest.raises(ValueError, match="take a run without correction"):
        hessian(SiteModel(model, tensors, None, config.target), ["beta"], loss)


def test_an_unknown_parameter_is_named(site):
    with pytest.raises(ValueError, match="no parameter 'betta'.*Did you mean 'beta'"):
        hessian(site, ["betta"], loss)
