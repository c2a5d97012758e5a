"""What no run is trained on, and an observation can judge all the same: as data, declared by a science."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import xarray as xr

Values = xr.DataArray | None
OF_SERIES = "Observed as a series of the data; in a twin without one, its truth stands for that."


@dataclass(frozen=True)
class Untrained:
    """A quantity beside the target: how it is observed, and what of a run stands against that.

    - `observed(dataset)` and `simulated(results)` give it in the same units, as series `(time, site)` or as long-term
      values `(site,)`; None where the data, or the model, have nothing of it. Both see the days of the results alone;
      results have `mean_<flux>` `(site,)` and, of the fluxes and stores in `parts`, the series by their names.
    - `assumes` is what has to be true for the observation to be one, in a sentence.
    """

    title: str
    observed: Callable[[xr.Dataset], Values]
    simulated: Callable[[xr.Dataset], Values]
    parts: tuple[str, ...] = ()
    assumes: str = ""

    @property
    def score(self) -> str:
        """What the agreement is called among the scores by which claims judge."""
        return f"untrained_{self.title.lower().replace(' ', '_')}"


def of_series(title: str, series: str, parts: tuple[str, ...]) -> Untrained:
    """A series of the data against the sum of some fluxes or stores; in a twin their truth is the observation.

    A model that lacks one of them is not judged: it may have the same under another name.
    """

    def observed(dataset: xr.Dataset) -> Values:
        return dataset[series] if series in dataset else _sum(dataset, [f"true_{part}" for part in parts])

    def simulated(results: xr.Dataset) -> Values:
        return _sum(results, parts)

    return Untrained(title, observed, simulated, parts, OF_SERIES)


def _sum(dataset: xr.Dataset, names: Sequence[str]) -> Values:
    """The sum of variables in the units of the first; None where one is lacking."""
    if not all(name in dataset.variables for name in names):
        return None
    first, *others = (dataset[name] for name in names)
    return sum(others, first).assign_attrs(units=first.attrs["units"])
