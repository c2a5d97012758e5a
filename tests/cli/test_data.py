"""`dgviz data`: list, check, import and get."""

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from dgviz.cli import data as data_commands
from dgviz.cli import terminal
from dgviz.datasets import archive, open_dataset
from tests.datasets.camels_files import DAYS, write_camels, write_flow
from tests.datasets.test_download import Server, published  # noqa: F401  a fixture


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Runs `dgviz data ...` with a cache of its own."""
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path / "cache"))
    for console in (terminal.out, terminal.err):
        monkeypatch.setattr(console, "_width", 200)
    return lambda *words: CliRunner().invoke(data_commands.app, [str(word) for word in words])


@pytest.fixture
def folder(tmp_path):
    root = write_camels(tmp_path / "camels")
    write_flow(root, "01013500", pd.Series(np.nan, DAYS))
    return root


def test_a_check_says_what_is_read_and_what_is_left_out_and_why(command, folder):
    done = command("check", folder)
    assert done.exit_code == 0, done.output
    assert "2 of 3, 1 left out" in done.stdout and "1461, 1989-10-01 to 1993-09-30" in done.stdout
    assert "01013500" in done.stdout and "no streamflow within 1989-10-01/1993-09-30" in done.stdout
    assert "no camels_vege.txt" in done.stdout and "100.0% of the days" in done.stdout


def test_a_check_says_the_domain_the_step_and_what_was_converted(command, tmp_path):
    (tmp_path / "attributes.csv").write_text("site,lat,lon,area [mi2]\na,41,-75,10\n")
    table = {"date": DAYS.strftime("%Y-%m-%d"), "tair [degrees F]": 50.0, "discharge [cfs]": 100.0}
    pd.DataFrame({**table, "water_temperature [K]": 280.0}).to_csv(tmp_path / "a.csv", index=False)
    done = command("check", tmp_path)
    assert done.exit_code == 0, done.output
    lines = [" ".join(line.replace("│", " ").split()) for line in done.stdout.splitlines()]
    for line in (
        "domain stream_temperature",
        "days 1461, 1989-10-01 to 1993-09-30",
        "forcings tair (degC), discharge (m3 s-1)",
        "targets water_temperature (degC)",
        "water_temperature observed 100.0% of the days",
        "converted area from mi2 to km2: times 2.58999",
        "converted tair from degrees F to degC: times 0.555556, minus 17.7778",
        "converted discharge from cfs to m3 s-1: times 0.0283168",
        "converted water_temperature from K to degC: minus 273.15",
    ):
        assert line in lines, line


def test_a_check_lists_the_problems_of_every_site_of_own_files(command, tmp_path):
    (tmp_path / "attributes.csv").write_text("site,lat,lon\n" + "".join(f"{site},41,-75\n" for site in "abcd"))
    good = pd.DataFrame({"date": DAYS.strftime("%Y-%m-%d"), "prcp": 3.0, "tmean": 8.0, "streamflow": 1.0})
    bad_rain, kelvin, text = good.copy(), good.copy(), good.astype({"prcp": object})
    bad_rain.loc[3:5, "prcp"] = -1.0
    kelvin["tmean"] = 280.0
    text.loc[2, "prcp"] = "dry"
    for site, table in zip("abcd", (good, bad_rain, kelvin, bad_rain), strict=True):
        table.to_csv(tmp_path / f"{site}.csv", index=False)
    done = command("check", tmp_path)
    assert done.exit_code == 0 and "1 of 4, 3 left out" in done.stdout
    assert done.stdout.count("prcp on 1989-10-04 is -1") == 2
    assert "site c: tmean on 1989-10-01 is 280; this looks like kelvin" in done.stdout
    for site in "abcd":
        text.to_csv(tmp_path / f"{site}.csv", index=False)
    done = command("check", tmp_path)
    assert done.exit_code == 1 and done.stdout.count("prcp is 'dry', not a number") == 4
    assert "and 3 more; `dgviz data check` lists them" in done.stderr


def test_an_import_is_listed_and_opens_by_its_name(command, folder):
    done = command("import", folder, "--name", "mine", "--span", "1989-10-01/1992-09-30")
    assert done.exit_code == 0, done.output
    assert "1 left out" in done.stdout and "open it with --data mine" in done.stdout
    assert open_dataset("mine").sizes == {"site": 2, "time": 1096}
    listed = command().stdout.splitlines()
    assert "mine: CAMELS-US (daymet), 2 basins" in listed and listed[0].startswith("camels_us: ")
    assert command("check", "mine").exit_code == 0


def test_a_download_is_imported(command, published, tmp_path, monkeypatch):  # noqa: F811
    server = Server(published, breaks=(7,))
    with server.running() as address:
        monkeypatch.setenv("DGVIZ_ARCHIVE", address + "/record/")
        done = command("get", "camels-us", "--to", tmp_path / "downloads")
        assert done.exit_code == 0, done.output
        assert f"From {address}/record" in done.stdout and "open it with --data camels-us" in done.stdout
        n_asked = len(server.asked)
        assert n_asked == len(published) + 1  # one broke off
        assert command("get", "camels-us", "--to", tmp_path / "downloads").exit_code == 0
        assert len(server.asked) == n_asked  # all is there
    assert open_dataset("camels-us").sizes["site"] == 2


def test_files_downloaded_by_hand_are_taken(command, published, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setenv("DGVIZ_ARCHIVE", "http://127.0.0.1:9")
    done = command("get", "camels-us")
    assert done.exit_code == 1 and "Or download by hand" in done.stderr
    archive.archive_folder().mkdir(parents=True, exist_ok=True)
    for name, content in published.items():
        (archive.archive_folder() / name).write_bytes(content)
    assert command("get", "camels-us").exit_code == 0
    assert open_dataset("camels-us").sizes["site"] == 2


def test_another_archive_is_not_known(command):
    done = command("get", "camels-gb")
    assert done.exit_code == 1 and "Write `dgviz data get camels-us`" in done.stderr


def test_every_command_and_option_has_help(command):
    group = typer.main.get_command(data_commands.app)
    assert group.commands.keys() == {"check", "import", "get"}
    for name, one in group.commands.items():
        assert one.help and command(name, "--help").exit_code == 0
        assert all(p.help for p in one.params if p.name != "help"), name
