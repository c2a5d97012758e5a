"""What the README and its companions say is what the program does."""

import contextlib
import dataclasses
import io
import re
from pathlib import Path

import pytest
import torch

from dgviz import Flux, Parameter, Process, State
from dgviz.cli.describe import between_markers, tables
from dgviz.domains import discover, hydrology
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


def test_the_example_process_works_in_the_model(example):
    names = {}
    given = dict(Process=Process, Parameter=Parameter, Flux=Flux, ThreeOutlets=hydrology.ThreeOutlets)
    exec(blocks("python")[2], given, names)
    slots = {}
    for slot, options in hydrology.domain.slots.items():
        slots[slot] = options
        if slot == "groundwater":
            slots["deep_drainage"] = (names["NoDeepDrainage"], names["DeepDrainage"])
    domain = dataclasses.replace(hydrology.domain, slots=slots)
    without, model = domain.build(), domain.build(deep_drainage="DeepDrainage")
    forcings, parameters = example(model, n_time=100)
    outputs = model(forcings, parameters)
    into, out = (sum(outputs[k].sum(0).mean(-1) for k in names) for names in (model.inflows, model.outflows))
    stored = sum((outputs[k][-1] - state.initial).mean(-1) for k, state in model.of(State).items())
    torch.testing.assert_close(into - out, stored)
    assert (outputs["baseflow"] <= without(forcings, parameters)["baseflow"]).all()
    assert outputs["deep_drainage"].max() > 0


def test_the_example_domain_has_a_twin_that_follows_its_law():
    names = {}
    exec(blocks("python", CONTRIBUTING)[0], names)
    domain = names["domain"]
    data = make_twin(domain.twin, domain.vocabulary("soil_temperature"), domain.build(), noise=0.0)
    error = data.soil_temperature - data.true_soil_temperature
    assert abs(error).max() < 1e-4
    shallow, deep = data.depth.values.argmin(), data.depth.values.argmax()
    assert data.true_soil_temperature.isel(site=deep).std() < data.true_soil_temperature.isel(site=shallow).std()
