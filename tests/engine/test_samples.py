"""Many parameter sets of the same sites at once are what each gives by itself."""

import pytest
import torch

from dgviz.domains import discover
from dgviz.processes.declare import State
from tests.engine.both import BACKENDS

hydrology = discover()["hydrology"]
WANTED = ["streamflow", "pet", "soil_moisture", "channel"]
SIZES = [(1, 5, 2), (3, 4, 1), (2, 70, 3)]  # sites, samples, members


def sampled(values, n, seed):
    """Samples `(1, site, sample, member)` around values `(1, site, member)`."""
    random = torch.Generator().manual_seed(seed)
    shape = (1, values.shape[1], n, 1)
    return (values[:, :, None] * (1 + 0.1 * torch.rand(shape, generator=random, dtype=values.dtype))).detach()


@pytest.fixture(params=SIZES, ids=str)
def case(request, example):
    """A model, forcings of which rain has samples, parameters of which one has none, and stores to begin with."""
    n_site, n_sample, n_member = request.param
    model = hydrology.build(evapotranspiration="LearnedEvapotranspiration").double()
    forcings, parameters = example(model, n_site=n_site, n_member=n_member, n_time=40)
    samples = {k: sampled(v, n_sample, i) if k != "k1" else v for i, (k, v) in enumerate(parameters.items())}
    rain = forcings["prcp"][:, :, None] + torch.arange(n_sample, dtype=torch.float64)[:, None] / 10
    initial = {"soil_moisture": torch.full((1, n_site, n_member), 20.0, dtype=torch.float64)}
    past = torch.ones(14, n_site, 1, dtype=torch.float64)
    initial |= {f"past_{flow}": past for flow in ("quickflow", "interflow", "baseflow")}
    leaves = {"rain": rain, "tmean": forcings["tmean"], **samples}
    leaves = {k: v.detach().clone().requires_grad_() for k, v in leaves.items()}
    return model, forcings, leaves, initial


def given(forcings, leaves, i=None):
    """Forcings and parameters of sample i, or of all."""
    picked = {k: v if i is None or v.ndim < 4 else v[:, :, i] for k, v in leaves.items()}
    series = {"prcp": picked.pop("rain"), "tmean": picked.pop("tmean")}
    return forcings | series, picked


@pytest.mark.parametrize("backend", BACKENDS)
def test_samples_are_what_each_gives_alone_with_its_gradients(case, backend):
    model, forcings, leaves, initial = case
    found = model.map(*given(forcings, leaves), WANTED, initial, backend)
    n_sample = leaves["rain"].shape[2]
    alone = [model.mean(*given(forcings, leaves, i), WANTED, initial, "torch") for i in range(n_sample)]
    gradients = []
    for values in (found, {k: torch.stack([one[k] for one in alone], -1) for k in WANTED}):
        slopes = torch.linspace(0.5, 2.0, values["streamflow"].numel(), dtype=torch.float64)
        loss = sum((v.flatten() * slopes).sum() for v in values.values())
        gradients.append(torch.autograd.grad(loss, list(leaves.values())))
        for name, value in values.items():
            torch.testing.assert_close(found[name], value, rtol=1e-11, atol=1e-11)
    for name, mine, expected in zip(leaves, *gradients, strict=True):
        torch.testing.assert_close(mine, expected, rtol=1e-9, atol=1e-9, msg=lambda text, k=name: f"{k}: {text}")


def test_what_no_sample_changes_is_computed_once(case, monkeypatch):
    model, forcings, leaves, _ = case
    pet, seen = model.processes[0], []
    monkeypatch.setattr(type(pet), "forward", lambda self, **inputs: seen.append(inputs) or {"pet": inputs["tmean"]})
    model.map(*given(forcings, leaves), ["streamflow"])
    assert [inputs["tmean"].shape for inputs in seen] == [forcings["tmean"].shape]


def test_numbers_of_samples_that_differ_are_refused(case):
    model, forcings, leaves, _ = case
    leaves = leaves | {"fc": leaves["fc"][:, :, :3]}
    with pytest.raises(ValueError, match="numbers of samples differ: .*fc 3.*Give the same number for each, or 1"):
        model.map(*given(forcings, leaves))


def test_without_samples_there_is_one(example):
    model = hydrology.build()
    forcings, parameters = example(model, n_time=20)
    flow = model.map(forcings, parameters, ["streamflow"])["streamflow"]
    assert flow.shape == (20, 3, 1)
    assert flow[..., 0].equal(model.mean(forcings, parameters, ["streamflow"])["streamflow"])


def test_stores_of_another_number_of_sites_are_refused(case):
    model, forcings, leaves, _ = case
    wrong = {next(iter(model.of(State))): torch.ones(1, 1009, 1)}
    with pytest.raises(ValueError, match="has the shape"):
        model.map(*given(forcings, leaves), None, wrong)
