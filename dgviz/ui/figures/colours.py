"""What a map can show: one value per site, with its label, units and a fixed colour scale."""

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from dgviz.datasets import attribute_names
from dgviz.experiment.config import RunConfig
from dgviz.processes.declare import Parameter
from dgviz.quantities import lower_first
from dgviz.scores.statistics import over_sites
from dgviz.ui import theme
from dgviz.ui.session.colour_choice import ColourChoice
from dgviz.ui.session.state import AppState
from dgviz.ui.words.text import MINUS, PERIODS, label, score_label, score_meaning, units
from dgviz.ui.words.text import period as days_in_words

RESPONSES = "sensitivity", "gradient"  # begin the name of a response to a parameter
DIFFERENCES = {"1": 0.3, "%": 30.0}  # the half width of a difference's scale, by the units of the score
MANY = 20.0  # the largest over the middle value from which colours are spread over powers of ten


@dataclass(frozen=True)
class Colouring:
    """Values `(site)` and how they are coloured. `caption` says where the limits come from."""

    title: str
    values: xr.DataArray
    palette: tuple[str, ...]
    low: float
    high: float
    caption: str
    powers: bool = False  # are the colours spread over powers of ten?

    @property
    def units(self) -> str:
        """The units as people write them, '' when there are none."""
        return units(self.values.attrs.get("units", ""))

    def fitted(self) -> "Colouring":
        """The same with limits that follow the values; those of a diverging scale stay as far above zero as below."""
        if self.powers:
            return self
        low, high = _nice_limits(self.values.values)
        if self.palette == theme.DIVERGING and self.low == -self.high:
            low, high = -max(-low, high), max(-low, high)
        return replace(self, low=low, high=high, caption="Colours span the 2nd to the 98th percentile")


def choices(
    config: RunConfig,
    dataset: xr.Dataset,
    results: xr.Dataset | None,
    baseline: xr.Dataset | None = None,
    published: xr.Dataset | None = None,
) -> dict[str, dict[str, ColourChoice]]:
    """What can be shown now, {group: {label: choice}}; a picker needs labels that differ between groups too."""
    attributes = {label(dataset[n], n): ColourChoice("attribute", n) for n in attribute_names(dataset)}
    of_run = _choices_of_run(config, results, baseline, published) if results is not None else {}
    return {group: options for group, options in (of_run | {"Attributes": attributes}).items() if options}


def texts(groups: dict[str, dict[str, ColourChoice]]) -> dict[str, dict[str, str]]:
    """Choices as the values of a picker."""
    return {group: {words: choice.text for words, choice in options.items()} for group, options in groups.items()}


def _choices_of_run(
    config: RunConfig, results: xr.Dataset, baseline: xr.Dataset | None, published: xr.Dataset | None
) -> dict[str, dict[str, ColourChoice]]:
    groups: dict[str, dict[str, ColourChoice]] = {}
    target = lower_first(config.target_quantity.long_name)
    scores = [name for name in config.target_quantity.scores if name in results and "period" in results[name].dims]
    for period, words in PERIODS.items():
        after = "" if period == "test" else f", {words}"
        groups[f"Scores, {words}"] = {f"{score_meaning(n)}{after}": ColourChoice("score", n, period) for n in scores}
    learned = {n: d for n, d in config.build().of(Parameter).items() if n in results}
    if baseline is not None:
        groups["Difference, test period"] = {
            f"{score_meaning(n)}, A {MINUS} B": ColourChoice("difference", n, "test") for n in scores
        }
        shared = {n: d for n, d in learned.items() if n in baseline}
        groups["Difference of learned parameters"] = {
            f"{d.long_name} ({n}), A {MINUS} B": ColourChoice("difference", n) for n, d in shared.items()
        }
    if published is not None:
        called = score_label(published_score(published))
        groups[f"Difference to published {called}"] = {
            f"{called}, A {MINUS} {published_name(model)}": ColourChoice("published", model.item())
            for model in published.model
        }
    groups["Learned parameters"] = {f"{d.long_name} ({n})": ColourChoice("parameter", n) for n, d in learned.items()}
    groups["Spread of learned parameters"] = {
        f"Spread of {lower_first(d.long_name)} ({n})": ColourChoice("spread", n) for n, d in learned.items()
    }
    headings = {
        "sensitivity": (f"Sensitivity of mean {target}", "Sensitivity to"),
        "gradient": ("Gradient of the NSE", "Gradient of the NSE by"),
    }
    for kind, (heading, before) in headings.items():
        groups[heading] = {
            f"{before} {lower_first(d.long_name)} ({n})": ColourChoice(kind, n)
            for n, d in learned.items()
            if f"{kind}_{n}" in results
        }
    groups["Results"] = {label(results[n], n): ColourChoice("result", n) for n in other_results(results)}
    return groups


