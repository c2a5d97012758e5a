"""The learned parameters of a run: which there are, and which one is looked at."""

import xarray as xr

from dgviz.experiment.config import RunConfig
from dgviz.processes.declare import Parameter
from dgviz.quantities import lower_first
from dgviz.scores.statistics import clearest_pattern
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets import material
from dgviz.ui.words.steps import Step
from dgviz.ui.words.text import units


def thresholds(step: Step) -> str:
    """What a gradient leaves out."""
    return (
        f"A gradient does not see {step.names} that cross a hard threshold: the finite-difference check shows how much "
        "that is."
    )


def learned(config: RunConfig, results: xr.Dataset) -> dict[str, Parameter]:
    """The declared parameters of a run by name, in the order of its processes."""
    return {name: declared for name, declared in config.build().of(Parameter).items() if name in results}


def chosen(state: AppState) -> str:
    """The parameter that is looked at: the state's, else the shown run's with the clearest map; '' without a run."""
    results = state.results(state.run)
    known = learned(state.store.run(state.run).config, results) if results is not None else {}
    if state.parameter in known:
        return state.parameter
    return clearest_pattern({n: results[n] for n in known}, {n: declared.range for n, declared in known.items()})


def one_more(parameter: Parameter) -> str:
    """The step that a sensitivity is for, in words: "a rise of field capacity by 1 mm"."""
    return f"a rise of {lower_first(parameter.long_name)} by 1 {units(parameter.units)}".strip()


def parameter_select(state: AppState):
    """A widget that chooses the parameter that is looked at."""
    select = material.Select(
        label="Parameter", options={}, sizing_mode="stretch_width", min_width=150, max_width=260, size="small", margin=0
    )

    def offer(*_):
        results = state.results(state.run)
        if results is None:
            return
        options = {f"{p.long_name} ({n})": n for n, p in learned(state.store.run(state.run).config, results).items()}
        select.param.update(options=options, value=chosen(state))

    def choose(event):
        if event.new and event.new != chosen(state):
            state.parameter = event.new

    offer()
    state.param.watch(offer, ["run", "parameter"])
    select.param.watch(choose, "value")
    return select
