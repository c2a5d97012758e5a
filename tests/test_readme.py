"""What the README and its companions say is what the program does."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dgviz.cli.describe import between_markers, tables
from dgviz.domains import discover
from dgviz.domains.twins import make_twin

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
TABLES = (ROOT / "data" / "README.md").read_text(encoding="utf-8")


def blocks(language, text=README):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("name", discover())
def test_the_tables_are_those_of_the_declarations(name):
    found = between_markers(TABLES, name)
    assert found, f"data/README.md has no tables of {name}: run `dgviz describe --write`"
    assert found["tables"].strip() == tables(discover()[name]), "data/README.md is old: run `dgviz describe --write`"


def test_it_is_short():
    assert len(README.splitlines()) < 200


@pytest.mark.parametrize("file", ["README.md", "data/README.md", ".github/CONTRIBUTING.md"])
def test_links_inside_the_repository_lead_somewhere(file):
    targets = re.findall(r"\]\((?!http)([^)#]+)", (ROOT / file).read_text(encoding="utf-8"))
    assert targets
    for target in targets:
        assert (ROOT / file).parent.joinpath(target).exists(), target


def test_the_library_examples_print_what_they_say():
    names = {}
    for example, text in zip(blocks("python")[:2], blocks("text")[:2], strict=True):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(example, names)
        assert printed.getvalue() == text


def test_the_example_domain_has_a_twin_that_follows_its_law():
    names = {}
    exec(blocks("python", CONTRIBUTING)[0], names)
    domain = names["domain"]
    data = make_twin(domain.twin, domain.vocabulary("soil_temperature"), domain.build(), noise=0.0)
    error = data.soil_temperature - data.true_soil_temperature
    assert abs(error).max() < 1e-4
    shallow, deep = data.depth.values.argmin(), data.depth.values.argmax()
    assert data.true_soil_temperature.isel(site=deep).std() < data.true_soil_temperature.isel(site=shallow).std()


def copied_with(copy, file, text):
    """A copy of the repository to which a file was added, with tables that are up to date."""
    ignored = shutil.ignore_patterns("__pycache__", "screenshots")
    for name in ("dgviz", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    for name in ("README.md", "pyproject.toml", ".github"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, copy / name)
    (copy / "data").mkdir()
    for source in (ROOT / "data").iterdir():
        (copy / "data" / source.name).symlink_to(source)
    (copy / "data" / "README.md").unlink()
    shutil.copy(ROOT / "data" / "README.md", copy / "data")
    (copy / file).write_text(text)
    run_in(copy, "-c", "from dgviz.cli import app; app()", "describe", "--write")
    return copy


@pytest.fixture(scope="module")
def with_deep_drainage(tmp_path_factory):
    """A copy to which the README's example of a process was added as the README says."""
    (file,) = re.findall(r"`(dgviz/domains/\S+\.py)` with", README)
    (text,) = (block for block in blocks("python") if "class DeepDrainage" in block)
    return copied_with(tmp_path_factory.mktemp("copy"), file, text)


@pytest.fixture(scope="module")
def with_soil_temperature(tmp_path_factory):
    """A copy to which CONTRIBUTING's example of a domain was added as it says."""
    (file,) = re.findall(r"This is a whole one, `(dgviz/domains/\S+\.py)`", CONTRIBUTING)
    return copied_with(tmp_path_factory.mktemp("copy"), file, blocks("python", CONTRIBUTING)[0])


def run_in(folder, *arguments):
    command = [sys.executable, "-P", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_example_process_closes_its_balance_and_lowers_the_baseflow(with_deep_drainage):
    run_in(
        with_deep_drainage,
        "-c",
        """
import torch
from dgviz.domains import discover
from dgviz.processes.declare import State
from tests.conftest import make_example

domain = discover()["hydrology"]
without, model = domain.build(), domain.build(deep_drainage="DeepDrainage")
forcings, parameters = make_example(model, n_time=100)
outputs = model(forcings, parameters)
into, out = (sum(outputs[k].sum(0).mean(-1) for k in names) for names in (model.inflows, model.outflows))
stored = sum((outputs[k][-1] - state.initial).mean(-1) for k, state in model.of(State).items())
torch.testing.assert_close(into - out, stored)
assert (outputs["baseflow"] <= without(forcings, parameters)["baseflow"]).all()
assert outputs["deep_drainage"].max() > 0
""",
    )


CONTRACT = "mass_closes or learns_somewhere or each_store or carries_units or documented or equations or standard_names"


@pytest.mark.parametrize(
    "tests, selected",
    [
        ("tests/domains/test_domains.py", f"Drainage and not NoDeep and ({CONTRACT})"),
        ("tests/test_readme.py", "tables_are_those"),
        ("tests/ui/test_every_science.py", "after_a_run and hydrology"),
        ("tests/ui/figures/test_buckets.py", ""),
    ],
    ids=["contract", "tables", "views", "buckets"],
)
def test_the_repository_stays_green_with_the_example_process(tests, selected, with_deep_drainage):
    stays_green(with_deep_drainage, tests, selected)


@pytest.mark.parametrize(
    "tests, selected",
    [
        ("tests/domains/test_domains.py", f"Damping and ({CONTRACT})"),
        ("tests/test_readme.py", "tables_are_those"),
        ("tests/ui/test_every_science.py", "soil_temperature and after_a_run"),
    ],
    ids=["contract", "tables", "views"],
)
def test_the_repository_stays_green_with_the_example_domain(tests, selected, with_soil_temperature):
    stays_green(with_soil_temperature, tests, selected)


def stays_green(copy, tests, selected):
    options = ["-n", "0", "-q", "-p", "no:cacheprovider", "-k", selected]
    assert "passed" in run_in(copy, "-m", "pytest", *options, tests)
