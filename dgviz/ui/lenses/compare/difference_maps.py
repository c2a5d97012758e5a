"""Where two runs differ: score and learned parameters of A minus those of B, on the map."""

import numpy as np
import xarray as xr

from dgviz.experiment.config import RunConfig
from dgviz.processes.declare import Parameter
from dgviz.ui import theme
from dgviz.ui.figures.colours import Colouring, colouring
from dgviz.ui.lenses.map_view import MapView
from dgviz.ui.session.colour_choice import ColourChoice
from dgviz.ui.widgets import material
from dgviz.ui.widgets.scores import score_select
from dgviz.ui.words.text import PERIODS, number, signed

SHARE = 0.5  # of a parameter's allowed range: where the colours of a difference end


def shared_parameters(a: RunConfig, b: RunConfig) -> dict[str, Parameter]:
    """The parameters that both models have, as A declares them."""
    others = b.build().of(Parameter)
    return {name: declared for name, declared in a.build().of(Parameter).items() if name in others}


def parameter_difference(name: str, declared: Parameter, a: xr.Dataset, b: xr.Dataset, dataset: xr.Dataset):
    """A parameter of A minus that of B, `(site,)`, and colours that end at half its allowed range."""
    means = [run[name].mean([d for d in run[name].dims if d != "site"]).reindex(site=dataset.site) for run in (a, b)]
    half = SHARE * (declared.range[1] - declared.range[0])
    values = (means[0] - means[1]).assign_attrs(units=declared.units)
    title = f"{declared.long_name}: A minus B"
    return Colouring(title, values, theme.DIVERGING, -half, half, "half the allowed range")


class DifferenceMap(MapView):
    """A map of a difference; what it shows is chosen in its own list."""

    empty = "Choose a second run in column B of the table above to see where the two differ."

    def __init__(self, state, **params):
        self.choices = self._choices(state)
        super().__init__(state=state, **params)
        for choice in self.choices:
            choice.param.watch(lambda _: self.redraw("choice"), "value")

    def tools(self):
        """What is shown."""
        return self.choices

    def body(self, *, dataset, dark, run, baseline):
        """A map, to be coloured."""
        if not (run and baseline):
            return None
        return self.make_map(dataset, dark, 400)

    def refresh(self, *, site, selected):
        """Colours and the ring around the picked site."""
        state = self.state
        shown = self._colouring(state.results(state.run), state.results(state.baseline))
        if shown is None:
            self.map.paint(np.full(len(state.sites), np.nan), theme.DIVERGING, -1, 1, "")
            self.caption = "The two runs have nothing in common here."
            return
        self.map.paint(shown.values.values, shown.palette, shown.low, shown.high, shown.units)
        self.follow_sites(site, selected)
        self.heading = shown.title
        self.caption = f"{_counts(shown.values)}.{self._more()} Limits: {_limits(shown)}."

    def _more(self):
        return ""


def _limits(shown: Colouring) -> str:
    """Where the colours end and why."""
    why = f", {shown.caption}" if "range" in shown.caption else ", always the same"
    return f"\u00b1{number(shown.high)} {shown.units}".rstrip() + why


def _counts(values: xr.DataArray) -> str:
    """At how many sites A is above B."""
    known = int(values.notnull().sum())
    missing = values.size - known
    said = f"A is higher at {int((values > 0).sum())} of {known} sites"
    return said + (f" (grey: {missing} not in both)" if missing else "")


class ScoreDifference(DifferenceMap):
    """Score: A minus B."""

    def _choices(self, state):
        periods = {words: period for period, words in PERIODS.items()}
        return [
            score_select(state, width=140, margin=(0, 6, 0, 0)),
            material.Select(label="Period", options=periods, value="test", width=140, size="small", margin=0),
        ]

    def _colouring(self, a, b):
        choice = ColourChoice("difference", *(choice.value for choice in self.choices))
        shown = colouring(choice, self.state.config, self.state.dataset, a, b)
        self.values = shown.values if shown else None
        return shown

    def _more(self):
        known = self.values.dropna("site")
        return f" Median difference {signed(float(known.median()))}." if known.size else ""


class ParameterDifference(DifferenceMap):
    """Learned parameter: A minus B."""

    def _choices(self, state):
        return [material.Select(label="Parameter", width=230, size="small", margin=0)]

    def body(self, *, dataset, dark, run, baseline):
        """A map, and the parameters that both runs have."""
        if run and baseline:
            a, b = (self.state.store.run(r).config for r in (run, baseline))
            self.shared = shared_parameters(a, b)
            self.alone = {k: c.build().of(Parameter).keys() - self.shared.keys() for k, c in (("A", a), ("B", b))}
            options = {f"{d.long_name} ({name})": name for name, d in self.shared.items()}
            value = self.choices[0].value if self.choices[0].value in self.shared else next(iter(self.shared), None)
            self.choices[0].param.update(options=options, value=value)
        return super().body(dataset=dataset, dark=dark, run=run, baseline=baseline)

    def _colouring(self, a, b):
        name = self.choices[0].value
        return parameter_difference(name, self.shared[name], a, b, self.state.dataset) if name else None

    def _more(self):
        return "".join(f" Only {run} has {', '.join(sorted(names))}." for run, names in self.alone.items() if names)
