"""A year of a made-up site, and models of it: as they are, with a planted fault, or with a network."""

from dataclasses import replace

import pytest
import torch

from dgviz.domains import discover
from dgviz.experiment.config import RunConfig
from dgviz.experiment.sources import open_dataset
from dgviz.learn import DifferentiableModel
from dgviz.learn.defaults import unlearned
from dgviz.learn.site_model import SiteModel
from tests.trials import with_fault

SCIENCE = discover()["hydrology"]
TWIN = "twin:hydrology,sites=6,years=2"
N_DAYS, WARMUP = 400, 60


@pytest.fixture(scope="session")
def world():
    """The made-up sites."""
    return open_dataset(TWIN).isel(time=slice(N_DAYS)).load()


@pytest.fixture
def planted(world):
    """Makes the default model of the first site with some processes replaced, on the data or on others."""

    def make(*faults, dataset=None):
        return unlearned(with_fault(SCIENCE, *faults), (world if dataset is None else dataset).isel(site=[0]))

    return make


@pytest.fixture
def networked(world):
    """Makes a model with an untrained network, and the function that puts it at a site of some data."""

    def make(**options):
        torch.manual_seed(0)
        model = DifferentiableModel.build(RunConfig(data=TWIN, members=3, hidden=8, **options), world)
        model.learn_statistics(model.tensors(world, "streamflow"))

        def at(dataset=world, position=0):
            tensors = model.tensors(dataset, "streamflow")
            span = tensors.span(WARMUP, N_DAYS, WARMUP, [position])
            return SiteModel(model.eval(), replace(span), dataset.time[WARMUP:], "streamflow")

        return model, at

    return make
