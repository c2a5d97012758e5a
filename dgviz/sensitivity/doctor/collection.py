"""All sites of a data set: duplicates, series of another size than elsewhere, attributes that tell nothing."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from dgviz.datasets import attribute_names, forcing_names
from dgviz.datasets.duplicates import same_series
from dgviz.datasets.remarks import remarks
from dgviz.datasets.vocabulary import CALENDAR
from dgviz.sensitivity.doctor.finding import Finding, listed, number

LEAST_SITES = 4
SAME = 0.9999  # correlation of an attribute with the mean of the target
MANY_SITES = 6  # of which a correlation tells
APART = 8.0  # times the typical size at other sites, from which on units differ


def collection_faults(dataset: xr.Dataset, target: str) -> Iterator[Finding]:
    """What is doubtful among the sites of a data set."""
    sites = dataset.site.values
    known = " ".join(remark.about for remark in remarks(dataset))
    for i, j, _ in same_series(dataset[target].transpose("time", "site")) if target in dataset else ():
        yield Finding(
            "duplicated site",
            f"{sites[i]} and {sites[j]} have the same {target}: what is learned at the one is known at the other. "
            "Leave one of them out.",
            # What the data set says itself is known.
            "note" if f"{sites[i]} = {sites[j]}" in known else "fault",
            quantities=(target, str(sites[i]), str(sites[j])),
            site=int(j),
        )
    for name in [*forcing_names(dataset), target]:
        if name in dataset and name not in CALENDAR and {"time", "site"} <= {*dataset[name].dims}:
            yield from _other_size(dataset[name].transpose("time", "site"))
    yield from _attributes(dataset)
    yield from _from_target(dataset, target)


def _other_size(series: xr.DataArray) -> Iterator[Finding]:
    """Sites at which a series that is never negative is many times larger or smaller than at all others."""
    values = series.values
    known = np.isfinite(values)
    if values.shape[1] < LEAST_SITES or not known.any() or np.nanmin(values) < 0:
        return
    counts = known.sum(0)
    size = np.where(known, values, 0).sum(0) / np.maximum(counts, 1)
    typical = np.median(size[counts > 0])
    for site in np.flatnonzero(counts):
        others = np.delete(size, site)[np.delete(counts, site) > 0]
        if typical <= 0 or size[site] <= 0:
            continue
        above, below = size[site] / others.max(), others[others > 0].min() / size[site]
        if max(above, below) > APART:
            factor = max(above, below)
            yield Finding(
                "other units",
                f"{series.name} at {series.site.values[site]} is {number(factor)} times "
                f"{'larger' if above > below else 'smaller'} than at any other site. Look at its units there.",
                quantities=(str(series.name),),
                site=int(site),
                figure=float(factor),
            )


def _attributes(dataset: xr.Dataset) -> Iterator[Finding]:
    names = attribute_names(dataset)
    if dataset.sizes["site"] < LEAST_SITES or not names:
        return
    same = [name for name in names if np.nanstd(dataset[name].values.astype("float64")) == 0]
    if same:
        every = len(same) == len(names)
        consequence = "no site can be told from another" if every else "the network learns nothing from them"
        yield Finding(
            "attributes without variance",
            f"{listed(same)} {'is' if len(same) == 1 else 'are'} the same at all sites: {consequence}.",
            "fault" if every else "note",
            quantities=tuple(same),
        )


def _from_target(dataset: xr.Dataset, target: str) -> Iterator[Finding]:
    """Attributes that are the mean of the observed target, but for a factor."""
    if target not in dataset or dataset.sizes["site"] < MANY_SITES:
        return
    mean = dataset[target].mean("time").values.astype("float64")
    for name in attribute_names(dataset):
        values = dataset[name].values.astype("float64")
        known = np.isfinite(values) & np.isfinite(mean)
        if known.sum() < MANY_SITES or np.ptp(values[known]) == 0 or np.ptp(mean[known]) == 0:
            continue
        likeness = float(np.corrcoef(values[known], mean[known])[0, 1])
        if abs(likeness) > SAME:
            words = f"{name} is the mean of the observed {target} but for a factor: it tells what is to be predicted"
            yield Finding("leak", f"{words}. Leave it out.", quantities=(name, target), figure=likeness)
