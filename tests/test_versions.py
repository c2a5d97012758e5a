"""The oldest and the newest versions that are allowed work: `pytest -m oldest_newest`; it needs a registry."""

import os
import re
import subprocess
import tomllib
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.oldest_newest
ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONTRACT = (
    "tests/domains/test_domains.py",
    "tests/processes",
    "tests/experiment/test_runs.py",
    "tests/ui/test_views.py",
)
TORCH = "torch==2.13.0"  # the build for the processor, as in the README


def oldest(requirement):
    """The lower bound of a requirement as the version wanted."""
    return re.sub(r">=([\d.]+).*", r"==\1", requirement)


@pytest.mark.parametrize("age", ["oldest", "newest"])
def test_the_contract_tests_pass_with_the_versions_that_are_allowed(age, tmp_path):
    wanted = [d for d in PROJECT["dependencies"] if not d.startswith("torch")]
    wanted = [oldest(d) for d in wanted] if age == "oldest" else wanted
    venv.create(tmp_path / "environment", with_pip=True)
    python = tmp_path / "environment" / "bin" / "python"
    runner = [d for d in PROJECT["optional-dependencies"]["test"] if d.startswith("pytest") and "playwright" not in d]
    subprocess.run([python, "-m", "pip", "install", "--quiet", TORCH, *wanted, *runner], check=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *CONTRACT],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
