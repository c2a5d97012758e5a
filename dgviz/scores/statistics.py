"""Statistics over sites and members."""

from collections.abc import Hashable, Mapping

import xarray as xr


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