def other_results(results: xr.Dataset) -> list[str]:
    """Mean fluxes, and what a science has added to the results of a run by site."""
    taken = tuple(f"{kind}_" for kind in RESPONSES)
    names = [str(n) for n in results if results[n].dims == ("site",) and "units" in results[n].attrs]
    return [n for n in names if n not in ("fold", "held_out") and not n.startswith(taken)]


def colouring(
    choice: ColourChoice | None,
    config: RunConfig,
    dataset: xr.Dataset,
    results: xr.Dataset | None,
    baseline: xr.Dataset | None = None,
    published: xr.Dataset | None = None,
) -> Colouring | None:
    """The values and colours of a choice, on the sites of the data set; None while there is nothing to show."""
    if choice is None:
        return None
    kind, name = choice.kind, choice.name
    if kind == "attribute" and name in dataset:
        return _of_result(dataset[name], name)
    if results is None:
        return None
    if kind == "score" and name in results:
        return _of_score(_on_sites(results[name].sel(period=choice.period), dataset), name, choice.period)
    if kind == "difference" and not choice.period and baseline is not None and {name} <= {*results} & {*baseline}:
        return _of_parameters(*(_on_sites(_mean_over_rest(run[name]), dataset) for run in (results, baseline)), config)
    if kind == "difference" and name in results and baseline is not None and name in baseline:
        difference = (results[name] - baseline[name]).sel(period=choice.period)
        return _of_difference(_on_sites(difference, dataset), results[name], name)
    if kind == "published" and published is not None and name in published.model:
        return _of_published(results, published.sel(model=name), dataset)
    if kind == "parameter" and name in results:
        return _of_parameter(_on_sites(_mean_over_rest(results[name]), dataset), config, name)
    if kind == "spread" and name in results:
        return _of_spread(results[name], dataset, config)
    if kind in RESPONSES and f"{kind}_{name}" in results:
        return _of_response(_on_sites(results[f"{kind}_{name}"], dataset), name)
    if kind == "result" and name in results:
        return _of_result(_on_sites(results[name], dataset), name)
    return None


def shown_colours(state: AppState) -> Colouring:
    """What the map shows, with limits as they were chosen; no value at any site where there is nothing to show."""
    published = state.store.published(state.config.data)
    runs = (state.results(run_id) for run_id in (state.run, state.baseline))
    shown = colouring(state.colour, state.shown_config, state.dataset, *runs, published)
    if shown is None:
        return Colouring("No value", xr.full_like(state.dataset.lat, np.nan), theme.SCORE, 0.0, 1.0, "")
    shown = shown.fitted() if state.fitted else shown
    return replace(shown, palette=theme.ON_DARK) if state.dark and shown.palette == theme.DIVERGING else shown


def _on_sites(values: xr.DataArray, dataset: xr.Dataset) -> xr.DataArray:
    return values.reindex(site=dataset.site)


def _mean_over_rest(values: xr.DataArray) -> xr.DataArray:
    """Over members and, for a dynamic parameter, over time."""
    return values.mean([d for d in values.dims if d != "site"], keep_attrs=True)


def _of_score(values: xr.DataArray, name: str, period: str) -> Colouring:
    low, high = values.attrs["limits"]
    diverges = low < values.attrs["best"] < high
    palette = theme.DIVERGING if diverges else theme.SCORE if values.attrs["best"] == high else theme.SCORE[::-1]
    return Colouring(
        f"{score_meaning(name)}, {PERIODS[period]}",
        values,
        palette,
        low,
        high,
        f"Colours span {low:g} to {high:g} in every run; {values.attrs['best']:g} is best",
    )


def _of_difference(values: xr.DataArray, score: xr.DataArray, name: str) -> Colouring:
    half = DIFFERENCES.get(score.attrs.get("units", "1"), 0.3)
    values = values.assign_attrs(units=score.attrs.get("units", "1"))
    title = f"{score_meaning(name)}: A minus B"
    return Colouring(title, values, theme.DIVERGING, -half, half, "Above zero, A is higher")


