"""A run says when there was nothing to learn, or nothing to be judged by, and goes on without single sites."""

import numpy as np
import pytest
import torch

from dgviz.datasets import DataError
from dgviz.datasets.remarks import Remark
from dgviz.experiment.check_config import check_config
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.data import dataset_of
from dgviz.experiment.job import carry_out
from dgviz.experiment.learnable import remarks_of
from dgviz.experiment.runs import Run
from dgviz.learn import DifferentiableModel
from dgviz.learn.networks import ParameterNetwork

SITES = ("01411500", "01412800", "01413500", "01414500")
TRAIN, TEST = "1979-01-01/1979-06-30", "1979-07-01/1979-12-31"
SHORT = dict(
    train_period=TRAIN, test_period=TEST, snow="NoSnow", groundwater="LinearReservoir", routing="NoRouting"
) | dict(epochs=2, members=2, hidden=4, window=30, warmup=20, device="cpu")


@pytest.fixture
def data(delaware, tmp_path):
    """Writes four basins as a file of one's own, changed by `change(flow, times)`, and gives a run on it."""

    def make(change=lambda flow, times: None, sites=SITES, **options):
        names = ["prcp", "tmin", "tmax", "streamflow", "area", "elevation"]
        part = delaware.sel(site=list(sites))[names].drop_dims("reach", errors="ignore").copy(deep=True)
        change(part.streamflow.values, part.indexes["time"])
        part.attrs = {"domain": "hydrology", "train_period": TRAIN, "test_period": TEST}
        path = tmp_path / f"data-{len(list(tmp_path.iterdir()))}.nc"
        part.drop_encoding().to_netcdf(path, engine="h5netcdf")
        return RunConfig(data=str(path), **{**SHORT, **options})

    return make


def emptied(first, last, sites=slice(None), value=np.nan):
    def change(flow, times):
        flow[times.slice_indexer(first, last), sites] = value

    return change


def all_of(*changes):
    def change(flow, times):
        for each in changes:
            each(flow, times)

    return change


def slowly(flow, times):
    """The first gauge is stuck, and drifts."""
    flow[:, 0] = 2 + 1e-5 * np.arange(len(times))


def once(flow, times):
    """The first gauge is stuck but for a day."""
    flow[:, 0] = 2
    flow[40, 0] = 5


def dry(flow, times):
    """Water flows on one day of twenty."""
    flow[np.arange(len(times)) % 20 > 0, 0] = 0


@pytest.mark.parametrize(("change", "left"), [(slowly, True), (once, True), (dry, False)])
def test_a_stuck_gauge_does_not_outweigh_the_others_and_a_dry_stream_is_none(change, left, data, tmp_path):
    config = data(change)
    said = [remark for remark in remarks_of(config, dataset_of(config)) if "hardly varies" in remark.text]
    assert [remark.about for remark in said] == [SITES[0]] * left
    losses = []
    for each in (config, data()):
        run = Run.create(each, tmp_path / "runs")
        carry_out(run)
        losses.append(run.progress[0]["loss"])
    assert losses[0] < 3 * losses[1]


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (
            emptied("1979-01-01", "1979-06-30"),
            {},
            "train_period .*1979-01-01.*is observed at none.*nothing to learn.*1979-07-01/1980",
        ),
        (emptied("1979-01-01", "1979-06-30", value=1.5), {}, "train_period .*varies at none.*nothing to learn"),
        (emptied("1900", "1900"), dict(train_period="1979-01-01/1979-01-01"), "varies at none.*longer"),
        (emptied("1979-07-01", "1979-12-31"), {}, "test_period .*1979-07-01/1979-12-31.*could not be scored"),
        (emptied("1979", "1980"), {}, "no streamflow: there is not one value"),
        (
            emptied("1979-05-01", "1979-06-30"),
            dict(validation="period"),
            "validation 'period'.*1979-05-26/1979-06-30.*no epoch could be called the best.*validation_fraction",
        ),
        (
            emptied("1979-01-01", "1979-06-30", [0, 1, 2]),
            dict(validation="sites"),
            "validation 'sites': there is one basin to learn from",
        ),
        (
            emptied("1979-01-01", "1979-06-30", [1, 2]),
            dict(holdout="sites", held_sites=(SITES[0], SITES[3])),
            "held out.*nothing to learn",
        ),
        (emptied("1900", "1900"), dict(warmup=5000), r"warmup = 5000: the record has only \d+ days"),
    ],
    ids=lambda value: "" if callable(value) else str(value)[:40],
)
def test_a_run_that_could_learn_or_tell_nothing_is_refused_before_it_is_made(change, options, message, data):
    config = data(change, **options)
    with pytest.raises((ConfigError, DataError), match=f"(?s){message}"):
        check_config(config)


