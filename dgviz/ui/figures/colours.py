"""What a map can show: one value per site, with its label, units and a fixed colour scale."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from dgviz.datasets import attribute_names, forcing_names
from dgviz.experiment.config import RunConfig
from dgviz.processes.declare import Parameter
from dgviz.quantities import lower_first
from dgviz.scores.statistics import over_sites
from dgviz.ui import theme
from dgviz.ui.colour_choice import ColourChoice
from dgviz.ui.figures.colouring import Colouring, of_result
from dgviz.ui.words.published import other_days, published_name, published_score
from dgviz.ui.words.text import MINUS, PERIODS, label, score_label, score_meaning, units

RESPONSES = {"sensitivity": "Sensitivity to", "gradient": "Gradient by"}  # begin the name of a response; its words
DIFFERENCES = {"1": 0.3, "%": 30.0}  # the half width of a difference's scale, by the units of the score


@dataclass(frozen=True)
class Showable:
    """What there is to show: a data set, run A, its `results`, those of B, its `baseline`, and `published` scores."""

    config: RunConfig
    dataset: xr.Dataset
    results: xr.Dataset | None = None
    baseline: xr.Dataset | None = None
    published: xr.Dataset | None = None

    def choices(self) -> dict[str, dict[str, ColourChoice]]:
        """What can be shown now, {group: {label: choice}}; a picker needs labels that differ between groups too."""
        attributes = {label(self.dataset[n], n): ColourChoice("attribute", n) for n in attribute_names(self.dataset)}
        of_run = self._choices_of_run() if self.results is not None else {}
        known = {f"Known {lower_first(label(self.dataset[n], n))}": ColourChoice("attribute", n) for n in self._known()}
        return {
            group: options
            for group, options in (of_run | {"Attributes": attributes, "Known law": known}).items()
            if options
        }

    def _known(self) -> list[str]:
        """What is known of a world with a known law, one value for each site."""
        return [str(n) for n, v in self.dataset.coords.items() if str(n).startswith("true_") and v.dims == ("site",)]

    def colouring(self, choice: ColourChoice | None) -> Colouring | None:
        """The values and colours of a choice, on the sites of the data set; None while there is nothing to show."""
        kinds = {
            "attribute": self._attribute, "score": self._score, "difference": self._difference,
            "published": self._published, "parameter": self._parameter, "spread": self._spread,
            "sensitivity": self._response, "gradient": self._response, "result": self._result,
        }  # fmt: skip
        try:
            return kinds[choice.kind](choice) if choice else None
        except KeyError:  # there is nothing of this name
            return None

    def _choices_of_run(self) -> dict[str, dict[str, ColourChoice]]:
        groups: dict[str, dict[str, ColourChoice]] = {}
        results, target = self.results, self.config.target_quantity
        scores = [name for name in target.scores if name in results and "period" in results[name].dims]
        for period, words in PERIODS.items():
            after = "" if period == "test" else f", {words}"
            groups[f"Scores, {words}"] = {
                f"{score_meaning(n)}{after}": ColourChoice("score", n, period) for n in scores
            }
        learned = {n: d for n, d in self._declared.items() if n in results}
        called = {n: f"{d.long_name} ({n})" for n, d in learned.items()}
        if self.baseline is not None:
            groups["Difference, test period"] = {
                f"{score_meaning(n)}, A {MINUS} B": ColourChoice("difference", n, "test") for n in scores
            }
            groups["Difference of learned parameters"] = {
                f"{words}, A {MINUS} B": ColourChoice("difference", n)
                for n, words in called.items()
                if n in self.baseline
            }
        if self.published is not None:
            score = score_label(published_score(self.published))
            groups[f"Difference to published {score}"] = {
                f"{score}, A {MINUS} {published_name(model)}": ColourChoice("published", model.item())
                for model in self.published.model
            }
        groups["Learned parameters"] = {words: ColourChoice("parameter", n) for n, words in called.items()}
        groups["Spread of learned parameters"] = {
            f"Spread of {lower_first(words)}": ColourChoice("spread", n)
            for n, words in called.items()
            if results[n].ndim > 1  # of a training so far only the means are known
        }
        for kind, words in RESPONSES.items():
            link = words.split()[-1]
            driven = {n: label(self.dataset[n], n) for n in forcing_names(self.dataset)}
            of_kind = [n for n in (*learned, *driven) if f"{kind}_{n}" in results]
            for n in of_kind:
                heading = label(results[f"{kind}_{of_kind[0]}"]).partition(f" {link} ")[0]
                words_of = lower_first({**driven, **called}[n])
                groups.setdefault(heading, {})[f"{words} {words_of}"] = ColourChoice(kind, n)
        groups["Results"] = {label(results[n], n): ColourChoice("result", n) for n in other_results(results)}
        return groups

    @property
    def _declared(self) -> dict[str, Parameter]:
        return self.config.build().of(Parameter)

    def _values(self, name: str, period: str = "", of: xr.Dataset | None = None) -> xr.DataArray:
        """What run A, or another, has under a name, `(site)`: of a period, else the mean over members and time."""
        of = self.results if of is None else of
        if of is None:
            raise KeyError(name)
        values = of[name].sel(period=period) if period else of[name]
        rest = [d for d in values.dims if d != "site"]
        return self._on_sites(values.mean(rest, keep_attrs=True) if rest else values)

    def _on_sites(self, values: xr.DataArray) -> xr.DataArray:
        return values.reindex(site=self.dataset.site)

    def _attribute(self, choice: ColourChoice) -> Colouring:
        return of_result(self.dataset[choice.name], choice.name)

    def _result(self, choice: ColourChoice) -> Colouring:
        return of_result(self._values(choice.name), choice.name)

    def _score(self, choice: ColourChoice) -> Colouring:
        values = self._values(choice.name, choice.period)
        low, high, best = *values.attrs["limits"], values.attrs["best"]
        palette = theme.DIVERGING if low < best < high else theme.SCORE if best == high else theme.SCORE[::-1]
        caption = f"Colours span {low:g} to {high:g} in every run; {best:g} is best"
        return Colouring(f"{score_meaning(choice.name)}, {PERIODS[choice.period]}", values, palette, low, high, caption)

    def _difference(self, choice: ColourChoice) -> Colouring:
        """Run A minus run B: of a score, or of a parameter, whose colours end at half its allowed range."""
        if self.baseline is None:
            raise KeyError(choice.name)
        a, b = (self._values(choice.name, choice.period, run) for run in (self.results, self.baseline))
        if choice.period:
            unit = a.attrs.get("units", "1")
            half, title = DIFFERENCES.get(unit, 0.3), score_meaning(choice.name)
            caption = _higher(half, unit)
        else:
            declared = self._declared[choice.name]
            unit, half, title = declared.units, _half_range(declared), declared.long_name
            caption = "Colours end at half the allowed range"
        values = (a - b).assign_attrs(units=unit)
        return Colouring(f"{title}: A minus B", values, theme.DIVERGING, -half, half, caption)

    def _published(self, choice: ColourChoice) -> Colouring:
        if self.published is None:
            raise KeyError(choice.name)
        name, published = published_score(self.published), self.published.sel(model=choice.name)
        theirs, half = published[name], DIFFERENCES["1"]
        theirs = theirs.drop_vars(set(theirs.coords) - {"site"})
        values = self._on_sites(self._values(name, "test") - theirs).assign_attrs(units="1")
        title = f"{score_label(name)}: A minus {published_name(published.model)}"
        caption = _higher(half, "1") + other_days(self.results, theirs)
        return Colouring(title, values, theme.DIVERGING, -half, half, caption)

    def _parameter(self, choice: ColourChoice) -> Colouring:
        declared = self._declared[choice.name]
        values = self._values(choice.name).assign_attrs(units=declared.units)
        caption = "Mean over the members (parallel parameter sets); colours span the allowed range"
        title = f"Learned {lower_first(declared.long_name)}"
        return Colouring(title, values, theme.SEQUENTIAL, *declared.range, caption)

    def _spread(self, choice: ColourChoice) -> Colouring:
        """The standard deviation over the members or, of a dynamic parameter, over time; at most half the range."""
        if self.results is None:
            raise KeyError(choice.name)
        declared, values = self._declared[choice.name], self.results[choice.name]
        spread = self._on_sites(over_sites(values)["spread"]).assign_attrs(units=declared.units)
        over = "time" if "time" in values.dims else "the members"
        caption = f"Standard deviation over {over}; colours span zero to half the allowed range, the largest possible"
        title = f"Spread of {lower_first(declared.long_name)}"
        return Colouring(title, spread, theme.SEQUENTIAL, 0.0, _half_range(declared), caption)

    def _response(self, choice: ColourChoice) -> Colouring:
        values = self._values(f"{choice.kind}_{choice.name}")
        half = float(np.nanpercentile(np.abs(values), 95)) or 1.0
        caption = "Colours end at the 95th percentile of the magnitude"
        return Colouring(label(values, choice.name), values, theme.DIVERGING, -half, half, caption)


def texts(groups: dict[str, dict[str, ColourChoice]]) -> dict[str, dict[str, str]]:
    """Choices as the values of a picker."""
    return {group: {words: choice.text for words, choice in options.items()} for group, options in groups.items()}


def other_results(results: xr.Dataset) -> list[str]:
    """Mean fluxes, and what a science has added to the results of a run by site."""
    taken = tuple(f"{kind}_" for kind in RESPONSES)
    names = [str(n) for n in results if results[n].dims == ("site",) and "units" in results[n].attrs]
    return [n for n in names if n not in ("fold", "held_out") and not n.startswith(taken)]


def _half_range(declared: Parameter) -> float:
    return 0.5 * (declared.range[1] - declared.range[0])


def _higher(half: float, unit: str) -> str:
    amount = f"{half:g} {units(unit)}".rstrip()
    return f"Above zero, A is higher. Values beyond \u00b1{amount} have the colours of the ends"
