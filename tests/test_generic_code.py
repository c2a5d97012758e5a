"""Code outside the domains and data sets knows no science: it imports none, and speaks of none."""

import ast
import re
from pathlib import Path

import pytest

from dgviz.domains import discover

ROOT = Path(__file__).parents[1] / "dgviz"
OWN_SCIENCE = ("domains", "datasets")
FILES = sorted(path for path in ROOT.rglob("*.py") if path.relative_to(ROOT).parts[0] not in OWN_SCIENCE)
DOMAIN_CLASS = sorted(path for path in (ROOT / "domains").glob("*.py"))
# Words of one science, in code, docstrings and comments.
WORDS = re.compile(
    r"streamflow|prcp|mm d-1|\bbasins?\b|\brain|runoff|hydrolog|\bsnow|\brivers?\b|\bgauges?\b|water temperature",
    re.IGNORECASE,
)

each_file = pytest.mark.parametrize("path", [*FILES, *DOMAIN_CLASS], ids=lambda path: str(path.relative_to(ROOT)))


@each_file
def test_it_speaks_of_no_science(path):
    found = [
        f"{number}: {line.strip()}"
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if WORDS.search(line)
    ]
    assert found == []


@each_file
def test_it_imports_no_science(path):
    science = {f"dgviz.domains.{name}" for name in discover()}
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
        elif isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
    assert not [name for name in imported if any(name == s or name.startswith(f"{s}.") for s in science)]


@each_file
def test_it_names_no_quantity_that_a_domain_declares(path):
    """No text in it is the name of a forcing, target or store of one science; those of any science may be."""
    declared = {name for science in discover().values() for name in (*science.forcings, *science.targets)}
    declared -= {"day_of_year", "years"}  # of the calendar
    texts = {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
    assert not declared & {text for text in texts if isinstance(text, str)}
