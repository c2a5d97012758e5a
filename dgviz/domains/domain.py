"""What a science declares of itself."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import xarray as xr

from dgviz.checks import Check
from dgviz.datasets.vocabulary import Vocabulary
from dgviz.domains.claims import Claim
from dgviz.domains.curve import Curve
from dgviz.domains.evaluation import Evaluation
from dgviz.domains.experiment import Experiment
from dgviz.domains.twins import Twin
from dgviz.domains.untrained import Untrained
from dgviz.engine import CompiledModel
from dgviz.processes.declare import Attribute, Forcing, Kind, Process, Quantity, State, Target
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

    - `slots` maps each slot, in running order, to the options that can fill it; the first is the default.
    - `given` names, by slot, a forcing and the option that takes it from the data: the default where all sites have it.
    - `seen_if_read` names forcings that networks see only where the chosen processes read them: beside the others they
      would tell the target, which a network then need not learn.
    - `outside` names where fluxes come from and go to beyond the stores.
    - `site` is this science's word for a place; `budget` for what its stores hold and its balance is of, and `budgets`
      several such words by the units of the stores, where they hold different things.
    - `step` is the time step for which its processes are written, `other_steps` are those over which they hold as well.
    - `presets` are named configurations; those in `dial` lead from physics to learning, those in `controls` are made to
      fail. `defaults` are options of a run whose default is another in this science.
    - `derived` makes forcings and attributes that data may lack, by name, from a data set that has what it takes and
      the training period "first/last", which alone it may look at; it gives None where it cannot. Where more than what
      the data say is put in, its attribute `remark` says so.
    - `climate` gives a data set its climate attributes anew, from the forcings of a period "first/last" only.
    - `more_results` adds variables by site to the results of a run, made of these and the data.
    - `from_target` names attributes that are computed from what is to be predicted.
    - `backdrop` gives the series, `(time,)` each, that are drawn above the target of one site; those with the attribute
      `drawn` "bars" are stacked and hang from the top, others are lines. Without it the first forcing is drawn.
    - `curves` are drawn of a site in place of its series, where a step is a point: the target over a forcing.
    - `pathways` names the quantities through which the target responds to what is above them: a cut of the graph.
    - `expected_elasticities` gives what theory says of the elasticities of the mean target, `(site,)` by the name of a
      forcing or a flux, from a data set; None where the data lack what it takes. Its `title` says whose theory it is.
    - `flags` says why the target of a site is not natural, in words `(site,)`, from a data set; "" where it is.
    - `references` gives scores of simple rivals on a data set with one target, `(model, site)` by name of the score.
    - `evaluations`, `checks` and `claims` are its own, beside those that any science can have.
    - `experiments` are made with models where claims judge by their answers.
    - `untrained` is what an observation can judge beside the targets, which no run is trained on.
    - `colours` names the colour of a quantity as a pair (on light, on dark), or that of another quantity by its name.
    - `twin` makes a small world with a known law; `data` is the data set that opens first, without it the twin.
    """

    title: str
    site: str
    forcings: Mapping[str, Forcing]
    attributes: Mapping[str, Attribute]
    targets: Mapping[str, Target]
    slots: Mapping[str, tuple[type[Process], ...]]
    outside: tuple[str, ...]
    budget: str = "budget"
    budgets: Mapping[str, str] = field(default_factory=dict)
    step: str = "day"
    other_steps: tuple[str, ...] = ()
    given: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    seen_if_read: tuple[str, ...] = ()
    presets: Mapping[str, Preset] = field(default_factory=dict)
    dial: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    derived: Mapping[str, Callable[[xr.Dataset, str], xr.DataArray | None]] = field(default_factory=dict)
    climate: Callable[[xr.Dataset, str], xr.Dataset] | None = None
    more_results: Callable[[xr.Dataset, xr.Dataset], dict[str, xr.DataArray]] | None = None
    from_target: tuple[str, ...] = ()
    backdrop: Callable[[xr.Dataset], xr.Dataset] | None = None
    curves: tuple[Curve, ...] = ()
    pathways: tuple[str, ...] = ()
    expected_elasticities: Callable[[xr.Dataset], xr.Dataset | None] | None = None
    flags: Callable[[xr.Dataset], xr.DataArray] | None = None
    references: Callable[[xr.Dataset, Mapping[str, str]], xr.Dataset | None] | None = None
    evaluations: tuple[Evaluation, ...] = ()
    checks: tuple[Check, ...] = ()
    claims: tuple[Claim, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    untrained: tuple[Untrained, ...] = ()
    colours: Mapping[str, str | tuple[str, str]] = field(default_factory=dict)
    twin: Twin | None = None
    data: str = ""

    def quantities(self) -> dict[str, Quantity]:
        """Everything declared in this science by name: inputs, targets and what the processes declare."""
        options = (option for options in self.slots.values() for option in options)
        declared = {name: quantity for option in options for name, quantity in option.declared.items()}
        return {**declared, **self.forcings, **self.attributes, **self.targets}

    @property
    def has_stores(self) -> bool:
        """Has any of its processes a store?"""
        return any(isinstance(quantity, State) for quantity in self.quantities().values())

    def flagged(self, dataset: xr.Dataset) -> xr.DataArray:
        """Why the target of each site is not natural, in words `(site,)`; "" where nothing speaks against it."""
        if self.flags is None:
            return xr.full_like(dataset.site, "").rename("flagged")
        return self.flags(dataset).rename("flagged")

    def drawn_above(self, site: xr.Dataset) -> xr.Dataset:
        """The `backdrop` of one site, `(time,)` each; the first of its forcings where nothing is declared."""
        if self.backdrop is not None:
            return self.backdrop(site)
        given = [name for name in self.forcings if name in site and site[name].dims == ("time",)]
        return site[given[:1]].reset_coords(drop=True)

    def vocabulary(self, name: str) -> Vocabulary:
        """What data of this domain, called `name`, may hold."""
        return Vocabulary(name, self.step, self.forcings, self.targets, self.attributes, other_steps=self.other_steps)

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

    def of(self, kind: type[Kind], chosen: Collection[type[Process]]) -> dict[str, Kind]:
        """What any option declares of a kind, in the order of the slots; as the chosen ones have it where they do."""
        options = [option for slot in self.slots.values() for option in slot]
        names = [name for option in options for name in option.of(kind)]
        # The chosen ones come last, so that theirs count; of the others the first.
        every = {name: q for option in (*options[::-1], *chosen) for name, q in option.of(kind).items()}
        return {name: every[name] for name in names}

    def options_given(self, series: Collection[str]) -> dict[str, str]:
        """The options that are the default, in place of the first of their slot, where data hold these series."""
        return {slot: option for slot, (forcing, option) in self.given.items() if forcing in series}

    def option(self, slot: str, name: str) -> type[Process]:
        """The process class called `name` in a slot."""
        options = {option.__name__: option for option in self.slots[slot]}
        if name not in options:
            raise ValueError(
                f"The slot {slot!r} has no option {name!r}. Options: {', '.join(options)}.{suggest(name, options)}"
            )
        return options[name]

    def build(self, **choices: str) -> ProcessModel:
        """A process model with the named option in each slot, for example `build(SLOT="Option")`."""
        processes = [self.option(slot, name)() for slot, name in self.complete(choices).items()]
        return CompiledModel(processes, {**self.forcings, **self.attributes}, self.outside)

    def empty(self) -> ProcessModel:
        """A process model without processes, for a network that predicts the targets alone."""
        return CompiledModel([], {**self.forcings, **self.attributes, **self.targets}, self.outside)
