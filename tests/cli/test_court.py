"""`dgviz court`: in a twin the true structure wins."""

import json

from typer.testing import CliRunner

from dgviz import cli

QUICK = ("--set", "epochs=15", "--set", "members=2", "--set", "hidden=8", "--set", "folds=2")
TRUE, FALSE = "ThreeOutlets", "ZonesInWrongOrder"
TWIN = "twin:hydrology,sites=12,years=3,noise=0"


def court(*words):
    return CliRunner().invoke(cli.app, ["court", *words])


def test_the_true_structure_wins_in_a_twin(tmp_path):
    structures = ("--structure", f"groundwater={FALSE}", "--structure", f"groundwater={TRUE}")
    words = (*structures, "--data", TWIN, *QUICK, "--seeds", "2", "--runs", str(tmp_path))
    done = court(*words, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [case["case"] for case in found["cases"]] == ["test", "held_out", "region", *["untrained"] * 4]
    in_time = found["cases"][0]
    assert in_time["winner"] == f"groundwater={TRUE}"  # that made the data
    assert in_time["against"][f"groundwater={FALSE}"]["n_seeds"] == 2
    assert f"groundwater={TRUE} does best" in found["ruling"]
    untrained = {case["where"]: case for case in found["cases"][3:]}
    # Its zones the wrong way round give all of their water as baseflow, and as good a score may hide it.
    assert untrained["in untrained baseflow share"]["winner"] == f"groundwater={TRUE}"
    assert not found["left_out"]
    assert "storage did not change" in untrained["in untrained evapotranspiration"]["assumes"]
    assert found["parameters"] == {f"groundwater={FALSE}": 11, f"groundwater={TRUE}": 14}
    assert len(found["measure_next"]["sites"]) == len(found["measure_next"]["days"]) == 5
    # What is trained already is not trained again.
    page = tmp_path / "court.html"
    again = court(*words, "--out", str(page))
    assert again.exit_code == 0 and " of 12: " not in again.stderr
    assert "Measure here next" in " ".join(again.stdout.split())
    told = page.read_text()
    assert f"<h1>{found['ruling']}</h1>" in told and "id='figure-0'" in told
    assert all(f"<td class='words'>{day}</td>" in told for day in found["measure_next"]["days"])
    assert court(*words, "--out", str(page)).exit_code == 1  # what is there already is left alone


def test_a_single_structure_is_refused_before_anything_is_trained(tmp_path):
    done = court("--structure", "snow=NoSnow", "--runs", str(tmp_path / "runs"))
    assert done.exit_code == 1 and "Give 2 to 4" in done.stderr and not (tmp_path / "runs").exists()
