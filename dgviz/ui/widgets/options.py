"""Widgets for the options of a run, derived from the fields of `RunConfig`."""

import typing
from collections.abc import Callable
from typing import Any

from pydantic.fields import FieldInfo

from dgviz.experiment.config import RunConfig
from dgviz.ui.widgets import material
from dgviz.ui.words.choices import CHOICES

NETWORK = (
    "predictor",
    "parameters",
    "network",
    "hidden",
    "dropout",
    "dynamic_dropout",
    "members",
    "seeds",
    "attributes",
    "climate",
    "attributes_as",
)
SPLIT = (
    *("train_period", "test_period", "holdout", "folds", "groups", "held_sites", "n_trained"),
    *("validation", "validation_fraction"),
)
ELSEWHERE = {
    "domain",
    "data",
    "target",
    "sites",
    "processes",
    "dynamic",
    "start_from",
    "trained_sites",
}  # have their own places
GROUPS = {
    "Network": NETWORK,
    "Split": SPLIT,
    "Training": tuple(name for name in RunConfig.model_fields if name not in ELSEWHERE | {*NETWORK, *SPLIT}),
}


def applies(name: str, config: RunConfig) -> bool:
    """Does an option change anything, as the others are?"""
    return not config.without_effect([name])


def option_widget(config: RunConfig, name: str, choices: dict[str, str], on_change: Callable[[Any], None]):
    """The widget of one option: a list for a `Literal`, a switch, a bounded number, one or many of `choices`, or text.

    `on_change` gets the new value as `RunConfig` takes it.
    """
    field, value = RunConfig.model_fields[name], getattr(config, name)
    shared = dict(label=config.title(name), description=field.description, sizing_mode="stretch_width", margin=(6, 0))
    kind = field.annotation
    if typing.get_origin(kind) is typing.Literal:
        widget = material.Select(options=CHOICES[name], value=value, size="small", **shared)
    elif kind is bool:
        widget = material.Switch(value=value, **shared)
    elif kind in (int, float):
        low, high = bounds(field)
        make = material.IntInput if kind is int else material.FloatInput
        step = {} if kind is int else {"step": 0.001 if value < 0.1 else 0.1}
        widget = make(value=value, start=low, end=high, **step, size="small", **shared)
    elif typing.get_origin(kind) is tuple:
        widget = material.MultiChoice(options=choices, value=list(value), placeholder="all", **shared)
    elif choices and kind is str:
        widget = material.Select(options=choices, value=value, size="small", **shared)
    else:
        widget = material.TextInput(value=value or "", placeholder="the data set's own", size="small", **shared)
    optional = type(None) in typing.get_args(kind)
    widget.param.watch(lambda event: on_change(_given(event.new, optional)), "value")
    return widget


def bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    """The allowed least and greatest value of a field."""
    limits = {key: getattr(m, key) for m in field.metadata for key in ("ge", "gt", "le", "lt") if hasattr(m, key)}
    return limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))


def _given(value: Any, optional: bool) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return None if optional and value == "" else value
