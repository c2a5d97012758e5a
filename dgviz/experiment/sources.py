"""Where the data of a run come from: sources, imports, files, and the twins of the domains."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz import datasets
from dgviz.datasets import DataError
from dgviz.datasets.names import renaming
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.science import all_vocabularies
from dgviz.datasets.vocabulary import Vocabulary
from dgviz.domains import Domain, discover
from dgviz.domains.twins import make_twin
from dgviz.steps import STEPS
from dgviz.suggestions import suggest

TWIN = "twin:"
FIRST = "delaware"  # the data set that opens where none is named: it travels with dgviz


def open_dataset(data: str | Path = FIRST, folder: str | Path | None = None) -> xr.Dataset:
    """Read and check a data set: the name of a source or import, the path of your own, or `twin:DOMAIN`.

    The options of a twin follow behind commas: `twin:DOMAIN,noise=0.1,gaps=0.2,seed=1`; the name of a slot sets one
    of the processes by which it is made: `twin:DOMAIN,SLOT=Option`. `folder` is where the file
    of a source lies that does not travel with dgviz. Raises DataError saying what is wrong and what is known.
    """
    if not str(data).strip():
        raise DataError(f"data is empty. Name a data set ({', '.join(known_data())}) or give the path of your own.")
    if str(data).startswith(TWIN):
        name, options, _ = _twin(str(data))
        science = discover()[name]
        hidden = science.build(**law_of(data))
        dataset = make_twin(science.twin, vocabularies()[name], hidden, **options)
    else:
        dataset = datasets.open_dataset(data, folder, vocabularies())
    return with_derived(dataset)


def law_of(data: str | Path) -> dict[str, str]:
    """The processes by slot by which a twin is made, where they are not the usual ones; none of other data."""
    if not str(data).startswith(TWIN):
        return {}
    name, _, chosen = _twin(str(data))
    return {**discover()[name].twin.processes, **chosen}


def with_derived(dataset: xr.Dataset, period: str = "") -> xr.Dataset:
    """The data set with the forcings and attributes that its domain makes of others, where it lacks them.

    They are made of the period "first/last", by default the training period of the data set, and made anew where they
    were made of another; the attribute `made_of` says which. They are coordinates: processes read them, but no network
    takes them for a descriptor that was given. What they say of themselves, in their attribute `remark`, is a remark of
    the data set.
    """
    science, period = discover()[dataset.attrs["domain"]], period or dataset.attrs["train_period"]
    made, said, outdated = {}, [], []
    for name, make in science.derived.items():
        before = dataset[name].attrs if name in dataset.variables else {"made_of": ""}
        if before.get("made_of", period) == period:  # given, or made of the same days
            continue
        if (values := make(dataset, period)) is not None:
            # As a bare variable: the coordinates that it carries have lost their units.
            made[name] = values.variable.copy()
            made[name].attrs["made_of"] = period
            said += _remarks_on(name, made[name].attrs)
            outdated += _remarks_on(name, before)
    dataset = dataset.assign_coords(made)
    return with_remarks(dataset, said, outdated) if said else dataset


def _remarks_on(name: str, attrs: Mapping[str, str]) -> list[Remark]:
    """What a series that is made of others says of itself."""
    return [Remark("filled", name, attrs["remark"])] if "remark" in attrs else []


def domain_of(data: str | Path) -> str:
    """The domain of a data set, told without reading its series."""
    return _twin(str(data))[0] if str(data).startswith(TWIN) else datasets.domain_of(data, vocabularies())


def series_in(data: str | Path) -> frozenset[str]:
    """Names of the series that all sites of a data set are known to have, told without reading their values."""
    if str(data).startswith(TWIN):
        return _drivers_of(discover()[_twin(str(data))[0]])
    if not (names := datasets.series_in(data)):
        return frozenset()
    science = vocabularies()[domain_of(data)]
    return names | {*renaming(names, (), science.in_files, science.other_names).values()}


def _drivers_of(science: Domain) -> frozenset[str]:
    """Names of the series that drive the twin of a science: those of one site over some steps."""
    step = next(step for step in STEPS if step.name == science.step)
    times = pd.date_range(science.twin.start, periods=30, freq=step.offset)
    made = science.twin.drivers(np.random.default_rng(0), 1, times)
    return frozenset(str(name) for name in made if "time" in made[name].dims)


def known_data() -> dict[str, str]:
    """The titles of what opens by its name alone: sources, imports, and a twin of every domain that has one."""
    twins = {f"{TWIN}{name}": f"Twin: {science.title.lower()}" for name, science in discover().items() if science.twin}
    return datasets.known() | twins


def vocabularies() -> dict[str, Vocabulary]:
    """What the data of each domain may hold: as the data sets have it, else as the domain declares it."""
    declared = {name: science.vocabulary(name) for name, science in discover().items()}
    return {**declared, **all_vocabularies()}


def _twin(data: str) -> tuple[str, dict[str, float], dict[str, str]]:
    """The domain of a twin, its options, and the processes that are chosen by slot."""
    name, *options = data.removeprefix(TWIN).split(",")
    known = [domain for domain, science in discover().items() if science.twin]
    if name not in known:
        raise DataError(f"{data}: there is no twin {name!r}. Twins: {', '.join(known)}.{suggest(name, known)}")
    science = discover()[name]
    numbers: dict[str, float] = {}
    chosen: dict[str, str] = {}
    for text in options:
        key, _, value = text.partition("=")
        if key in science.slots:
            chosen[key] = _process(data, science, key, value)
        else:
            numbers |= dict([_option(data, text, science)])
    return name, numbers, chosen


def _process(data: str, science: Domain, slot: str, name: str) -> str:
    try:
        return science.option(slot, name).__name__
    except ValueError as error:
        raise DataError(f"{data}: {error}") from None


def _option(data: str, text: str, science: Domain) -> tuple[str, float]:
    allowed = {"noise": (0, 100), "gaps": (0, 0.9), "seed": (0, 1e9), "sites": (1, 10_000), "years": (1, 100)}
    name, _, value = text.partition("=")
    if name not in allowed:
        raise DataError(
            f"{data}: a twin has no option {name!r}. Options: {', '.join((*allowed, *science.slots))}."
            f"{suggest(name, (*allowed, *science.slots))}"
        )
    low, high = allowed[name]
    try:
        number = float(value)
    except ValueError:
        raise DataError(f"{data}: {text!r} is not a number by name; write {name}={low:g}.") from None
    if not low <= number <= high:
        raise DataError(f"{data}: {name} is {value}; it has to be from {low:g} to {high:g}.")
    if name in ("sites", "seed") and number != int(number):
        raise DataError(f"{data}: {name} is {value}; it has to be a whole number.")
    return name, number
