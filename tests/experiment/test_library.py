"""A trained run as a library: own forcings, stores and parameters given, another process in a slot."""

import numpy as np
import pytest
import torch
import xarray as xr

from dgviz.checks import check_physics
from dgviz.datasets import DataError
from dgviz.datasets.remarks import remarks
from dgviz.domains import discover
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run, RunError
from dgviz.experiment.sources import open_dataset
from dgviz.learn.defaults import unlearned

TWIN = "twin:hydrology,sites=4,years=3"
QUICK = dict(data=TWIN, epochs=2, members=2, hidden=4, device="cpu")
DAYS = ("2002-11-01", "2002-12-31")
KINDS = {"static": {}, "dynamic": dict(dynamic=("beta", "k1")), "ensemble": dict(seeds=2)}


@pytest.fixture(scope="module")
def data():
    return open_dataset(TWIN)


@pytest.fixture(scope="module", params=KINDS)
def run(request, tmp_path_factory):
    run = Run.create(RunConfig(**QUICK, **KINDS[request.param]), tmp_path_factory.mktemp("runs"))
    carry_out(run)
    return run


@pytest.fixture
def site(data):
    return str(data.site.values[1])


def own(data, site, names=("prcp", "tmin", "tmax", "tmean")):
    """Forcings and attributes alone, as a person would put them together."""
    attributes = [name for name in data if data[name].dims == ("site",)]
    return data[[*names, *attributes]].sel(site=[site]).drop_attrs(deep=False).copy(deep=True)


def test_own_forcings_are_simulated_without_an_observation(run, data, site):
    mine = own(data, site)
    assert "streamflow" not in mine and "day_of_year" not in mine
    np.testing.assert_allclose(
        run.simulate(mine, site, *DAYS).streamflow, run.simulate(data, site, *DAYS).streamflow, rtol=1e-3, atol=1e-4
    )
    mine["prcp"] = mine.prcp * 2
    assert run.simulate(mine, site, *DAYS).streamflow.mean() > 1.2 * run.simulate(data, site, *DAYS).streamflow.mean()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.assign(tmean=d.tmean + 273.15), "tmean is 2.* at site .*: this looks like kelvin"),
        (lambda d: d.assign(prcp=-d.prcp - 1), "prcp is -.* at site .*: precipitation cannot be negative"),
        (lambda d: d.assign(prcp=d.prcp.where(d.prcp < 0)), "prcp is nan on .*: a run needs a value at every step"),
        (lambda d: d.drop_vars("prcp"), "The run reads the forcing.* prcp, which"),
        (lambda d: d.isel(site=0), "no coordinate 'site'"),
    ],
    ids=["kelvin", "negative rain", "gap", "missing", "no site"],
)
def test_own_forcings_that_cannot_be_are_refused(change, message, run, data, site):
    with pytest.raises(DataError, match=message):
        run.simulate(change(own(data, site)), site, *DAYS)


def test_the_mean_temperature_is_made_of_lowest_and_highest(run, data, site):
    mine = own(data, site)
    halves = mine.assign(tmean=(mine.tmin + mine.tmax) / 2)
    plain = run.simulate(halves, site, *DAYS).streamflow
    xr.testing.assert_allclose(run.simulate(mine.drop_vars("tmean"), site, *DAYS).streamflow, plain, rtol=1e-4)


def test_own_series_need_no_attributes_of_their_own(run, data, site):
    mine = own(data, site)
    plain = run.simulate(mine, site, *DAYS).streamflow
    xr.testing.assert_identical(run.simulate(mine.drop_attrs(deep=True), site, *DAYS).streamflow, plain)


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (lambda t: t.delete(range(300, 310)), "day 2.* is missing; add a row"),
        (lambda t: t[::-1], "days are not in order from"),
        (lambda t: t[:9].append(t[8:-1]), "day .* appears twice"),
        (lambda t: t[0] + np.arange(len(t)) * np.timedelta64(1, "h"), "hourly data; the domain hydrology"),
        (lambda t: t[0] + np.arange(len(t)) * np.timedelta64(7, "D"), "the usual step is 7 days"),
    ],
    ids=["days missing", "backwards", "a day twice", "hours", "weeks"],
)
def test_days_that_do_not_follow_each_other_are_refused(times, message, run, data, site):
    mine = own(data, site)
    new = times(mine.indexes["time"])
    with pytest.raises(DataError, match=message):
        run.simulate(mine.isel(time=slice(len(new))).assign_coords(time=new), site, *DAYS)


def test_an_attribute_that_is_missing_or_unheard_of_is_said(run, data, site):
    mine = own(data, site)
    names = [name for name in mine if mine[name].dims == ("site",)]
    mine = mine.assign({names[0]: mine[names[0]] * np.nan, names[1]: mine[names[1]] * 1000})
    said = {remark.about: remark.text for remark in remarks(run.simulate(mine, site, *DAYS))}
    assert said[names[0]] == f"missing, taken as the mean: {site}"
    assert "outside the range trained on" in said[names[1]]
    assert not remarks(run.simulate(data, site, *DAYS))


def test_a_day_that_is_none_is_refused(run, data, site):
    with pytest.raises(RunError, match="'soon' to '2002-12-31' are no days; write them as"):
        run.at(data, site, "soon", "2002-12-31")


