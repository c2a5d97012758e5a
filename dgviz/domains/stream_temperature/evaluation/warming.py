"""How much a stream warms with its air, and what damps that: exact derivatives of a run, by site.

Groundwater follows the air late and little, so a stream that it feeds is less sensitive.

Source: Kelleher et al. (2012), doi:10.1002/hyp.8186.
"""

import xarray as xr

from dgviz.domains.evaluation import Evaluation, Scatter, described

SOURCES = ("quickflow", "interflow", "baseflow")
AIR = ("tair", "tmean")


def warming(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """By how much the mean temperature of the water rises with that of the air, and the share of groundwater."""
    if lacking(results, dataset):
        return xr.Dataset()
    name = next(f"sensitivity_{air}" for air in AIR if f"sensitivity_{air}" in results)
    found = {
        "response": (results[name], "1", "Warming of the stream for 1 °C warmer air, °C"),
        "groundwater": (share_of_groundwater(results, dataset), "1", "Share of baseflow in the flow"),
    }
    return described({key: each for key, each in found.items() if each[0] is not None})


def share_of_groundwater(results: xr.Dataset, dataset: xr.Dataset) -> xr.DataArray | None:
    """The share of baseflow: simulated where the run simulates it, else as the data have it; None without either."""
    if all(f"mean_{name}" in results for name in SOURCES):
        return results.mean_baseflow / sum(results[f"mean_{name}"] for name in SOURCES)
    here = dataset.sel(site=results.site)
    if all(name in here for name in SOURCES):
        return here.baseflow.mean("time") / sum(here[name].mean("time") for name in SOURCES)
    if "baseflow_index" in here:
        return here.baseflow_index / (100.0 if here.baseflow_index.attrs.get("units") == "percent" else 1.0)
    return None


def lacking(results: xr.Dataset, dataset: xr.Dataset) -> str:
    """Why there is nothing to see."""
    if not any(f"sensitivity_{air}" in results for air in AIR):
        return "This run has no sensitivity to the air: train it anew."
    return ""


EVALUATION = Evaluation(
    "Warming",
    "What one degree of warmer air is in the stream, by exact derivatives of the run's mean temperature.",
    warming,
    (
        Scatter(
            "Groundwater damps",
            "groundwater",
            "response",
            "Streams that are fed by groundwater follow the air less: its temperature is that of past years.",
            equal=False,
            limits=(0.0, 1.0),
        ),
    ),
    lacking,
    target="water_temperature",
)