def published_name(model: xr.DataArray) -> str:
    """A published model with who published it: "LSTM (Kratzert et al. 2019)"."""
    published = str(model.source.item()).partition(",")[0].replace("(", "")
    return f"{model.item().replace(',', '')} ({published}"


def published_score(published: xr.Dataset) -> str:
    """The name of the score that was published."""
    return str(next(iter(published)))


def _of_published(results: xr.Dataset, published: xr.Dataset, dataset: xr.Dataset) -> Colouring:
    name = published_score(published)
    ours, theirs = results[name].sel(period="test"), published[name]
    values = _on_sites(ours - theirs.drop_vars(set(theirs.coords) - {"site"}), dataset).assign_attrs(units="1")
    title, half = f"{score_label(name)}: A minus {published_name(published.model)}", DIFFERENCES["1"]
    return Colouring(
        title, values, theme.DIVERGING, -half, half, "Above zero, A is higher" + other_days(results, theirs)
    )


def other_days(results: xr.Dataset, published: xr.DataArray) -> str:
    """A warning where a run was not tested on the days of the published scores."""
    theirs = published.attrs["period"]
    same = results.attrs.get("test_period") == theirs
    return "" if same else f". The published scores are of other days: {days_in_words(*theirs.split('/'))}"


def _of_parameter(values: xr.DataArray, config: RunConfig, name: str) -> Colouring:
    declared = config.build().of(Parameter).get(name)
    low, high = declared.range if declared else _nice_limits(values.values)
    return Colouring(
        f"Learned {lower_first(declared.long_name if declared else label(values, name))}",
        values,
        theme.SEQUENTIAL,
        low,
        high,
        "Mean over the members (parallel parameter sets); colours span the allowed range",
    )


def _of_parameters(a: xr.DataArray, b: xr.DataArray, config: RunConfig) -> Colouring:
    """A parameter of A minus that of B; colours end at half its allowed range."""
    declared = config.build().of(Parameter)[str(a.name)]
    half = 0.5 * (declared.range[1] - declared.range[0])
    values = (a - b).assign_attrs(units=declared.units)
    title = f"{declared.long_name}: A minus B"
    return Colouring(title, values, theme.DIVERGING, -half, half, "Colours end at half the allowed range")


def _of_spread(values: xr.DataArray, dataset: xr.Dataset, config: RunConfig) -> Colouring:
    """The standard deviation over the members or, of a dynamic parameter, over time; at most half the range."""
    declared = config.build().of(Parameter)[str(values.name)]
    spread = _on_sites(over_sites(values)["spread"], dataset).assign_attrs(units=declared.units)
    half = 0.5 * (declared.range[1] - declared.range[0])
    title = f"Spread of {lower_first(declared.long_name)}"
    over = "time" if "time" in values.dims else "the members"
    caption = f"Standard deviation over {over}; colours span zero to half the allowed range, the largest possible"
    return Colouring(title, spread, theme.SEQUENTIAL, 0.0, half, caption)


def _of_result(values: xr.DataArray, name: str) -> Colouring:
    """Spread over powers of ten where none is below zero and the sizes differ much, as along a network."""
    known = values.values[np.isfinite(values.values)]
    if known.size and known.min() >= 0 and known.max() > MANY * np.median(known) > 0:
        logs = np.log10(values.where(values > 0))
        low, high = 10.0 ** np.floor(float(logs.quantile(0.05))), 10.0 ** np.ceil(float(logs.max()))
        caption = "Each power of ten has as many colours"
        return Colouring(label(values, name), values, theme.SEQUENTIAL, low, high, caption, powers=True)
    low, high = _nice_limits(values.values)
    caption = "Colours span the 2nd to the 98th percentile"
    return Colouring(label(values, name), values, theme.SEQUENTIAL, low, high, caption)


def _of_response(values: xr.DataArray, name: str) -> Colouring:
    half = float(np.nanpercentile(np.abs(values), 95)) or 1.0
    return Colouring(
        label(values, name),
        values,
        theme.DIVERGING,
        -half,
        half,
        "Colours end at the 95th percentile of the magnitude",
    )


def _nice_limits(values: np.ndarray) -> tuple[float, float]:
    """The 2nd and 98th percentile, rounded outward to two digits."""
    if not np.isfinite(values).any():
        return 0.0, 1.0
    low, high = np.nanpercentile(values, [2, 98])
    step = 10.0 ** np.floor(np.log10(max(high - low, 1e-9))) / 10
    low, high = np.floor(low / step) * step, np.ceil(high / step) * step
    return float(low), float(high if high > low else low + step)
