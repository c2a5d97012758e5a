"""Sensitivities where sites are joined: what happens at one is felt at all below it."""

from dataclasses import replace

import pytest
import torch
import xarray as xr

from dgviz.datasets import open_dataset
from dgviz.datasets.site_network import upstream_of
from dgviz.experiment.config import RunConfig
from dgviz.learn import DifferentiableModel
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter
from dgviz.sensitivity import forcing_response, forcing_triangle, score_gradient
from dgviz.sensitivity.units import units_per

TARGET = "streamflow"


@pytest.fixture(scope="module")
def joined():
    """An untrained river of five reaches in double precision; three have a score, unlike each other and with gaps."""
    river = open_dataset("delaware_river")
    gauge = river.site.values[river.gauge.values == "01447720"].item()
    sites = upstream_of(river, [gauge])
    data = river.sel(site=sites).isel(time=slice(70))
    options = dict(snow="NoSnow", groundwater="LinearReservoir", routing="MuskingumCunge")
    config = RunConfig(data="delaware_river", sites=tuple(sites), processes=options, members=2, hidden=4)
    torch.manual_seed(0)
    model = DifferentiableModel.build(config, data)
    tensors = model.tensors(data, TARGET)
    model.learn_statistics(tensors)
    random = torch.Generator().manual_seed(0)
    observed = torch.full_like(tensors.target, torch.nan)
    for site, size in ((0, 1.0), (2, 3.0), (4, 0.5)):
        observed[:, site] = size * torch.rand(len(observed), generator=random)
    observed[30:40, 2] = torch.nan
    observed[:, 3] = 0.5  # no score, since nothing varies
    tensors = replace(tensors, target=observed, warmup=20).to(torch.float64)
    return SiteModel(model.double(), tensors, xr.DataArray(range(50), dims="time"), TARGET)


def flows(joined, **changed):
    """The target `(day, site)`, with other forcings or parameters."""
    forcings = {k: changed.get(k, v) for k, v in joined.tensors.forcings.items()}
    parameters = {k: changed.get(k, v) for k, v in joined.learned.items()}
    with torch.no_grad():
        return joined.process_model.mean(forcings, parameters, [TARGET])[TARGET]


@pytest.mark.parametrize("rain_day", [38, 45])
def test_the_forcing_rises_at_all_sites_whose_water_passes(joined, rain_day):
    day, warmup, step = 46, joined.tensors.warmup, 1e-4
    response = forcing_response(joined, "prcp", day)
    both = []
    for by in (step, -step):
        rain = joined.tensors.forcings["prcp"].clone()
        rain[warmup + rain_day] += by
        both.append(flows(joined, prcp=rain)[warmup + day, 0].item())
    expected = (both[0] - both[1]) / (2 * step)
    assert expected > 1e-4
    assert response.sel(time=rain_day).item() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", ["manning_n", "k2", "fc"])
def test_the_score_is_the_mean_over_the_observed_sites_each_by_its_own_spread(joined, name):
    gradient = score_gradient(joined)[name]
    observed = joined.tensors.target[joined.tensors.warmup :]

    def score(moved):
        simulated = flows(joined, **{name: moved})[joined.tensors.warmup :]
        each = []
        for site in (0, 2, 4):
            seen = observed[:, site].isfinite()
            o, s = observed[seen, site], simulated[seen, site]
            each.append(1 - (s - o).square().sum() / (o - o.mean()).square().sum())
        return torch.stack(each).mean().item()

    low, high = joined.process_model.of(Parameter)[name].range
    for site in range(gradient.size):
        step = 1e-5 * (high - low)
        moved = [joined.learned[name].clone() for _ in range(2)]
        moved[0][:, site] += step
        moved[1][:, site] -= step
        expected = (score(moved[0]) - score(moved[1])) / (2 * step)
        assert gradient[site].item() == pytest.approx(expected, rel=1e-3, abs=1e-7), site
    assert gradient.attrs["units"] == units_per("1", joined.process_model.attrs(name)["units"])


def test_the_triangle_of_joined_sites_has_the_response_of_each_day(joined):
    part = SiteModel(joined.model, joined.tensors.part(slice(26)), joined.time[:6], TARGET)
    triangle = forcing_triangle(part, "prcp")
    assert triangle.shape == (6, 26)
    xr.testing.assert_equal(triangle[4].drop_vars("time").rename(cause="time"), forcing_response(part, "prcp", 4))
