"""Windows of a data set: the right days, and a warm-up even where the record has none before them."""

import pytest
import torch

from dgviz.datasets import attribute_names
from dgviz.experiment.config import RunConfig
from dgviz.learn import DifferentiableModel
from dgviz.learn.tensors import Tensors


@pytest.fixture
def tensors(delaware):
    return Tensors.of(
        delaware.isel(site=slice(3)), ["prcp", "lat", "day_of_year"], ["elevation"], "streamflow", "cpu", ["tmax"]
    )


@pytest.fixture
def counted():
    """Three sites and 800 days whose rain is the number of the day."""
    days = torch.arange(800.0)[:, None].expand(-1, 3)
    return Tensors(dict(prcp=days[..., None]), torch.zeros(3, 1), days.clone())


def test_tensors_have_the_values_of_the_data(tensors, delaware):
    assert {k: tuple(v.shape) for k, v in tensors.forcings.items()} == {
        "prcp": (731, 3, 1),
        "lat": (1, 3, 1),
        "day_of_year": (731, 1, 1),
        "tmax": (731, 3, 1),
    }
    assert tensors.forcings["prcp"][40, 2, 0].item() == delaware.prcp[40, 2].item()
    assert tensors.attributes[:, 0].tolist() == delaware.elevation[:3].values.tolist()
    assert tensors.series().shape == (731, 3, 1)
    assert tensors.series()[5, 1].tolist() == [delaware.tmax[5, 1].item()]


def test_a_copy_is_made(tensors, delaware):
    before = delaware.prcp[0, 0].item()
    tensors.forcings["prcp"][0, 0] = -1.0
    assert delaware.prcp[0, 0].item() == before


def test_missing_observations_stay_missing(delaware):
    data = delaware.isel(site=slice(2)).copy(deep=True)
    data.streamflow[3, 1] = float("nan")
    tensors = Tensors.of(data, ["prcp"], ["elevation"], "streamflow")
    assert tensors.target.isnan().nonzero().tolist() == [[3, 1]]
    assert tensors.span(2, 5, 1).target.isnan().nonzero().tolist() == [[2, 1]]


def test_a_forcing_that_the_data_lack_is_named(delaware):
    with pytest.raises(
        ValueError, match="need 'snow_depth', which the data set 'Delaware.*Choose options that do not read it"
    ):
        Tensors.of(delaware, ["prcp", "snow_depth"], [], "streamflow")


def test_a_span_has_its_warm_up_before_it(counted):
    span = counted.span(500, 503, 2)
    assert span.warmup == 2
    assert span.target[:, 0].tolist() == [498.0, 499.0, 500.0, 501.0, 502.0]
    assert span.forcings["prcp"][:, 0, 0].tolist() == span.target[:, 0].tolist()


def test_before_the_record_its_first_year_repeats(counted):
    days = counted.span(0, 2, 730).target[:, 0].tolist()
    assert days == [*range(365), *range(365), 0.0, 1.0]


def test_a_record_shorter_than_a_year_repeats_whole(counted):
    short = Tensors({k: v[:10] for k, v in counted.forcings.items()}, counted.attributes, counted.target[:10])
    assert short.span(0, 2, 12).target[:, 0].tolist() == [8.0, 9.0, *range(10), 0.0, 1.0]


def test_sites_are_taken_by_position(tensors):
    span = tensors.span(10, 20, 5, [2, 0])
    assert span.target.equal(tensors.target[5:20][:, [2, 0]])
    assert span.attributes.equal(tensors.attributes[[2, 0]])
    assert span.forcings["lat"].equal(tensors.forcings["lat"][:, [2, 0]])
    assert span.forcings["day_of_year"].expand(-1, 2, -1).equal(tensors.forcings["day_of_year"][5:20].expand(-1, 2, -1))


def test_every_site_may_have_a_window_of_its_own(counted):
    window = counted.take(torch.tensor([[0, 100], [1, 101]]), torch.tensor([2, 1]))
    assert window.target.tolist() == [[0.0, 100.0], [1.0, 101.0]]
    assert window.forcings["prcp"][..., 0].equal(window.target)


def test_a_data_set_without_attributes_is_said(delaware):
    bare = delaware.drop_vars(attribute_names(delaware))
    with pytest.raises(ValueError, match="has no attributes to learn parameters from. Add descriptors"):
        DifferentiableModel.build(RunConfig(), bare)
    model = DifferentiableModel.build(RunConfig(parameters="shared"), bare)
    assert model.tensors(delaware, "streamflow").attributes.shape == (94, 0)
