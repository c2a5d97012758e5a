"""What the README says is what the program does."""

import contextlib
import io
import re
from pathlib import Path

import torch
from torch.nn.functional import relu

from dgviz import Flux, Parameter, Process, ProcessModel, State
from dgviz.describe import option_table, parameter_table
from dgviz.domains import hydrology

README = (Path(__file__).parents[1] / "README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_tables_are_those_of_the_declarations():
    between = README.partition("<!-- dgviz describe")[2].partition("-->")[2].partition("<!-- end -->")[0]
    assert between.strip() == option_table(hydrology.domain) + "\n\n" + parameter_table(hydrology.domain)


def test_the_library_example_prints_what_it_says():
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(blocks("python")[0], {})
    assert printed.getvalue() == blocks("text")[0]


def test_the_example_process_works_in_the_model(example):
    names = {}
    given = dict(Process=Process, Parameter=Parameter, State=State, Flux=Flux, torch=torch, relu=relu)
    exec(blocks("python")[1], given, names)
    domain = hydrology.domain
    processes = [options[0]() for options in domain.slots.values()]
    processes.insert(2, names["Interception"]())
    model = ProcessModel(processes, {**domain.forcings, **domain.attributes}, domain.outside)
    forcings, parameters = example(model, n_time=100)
    outputs = model(forcings, parameters)
    into, out = (sum(outputs[k].sum(0).mean(-1) for k in names) for names in (model.inflows, model.outflows))
    stored = sum((outputs[k][-1] - state.initial).mean(-1) for k, state in model.of(State).items())
    torch.testing.assert_close(into - out, stored)
    assert outputs["canopy_evaporation"].max() > 0
