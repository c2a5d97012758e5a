"""The command line: what it prints, and what a person reads when something is wrong."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dgviz import cli
from dgviz.cli import terminal
from dgviz.cli import train as train_command
from dgviz.cli.app import COMMANDS
from dgviz.cli.app import command as command_named
from dgviz.datasets import attribute_names, open_dataset
from dgviz.experiment.job import carry_out
from dgviz.experiment.physics import physics_of
from dgviz.experiment.runs import Run, find_run, list_runs

SETTINGS = (
    "sites=01413500,01415000", "train_period=1979-01-01/1979-02-28", "test_period=1979-03-01/1979-04-30", "epochs=2",
    "members=2", "hidden=4", "warmup=20", "window=30", "device=cpu", "snow=NoSnow", "groundwater=LinearReservoir",
)  # fmt: skip
SET = [word for setting in SETTINGS for word in ("--set", setting)]


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Runs `dgviz ...` with a runs folder of its own."""
    monkeypatch.setenv("DGVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words):
        for console in (terminal.out, terminal.err):
            monkeypatch.setattr(console, "_width", 100)
        return CliRunner().invoke(cli.app, words)

    return run


def last_line(text):
    return text.strip().splitlines()[-1]


def test_training_ends_with_a_line_of_json(command, tmp_path):
    done = command("train", "--data", "delaware", "--json", *SET)
    assert done.exit_code == 0, done.output
    summary = json.loads(last_line(done.stdout))
    scores = {"median_nse_test", "pooled_nse_test", "sites", "sites_scored"}
    assert summary.keys() == {"run", "physics_checks", "seconds"} | scores
    run = Run(summary["run"])
    found = physics_of(run)
    assert (summary["physics_checks"]["passed"], summary["physics_checks"]["apply"]) == found.counts
    assert summary["physics_checks"]["sites"] == ["01413500", "01415000"]
    assert summary["physics_checks"]["failed_at"] == found.failures()
    assert run.folder.parent == tmp_path / "runs" and run.status == "done"
    assert run.config.epochs == 2 and run.config.processes["snow"] == "NoSnow"
    assert run.config.sites == ("01413500", "01415000")
    assert summary["median_nse_test"] == pytest.approx(float(run.results().nse.sel(period="test").median()), abs=1e-4)


def test_a_star_stands_for_all_attributes_whose_names_fit(command):
    done = command("train", "--json", *SET, "--set", "attributes=frac_*,slope")
    assert done.exit_code == 0, done.output
    chosen = Run(json.loads(last_line(done.stdout))["run"]).config.attributes
    known = attribute_names(open_dataset("delaware"))
    assert chosen == (*(name for name in known if name.startswith("frac_")), "slope") and len(chosen) > 3
    refused = command("train", *SET, "--set", "attributes=tree_*")
    assert refused.exit_code == 1 and "attribute 'tree_*' is not in" in refused.output


def test_of_sites_held_out_the_efficiency_over_both_periods_is_told(command, tmp_path):
    done = command("train", "--data", "delaware", "--json", *SET, "--set", "holdout=folds", "--set", "folds=2")
    assert done.exit_code == 0, done.output
    summary = json.loads(last_line(done.stdout))
    run = Run(summary["run"])
    results, dataset = run.results().load(), run.dataset()
    observed = dataset.streamflow.sel(time=results.time)
    error, spread = results.streamflow - observed, observed - observed.mean()
    expected = 1 - float((error**2).sum() / (spread**2).sum())
    assert results.held_out.all() and summary["held_out_nse"] == pytest.approx(expected, abs=1e-3)
    assert summary["held_out_nse"] != summary["pooled_nse_test"]


def test_training_ends_with_a_table_of_scores(command, tmp_path):
    done = command("train", "--runs", str(tmp_path / "here"), *SET)
    assert done.exit_code == 0, done.output
    (folder,) = (tmp_path / "here").iterdir()
    assert "Median over 2 sites" in done.stdout and "Nash-Sutcliffe efficiency" in done.stdout
    assert f"Run {folder.name} is done" in done.stdout
    assert "2/2" in done.stderr


def test_a_stopped_run_is_gone_on_with(command, small, tmp_path):
    run = Run.create(small, tmp_path / "runs")
    carry_out(run, lambda record: run.request("stop"))
    done = command("train", "--resume", run.id, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(last_line(done.stdout))["run"] == str(run.folder)
    assert find_run(run.id, tmp_path / "runs").status == "done" and len(run.progress) == 2


def test_a_preset_is_trained_with_what_is_set_beside_it(command, tmp_path):
    done = command("train", "--preset", "HBV, dynamic", "--json", *SET)
    assert done.exit_code == 0, done.output
    config = Run(json.loads(last_line(done.stdout))["run"]).config
    assert config.dynamic == ("beta", "gamma") and config.processes["evapotranspiration"] == "GammaEvapotranspiration"
    assert config.epochs == 2 and config.processes["snow"] == "NoSnow"


def test_a_finished_run_is_extended_in_a_new_one(command, small, tmp_path):
    run = Run.create(small.edited(epochs=1), tmp_path / "runs")
    carry_out(run)
    done = command("train", "--extend", run.id, "--set", "epochs=2", "--json")
    assert done.exit_code == 0, done.output
    longer = Run(json.loads(last_line(done.stdout))["run"])
    assert longer.folder != run.folder and longer.config == small and len(longer.progress) == 2
    assert len(run.progress) == 1
    again = command("train", "--extend", longer.id, "--set", "epochs=2")
    assert again.exit_code == 1 and "has 2 epochs already. Give more than that." in again.stderr


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("the data are gone")])
def test_what_ends_the_command_before_it_trains_leaves_no_run(error, command, tmp_path, monkeypatch):
    def fail(*_):
        raise error

    monkeypatch.setattr(train_command, "leaks", fail)
    done = command("train", *SET)
    assert done.exit_code in (1, 130) and "Traceback" not in done.output
    assert list((tmp_path / "runs").iterdir()) == []