def test_parameters_are_set_and_shifted(run, data, site):
    simulated = run.simulate(data, site, *DAYS, parameters={"fc": 100.0})
    other = run.simulate(data, site, *DAYS, parameters={"fc": 900.0})
    assert simulated.soil_moisture.max() <= 101 < other.soil_moisture.max()
    ready = run.at(data, site, *DAYS)
    learned = float(ready.learned["k2"].mean())
    if bool((ready.learned["k2"] == learned).all()):
        xr.testing.assert_allclose(ready.simulate({"k2": 0.0}), ready.simulate(parameters={"k2": learned}))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(parameters={"fc": 1e9}), "'fc' is 1000000000.0. Give a value from 50 to"),
        (dict(parameters={"fcc": 1.0}), "no parameter 'fcc'.*Did you mean 'fc'"),
        (dict(parameters={"fc": float("nan")}), "'fc' is nan"),
        (dict(shifts={"fc": float("nan")}), "The shift of 'fc' is nan"),
        (dict(shifts={"fc": 1.0}, parameters={"fc": 100.0}), "fc: both shifted and set"),
        (dict(initial={"snow": 1.0}), "no store 'snow'.*Did you mean"),
        (dict(initial={"snowpack": float("nan")}), "'snowpack' begins with nan"),
        (dict(initial={"snowpack": -100.0}), "'snowpack' begins with -100.0. Give a number, 0 or more, in mm"),
        (dict(initial={"snowpack": "1"}), "'snowpack' begins with '1'. Give a number"),
        (dict(parameters={"fc": "x"}), "'fc' is 'x'. Give a value from 50 to"),
        (dict(parameters={"fc": np.ones(2)}), "'fc' is array.*Give a value from 50 to"),
        (dict(shifts={"fc": "x"}), "The shift of 'fc' is 'x'"),
        (dict(backend="gpu"), "There is no backend 'gpu'"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
def test_what_makes_no_sense_is_refused(options, message, run, data, site):
    with pytest.raises(ValueError, match=message):
        run.simulate(data, site, *DAYS, **options)


def test_stores_are_given_on_the_first_day(run, data, site):
    plain = run.simulate(data, site, *DAYS)
    ready = run.at(data, site, *DAYS)
    tensors = ready.tensors
    before = ready.model.after(tensors.part(slice(tensors.warmup)))["soil_moisture"]
    same = ready.simulate(initial={"soil_moisture": float(before.mean())})
    if bool((before == before.mean()).all()):
        xr.testing.assert_allclose(same, plain, rtol=1e-5)
    # Other stores are as the warm-up left them.
    np.testing.assert_allclose(same.lower_zone[0], plain.lower_zone[0], rtol=0.1, atol=0.5)
    snowy = run.simulate(data, site, *DAYS, initial={"snowpack": 500.0})
    gained = float(snowy.snowpack[0] + snowy.meltwater[0] - plain.snowpack[0] - plain.meltwater[0])
    assert gained == pytest.approx(500, abs=60)
    assert len(snowy.time) == len(plain.time)


def test_both_engines_agree(run, data, site):
    fused, torch_ = (run.simulate(data, site, *DAYS, backend=backend) for backend in ("fused", "torch"))
    xr.testing.assert_allclose(fused, torch_, rtol=1e-4, atol=1e-4)


def test_a_slot_is_exchanged(run, data, site):
    ready = run.at(data, site, *DAYS)
    same = ready.with_process(snow=run.config.processes["snow"])
    np.testing.assert_allclose(same.simulate().streamflow, ready.simulate().streamflow, rtol=1e-3, atol=1e-4)
    dry = data.assign(pet=(("time", "site"), np.full(data.prcp.shape, 9.0, "float32"), {"units": "mm d-1"}))
    given = run.at(dry, site, *DAYS).with_process(pet="GivenPet")
    assert given.simulate().evapotranspiration.mean() > ready.simulate().evapotranspiration.mean()
    rising = ready.with_process(capillary_rise="CapillaryRise")
    assert rising.learned["fc"].equal(ready.learned["fc"])
    declared = rising.process_model.defaults()
    new = rising.learned.keys() - ready.learned.keys()
    assert new and all((rising.learned[name] == declared[name]).all() for name in new)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (dict(pet="GivenPet"), "need 'pet', which .* lacks"),
        (dict(snows="NoSnow"), "no slot snows"),
        (dict(snow="NoSnw"), "no option 'NoSnw'"),
        (dict(soil="LearnedRecharge"), "LearnedRecharge has a network that was not trained with this run"),
    ],
    ids=str,
)
def test_an_exchange_that_cannot_be_is_refused(choices, message, run, data, site):
    with pytest.raises((ConfigError, ValueError), match=message):
        run.at(data, site, *DAYS).with_process(**choices)


def test_a_process_model_that_learned_nothing_is_checked(data, site):
    science = discover()["hydrology"]
    model, mine = science.build(), data.sel(site=[site]).isel(time=slice(400))
    results = list(check_physics(model, science.checks, mine))
    assert len(results) > 5 and all(criterion.holds for result in results for criterion in result.criteria)
    with pytest.raises(ValueError, match="Give check_physics a data set of one site"):
        next(check_physics(model))


def test_an_unlearned_model_has_its_defaults_and_what_is_given(data, site):
    model = discover()["hydrology"].build()
    mine = data.sel(site=[site]).isel(time=slice(100))
    expected = model.mean(unlearned(model, mine).tensors.forcings, model.defaults())["streamflow"][:, 0]
    assert torch.equal(torch.as_tensor(unlearned(model, mine).simulate().streamflow.values), expected)
    assert unlearned(model, mine.drop_vars("streamflow"), {"fc": 77.0}, "streamflow").learned["fc"].item() == 77
