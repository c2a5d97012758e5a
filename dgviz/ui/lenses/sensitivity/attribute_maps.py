"""What attributes add to a parameter at each site, as the map shows it."""

import numpy as np
import xarray as xr

from dgviz.processes.declare import Parameter
from dgviz.quantities import lower_first
from dgviz.ui import theme

MOST_CLASSES = 6  # attributes that have a colour of their own


def part_of(found: xr.Dataset, parameter: str, attribute: str, declared: Parameter, site: str) -> xr.DataArray:
    """What one attribute adds to a parameter `(site,)`; `found` as of `attribute_contributions`."""
    values = found.contribution.sel(parameter=parameter, attribute=attribute)
    return values.assign_attrs(
        long_name=f"What {lower_first(values.attribute_name.item())} adds to {lower_first(declared.long_name)}",
        units=declared.units,
        limit=float(abs(values).max()) or 1.0,
        about=f"Against a {site} of mean attributes, by integrated gradients",
    )


def largest_of(found: xr.Dataset, parameter: str, declared: Parameter, site: str, dark: bool) -> xr.DataArray:
    """The attribute that adds most to a parameter, as the number of its class `(site,)`; rare ones are one class."""
    dominant = found.dominant.sel(parameter=parameter)
    names, counts = np.unique(dominant.values[dominant.values != ""], return_counts=True)
    kept = names[np.argsort(-counts, kind="stable")][:MOST_CLASSES].tolist()
    titles = [lower_first(found.attribute_name.sel(attribute=name).item()) for name in kept]
    classes = {title: ink[dark] for title, ink in zip(titles, theme.PALETTE, strict=False)}
    if len(names) > len(kept):
        classes["another attribute"] = theme.token("muted", dark)
    codes = [np.nan if a == "" else float(kept.index(a) if a in kept else len(kept)) for a in dominant.values]
    return dominant.copy(data=codes).assign_attrs(
        long_name=f"Largest contribution to {lower_first(declared.long_name)}",
        classes=classes,
        about=f"Against a {site} of mean attributes, by integrated gradients",
    )
