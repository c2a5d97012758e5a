"""One value for each site and how it is coloured."""

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from dgviz.ui import theme
from dgviz.ui.words.text import label, number, units

FITTED = "Colours span the 2nd to the 98th percentile"
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
    classes: tuple[str, ...] = ()  # what each colour stands for, where values are the numbers of these words

    @property
    def units(self) -> str:
        """The units as people write them, '' when there are none."""
        return units(self.values.attrs.get("units", ""))

    @property
    def span(self) -> str:
        """What the colours stand for, in words."""
        if self.classes:
            return ", ".join(self.classes)
        return f"{number(self.low)} to {number(self.high)} {self.units}".rstrip()

    def said(self, value: float) -> str:
        """A value in words."""
        return self.classes[int(value)] if self.classes else f"{number(value)} {self.units}".rstrip()

    def fitted(self) -> "Colouring":
        """The same with limits that follow the values; those of a diverging scale stay as far above zero as below."""
        if self.powers or self.classes:
            return self
        low, high = _nice_limits(self.values.values)
        if self.palette == theme.DIVERGING and self.low == -self.high:
            low, high = -max(-low, high), max(-low, high)
        return replace(self, low=low, high=high, caption=FITTED)


def of_result(values: xr.DataArray, name: str) -> Colouring:
    """Spread over powers of ten where none is below zero and the sizes differ much, as along a network."""
    known = values.values[np.isfinite(values.values)]
    if known.size and known.min() >= 0 and known.max() > MANY * np.median(known) > 0:
        logs = np.log10(values.where(values > 0))
        low, high = 10.0 ** np.floor(float(logs.quantile(0.05))), 10.0 ** np.ceil(float(logs.max()))
        caption = "Each power of ten has as many colours"
        return Colouring(label(values, name), values, theme.SEQUENTIAL, low, high, caption, powers=True)
    return Colouring(label(values, name), values, theme.SEQUENTIAL, *_nice_limits(values.values), FITTED)


def _nice_limits(values: np.ndarray) -> tuple[float, float]:
    """The 2nd and 98th percentile, rounded outward to two digits."""
    if not np.isfinite(values).any():
        return 0.0, 1.0
    low, high = np.nanpercentile(values, [2, 98])
    step = 10.0 ** np.floor(np.log10(max(high - low, 1e-9))) / 10
    low, high = np.floor(low / step) * step, np.ceil(high / step) * step
    return float(low), float(high if high > low else low + step)
