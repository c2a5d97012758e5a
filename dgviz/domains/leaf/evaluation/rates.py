"""The rates that characterise a curve, simulated and observed."""

import xarray as xr

from dgviz.domains.evaluation import Evaluation, Scatter

SHARE = 0.9  # of the points of a curve that are at most as high as its saturated rate
WORDS = {"mean": "mean net assimilation of the curve", "saturated": "net assimilation at the top of the curve"}


def rates(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """`observed_<rate>` and `simulated_<rate>` `(site,)` over the points of a period that both have."""
    if "net_assimilation" not in results or "net_assimilation" not in dataset:
        return xr.Dataset()
    points = slice(*period.split("/"))
    observed = dataset.net_assimilation.sel(site=results.site, time=points)
    simulated = results.net_assimilation.sel(time=points).where(observed.notnull())
    found = {}
    for of, values in (("observed", observed.where(simulated.notnull())), ("simulated", simulated)):
        top = values.quantile(SHARE, "time").drop_vars("quantile")
        for name, rate in {"mean": values.mean("time"), "saturated": top}.items():
            about = {"units": "umol m-2 s-1", "long_name": f"{of.capitalize()} {WORDS[name]}"}
            found[f"{of}_{name}"] = rate.reset_coords(drop=True).drop_attrs().assign_attrs(about)
    return xr.Dataset(found)


EVALUATIONS = (
    Evaluation(
        "Rates of the curves",
        "The level of each curve, whatever its shape: most of what differs between leaves, and what traits have to "
        "explain.",
        rates,
        (
            Scatter("Mean", "observed_mean", "simulated_mean", "On the dashed line simulation and observation agree."),
            Scatter(
                "At the top",
                "observed_saturated",
                "simulated_saturated",
                "Nine in ten points of the curve are lower: in much CO2 and light the transport of electrons limits.",
            ),
        ),
    ),
)
