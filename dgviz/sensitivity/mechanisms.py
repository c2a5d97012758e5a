"""What made the peaks of sites: the largest of what contributed to each of them."""

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr

from dgviz.learn.site_model import SiteModel
from dgviz.quantities import lower_first
from dgviz.sensitivity.contributions import BACK, BASELINES, RECENT, grouped, part_names
from dgviz.sensitivity.cut import check_alone
from dgviz.sensitivity.windows import AT_ONCE, Windows, integrated

HIGH = 0.95  # of the steps of a site are below its peaks
APART = 7  # steps of which it is the highest
COMPLETE = 1e-2  # of a peak: half of it takes twice as long and gives 998 of 1000 peaks the same mechanism


def mechanisms(site: SiteModel, through: Sequence[str], back: int = BACK, recent: int = RECENT) -> xr.Dataset:
    """What contributed to all peaks of the target at all of the sites, `part` `(baseline, part_name, peak)`.

    A peak is a simulated value that is higher than 95 % of those of its site and the highest of the seven steps around.
    Its parts are those of `contributions.groups`: each input that `through` names, in the last `recent` steps by its
    name and in the ones up to `back` before as `earlier_NAME`, and the value at the `baseline`, with what was stored
    before. `mechanism` `(baseline, peak)` is the name of the largest one. `site` and `time` `(peak)` say which peak it
    is, `value` how high, `completeness` `(baseline, peak)` the share of its difference to the baseline that the parts
    miss, at most 1 % unless a path of 256 intervals is too short. Peaks with fewer than `back` steps before them are
    left out: `left_out` counts them; `repeated` counts those whose past begins before the record, where its first year
    stands once more.

    After Jiang et al. (2022), doi:10.1029/2021WR030185, with the ways by which something reaches the target in place of
    forcings. Raises ValueError as `contributions` does.
    """
    check_alone(site, "Mechanisms")
    warmup = site.tensors.warmup
    with torch.no_grad():
        target = site.model.respond(site.tensors, site.learned, [site.target])[site.target].cpu().numpy()
    sites, steps = peaks(target[warmup:])
    enough = steps + warmup >= back
    left_out, sites, steps = int((~enough).sum()), sites[enough], steps[enough]
    starts = torch.from_numpy(steps + warmup - back)
    windows = Windows.of(site, through, torch.from_numpy(sites), starts, back + 1)
    parts = torch.arange(len(steps)).split(AT_ONCE) if len(steps) else []
    groups = [_nothing(through), *(_of_baselines(windows.part(part), recent) for part in parts)]
    where = {"site": ("peak", np.array(site.sites)[sites]), "time": ("peak", np.asarray(site.time)[steps])}
    repeated = int((starts < site.repeated).sum())
    found = _labelled(xr.concat(groups, "peak").assign_coords(where), site)
    return found.assign_attrs(left_out=left_out, repeated=repeated)


def peaks(series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The peaks of series `(time, site)`: of each its site and its step, by position, `(peak,)`."""
    from scipy.ndimage import maximum_filter1d  # it takes half a second to import

    highest = maximum_filter1d(series, APART, axis=0, mode="nearest") == series
    rising = np.diff(series, axis=0, prepend=np.inf) > 0  # of a level top the first step
    sites, steps = (highest & rising & (series > np.quantile(series, HIGH, axis=0))).T.nonzero()
    return sites, steps


def joined(found: Sequence[xr.Dataset]) -> xr.Dataset:
    """The peaks of several groups of sites together."""
    counts = {name: sum(part.attrs[name] for part in found) for name in ("left_out", "repeated")}
    return xr.concat(found, "peak", combine_attrs="override").assign_attrs(counts)


def of_sites(found: xr.Dataset, baseline: str = "none") -> xr.DataArray:
    """The mechanism of the most peaks of each site, `(site,)`; of equally many, that which made most of all of them."""
    here, names = found.sel(baseline=baseline), found.part_name.values
    sites, most = np.unique(here.site.values), []
    for site in sites:
        own = here.site.values == site
        counts = (here.mechanism.values[own][:, None] == names).sum(0)
        most.append(np.lexsort((here.part.values[:, own].sum(1), counts))[-1])  # by counts, then by amounts
    return xr.DataArray(names[most], {"site": sites}, ("site",), attrs={"long_name": "What made the most peaks"})


def agreement_of_baselines(found: xr.Dataset) -> float:
    """The share of the peaks that have the same mechanism for both baselines; NaN without peaks."""
    none, mean = (found.mechanism.sel(baseline=baseline).values for baseline in BASELINES)
    return float((none == mean).mean()) if len(none) else float("nan")


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
    parts = [grouped(of.parts, of.at_baseline, recent) for of in found.values()]
    part = torch.stack([torch.stack([*of.values()]) for of in parts]).numpy()
    completeness = torch.stack([of.completeness for of in found.values()]).numpy()
    names = [*parts[0]]
    return _peaks(names, part, found["none"].value.numpy(), np.array(names)[part.argmax(1)], completeness)


def _nothing(through: Sequence[str]) -> xr.Dataset:
    """No peaks."""
    names, n_baselines = part_names(through), len(BASELINES)
    none = np.zeros((n_baselines, 0))
    return _peaks(names, np.zeros((n_baselines, len(names), 0)), np.zeros(0), none.astype(str), none)


def _peaks(names, part, value, mechanism, completeness) -> xr.Dataset:
    of_each = "baseline", "peak"
    return xr.Dataset(
        {
            "part": (("baseline", "part_name", "peak"), part),
            "value": ("peak", value),
            "mechanism": (of_each, mechanism),
            "completeness": (of_each, completeness),
        },
        {"baseline": list(BASELINES), "part_name": names},
    )


def _labelled(found: xr.Dataset, site: SiteModel) -> xr.Dataset:
    """With units and words."""
    attrs = site.process_model.attrs(site.target)
    of_target = {"units": attrs["units"], "long_name": attrs["long_name"]}
    found["value"].attrs = of_target
    found["part"].attrs = of_target | {"long_name": f"Part of {lower_first(attrs['long_name'])}"}
    found["mechanism"].attrs = {"long_name": "Largest part"}
    found["completeness"].attrs = {"units": "1", "long_name": "Missing in the sum of the parts"}
    return found
