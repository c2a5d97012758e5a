"""What several tests use: example inputs of a model and small data sets."""

import pytest
import torch

from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run
from dgviz.experiment.sources import open_dataset
from dgviz.learn import DifferentiableModel
from dgviz.processes.declare import Attribute, Parameter


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def delaware():
    """The Delaware data, all basins and days."""
    return open_dataset("delaware")


@pytest.fixture(scope="session")
def small(delaware):
    """A run on four basins and five months that takes a second."""
    return RunConfig(
        sites=tuple(delaware.site.values[:4].tolist()),
        train_period="1979-01-01/1979-03-31",
        test_period="1979-04-01/1979-05-30",
        processes=dict(snow="NoSnow", groundwater="LinearReservoir", routing="NoRouting"),
        epochs=2,
        members=2,
        hidden=4,
        batch_size=3,
        window=30,
        warmup=20,
        device="cpu",
    )


@pytest.fixture(scope="session")
def done_run(small, tmp_path_factory):
    """A trained run, for reading only."""
    run = Run.create(small, tmp_path_factory.mktemp("runs"))
    carry_out(run)
    return run


@pytest.fixture
def untrained(small, delaware):
    """Makes a model, its tensors of the first days and its configuration: that of `small` with some changes."""

    def make(n_time=90, **changes):
        config = small.edited(**changes)
        torch.manual_seed(config.seed)
        data = delaware.sel(site=list(config.sites)).isel(time=slice(n_time))
        model = DifferentiableModel.build(config, data)
        return model, model.tensors(data, config.target), config

    return make


@pytest.fixture
def example():
    """Forcings and parameters `(time, site, member)` for any model: weather with seasons, dry days and storms."""
    return make_example


def make_example(model, n_time=60, n_site=3, n_member=2, dtype=torch.float64, where=None, seed=0):
    """Parameters are random in their ranges, or at the fraction `where` of them, a number or `(site, member)`."""
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
        withdrawal=0.2 + 0.1 * season.expand(n_time, n_site, 1),
        srad=150 - 100 * season * uniform(n_time, n_site, 1),
        vapour_pressure=6.1 * torch.exp(0.07 * tmean.clamp(-20, 30)) * (0.4 + 0.5 * uniform(n_time, n_site, 1)),
        quickflow=6 * uniform(n_time, n_site, 1) ** 4,
        interflow=0.1 + uniform(n_time, n_site, 1),
        baseflow=0.5 + 0.2 * season.expand(n_time, n_site, 1),
        # A stream of some length, not a river of a continent.
        area=20 + 300 * uniform(1, n_site, 1),
        reach_length=1 + 15 * uniform(1, n_site, 1),
        channel_slope=0.001 + 0.01 * uniform(1, n_site, 1),
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
        share = uniform(1, n_site, n_member) if where is None else torch.as_tensor(where, dtype=dtype)
        parameters[name] = (low + (high - low) * share).expand(1, n_site, n_member).clone().requires_grad_()
    return forcings, parameters
