"""What the README says is what the program does."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dgviz.cli.describe import tables
from dgviz.domains import hydrology

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_tables_are_those_of_the_declarations():
    between = README.partition("<!-- dgviz describe hydrology")[2].partition("-->")[2].partition("<!-- end -->")[0]
    assert between.strip() == tables(hydrology.domain), "Run `dgviz describe --write`."


def test_the_library_examples_print_what_they_say():
    names = {}
    for example, text in zip(blocks("python")[:2], blocks("text")[:2], strict=True):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(example, names)
        assert printed.getvalue() == text


@pytest.fixture(scope="module")
def with_deep_drainage(tmp_path_factory):
    """A copy of the repository to which the README's example was added as the README says."""
    copy = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__", "screenshots")
    for name in ("dgviz", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    for name in ("README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, copy)
    (copy / "data").symlink_to(ROOT / "data")
    (file,) = re.findall(r"`(dgviz/domains/\S+\.py)` with", README)
    (text,) = (block for block in blocks("python") if "class DeepDrainage" in block)
    (copy / file).write_text(text)
    run_in(copy, "-c", "from dgviz.cli import app; app()", "describe", "--write")
    return copy


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
        ("tests/test_readme.py::test_the_tables_are_those_of_the_declarations", ""),
        ("tests/cli/test_describe.py", ""),
        ("tests/ui/test_views.py", "renders"),
        ("tests/ui/figures", ""),
    ],
    ids=["contract", "tables", "descriptions", "views", "pictures"],
)
def test_the_repository_stays_green_with_the_example_process(tests, selected, with_deep_drainage):
    options = ["-n", "0", "-q", "-p", "no:cacheprovider", "-k", selected]
    assert "passed" in run_in(with_deep_drainage, "-m", "pytest", *options, tests)
