"""Folders with the marks that people's own have: checked, imported and trained without an edit by hand."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from dgviz import cli
from dgviz.cli import terminal
from dgviz.datasets import open_dataset
from dgviz.experiment.runs import Run
from tests.datasets.camels_files import caravan_series, write_caravan
from tests.datasets.own_files import days_of, hours_of

OPTIONS = ("epochs=2", "members=2", "hidden=4", "warmup=20", "window=60", "device=cpu", "groundwater=LinearReservoir")


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Runs `dgviz ...` with a cache and a runs folder of its own; the output must be without an error."""
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DGVIZ_RUNS", str(tmp_path / "runs"))
    for console in (terminal.out, terminal.err):
        monkeypatch.setattr(console, "_width", 200)

    def run(*words) -> str:
        done = CliRunner().invoke(cli.app, [str(word) for word in words])
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


@pytest.fixture
def mopex(tmp_path):
    """Four basins as MOPEX has them, opened in a spreadsheet: American dates, marks, ids without their zeros."""
    folder = tmp_path / "mopex"
    folder.mkdir()
    sites = ("01048000", "01064500", "01197500", "01445500")
    tables = {site: days_of(site).assign(pet=1.5).astype(object) for site in sites}
    tables[sites[0]].loc["2000-01-24", ["tmin", "tmax"]] = [-9.2, -13.0]  # exchanged
    tables[sites[1]].loc["2000-01-27":"2000-01-28", "prcp"] = -99.0  # cannot be used
    tables[sites[2]].loc["2000-05-01":"2000-07-31", "streamflow"] = -99.0  # not observed
    tables[sites[2]].loc["2001-01-05", "streamflow"] = "Ice"
    tables[sites[3]].loc["2001-08-05", "streamflow"] = -0.02  # a tide
    for site, table in tables.items():
        table.rename_axis("Date").to_csv(folder / f"{site}.csv", date_format="%m/%d/%Y")
    short = [site.lstrip("0") for site in sites]
    rows = {"basin_id": short, "latitude": 44.0, "longitude": -70.0, "area": 500.0, "river": "Kennebec"}
    pd.DataFrame({**rows, "soil_S": [0.1, 0.2, 0.3, 0.4]}).to_csv(folder / "attributes.csv", index=False)
    return folder


@pytest.fixture
def caravan(tmp_path):
    """Four basins as Caravan has them, altered by hand: dates with a zone, words, marks, lost zeros, semicolons."""
    folder = tmp_path / "caravan"
    sites = tuple(f"camelsch_{number}" for number in ("0001", "0002", "0003", "0004"))
    days = pd.date_range("2000-01-01", "2001-12-31")
    tables = {site: caravan_series(days).assign(streamflow=days_of(site).streamflow) for site in sites}
    tables[sites[0]].loc["2000-02-01", "streamflow"] = np.nan
    tables[sites[1]] = tables[sites[1]].astype({"streamflow": object})
    tables[sites[1]].loc["2000-02-01", "streamflow"] = "Ice"
    tables[sites[2]].index = pd.DatetimeIndex(days.tz_localize("Etc/GMT-1"), name="date")
    tables[sites[3]].loc["2000-02-01", "total_precipitation_sum"] = -9999.0
    write_caravan(folder, sites=sites, series=tables)
    other = folder / "attributes/camelsch/attributes_other_camelsch.csv"
    other.write_text(other.read_text().replace("camelsch_000", "camelsch_").replace("Clear Creek", "NA"))
    hydroatlas = folder / "attributes/camelsch/attributes_hydroatlas_camelsch.csv"
    hydroatlas.write_text(hydroatlas.read_text().replace(",", ";"))
    return folder


def test_a_folder_like_mopex_is_checked_imported_and_trained(command, mopex):
    assert "01064500" in command("data", "check", mopex) and "01048000" not in open_dataset(mopex).left_out
    command("data", "import", mopex, "--name", "mopex")
    ds = open_dataset("mopex")
    assert ds.site.values.tolist() == ["01048000", "01197500", "01445500"]
    assert int(ds.streamflow.isnull().sum()) == 92 + 1 + 1 and (ds.tmin <= ds.tmax).all()
    for part in ("MM/DD/YYYY", "'Ice'", "-99", "values below 0", "exchanged", "leading zeros", "river"):
        assert part in ds.dgviz_remarks
    assert trained(command, "mopex") == 3


def test_a_folder_like_caravan_is_checked_imported_and_trained(command, caravan):
    command("data", "check", caravan)
    command("data", "import", caravan, "--name", "alps")
    ds = open_dataset("alps")
    assert ds.site.values.tolist() == ["camelsch_0001", "camelsch_0002", "camelsch_0003"]
    assert "weather is missing on 1 days" in ds.left_out and int(ds.streamflow.isnull().sum()) == 2
    for part in ("'Ice'", "zone (+01:00)", "leading zeros", "semicolons"):
        assert part in ds.dgviz_remarks
    assert trained(command, "alps") == 3


def test_a_folder_by_hours_is_checked_and_trained(command, tmp_path):
    folder = tmp_path / "hourly"
    folder.mkdir()
    for site in "abc":
        hours_of(site).to_csv(folder / f"{site}.csv", sep=";", decimal=",", date_format="%d.%m.%Y %H:%M")
    (folder / "attributes.csv").write_text("Station;Lat;Lon;area\na;47,5;8,5;10\nb;47,6;8,5;20\nc;47,7;8,5;30\n")
    command("data", "check", folder)
    assert trained(command, folder) == 3


def trained(command, data) -> int:
    """Train a run of two epochs, and return the number of sites with a score."""
    settings = [word for option in OPTIONS for word in ("--set", option)]
    ended = json.loads(command("train", "--data", data, "--json", *settings).strip().splitlines()[-1])
    return int(Run(ended["run"]).results().nse.sel(period="test").notnull().sum())
