"""The rates that characterise a curve, simulated and observed."""

import xarray as xr

from dgviz.domains.evaluation import Evaluation, against_observed, observed_and_simulated, on_shared_days

SHARE = 0.9  # of the points of a curve that are at most as high as its saturated rate
ABOUT = {
    "mean": ("umol m-2 s-1", "mean net assimilation"),
    "saturated": ("umol m-2 s-1", "net assimilation at the top"),
}


def rates(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """`observed_<rate>` and `simulated_<rate>` `(site,)` over the points of a period that both have."""
    if "net_assimilation" not in results or "net_assimilation" not in dataset:
        return xr.Dataset()
    return observed_and_simulated(on_shared_days(results, dataset, "net_assimilation", period), _of, ABOUT)


def _of(assimilation: xr.DataArray) -> dict[str, xr.DataArray]:
    """The rates of the points of each curve `(time, site)`."""
    top = assimilation.quantile(SHARE, "time").drop_vars("quantile")
    return {"mean": assimilation.mean("time"), "saturated": top}


EVALUATIONS = (
    Evaluation(
        "Rates of the curves",
        "The level of each curve, whatever its shape: most of what differs between leaves, and what traits have to "
        "explain.",
        rates,
        (
            against_observed("mean", "Mean", "On the dashed line simulation and observation agree."),
            against_observed(
                "saturated",
                "At the top",
                "Nine in ten points of the curve are lower: in much CO2 and light the transport of electrons limits.",
            ),
        ),
    ),
)
