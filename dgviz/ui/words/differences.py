"""In which options two runs differ, in words."""

from typing import Any

from pydantic.fields import FieldInfo

from dgviz.experiment.config import RunConfig
from dgviz.processes.declare import title
from dgviz.ui.words.text import sentence, slot_label

NONE = "\u2013"
SITES = ("sites", "trained_sites")
EMPTY = {"dynamic": "none", "attributes": "all"} | dict.fromkeys(SITES, "all")  # what an empty tuple means


def differences(a: RunConfig, b: RunConfig) -> list[tuple[str, str, str]]:
    """The options that differ, in the order of the modelling: (option, value in `a`, value in `b`)."""
    return [
        (option_label(name, a, b), option_value(name, mine, a), option_value(name, theirs, b))
        for name, (mine, theirs) in _in_order(a, b)
    ]


def describe_differences(config: RunConfig, reference: RunConfig) -> str:
    """What a run has that the reference has not: "No ice; epochs 30"; nothing where they are equal."""
    slots = config.science.slots
    return "; ".join(
        option_value(name, mine, config)
        if name in slots
        else f"{option_label(name, config, reference).lower()} {option_value(name, mine, config)}"
        for name, (mine, _) in _in_order(config, reference)
        if mine is not None or name not in reference.science.slots
    )


def option_label(name: str, *configs: RunConfig) -> str:
    """What an option is called; a slot by what its processes compute."""
    for config in configs:
        if name in config.science.slots:
            return slot_label(name, config.science.slots[name])
    field: FieldInfo = RunConfig.model_fields[name]
    return field.title or sentence(name)


def option_value(name: str, value: Any, config: RunConfig) -> str:
    """The value of an option; a process by its title without the part after a colon."""
    options = {option.__name__: option for option in config.science.slots.get(name, ())}
    if value in options:
        return title(options[value]).partition(":")[0]
    if name in SITES and value:
        return f"{len(value)} {config.science.site}{'s' * (len(value) > 1)}"
    if isinstance(value, tuple | list):
        return ", ".join(value) or EMPTY.get(name, NONE)
    if value is None:
        return "the data set's own" if name.endswith("_period") else NONE
    return f"{value:g}" if isinstance(value, float) else str(value).replace("/", " to ")


def _in_order(a: RunConfig, b: RunConfig) -> list[tuple[str, tuple[Any, Any]]]:
    """What differs: domain and data, processes, then the other options as they are declared."""
    first = ["domain", "data", *SITES, *a.science.slots, *b.science.slots]
    order = {name: place for place, name in reversed(list(enumerate([*first, *RunConfig.model_fields])))}
    return sorted(a.differences(b).items(), key=lambda item: order[item[0]])
