from typer.testing import CliRunner

from dgviz.cli import app


def test_what_is_wrong_with_lessons_is_said_before_anything_is_served(tmp_path):
    (tmp_path / "1-a.toml").write_text("title = 3")
    done = CliRunner().invoke(app, ["serve", "--port", "0", "--lessons", str(tmp_path)])
    assert done.exit_code == 1
    assert "1-a.toml" in done.stderr and "title = 3: Input should be a valid string" in done.stderr
    assert "dgviz is at" not in done.stdout
