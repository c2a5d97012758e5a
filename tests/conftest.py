"""What several tests use: example inputs of a model and small data sets."""

import pytest
import torch

from dgviz.declare import Attribute, Parameter


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture
def example():
    """Forcings and parameters `(time, site, member)` for any model: weather with seasons, dry days and storms."""
    return make_example


def make_example(model, n_time=60, n_site=3, n_member=2, dtype=torch.float64, where=None, seed=0):
    """Parameters are random in their ranges, or at the fraction `where` of them."""
    random = torch.Generator().manual_seed(seed)

    def uniform(*shape):
        return torch.rand(shape, generator=random, dtype=dtype)

    season = torch.sin(2 * torch.pi * torch.arange(n_time, dtype=dtype) / 365)[:, None, None]
    tmean = 6 - 12 * season + 6 * uniform(n_time, n_site, 1)
    weather = dict(
        prcp=40 * uniform(n_time, n_site, 1) ** 6,
        tmean=tmean,
        tmin=tmean - 1 - 8 * uniform(n_time, n_site, 1),
        tmax=tmean + 1 + 8 * uniform(n_time, n_site, 1),
        pet=3 + 2 * season * uniform(n_time, n_site, 1),
        day_of_year=(torch.arange(n_time, dtype=dtype) % 365 + 1)[:, None, None],
    )
    forcings = {}
    for name, declared in model.forcings.items():
        low, high = declared.range
        shape = (1, n_site, 1) if isinstance(declared, Attribute) else (n_time, n_site, 1)
        forcings[name] = weather[name] if name in weather else low + (high - low) * (0.25 + uniform(*shape) / 2)
    parameters = {}
    for name, declared in model.of(Parameter).items():
        low, high = declared.range
        share = uniform(1, n_site, n_member) if where is None else torch.full((1, n_site, n_member), where, dtype=dtype)
        parameters[name] = (low + (high - low) * share).requires_grad_()
    return forcings, parameters
