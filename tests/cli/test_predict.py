"""`dgviz predict`: a trained run at sites that nobody has observed."""

import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner

from dgviz import cli
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.predict import predict
from dgviz.experiment.runs import Run
from dgviz.experiment.sources import open_dataset

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
