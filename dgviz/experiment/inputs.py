"""What a trained model reads, by name and in which units: the order of columns, files or sites means nothing to it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from dgviz import units
from dgviz.datasets import PLACE, DataError, attribute_names, forcing_names
from dgviz.datasets.errors import some
from dgviz.datasets.names import renaming
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.vocabulary import CALENDAR
from dgviz.experiment.config import RunConfig
from dgviz.experiment.needs import reads_attributes, recurrent
from dgviz.experiment.run_files import DamagedFile, read_json
from dgviz.experiment.splits import trained_on
from dgviz.files import write_whole
from dgviz.suggestions import suggest


@dataclass(frozen=True)
class Inputs:
    """The sites of a run, and the units of the attributes and forcings that it reads, by name.

    `ranges` are the lowest and highest value of each attribute at those trained on. Names stand in the order of the
    weights.
    """

    sites: tuple[str, ...]
    attributes: dict[str, str]
    forcings: dict[str, str]
    ranges: dict[str, list[float]]

    @classmethod
    def of(cls, config: RunConfig, dataset: xr.Dataset) -> "Inputs":
        """What a run reads that is trained on a data set."""
        series = dict.fromkeys([*(forcing_names(dataset) if recurrent(config) else ()), *config.build().forcings])
        attributes = attribute_names(dataset, config.attributes)
        seen = trained_on(config, dataset)
        known = [name for name in attributes if seen[name].notnull().any()]
        ranges = {name: [float(seen[name].min()), float(seen[name].max())] for name in known}
        sites = tuple(map(str, dataset.site.values))
        return cls(sites, _units_of(dataset, attributes), _units_of(dataset, series), ranges)

    @classmethod
    def read(cls, file: Path) -> "Inputs | None":
        """As written in a file; None where there is none. Raises DamagedFile."""
        stored = read_json(file)
        if not stored:
            return None
        kinds = {"sites": _are_names, "attributes": _are_units, "forcings": _are_units, "ranges": _are_ranges}
        if stored.keys() != kinds.keys():
            raise DamagedFile(file, f"is damaged: it has to hold {', '.join(kinds)}.")
        if wrong := [name for name, are_valid in kinds.items() if not are_valid(stored[name])]:
            raise DamagedFile(file, f"is damaged: it has no valid {wrong[0]!r}.")
        if strange := stored["ranges"].keys() - stored["attributes"].keys():
            raise DamagedFile(file, f"is damaged: it has a range of {min(strange)!r}, which is no attribute of it.")
        return cls(tuple(stored["sites"]), stored["attributes"], stored["forcings"], stored["ranges"])

    def write(self, file: Path) -> None:
        """Write them to a file."""
        write_whole(file, json.dumps(asdict(self), indent=2))

    def bound(self, config: RunConfig, dataset: xr.Dataset) -> xr.Dataset:
        """The data set with its variables as the weights have them, in the units in which they were trained on.

        What the run does not read is no attribute or forcing of it any more. Raises DataError naming what is missing,
        what the data have besides, and units that cannot be converted.
        """
        dataset = self._in_its_letters(dataset)
        known = [*attribute_names(dataset), *PLACE]
        if reads_attributes(config):
            self._refuse_lacking("attribute", self.attributes, known, dataset)
        else:  # it has places for attributes, but they count for nothing
            unread = {name: ("site", [float("nan")] * dataset.sizes["site"]) for name in self.attributes}
            dataset = dataset.assign({k: v for k, v in unread.items() if k not in known})
        self._refuse_lacking("forcing", self.forcings, [str(name) for name in dataset.variables], dataset)
        # Attributes first: networks have a column for each in this order, also of those that processes read as well.
        wanted = {**self.attributes, **self.forcings}
        given = {name: str(dataset[name].attrs.get("units", "")) for name in wanted if name in dataset}
        dataset = dataset.assign({name: _in_units(dataset[name], wanted[name]) for name in given})
        said = [
            Remark("converted", name, f"from {unit} to {wanted[name]}, as the run was trained on")
            for name, unit in given.items()
            if dataset[name].attrs.get("units", "") != unit
        ]
        dataset = with_remarks(dataset, said)
        # Series of one's own do not say that they are forcings; the calendar and places are none.
        series = [name for name in self.forcings if name not in CALENDAR and "time" in dataset[name].dims]
        dataset = dataset.assign({name: dataset[name].assign_attrs(role="forcing") for name in series})
        unknown = set() if config.attributes else {*attribute_names(dataset)} - self.attributes.keys()
        if recurrent(config):
            unknown |= {*forcing_names(dataset)} - self.forcings.keys()
        dataset = dataset.assign({name: dataset[name].assign_attrs(role="not read") for name in unknown})
        first = [name for name in wanted if name in dataset.data_vars]
        return dataset[[*first, *(name for name in dataset.data_vars if name not in first)]]

    def _in_its_letters(self, dataset: xr.Dataset) -> xr.Dataset:
        """The data set with `FOREST` called `forest`, as the run knows it; of two such names the first is meant."""
        wanted = [name for name in (*self.attributes, *self.forcings) if name not in dataset.variables]
        changes = renaming(dataset.data_vars, (), wanted)
        said = [Remark("read as", old, f"{new}, as the run knows it") for old, new in changes.items()]
        return with_remarks(dataset.rename(changes), said)

    def in_order(self, dataset: xr.Dataset) -> xr.Dataset:
        """The data set with the sites in the order in which the run was trained. Raises DataError where they differ."""
        sites = [str(site) for site in dataset.site.values]
        lacking, more = [[s for s in a if s not in b] for a, b in ((self.sites, sites), (sites, self.sites))]
        if lacking or more:
            words = [f"{what} {', '.join(names)}" for what, names in (("lack", lacking), ("also have", more)) if names]
            raise DataError(f"The data are not those that the run was begun with: they {' and '.join(words)}.")
        return dataset if sites == [*self.sites] else dataset.sel(site=[*self.sites])

    def outside(self, config: RunConfig, dataset: xr.Dataset) -> list[Remark]:
        """The attributes that lie outside the range trained on, or are missing, and where."""
        said: list[Remark] = []
        for name, (low, high) in self.ranges.items() if reads_attributes(config) else ():
            values, unit = dataset[name].values, dataset[name].attrs.get("units", "")
            tolerance = 1e-5 * max(abs(low), abs(high))
            beyond = (values < low - tolerance) | (values > high + tolerance)
            if beyond.any():
                there = [f"{s} ({v:.4g})" for s, v in zip(dataset.site.values[beyond], values[beyond], strict=True)]
                text = f"outside the range trained on, {low:.4g} to {high:.4g} {unit}: {some(there)}"
                said.append(Remark("doubtful", name, text))
            if (missing := np.isnan(values)).any():
                text = f"missing, taken as the mean: {some(dataset.site.values[missing])}"
                said.append(Remark("filled", name, text))
        return said

    @staticmethod
    def _refuse_lacking(kind: str, wanted: Iterable[str], has: list[str], dataset: xr.Dataset) -> None:
        lacking = [name for name in wanted if name not in has]
        if not lacking:
            return
        others = [name for name in has if name not in wanted] if kind == "attribute" else forcing_names(dataset)
        hints = "".join(suggest(name, others) for name in lacking[:1])
        raise DataError(
            f"The run reads the {kind}{'s' * (len(lacking) > 1)} {', '.join(lacking)}, which the data set "
            f"{dataset.attrs.get('title', '')!r} lacks; {'besides it' if kind == 'attribute' else 'it'} has "
            f"{', '.join(others) or 'none'}.{hints} Rename or add what is missing."
        )


def _are_names(sites: Any) -> bool:
    """Are they the names of sites, each once?"""
    return isinstance(sites, list) and all(isinstance(name, str) for name in sites) and 0 < len({*sites}) == len(sites)


def _are_units(units: Any) -> bool:
    return isinstance(units, dict) and all(isinstance(unit, str) for unit in units.values())


def _are_ranges(ranges: Any) -> bool:
    return isinstance(ranges, dict) and all(
        isinstance(ends, list) and len(ends) == 2 and all(isinstance(end, int | float) for end in ends)
        for ends in ranges.values()
    )


def _units_of(dataset: xr.Dataset, names: Iterable[str]) -> dict[str, str]:
    return {name: dataset[name].attrs.get("units", "") for name in names if name in dataset.variables}


def _in_units(values: xr.DataArray, wanted: str) -> xr.DataArray:
    """Values in the units of training; those without units, or without any then, are taken as they are."""
    given = values.attrs.get("units", "")
    if given == wanted or not given or not wanted:
        return values
    try:
        if units.same(given, wanted):
            return values
        converted = units.convert(values.values, given, wanted).astype("float32")
    except units.UnitsError as error:
        raise DataError(f"{values.name} has units {given!r}, the run was trained on {wanted!r}: {error}") from None
    return values.copy(data=converted).assign_attrs(units=wanted)