def test_an_extended_run_that_was_not_begun_says_so(command, tmp_path, monkeypatch):
    done = json.loads(last_line(command("train", *SET, "--json").stdout))["run"]

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(train_command, "leaks", interrupt)
    assert command("train", "--extend", Path(done).name, "--set", "epochs=3").exit_code == 130
    longer = list_runs(tmp_path / "runs")[0]
    assert longer.folder != Path(done) and longer.status == "failed"
    assert longer.error.startswith("The run was taken from the queue before it was trained further")


def test_what_leaks_is_said_before_training(command):
    """The climate attributes of the packaged data are of 1979, and so is this test."""
    leaking, mended = (command("train", "--json", *SET, *words) for words in ([], ["--set", "climate=training"]))
    assert leaking.exit_code == mended.exit_code == 0
    assert leaking.stderr.startswith("Leak: p_mean, t_mean, pet_mean and 5 more attributes tell of 1979-01-01/")
    assert "Leak" not in mended.stderr
    assert Run(json.loads(last_line(mended.stdout))["run"]).record["leaks"] == []


@pytest.mark.parametrize(
    "words, message",
    [
        (["train", "--set", "epoch=3"], "There is no option 'epoch'. Did you mean 'epochs'?"),
        (["train", "--set", "epochs=zero"], "epochs = 'zero': Input should be a valid integer"),
        (["train", "--set", "epochs"], "--set 'epochs' is not NAME=VALUE. Write for example --set epochs=50."),
        (["train", "--set", "held_sites=01439500"], "it needs holdout 'sites'. Set that too"),
        (["train", "--set", "snow=NoSnw"], "The slot 'snow' has no option 'NoSnw'."),
        (["train", "--data", "delawar"], "Did you mean 'delaware'?"),
        (["train", "--data", "/no/[/such] {file}.nc"], "/no/[/such] {file}.nc"),
        (["train", "--data", "delawar", "--set", "data=delaware"], "data is given twice. Give it once."),
        (["train", "--resume", "nothing"], "There is no run 'nothing'"),
        (
            ["train", "--resume", "nothing", "--set", "epochs=2"],
            "Leave out --data, --set, --preset and --extend, or train a new run.",
        ),
        (["train", "--preset", "HBV, dynamc"], "There is no preset 'HBV, dynamc'. Presets: HBV; HBV, fixed;"),
        (["train", "--extend", "nothing", "--set", "epochs=9"], "There is no run 'nothing'"),
        (["train", "--extend", "nothing"], "--extend takes a number of epochs and nothing else"),
        (
            ["train", "--extend", "nothing", "--set", "epochs=9", "--preset", "HBV"],
            "a number of epochs and nothing else",
        ),
        (["train", "--extend", "nothing", "--set", "seed=9"], "--extend nothing --set epochs=100."),
        (["train", "--runs", "/dev/null/runs"], "The runs folder /dev/null/runs cannot be written: Not a directory."),
        (["data", "check", "delawar"], "Did you mean 'delaware'?"),
        (["describe", "alchemy"], "There is no domain 'alchemy'. Domains: ecosystem, hydrology"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_error_is_a_sentence_without_a_traceback(words, message, command):
    done = command(*words)
    assert done.exit_code == 1
    assert message in done.stderr and done.stdout == ""
    assert last_line(done.stderr).startswith("Error: ") and "Traceback" not in done.output


@pytest.mark.parametrize(
    "text, expected",
    [
        ("epochs=50", ("epochs", 50)),
        ("learning_rate=1e-3", ("learning_rate", 1e-3)),
        ("snow=NoSnow", ("snow", "NoSnow")),
        ("sites=01,02", ("sites", ("01", "02"))),
        ("dynamic=", ("dynamic", ())),
        ("data=a=b.nc", ("data", "a=b.nc")),
    ],
)
def test_a_setting_is_a_name_and_a_value(text, expected):
    assert train_command.setting(text) == expected


def test_data_are_summed_up(command):
    done = command("data", "check", "delaware")
    assert done.exit_code == 0, done.output
    assert "94" in done.stdout and "731, 1979-01-01 to 1980-12-31" in done.stdout
    assert "prcp (mm d-1)" in done.stdout and "1979-01-01 to 1979-12-31" in done.stdout


def test_known_data_are_listed(command):
    assert {line.partition(":")[0] for line in command("data").stdout.splitlines()} >= {"delaware", "camels_us"}


def test_a_domain_is_described_as_markdown(command):
    done = command("describe")
    assert done.exit_code == 0
    assert done.stdout.startswith("# Ecosystem productivity\n") and "\n# Rainfall-runoff\n" in done.stdout
    assert "| `fc` | Field capacity | 50 to 1000 | 200 | mm |" in done.stdout


def test_backends_are_timed_and_the_last_line_is_json(command):
    done = command("bench", "engine", "--sites", "2", "--days", "40", "--members", "3", "--dynamic", "beta", "--json")
    assert done.exit_code == 0, done.stderr
    backends = json.loads(done.stdout.splitlines()[-1])["backends"]
    assert backends.keys() == {"torch", "fused"}
    for times in backends.values():
        assert min(times[k] for k in ("forward_median", "backward_median", "both_best")) > 0
        assert times["both_best"] <= times["both_median"]
        assert times["peak_bytes"] > 0
    assert backends["torch"]["compile"] == 0 < backends["fused"]["compile"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["engin"], "There is no benchmark 'engin'. Write `dgviz bench engine`, `dgviz bench scale`"),
        (["engine", "--backend", "numpy"], "There is no backend 'numpy'. Backends: torch, fused"),
        (["--json"], "--json goes with one size: write `dgviz bench engine --json`"),
        (["engine", "--device", "tpu"], "--device tpu: torch finds no such device here. Use cpu"),
        (["engine", "--dynamic", "betta"], "no parameter 'betta'.* Did you mean 'beta'"),
    ],
)
def test_what_cannot_be_timed_is_named(command, arguments, message):
    done = command("bench", *arguments)
    assert done.exit_code == 1 and re.search(message, " ".join(done.stderr.split())), done.stderr


def test_what_many_sites_would_take_is_in_proportion_to_them(command, monkeypatch):
    monkeypatch.setattr("dgviz.cli.scale_times.MEASURED", "sites=5,years=4")
    done = command("bench", "scale", "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert min(found["cost"].values()) > 0
    few, many = found["needs"]["10000"], found["needs"]["1000000"]
    for name in ("epoch", "results", "data", "stored"):
        assert many[name] == pytest.approx(100 * few[name])
    assert few["data"] == 4 * 5 * 10_000 * 14_610  # bytes of four forcings and a target, over 40 years
    assert few["memory"] < many["memory"] <= 100 * few["memory"]


def test_every_command_and_option_has_help(command):
    named = {"serve", "train", "sweep", "predict", "report", "doctor", "data", "describe", "bench", "claims", "court"}
    assert COMMANDS.keys() == named
    listed = " ".join(command("--help").stdout.replace("│", " ").split())
    for name, words in COMMANDS.items():
        one = command_named(name)
        # The list says what the command itself says first.
        assert " ".join(one.help.partition("\n\n")[0].split()) == words and words in listed
        assert command(name, "--help").exit_code == 0
        assert all(p.help for p in one.params if p.name != "help"), name


def test_help_is_there_at_once():
    """Without torch, which takes seconds to import."""
    code = (
        "import sys; sys.argv[1:] = ['--help']\nfrom dgviz.__main__ import main\ntry: main()\nexcept SystemExit: pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code + "print({'torch', 'xarray', 'panel'} & sys.modules.keys())"],
        capture_output=True,
        text=True,
    )
    assert "Serve the dashboard" in done.stdout and done.stdout.endswith("set()\n"), done.stderr


def test_a_mistyped_command_is_named_with_the_nearest(command):
    done = command("traim")
    assert done.exit_code == 2 and "No such command 'traim'. Did you mean 'train'?" in done.stderr


def test_a_mistake_in_the_data_leaves_no_run_behind(tmp_path):
    result = CliRunner().invoke(cli.app, ["train", "--data", "delawar", "--runs", str(tmp_path / "runs")])
    assert result.exit_code == 1 and "Did you mean 'delaware'" in result.stderr
    assert not (tmp_path / "runs").exists()


def test_training_says_what_it_goes_on_without(command, tmp_path, delaware):
    sites = delaware.site.values[:3]
    part = delaware.sel(site=sites)[["prcp", "tmin", "tmax", "streamflow", "area", "elevation"]].copy(deep=True)
    part.streamflow.values[50:, 1] = float("nan")
    part.attrs = {"domain": "hydrology"}
    part.drop_encoding().to_netcdf(tmp_path / "mine.nc", engine="h5netcdf")
    words = [word for word in SET if "sites=" not in word]
    del words[words.index("--set")]
    done = command("train", "--data", str(tmp_path / "mine.nc"), *words)
    assert done.exit_code == 0, done.output
    assert "Median over 2 of 3 sites in the test period" in done.stdout and "(2 of 3)" in done.stdout
    assert f"Left out: {sites[1]}: streamflow is not observed in the test period" in done.stderr
    refused = command("train", "--data", str(tmp_path / "mine.nc"), *words, "--set", f"sites={sites[1]}")
    assert refused.exit_code == 1 and "the run could not be scored" in refused.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--set", "dropout=0.4"), "dropout has no effect here: it needs a recurrent network"),
        (("--set", "folds=3"), "folds has no effect here: it needs holdout 'folds' or 'regions'"),
        (("--set", "patience=3"), "patience has no effect here: it needs validation"),
        (("--set", "predictor=network"), "members has no effect here"),
        (("--set", "predictor=network"), "snow has no effect here"),
        (("--set", "held_sites=01413500"), "held_sites has no effect here: it needs holdout 'sites'"),
        (("--set", "dynamic=beta,beta"), "dynamic: beta is named twice"),
        (("--set", "epochs=3"), "epochs is given twice"),
        (("--set", "seed=18446744073709551616"), "seed = 18446744073709551616"),
        (("--set", "learning_rate=NaN"), "learning_rate = nan"),
        (("--set", "clip=Infinity"), "clip = inf"),
        (("--data", ""), "--data is empty"),
        (("--data", " "), "--data is empty"),
        (("--data", "delaware", "--set", "data=delaware"), "data is given twice"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_an_option_without_effect_or_sense_is_refused(words, message, command, tmp_path):
    refused = command("train", *SET, *words)
    assert refused.exit_code == 1 and message in refused.stderr
    assert not (tmp_path / "runs").exists()
