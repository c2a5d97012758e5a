"""What a figure shows, in a sentence or two, for those who hear the page instead of seeing it."""

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.experiment.splits import trained_on
from dgviz.ui.figures.colouring import Colouring
from dgviz.ui.look import Look
from dgviz.ui.session.state import AppState
from dgviz.ui.words.markup import Markup, html
from dgviz.ui.words.text import counted, number, score_label, units


def of_map(shown: Colouring, picked: str) -> str:
    """Range and median of what the map shows, or the count of sites of each class; and the value of the picked site."""
    title, values, unit = shown.title, shown.values, shown.units
    known = values.dropna("site")
    if not known.size:
        return f"Map of {values.sizes['site']} sites: {title}. There is no value."
    here = _at(values, picked)
    if shown.classes:
        counts = (f"{said} at {int((known == i).sum())}" for i, said in enumerate(shown.classes))
        said = f"Map of {values.sizes['site']} sites: {title}: {', '.join(counts)}."
        is_known = here is not None and bool(here.notnull())
        return f"{said} Picked: {_name(here)}, {shown.said(float(here))}." if is_known else said
    low, high = known[known.argmin("site")], known[known.argmax("site")]
    said = (
        f"Map of {values.sizes['site']} sites: {title}, from {_value(low, unit)} at {_name(low)} "
        f"to {_value(high, unit)} at {_name(high)}, median {_value(known.median(), unit)}."
    )
    return f"{said} Picked: {_name(here)}, {_value(here, unit)}." if here is not None else said


def of_series(name: str, columns: dict[str, np.ndarray], window: tuple[str, str], look: Look) -> str:
    """Mean and peak of every series of the target in a window; `columns` as of `series.target_columns`."""
    time = pd.DatetimeIndex(columns["time"])
    inside = slice(*time.slice_locs(*window))
    said = [f"{look.target.long_name} of {name}, {look.step.period(*window)}."]
    for key, words in (("observed", "Observed"), ("simulated", "Run A"), ("baseline", "Run B"), ("what_if", "What if")):
        values = columns[key][inside]
        if np.isfinite(values).any():
            peak = int(np.nanargmax(values))
            highest = f"{number(float(values[peak]))} {look.units}".strip()
            said.append(
                f"{words}: mean {number(float(np.nanmean(values)))}, highest {highest} "
                f"{look.step.at(time[inside][peak])}."
            )
    return " ".join(said)


def of_distribution(values: xr.DataArray, score: str) -> str:
    """The quartiles of a score over the sites."""
    if not values.notnull().any():
        return f"There is no {score} at any site."
    low, middle, high = (number(float(v)) for v in values.quantile([0.25, 0.5, 0.75]))
    return f"{score}: a quarter of the sites are below {low}, half below {middle}, a quarter above {high}."


def of_selection(state: AppState) -> Markup:
    """How many sites are selected, and how well the shown run does on them."""
    total, chosen = len(state.sites), state.selected
    plural = counted(total, state.config.science.site).partition(" ")[2]
    words = (
        html("<b>{}</b> of {} {} selected", len(chosen), total, plural)
        if chosen
        else html("<b>{}</b> {}", total, plural)
    )
    results, score = state.results(state.run), state.target.scores[0]
    if results is None or score not in results:
        return words
    values, config = results[score].sel(period="test"), state.store.run(state.run).config
    known = [site for site in chosen if site in results.indexes["site"]]
    values = values.sel(site=known) if chosen else trained_on(config, values)
    median = f"{number(float(values.median()))} {units(values.attrs['units'])}".strip()
    n_trained = 0 if chosen else len(config.trained_sites)
    of = f"of the {n_trained} trained on, test" if n_trained else "test"
    return words + html(", median {} <b>{}</b> ({})", score_label(score), median, of)


def _at(values: xr.DataArray, site: str) -> xr.DataArray | None:
    return values.sel(site=site) if site in values.indexes["site"] else None


def _name(value: xr.DataArray) -> str:
    return str(value.coords.get("name", value.site).item())


def _value(value: xr.DataArray, unit: str) -> str:
    return f"{number(float(value))} {unit}".strip()
