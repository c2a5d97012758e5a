"""`dgviz claims`: verdicts from shipped scores and own runs, and what it trains."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from dgviz import cli
from dgviz.domains import discover
from dgviz.domains.domain import Preset
from dgviz.experiment import preset_scores
from dgviz.experiment.runs import list_runs

TWIN = "twin:oxygen,sites=6,years=3"
QUICK = {"epochs": 1, "members": 1, "hidden": 4, "warmup": 20, "window": 60, "batch_size": 6}


def claims(*words):
    return CliRunner().invoke(cli.app, ["claims", *words])


@pytest.fixture
def quick(monkeypatch):
    """Lets every preset of a science train for an epoch only."""
    science = discover()["oxygen"]
    presets = {name: Preset({**preset.options, **QUICK}, preset.about) for name, preset in science.presets.items()}
    for preset in presets.values():
        if preset.options.get("parameters") == "fixed":
            del preset.options["epochs"]
    monkeypatch.setattr("dgviz.domains.oxygen.domain", replace(science, presets=presets))


def test_claims_on_a_twin_from_training_to_a_file_that_travels(quick, tmp_path, monkeypatch):
    file, runs = tmp_path / "claims" / "twin-oxygen-sites-6-years-3.nc", tmp_path / "runs"
    before = claims("--data", TWIN, "--runs", str(runs), "--seeds", "1", "--json")
    assert before.exit_code == 0, before.output
    told = json.loads(before.stdout)
    assert {claim["verdict"] for claim in told["claims"]} == {"not trained yet"} and not told["runs"]
    assert all(claim["missing"] and claim["difference"] is None for claim in told["claims"])

    done = claims("--data", TWIN, "--runs", str(runs), "--seeds", "1", "--train", "--write", str(file), "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert sorted(found["runs"]) == sorted(told["lacking"]) and not found["lacking"]
    assert len(list_runs(runs)) >= len(found["runs"])
    assert f"1 of {len(found['runs'])}: " in done.stderr
    differences = [claim["difference"] for claim in found["claims"]]
    assert all(each["n_sites"] == 6 and each["n_seeds"] == 1 for each in differences if each)
    assert {claim["verdict"] for claim in found["claims"]} <= {"holds", "fails", "cannot tell here"}

    # The same verdicts from the file alone.
    monkeypatch.setattr(preset_scores, "data_folder", lambda: tmp_path)
    travelling = json.loads(claims("--data", TWIN, "--runs", str(tmp_path / "none"), "--seeds", "1", "--json").stdout)
    assert sorted(travelling["shipped"]) == sorted(found["runs"]) and not travelling["runs"]
    assert [claim["verdict"] for claim in travelling["claims"]] == [claim["verdict"] for claim in found["claims"]]
    anew = json.loads(claims("--data", TWIN, "--runs", str(tmp_path / "none"), "--anew", "--json").stdout)
    assert not anew["shipped"] and {claim["verdict"] for claim in anew["claims"]} == {"not trained yet"}


def test_the_page_of_the_delaware_is_printed_from_what_travels(tmp_path):
    done = claims("--runs", str(tmp_path))
    assert done.exit_code == 0, done.output
    words = " ".join(done.stdout.split())
    assert "Parameters learned from attributes do about as well as those calibrated for each basin by itself" in words
    assert "94 basins, 5 seeds" in words and "doi:10.1038/s41467-021-26107-z" in words
    assert "trainings whose scores travel with dgviz" in words and "Against it: " in words


def test_a_science_without_claims_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("dgviz.domains.oxygen.domain", replace(discover()["oxygen"], claims=()))
    done = claims("--data", TWIN, "--runs", str(tmp_path))
    assert done.exit_code == 1 and "declares no claims: there is nothing to judge" in done.stderr
