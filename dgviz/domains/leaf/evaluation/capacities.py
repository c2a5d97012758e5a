"""The capacities that were learned, against those that others fitted to the same curves, and against a known law.

Published capacities hold at the temperature of the leaf when it was measured, learned ones at 25 degC: the published
are converted by the peaked response.
"""

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from dgviz.domains.evaluation import Evaluation, Scatter
from dgviz.domains.leaf.stomata import MedlynStomata
from dgviz.domains.leaf.temperature import JMAX, VCMAX, PeakedResponse, peaked, respiration
from dgviz.processes.declare import Parameter

RATIO = 1.67  # of Jmax25 to Vcmax25
WORDS = {
    "vcmax25": "Vcmax at 25 °C",
    "jmax25": "Jmax at 25 °C",
    "rd25": "day respiration at 25 °C",
    "g1": "stomatal slope g1",
}


def at_25(dataset: xr.Dataset) -> xr.Dataset:
    """The published capacities and respiration converted to 25 degC, `(site,)` under the names of the parameters."""
    found = {}
    if {"published_vcmax", "published_jmax", "published_tleaf"} <= {*dataset.variables}:
        found["vcmax25"] = dataset.published_vcmax / _factor(dataset.published_tleaf, lambda t: peaked(t, *VCMAX))
        found["jmax25"] = dataset.published_jmax / _factor(dataset.published_tleaf, lambda t: peaked(t, *JMAX))
    if {"published_rd", "published_tleaf_rd"} <= {*dataset.variables}:
        one = torch.ones(())
        found["rd25"] = dataset.published_rd / _factor(dataset.published_tleaf_rd, lambda t: respiration(t, one))
    return xr.Dataset({name: values.reset_coords(drop=True) for name, values in found.items()})


def _factor(tleaf: xr.DataArray, response) -> xr.DataArray:
    """The factor of a response on the value at 25 degC, at these leaf temperatures."""
    factor: Tensor = response(torch.as_tensor(tleaf.values.astype("float64")))
    return tleaf.copy(data=factor.numpy())


def against_published(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """Learned and published capacities at 25 degC of each curve, `(site,)`, and their ratios."""
    published = at_25(dataset.sel(site=results.site))
    found = {}
    for of, values in (("learned", learned(results)), ("published", published)):
        for name in map(str, values):
            found[f"{of}_{name}"] = _labelled(values[name], PeakedResponse.declared[name].units, of, WORDS[name])
        if {"vcmax25", "jmax25"} <= {*values}:
            found[f"{of}_ratio"] = _labelled(values.jmax25 / values.vcmax25, "1", of, "Jmax over Vcmax at 25 °C")
    return xr.Dataset(found)


def learned(results: xr.Dataset) -> xr.Dataset:
    """The learned capacities `(site,)`, mean over the members; those that do not vary from point to point."""
    names = [
        name for name in PeakedResponse.of(Parameter) if name in results and results[name].dims == ("site", "member")
    ]
    return xr.Dataset({name: results[name].mean("member").reset_coords(drop=True) for name in names})


def against_law(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """Learned and true parameters of each curve, `(site,)`, where the law is known."""
    data, declared = dataset.sel(site=results.site), {**PeakedResponse.declared, **MedlynStomata.declared}
    found = {}
    for name, words in WORDS.items():
        if name in results and f"true_{name}" in data.coords and results[name].dims == ("site", "member"):
            units = declared[name].units
            values = {"learned": results[name].mean("member"), "true": data[f"true_{name}"]}
            for of, of_sites in values.items():
                found[f"{of}_{name}"] = _labelled(of_sites.reset_coords(drop=True), units, of, words)
    return xr.Dataset(found)


def _labelled(values: xr.DataArray, units: str, of: str, words: str) -> xr.DataArray:
    about = {"units": units, "long_name": f"{of.capitalize()} {words}"}
    return values.astype("float64").drop_attrs().assign_attrs(about)


def usual_ratio() -> xr.Dataset:
    """Jmax25 over Vcmax25 as found over many species."""
    vcmax25 = np.linspace(1.0, 120.0, 40)
    attrs = {"units": "umol m-2 s-1", "long_name": "Learned Vcmax at 25 °C"}
    along = xr.DataArray(vcmax25, {"learned_vcmax25": vcmax25}, "learned_vcmax25", attrs=attrs)
    words = f"{RATIO} times Vcmax (Medlyn et al. 2002)"
    return xr.Dataset({"usual": (RATIO * along).assign_attrs(units="umol m-2 s-1", long_name=words)})


def lacks_published(results: xr.Dataset, dataset: xr.Dataset) -> str:
    """Why nothing can be shown."""
    return "" if {*learned(results)} else "This run has no capacities of its own for each curve."


def lacks_law(results: xr.Dataset, dataset: xr.Dataset) -> str:
    """Why nothing can be shown."""
    return "" if any(str(name).startswith("true_") for name in dataset.coords) else "These data have no known law."


EVALUATIONS = (
    Evaluation(
        "Capacities",
        "What was learned of each leaf, beside what others fitted to its curve alone. Published capacities are "
        "converted from leaf temperature to 25 °C.",
        against_published,
        (
            Scatter(
                "Vcmax",
                "published_vcmax25",
                "learned_vcmax25",
                "On the dashed line both agree. It was learned from traits, and not from this curve where it was held "
                "out.",
            ),
            Scatter("Jmax", "published_jmax25", "learned_jmax25", "On the dashed line both agree."),
            Scatter("Respiration", "published_rd25", "learned_rd25", "On the dashed line both agree."),
            Scatter(
                "Jmax over Vcmax",
                "learned_vcmax25",
                "learned_jmax25",
                "Leaves invest in both capacities together: over many species the ratio is near 1.67.",
                equal=False,
                curves=usual_ratio,
            ),
        ),
        lacks_published,
    ),
    Evaluation(
        "Known law",
        "In a twin the parameters of every leaf are known. A good fit of assimilation is not yet their recovery.",
        against_law,
        tuple(
            Scatter(title, f"true_{name}", f"learned_{name}", "On the dashed line the law is recovered.")
            for name, title in (
                ("vcmax25", "Vcmax"),
                ("jmax25", "Jmax"),
                ("rd25", "Respiration"),
                ("g1", "Stomatal slope"),
            )
        ),
        lacks_law,
    ),
)
