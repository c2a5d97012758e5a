"""Statistics over sites and members."""

from collections.abc import Hashable, Mapping

import numpy as np
import xarray as xr

END, STUCK = 0.02, 0.1  # of a range: what is nearer to its end is at the end; of the sites


def over_sites(values: xr.DataArray) -> xr.Dataset:
    """`mean`, `spread` (standard deviation), `low` and `high` (10th, 90th percentile) for each site, `(site,)`.

    Over all other dimensions: the members of a static parameter, the days of a dynamic one.
    """
    rest = [dim for dim in values.dims if dim != "site"]
    ends = values.quantile([0.1, 0.9], rest)
    return xr.Dataset(
        {
            "mean": values.mean(rest, keep_attrs=True),
            "spread": values.std(rest, keep_attrs=True),
            "low": ends.isel(quantile=0, drop=True),
            "high": ends.isel(quantile=1, drop=True),
        }
    )


def on_common_sites(values: Mapping[Hashable, xr.DataArray]) -> dict[Hashable, xr.DataArray]:
    """Each of several `(site,)`, on those sites only at which all have a value."""
    aligned = xr.align(*values.values(), join="inner")
    known = xr.concat([one.notnull().reset_coords(drop=True) for one in aligned], "one").all("one")
    return {name: one[known.values] for name, one in zip(values, aligned, strict=True)}


def best_median_worst(scores: xr.DataArray) -> dict[str, str]:
    """The sites of the best, the middle and the worst score `(site,)`; none where no score is known.

    The best is nearest to the attribute `best`, 1 where it is not given. Of an even number of sites the middle one is
    the worse of two.
    """
    known = scores.dropna("site")
    distance = abs(known - scores.attrs.get("best", 1.0))
    order = [str(known.site.values[i]) for i in distance.values.argsort(kind="stable")]
    return {"best": order[0], "median": order[len(order) // 2], "worst": order[-1]} if order else {}


def clearest_pattern(values: Mapping[str, xr.DataArray], ranges: Mapping[str, tuple[float, float]]) -> str:
    """Which of several, `(site, ...)` each, differs most between sites, as a share of its range; '' of none.

    Measured is the range from the 10th to the 90th percentile of the means by site, times the share of all values that
    are not at an end of the range. What stands at an end at more than a tenth of the sites comes after all others.
    """

    def rank(name: str) -> tuple[bool, float]:
        low, high = ranges[name]
        share = (values[name].transpose("site", ...).values - low) / (high - low)
        means = share.reshape(len(share), -1).mean(1)
        spread = float(np.subtract(*np.nanquantile(means, [0.9, 0.1]))) if np.isfinite(means).any() else 0.0
        return at_end(means) <= STUCK, spread * (1 - at_end(share))

    def at_end(share: np.ndarray) -> float:
        return float((abs(share - 0.5) > 0.5 - END).mean())

    return max(values, key=rank, default="")


def rank_correlation(one: xr.DataArray, other: xr.DataArray) -> float:
    """Spearman's rank correlation of two series of one dimension, from -1 to 1; equal values share their mean rank.

    Labels that miss either do not count. NaN where one of them is constant.

    Source: Spearman (1904), doi:10.2307/1412159.
    """
    one, other = xr.align(one, other, join="inner")
    both = (one.notnull() & other.notnull()).values
    # Pearson correlation of the ranks
    ranks = [values.to_series().reset_index(drop=True)[both].rank() for values in (one, other)]
    return float("nan") if any(r.nunique() < 2 for r in ranks) else float(ranks[0].corr(ranks[1]))
