"""The rules of dependency: arrows point one way, only the interface plots, modules hold no state."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "dgviz").rglob("*.py"))
APPS = sorted((ROOT / "apps").glob("*.py"))

# The floors of the house, from the ground up: a part may import those of lower floors, and on its own floor nothing.
FLOORS = (
    ("idle_threads", "suggestions", "paths", "files", "signals", "steps", "units"),
    ("memory", "quantities"),
    ("processes", "datasets", "scores"),
    ("engine",),
    ("learn",),
    ("sensitivity", "checks"),
    ("domains",),
    ("experiment",),
    ("lessons",),
    ("ui",),
    ("cli", "public"),
    ("__main__",),
)
FLOOR = {part: number for number, parts in enumerate(FLOORS) for part in parts}

INTERFACE_PACKAGES = {"panel", "panel_material_ui", "holoviews", "hvplot", "bokeh", "param"}
DATASET_PACKAGES = {"numpy", "pandas", "xarray"}
FREE_OF_TORCH = {"datasets", "scores", "ui"}  # they see labelled data sets, never tensors


def part_of(path: Path) -> str:
    """The part of the package a file belongs to: `model`, `ui` ...; '' for the package's own `__init__`."""
    first = path.relative_to(ROOT / "dgviz").parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def known_module(name: str, known: set[str]) -> str | None:
    """The module that an imported name is, or is taken from."""
    return name if name in known else name.rpartition(".")[0] if name.rpartition(".")[0] in known else None


def runs_as_program(node: ast.AST) -> bool:
    """Is this `if __name__ == "__main__"` or `if TYPE_CHECKING`? Neither runs when the module is imported."""
    condition = ast.unparse(node.test) if isinstance(node, ast.If) else ""
    return condition.startswith("__name__ ==") or condition.endswith("TYPE_CHECKING")


def import_statements(node: ast.AST, lazy: bool = True) -> Iterator[ast.Import | ast.ImportFrom]:
    """Every import under a node; without `lazy`, not those inside functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif not runs_as_program(child) and (lazy or not isinstance(child, ast.FunctionDef)):
            yield from import_statements(child, lazy)


def imported(path: Path, lazy: bool = True) -> set[str]:
    """Absolute dotted names of all that a file imports."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    names = set()
    for statement in import_statements(ast.parse(path.read_text()), lazy):
        if isinstance(statement, ast.Import):
            names |= {alias.name for alias in statement.names}
            continue
        above = package[: len(package) + 1 - statement.level] if statement.level else ()
        origin = ".".join((*above, *filter(None, [statement.module])))
        names |= {f"{origin}.{alias.name}" for alias in statement.names}
    return names


def packages(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def parts(names: set[str]) -> set[str]:
    return {name.split(".")[1] for name in names if name.startswith("dgviz.")}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


each_file = pytest.mark.parametrize("path", FILES, ids=name_of)
each_app = pytest.mark.parametrize("path", APPS, ids=name_of)


@each_file
def test_arrows_never_run_up(path):
    part = part_of(path)
    if not part:
        return  # the public API gathers from everywhere
    assert part in FLOOR, f"Give the new part {part!r} its floor in FLOORS of {Path(__file__).name}"
    seen = parts(imported(path)) - {part}
    allowed = {other for other in FLOOR if FLOOR[other] < FLOOR[part]}
    assert seen <= allowed, f"{name_of(path)} must not import dgviz.{sorted(seen - allowed)}"


def test_folders_make_no_circle():
    """Every part has its floor, so a circle could only be one of modules inside a part."""
    arrows = {
        module_of(path): {name for name in imported(path, lazy=False) if name.startswith("dgviz.")} for path in FILES
    }
    known = set(arrows)
    graph = {m: {known_module(name, known) for name in names} - {None, m} for m, names in arrows.items()}
    seen, done = [], set()

    def visit(module):
        if module in seen:
            raise AssertionError("circle: " + " -> ".join([*seen[seen.index(module) :], module]))
        if module not in done:
            seen.append(module)
            for other in sorted(graph[module]):
                visit(other)
            seen.pop()
            done.add(module)

    for module in sorted(graph):
        visit(module)


@each_file
def test_only_the_interface_imports_plotting_packages(path):
    if part_of(path) != "ui":
        assert not packages(imported(path)) & INTERFACE_PACKAGES


@each_file
def test_torch_stops_before_labelled_data(path):
    if part_of(path) in FREE_OF_TORCH:
        assert "torch" not in packages(imported(path))


@each_file
def test_data_sets_know_only_arrays_and_labels(path):
    if part_of(path) == "datasets":
        outside = packages(imported(path)) - sys.stdlib_module_names - {"dgviz"}
        assert outside <= DATASET_PACKAGES


@each_file
def test_no_mutable_state_at_module_level(path):
    tree = ast.parse(path.read_text())
    mutable = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
    for statement in tree.body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign):
            continue
        makes = getattr(statement.value, "func", None)
        if isinstance(statement.value, mutable) or getattr(makes, "id", "") in {"list", "dict", "set"}:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names = [ast.unparse(target) for target in targets]
            assert all(n.isupper() or n == "__all__" for n in names), f"{names} at line {statement.lineno}"
    assert not any(isinstance(node, ast.Global) for node in ast.walk(tree)), "`global` found"


CHANGES = {"add", "append", "clear", "extend", "insert", "pop", "popitem", "remove", "setdefault", "update"}


@each_file
def test_no_function_changes_what_a_module_holds(path):
    """A table in capitals is a constant; what is remembered belongs to an object, whose life somebody knows."""
    tree = ast.parse(path.read_text())
    assigned = [s for s in tree.body if isinstance(s, ast.Assign | ast.AnnAssign)]
    held = {ast.unparse(t) for s in assigned for t in (s.targets if isinstance(s, ast.Assign) else [s.target])}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in (inside for function in functions for inside in ast.walk(function)):
        changed = []
        if isinstance(node, ast.Assign | ast.Delete):
            changed = [target.value for target in node.targets if isinstance(target, ast.Subscript)]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
            changed = [node.func.value]
        names = {ast.unparse(value) for value in changed} & held
        assert not names, f"{sorted(names)} at line {node.lineno}"


def test_the_library_imports_without_the_interface_packages():
    modules = sorted(module_of(path) for path in FILES if part_of(path) != "ui" and path.name != "__main__.py")
    code = (
        f"import importlib, sys\nsys.modules.update(dict.fromkeys({sorted(INTERFACE_PACKAGES)}))\n"
        f"for module in {modules}: importlib.import_module(module)"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_command_line_imports_the_interface_only_when_it_serves():
    for path in FILES:
        if part_of(path) != "ui":
            assert "ui" not in parts(imported(path, lazy=False)), name_of(path)


def test_the_public_names_are_few_and_exist():
    dgviz = importlib.import_module("dgviz")
    assert len(set(dgviz.__all__)) == len(dgviz.__all__) <= 20
    assert not [name for name in dgviz.__all__ if not hasattr(dgviz, name)]


@each_app
def test_apps_hold_no_function(path):
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
    assert not any(isinstance(node, functions) for node in ast.walk(ast.parse(path.read_text())))
