import pytest
from typer.testing import CliRunner

from dgviz.cli import app


@pytest.fixture
def command(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, ["report", *words])


def test_a_report_is_written_beside_and_never_over_another(command, tmp_path):
    done = command("twitchell-p-model")
    assert done.exit_code == 0, done.output
    file = tmp_path / "twitchell-p-model-report.html"
    assert "Twitchell Island" in file.read_text(encoding="utf-8")
    again = command("twitchell-p-model")
    assert again.exit_code == 1 and "exists already. Name another file with --out." in again.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["delaware-hvb"], "There is no run 'delaware-hvb'. Did you mean 'delaware-hbv'?"),
        (["delaware-hbv", "--out", "nowhere/report.html"], "is no folder. Make it, or name a file in another"),
        (["delaware-hbv", "--site", "x"], "There is no basin 'x' in these data."),
    ],
)
def test_what_cannot_be_written_is_said(command, words, said, tmp_path):
    done = command(*words)
    assert done.exit_code == 1 and said in done.stderr
    assert not list(tmp_path.glob("*.html"))
