"""Scientific domains. A domain is one module or package here that defines `domain`; it is found because it is there."""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dgviz.engine import CompiledModel
from dgviz.processes.declare import Attribute, Forcing, Process, Quantity
from dgviz.processes.model import ProcessModel
from dgviz.suggestions import suggest


@dataclass(frozen=True)
class Preset:
    """A configuration to start from: the options of a run that are not the defaults, and what it is."""

    options: Mapping[str, Any]
    about: str


@dataclass(frozen=True)
class Domain:
    """What can be modelled: the inputs, the targets, and the process options for each slot.

    `slots` maps each slot, in running order, to the options that can fill it; the first is the default. `outside`
    names where fluxes come from and go to beyond the stores. `site` is this science's word for a place. `presets` are
    named configurations; those in `dial` lead from physics to learning, those in `controls` are made to fail.
    """

    title: str
    site: str
    forcings: Mapping[str, Forcing]
    attributes: Mapping[str, Attribute]
    targets: Mapping[str, Quantity]
    slots: Mapping[str, tuple[type[Process], ...]]
    outside: tuple[str, ...]
    presets: Mapping[str, Preset] = field(default_factory=dict)
    dial: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()

    def complete(self, choices: Mapping[str, str]) -> dict[str, str]:
        """The option of every slot: the chosen ones, and the default for the rest.

        Raises ValueError naming an unknown slot or option, what there is, and the nearest name.
        """
        for slot in choices.keys() - self.slots.keys():
            raise ValueError(
                f"{self.title} has no slot {slot!r}. Slots: {', '.join(self.slots)}.{suggest(slot, self.slots)}"
            )
        chosen = {slot: choices.get(slot, options[0].__name__) for slot, options in self.slots.items()}
        for slot, name in chosen.items():
            self.option(slot, name)
        return chosen

    def option(self, slot: str, name: str) -> type[Process]:
        """The process class called `name` in a slot."""
        options = {option.__name__: option for option in self.slots[slot]}
        if name not in options:
            raise ValueError(
                f"The slot {slot!r} has no option {name!r}. Options: {', '.join(options)}.{suggest(name, options)}"
            )
        return options[name]

    def build(self, **choices: str) -> ProcessModel:
        """A process model with the named option in each slot, for example `build(snow="NoSnow")`."""
        processes = [self.option(slot, name)() for slot, name in self.complete(choices).items()]
        return CompiledModel(processes, {**self.forcings, **self.attributes}, self.outside)

    def empty(self) -> ProcessModel:
        """A process model without processes, for a network that predicts the targets alone."""
        return CompiledModel([], {**self.forcings, **self.attributes, **self.targets}, self.outside)


def discover() -> dict[str, Domain]:
    """All domains in this package, by module name."""
    modules = (importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__))
    return {m.__name__.rpartition(".")[2]: m.domain for m in modules if hasattr(m, "domain")}