def test_sites_with_nothing_to_learn_from_are_named_and_not_trained_on(data, tmp_path):
    change = all_of(
        emptied("1979-01-01", "1979-06-30", 0),
        emptied("1979-01-01", "1979-06-30", 1, value=2.0),
        emptied("1979-07-01", "1979-12-31", 2),
    )
    run = Run.create(data(change), tmp_path / "runs")
    carry_out(run)
    said = {(remark.about, remark.text.partition(" on ")[0].partition(" in ")[0]) for remark in run.remarks}
    assert ("01411500", "streamflow is not observed") in said
    assert ("01412800", "streamflow does not vary") in said
    assert ("01413500", "streamflow is not observed") in said
    assert run.results().nse.sel(period="test").notnull().values.tolist() == [True, True, False, True]
    assert run.progress[0]["loss"] < 5  # a constant target over a deviation of zero would make it a hundred times so


def test_the_weights_are_those_of_a_run_without_the_sites_that_teach_nothing(data, tmp_path):
    weights = []
    for value in (np.nan, 2.0):
        run = Run.create(data(emptied("1979-01-01", "1979-06-30", 0, value=value)), tmp_path / "runs")
        carry_out(run)
        weights.append(run.checkpoint()["weights"])
    assert all(weights[0][name].equal(weights[1][name]) for name in weights[0])


def test_validation_leaves_out_what_is_not_observed_and_says_so(data):
    config = data(emptied("1979-05-26", "1979-06-30", [0, 2]), validation="period")
    check_config(config)
    (remark,) = (r for r in remarks_of(config, dataset_of(config)) if "validation period" in r.text)
    assert remark.about == "01411500, 01413500"


def test_few_observations_and_attributes_that_are_alike_are_doubtful(data):
    config = data(emptied("1979-01-05", "1979-06-30"), sites=SITES[:1])
    said = {remark.about: remark.text for remark in remarks_of(config, dataset_of(config))}
    assert "fewer than 10 observations" in said["01411500"]
    assert any("a network learns nothing from it" in text for text in said.values())
    shared = config.edited(parameters="shared")
    assert not any("learns nothing" in remark.text for remark in remarks_of(shared, dataset_of(shared)))


def test_a_run_without_weights_needs_no_observation_to_learn_from(data):
    check_config(data(emptied("1979-01-01", "1979-06-30"), parameters="fixed"))


def test_a_run_that_changed_no_weight_fails(data, tmp_path):
    run = Run.create(data(learning_rate=1e-20), tmp_path / "runs")
    with pytest.raises(ConfigError, match="Nothing was learned: no weight changed in 2 epochs. Raise learning_rate"):
        carry_out(run)
    assert run.status == "failed"


def test_a_loss_that_did_not_fall_is_said(data, tmp_path):
    run = Run.create(data(learning_rate=1e-7, train_period="1979-01-01/1979-01-30"), tmp_path / "runs")
    carry_out(run)
    (remark,) = (r for r in run.remarks if "did not fall" in r.text)
    assert remark.kind == "doubtful" and "learning_rate (now 1e-07)" in remark.text


def test_a_loss_that_is_no_number_is_traced_to_site_day_and_process(data, tmp_path, monkeypatch):
    config = data()
    soil = config.science.option("soil", config.processes["soil"])
    forward = soil.forward
    monkeypatch.setattr(
        soil, "forward", lambda self, **inputs: {k: v * torch.nan for k, v in forward(self, **inputs).items()}
    )
    run = Run.create(config, tmp_path / "runs")
    with pytest.raises(ValueError, match=r"nan in epoch 1: first at site 01\d+, day 19\d\d-.*BetaSoil"):
        carry_out(run)
    assert "BetaSoil" in run.error and "site 01" in run.error


def test_a_parameter_that_is_no_number_is_named(data, tmp_path, monkeypatch):
    forward = ParameterNetwork.forward

    def spoilt(self, *args, **options):
        values, state = forward(self, *args, **options)
        return values | {"fc": torch.where(values["fc"] > 0, torch.nan, 0.0)}, state

    monkeypatch.setattr(ParameterNetwork, "forward", spoilt)
    run = Run.create(data(), tmp_path / "runs")
    with pytest.raises(ValueError, match="site 014.*the parameter 'fc'"):
        carry_out(run)


def test_a_gradient_that_is_no_number_is_traced_to_the_parameter_of_a_process(data, tmp_path, monkeypatch):
    respond = DifferentiableModel.respond

    def steep(self, tensors, parameters, only=None):
        values = respond(self, tensors, parameters, only)
        bend = (parameters["fc"] * 0).sqrt().mean(-1)  # its derivative at zero is infinite, times zero: no number
        return values | {"streamflow": values["streamflow"] + bend}

    monkeypatch.setattr(DifferentiableModel, "respond", steep)
    run = Run.create(data(), tmp_path / "runs")
    with pytest.raises(ValueError, match="gradient of the loss became nan.*'fc' of the process BetaSoil"):
        carry_out(run)


def test_weights_that_are_the_same_everywhere_are_said(data):
    config = data(weights="area")
    dataset = dataset_of(config)
    even = dataset.assign(area=dataset.area * 0 + 5)
    assert Remark("doubtful", "weights", "has no effect: area is the same at all 4 basins.") in remarks_of(config, even)
    assert not [remark for remark in remarks_of(config, dataset) if remark.about == "weights"]
