"""The oldest and the newest versions that are allowed work: `pytest -m oldest_newest`; it needs a registry.

Python is the one that runs this test, and torch the one of the README: neither is varied. Transitive dependencies are
the newest that the direct ones take.
"""

import re
import subprocess
import tomllib
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.oldest_newest
ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DOMAINS = "tests/domains/test_domains.py"
# What declares, reads, runs, writes and shows; the arithmetic of every combination is torch's, which stays.
CONTRACT = (
    f"{DOMAINS}::test_standard_names_are_cf_and_units_convert",
    f"{DOMAINS}::test_a_flux_has_the_units_of_its_stores_per_step",
    f"{DOMAINS}::test_a_data_set_carries_units_and_names",
    f"{DOMAINS}::test_mass_closes_in_double_precision",
    "tests/domains/hydrology/test_climate.py",
    "tests/test_units.py",
    "tests/datasets",
    "tests/processes",
    "tests/experiment/test_runs.py",
    "tests/cli",
    "tests/ui/test_every_science.py",
)
TORCH = "torch==2.13.0"  # the build for the processor, as in the README
RUNNER = ("pytest", "pytest-xdist")


def oldest(requirement):
    """The lower bound of a requirement as the version wanted."""
    return re.sub(r">=([\d.]+).*", r"==\1", requirement)


@pytest.mark.parametrize("age", ["oldest", "newest"])
def test_the_contract_tests_pass_with_the_versions_that_are_allowed(age, tmp_path):
    others = [d for d in PROJECT["dependencies"] if not d.startswith("torch")]
    wanted = [oldest(d) for d in others] if age == "oldest" else others
    venv.create(tmp_path / "environment", with_pip=True)
    python = tmp_path / "environment" / "bin" / "python"
    runner = [d for d in PROJECT["optional-dependencies"]["test"] if d.partition(">=")[0] in RUNNER]
    # The package too: a run records which version of it was used.
    install = [python, "-m", "pip", "install", "--quiet", TORCH, *wanted, *runner, "--editable", ROOT]
    subprocess.run(install, check=True)
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *CONTRACT]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
