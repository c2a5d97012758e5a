"""In which options two runs differ, in words."""

import re
from collections.abc import Iterable
from typing import Any

from dgviz.experiment.config import RunConfig
from dgviz.processes.declare import title
from dgviz.quantities import lower_first
from dgviz.ui.words.choices import CHOICES, choice
from dgviz.ui.words.text import slot_label

NONE, YES, NO = "\u2013", "yes", "no"
SITES = ("sites", "trained_sites")
FEW = 2  # sites that are named
FOLLOW = (("holdout", "held_sites"), ("start_from", "schedule"))  # what is said with another option, or comes with it
EMPTY = {"dynamic": "none", "attributes": "all"} | dict.fromkeys(SITES, "all")  # what an empty tuple means


def differences(a: RunConfig, b: RunConfig) -> list[tuple[str, str, str]]:
    """The options that differ, in the order of the modelling: (option, value in `a`, value in `b`)."""
    return [
        (option_label(name, a, b), option_value(name, mine, a), option_value(name, theirs, b))
        for name, (mine, theirs) in _in_order(a, b)
    ]


def describe_differences(config: RunConfig, reference: RunConfig) -> str:
    """What a run has that the reference has not: "No ice; 30 epochs"; nothing where they are equal."""
    names = [
        name
        for name, (mine, _) in _in_order(config, reference)
        if mine is not None or name not in reference.science.slots
    ]
    return "; ".join(phrases(names, config))


def phrases(names: Iterable[str], config: RunConfig) -> list[str]:
    """What a configuration has of these options, without what has no effect in it and what follows from another."""
    names = list(names)
    left_out = {*config.without_effect(names)} | {name for cause, name in FOLLOW if cause in names}
    return [phrase(name, config) for name in names if name not in left_out]


def phrase(name: str, config: RunConfig) -> str:
    """An option with its value as people say it: "No ice", "30 epochs"."""
    slots = config.science.slots
    raw = config.processes.get(name) if name in slots else getattr(config, name)
    value = ", ".join(raw) if raw and name == "dynamic" else option_value(name, raw, config)  # their symbols alone
    if name in slots:
        return value
    if name == "sites":
        return f"trained on {value} {config.science.site}s" if value == EMPTY[name] else f"trained on {value}"
    if name in ("holdout", "held_sites"):
        return _held_out(config)
    called = short_label(name, config)
    if value in (NONE, "None"):
        return f"no {called}"
    if name in CHOICES and value != lower_first(value):
        return f"{called}: {lower_first(value)}"
    if value.isdecimal() and called.endswith("s"):
        return f"{value} {called}"
    return called if value == YES else f"{called} {value}"


def _held_out(config: RunConfig) -> str:
    """Which sites are held out: "no sites held out", "sites held out: a region in turn", "3 sites held out"."""
    site, held = config.science.site, config.held_sites
    if config.holdout == "none":
        return f"no {site}s held out"
    if config.holdout != "sites":
        return f"{site}s held out: {lower_first(choice('holdout', config.holdout))}"
    return f"{', '.join(held) if len(held) <= FEW else f'{len(held)} {site}s'} held out"


def option_label(name: str, *configs: RunConfig) -> str:
    """What an option is called; a slot by what its processes compute."""
    for config in configs:
        if name in config.science.slots:
            return slot_label(name, config.science.slots[name])
    return configs[0].title(name)


def short_label(name: str, config: RunConfig) -> str:
    """The same in few words, inside a sentence: without units and explanation."""
    return lower_first(re.split(r", | \(", config.title(name))[0])


def option_value(name: str, value: Any, config: RunConfig) -> str:
    """The value of an option; a process by its title without the part after a colon."""
    options, known = {o.__name__: o for o in config.science.slots.get(name, ())}, config.science.quantities()
    if value in options:
        return title(options[value]).partition(":")[0]
    if name in SITES and value:
        return f"{len(value)} {config.science.site}{'s' * (len(value) > 1)}"
    if isinstance(value, tuple | list):
        named = (f"{lower_first(known[v].long_name)} ({v})" if v in known else v for v in value)
        return ", ".join(named) or EMPTY.get(name, NONE)
    if isinstance(value, bool):
        return YES if value else NO
    if value is None or value == "":
        return "the data set's own" if name.endswith("_period") else NONE
    return f"{value:g}" if isinstance(value, float) else choice(name, value).replace("/", " to ")


def _in_order(a: RunConfig, b: RunConfig) -> list[tuple[str, tuple[Any, Any]]]:
    """What differs: domain and data, processes, then the other options as they are declared."""
    first = ["domain", "data", *SITES, *a.science.slots, *b.science.slots]
    order = {name: place for place, name in reversed(list(enumerate([*first, *RunConfig.model_fields])))}
    return sorted(a.differences(b).items(), key=lambda item: order[item[0]])
