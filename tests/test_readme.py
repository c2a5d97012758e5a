"""What the README says is what the program does."""

import contextlib
import dataclasses
import io
import re
from pathlib import Path

import torch

from dgviz import Flux, Parameter, Process, State
from dgviz.cli.describe import option_table, parameter_table
from dgviz.domains import hydrology

README = (Path(__file__).parents[1] / "README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_tables_are_those_of_the_declarations():
    between = README.partition("<!-- dgviz describe")[2].partition("-->")[2].partition("<!-- end -->")[0]
    assert between.strip() == option_table(hydrology.domain) + "\n\n" + parameter_table(hydrology.domain)


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
