"""What made the peaks of sites: the largest of what contributed to each of them."""

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr

from dgviz.learn.site_model import SiteModel
from dgviz.quantities import lower_first
from dgviz.sensitivity.contributions import BACK, BASELINES, RECENT
from dgviz.sensitivity.cut import check_alone
from dgviz.sensitivity.windows import AT_ONCE, Integrated, Windows, integrated

HIGH = 0.95  # of the steps of a site are below its peaks
APART = 7  # steps between two of them
COMPLETE = 1e-2  # of a peak: half of it takes twice as long and gives 998 of 1000 peaks the same mechanism


def mechanisms(site: SiteModel, through: Sequence[str], back: int = BACK, recent: int = RECENT) -> xr.Dataset:
    """What contributed to all peaks of the target at all of the sites, `part` `(baseline, part_name, peak)`.

    A peak is a simulated value that is higher than 95 % of those of its site and the highest of seven steps around.
    Its parts are those of `contributions.groups`: each input that `through` names, in the last `recent` steps by its
    name and in the ones up to `back` before as `earlier_NAME`, and the value at the `baseline`, with what was stored
    before. `mechanism` `(baseline, peak)` is the name of the largest one. `site` and `time` `(peak)` say which peak it
    is, `value` how high, `completeness` `(baseline, peak)` the share of its difference to the baseline that the parts
    miss, at most 1 % unless a path of 256 intervals is too short. Peaks with fewer than `back` steps before them are
    left out: `left_out` counts them.

    After Jiang et al. (2022), doi:10.1029/2021WR030185, with the ways by which something reaches the target in place of
    forcings. Raises ValueError as `contributions` does, and if there is no peak.
    """
    check_alone(site, "Mechanisms")
    warmup = site.tensors.warmup
    with torch.no_grad():
        target = site.model.respond(site.tensors, site.learned, [site.target])[site.target].cpu().numpy()
    sites, steps = peaks(target[warmup:])
    enough = steps + warmup >= back
    left_out, sites, steps = int((~enough).sum()), sites[enough], steps[enough]
    if not len(steps):
        raise ValueError(f"No peak has {back} steps before it: {left_out} have fewer. Take a longer time.")
    starts = torch.from_numpy(steps + warmup - back)
    windows = Windows.of(site, through, torch.from_numpy(sites), starts, back + 1)
    parts = torch.arange(len(steps)).split(AT_ONCE)
    found = [_of_baselines(windows.part(part), recent) for part in parts]
    where = {"site": ("peak", np.array(site.sites)[sites]), "time": ("peak", np.asarray(site.time)[steps])}
    return _labelled(xr.concat(found, "peak").assign_coords(where), site).assign_attrs(left_out=left_out)


def peaks(series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The peaks of series `(time, site)`: of each its site and its step, by position, `(peak,)`."""
    from scipy.signal import find_peaks  # it takes most of a second to import

    found = [find_peaks(of_site, height=np.quantile(of_site, HIGH), distance=APART)[0] for of_site in series.T]
    return np.repeat(np.arange(len(found)), [len(steps) for steps in found]), np.concatenate(found)


def joined(found: Sequence[xr.Dataset]) -> xr.Dataset:
    """The peaks of several groups of sites together."""
    left_out = sum(part.attrs["left_out"] for part in found)
    return xr.concat(found, "peak", combine_attrs="override").assign_attrs(left_out=left_out)


def of_sites(found: xr.Dataset, baseline: str = "none") -> xr.DataArray:
    """The mechanism of the most peaks of each site, `(site,)`: of those that are found."""
    return found.mechanism.sel(baseline=baseline).groupby("site").map(_most_frequent)


def by_month(found: xr.Dataset, baseline: str = "none") -> xr.DataArray:
    """How many peaks each mechanism made in each month of the year, `(part_name, month)`."""
    mechanism, month = found.mechanism.sel(baseline=baseline).values, found.time.dt.month.values
    months = np.arange(1, 13)
    counts = [[int(((mechanism == name) & (month == m)).sum()) for m in months] for name in found.part_name.values]
    attrs = {"units": "1", "long_name": "Peaks"}
    return xr.DataArray(
        counts, {"part_name": found.part_name.values, "month": months}, ("part_name", "month"), attrs=attrs
    )


def _of_baselines(windows: Windows, recent: int) -> xr.Dataset:
    """The parts of the value of each window, for every baseline."""
    found = {baseline: integrated(windows, baseline, COMPLETE) for baseline in BASELINES}
    part = np.stack([_grouped(of, recent) for of in found.values()])
    completeness = np.stack([of.completeness.numpy() for of in found.values()])
    names = [*windows.inputs, *(f"earlier_{name}" for name in windows.inputs), "baseline"]
    return xr.Dataset(
        {
            "part": (("baseline", "part_name", "peak"), part),
            "value": ("peak", found["none"].value.numpy()),
            "mechanism": (("baseline", "peak"), np.array(names)[part.argmax(1)]),
            "completeness": (("baseline", "peak"), completeness),
        },
        {"baseline": list(found), "part_name": names},
    )


def _grouped(found: Integrated, recent: int) -> np.ndarray:
    """Each input of the recent steps, each of the earlier ones, and the value at the baseline, `(part, window)`."""
    late = [values[-recent:].sum(0) for values in found.parts.values()]
    early = [values[:-recent].sum(0) for values in found.parts.values()]
    return torch.stack([*late, *early, found.at_baseline]).numpy()


def _most_frequent(names: xr.DataArray) -> xr.DataArray:
    kinds, counts = np.unique(names.values, return_counts=True)
    return xr.DataArray(kinds[counts.argmax()])


def _labelled(found: xr.Dataset, site: SiteModel) -> xr.Dataset:
    """With units and words."""
    attrs = site.process_model.attrs(site.target)
    of_target = {"units": attrs["units"], "long_name": attrs["long_name"]}
    found["value"].attrs = of_target
    found["part"].attrs = of_target | {"long_name": f"Part of {lower_first(attrs['long_name'])}"}
    found["mechanism"].attrs = {"long_name": "Largest part"}
    found["completeness"].attrs = {"units": "1", "long_name": "Missing in the sum of the parts"}
    return found
