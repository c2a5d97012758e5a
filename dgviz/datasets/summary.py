"""What is in a data set, line by line: the table of `dgviz data check`, in a terminal and in the browser."""

from collections.abc import Callable

import xarray as xr

from dgviz.datasets import attribute_names, forcing_names, target_names
from dgviz.datasets.errors import Problem
from dgviz.datasets.remarks import remarks
from dgviz.datasets.steps import DATES


def with_units(dataset: xr.Dataset, names: list[str]) -> str:
    """Names, each with its units where it has any."""
    units = {name: dataset[name].attrs.get("units", "") for name in names}
    return ", ".join(f"{name} ({unit})" if unit else name for name, unit in units.items())


def summary(
    dataset: xr.Dataset, in_words: Callable[[xr.Dataset, list[str]], str] = with_units
) -> list[tuple[str, str]]:
    """Its sites, science, times, series, attributes, share of observed times and periods, each in words by its label.

    Notes of readers, a line each, come last. `in_words` writes the names of variables.
    """
    times, step, said = dataset.indexes["time"], dataset.attrs["step"], remarks(dataset)
    n_left = sum(remark.kind == "left out" for remark in said)
    of_all = f" of {dataset.sizes['site'] + n_left}, {n_left} left out" if n_left else ""
    lines = [
        ("sites", f"{dataset.sizes['site']}{of_all}"),
        ("domain", dataset.attrs["domain"]),
        (f"{step}s", f"{len(times)}, {times[0]:{DATES[step]}} to {times[-1]:{DATES[step]}}"),
        ("forcings", in_words(dataset, forcing_names(dataset))),
        ("targets", in_words(dataset, target_names(dataset))),
        ("attributes", in_words(dataset, attribute_names(dataset))),
    ]
    for target in target_names(dataset):
        lines.append((f"{target} observed", f"{float(dataset[target].notnull().mean()):.1%} of the {step}s"))
    for period in ("train_period", "test_period"):
        lines.append((period.replace("_", " "), dataset.attrs[period].replace("/", " to ")))
    told = {remark.text for remark in said}
    notes = [note for note in dataset.attrs.get("history", "").split("; ") if note and note not in told]
    return lines + [("notes", "\n".join(notes))] * bool(notes)


def problem_lines(problems: list[Problem]) -> list[tuple[str, str]]:
    """What is wrong, by site."""
    return [(p.site, p.text + (f" ({p.n_times} times)" if p.n_times > 1 else "")) for p in problems]
