"""`dgviz predict`: a trained run at sites that nobody has observed."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from typer.testing import CliRunner

from dgviz import cli
from dgviz.datasets.remarks import remarks
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.predict import predict
from dgviz.experiment.runs import Run
from dgviz.experiment.sources import open_dataset
from dgviz.units import convert

TWIN = "twin:hydrology,sites=6,years=3"
QUICK = dict(epochs=2, members=2, hidden=4, device="cpu")


def trained(folder, **options):
    run = Run.create(RunConfig(data=TWIN, **{**QUICK, **options}), folder)
    carry_out(run)
    return run


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Runs with parameters from attributes, for each site, and in folds."""
    folder = tmp_path_factory.mktemp("runs")
    kinds = {"attributes": {}, "sites": dict(parameters="sites"), "folds": dict(holdout="folds", folds=2)}
    return {kind: trained(folder, **options) for kind, options in kinds.items()}


@pytest.fixture
def elsewhere(tmp_path):
    """A folder of two basins that were never observed, one of them larger than any that was trained on."""
    data = open_dataset("twin:hydrology,sites=2,years=1.5,seed=5")
    names = [n for n in data if data[n].dims == ("site",)]
    table = data[names].reset_coords()[[*names, "lat", "lon"]].to_dataframe()
    table.index = ["new1", "new2"]
    table.loc["new2", names[0]] *= 1000
    units = {n: f"{n} [{data[n].attrs['units']}]" for n in names}
    table.rename(columns=units).rename_axis("site").to_csv(tmp_path / "attributes.csv")
    for i, site in enumerate(table.index):
        series = [n for n in data if data[n].attrs.get("role") == "forcing" and n != "day_of_year"]
        frame = data[series].isel(site=i).to_dataframe()[series]
        frame.rename_axis("date").to_csv(tmp_path / f"{site}.csv", date_format="%Y-%m-%d")
    return tmp_path, names[0]


def command(*words):
    return CliRunner().invoke(cli.app, [str(word) for word in ("predict", *words)])


def test_sites_never_observed_are_predicted_and_written(runs, elsewhere, tmp_path):
    folder, stretched = elsewhere
    file = tmp_path / "new.nc"
    done = command(runs["attributes"].folder, "--data", folder, "--out", file)
    assert done.exit_code == 0, done.output
    assert "2, 0 of them known to the run" in done.stdout and "not observed" in done.stdout
    assert f"Doubtful: {stretched}: outside the range trained on" in done.stderr and "new2" in done.stderr
    with xr.open_dataset(file) as predicted:
        assert predicted.streamflow.dims == ("time", "site") and predicted.streamflow.notnull().all()
        assert predicted.streamflow.attrs["units"] == "mm d-1" and list(predicted.site.values) == ["new1", "new2"]
        assert predicted.attrs["Conventions"] == "CF-1.11" and predicted.site.attrs["cf_role"] == "timeseries_id"
        assert {"lat", "lon", "fc"} <= {*predicted.variables}
    again = command(runs["attributes"].folder, "--data", folder, "--out", file)
    assert again.exit_code == 1 and "exists already" in again.stderr


def test_known_sites_are_predicted_as_in_the_results(runs):
    for kind in ("attributes", "sites", "folds"):
        run = runs[kind]
        stored = run.results()
        days = stored.indexes["time"]
        found = predict(run, open_dataset(TWIN), run.sites[1:4], f"{days[0]:%Y-%m-%d}/{days[-1]:%Y-%m-%d}")
        expected = stored.streamflow.sel(site=list(run.sites[1:4]))
        np.testing.assert_allclose(found.streamflow, expected, rtol=1e-3, atol=1e-4)


def test_a_run_of_single_sites_has_no_parameters_for_others(runs, elsewhere):
    refused = command(runs["sites"].folder, "--data", elsewhere[0])
    assert refused.exit_code == 1 and "has none for new1, new2. Predict with a run whose parameters" in refused.stderr


def test_what_cannot_be_predicted_is_said(runs, elsewhere, tmp_path):
    folder = runs["attributes"].folder
    for words, message in (
        (("nothing",), "There is no run 'nothing'"),
        ((folder, "--sites", "new3"), "the data have no site 'new3'"),
        ((folder, "--data", ""), "data is empty"),
        ((folder, "--data", "twin:stream_temperature"), "is for 'stream_temperature'"),
        ((folder, "--period", "1850-01-01/1851-01-01"), "reaches beyond the record"),
    ):
        refused = command(*words, "--out", tmp_path / "never.nc")
        assert refused.exit_code == 1 and message in refused.stderr.replace("\n", " "), refused.stderr
    assert not (tmp_path / "never.nc").exists()


def test_nothing_is_trained_where_nothing_was_observed(elsewhere):
    words = ["train", "--data", str(elsewhere[0]), "--set", "epochs=1"]
    refused = CliRunner().invoke(cli.app, words)
    assert refused.exit_code == 1 and "has no observation of streamflow" in refused.stderr


def test_what_was_said_of_the_data_is_said_of_the_prediction(runs, elsewhere):
    folder, _ = elsewhere
    table = pd.read_csv(folder / "new1.csv").drop(columns=["tmean"], errors="ignore")
    table[["tmin", "tmax"]] = table[["tmax", "tmin"]].to_numpy()
    table.to_csv(folder / "new1.csv", index=False)
    predicted = predict(runs["attributes"], open_dataset(str(folder)))
    assert any(remark.kind == "exchanged" for remark in remarks(predicted))


def test_attributes_without_units_are_in_those_of_training_and_a_conversion_is_said(runs, elsewhere):
    folder, name = elsewhere
    run, file = runs["attributes"], folder / "attributes.csv"
    table = pd.read_csv(file)
    header = next(column for column in table if column.startswith(name))
    plain = predict(run, open_dataset(str(folder))).streamflow
    table.rename(columns={header: name}).to_csv(file, index=False)
    xr.testing.assert_allclose(predict(run, open_dataset(str(folder))).streamflow, plain)
    unit = run.inputs.attributes[name]
    # The same quantity in a unit that is a thousand times smaller.
    smaller = {"m": "mm", "km2": "m2", "mm d-1": "um d-1"}.get(unit, f"0.001 {unit}")
    factor = float(convert(1.0, unit, smaller))
    table.assign(**{header: table[header] * factor}).rename(columns={header: f"{name} [{smaller}]"}).to_csv(
        file, index=False
    )
    predicted = predict(run, open_dataset(str(folder)))
    xr.testing.assert_allclose(predicted.streamflow, plain, rtol=1e-4)
    assert any(
        remark.about == name and "converted" in (remark.kind, *remark.text.split()) for remark in remarks(predicted)
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--sites", "twin001,twin001"), "twin001 named twice"),
        (("--sites", ","), "names no site"),
        (("--period", "soon"), "period 'soon' is not a period"),
        (("--out", "nowhere/new.nc"), "nowhere is no folder"),
    ],
)
def test_what_makes_no_sense_is_refused(words, message, runs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = command(runs["attributes"].folder, *words)
    assert done.exit_code == 1 and message in " ".join(done.stderr.split())
    assert not list(tmp_path.iterdir())
