"""Productivity of a year and its season, simulated and observed, and the stress that a run has.

- Annual: the mean over the steps that were observed, times the days of a year.
- Amplitude: half the range of the means of the calendar months.
- Peak: the calendar month with the highest mean.
"""

import numpy as np
import xarray as xr

from dgviz.domains.ecosystem.evaluation.stress_forms import against_dry_air, against_dry_soil
from dgviz.domains.evaluation import Evaluation, Scatter

DAYS = 365.25
LEAST_MONTHS = 9  # of the calendar that a season takes
ABOUT = {
    "annual": ("g m-2 yr-1", "productivity of a year, as carbon"),
    "amplitude": ("g m-2 d-1", "amplitude of the season"),
    "peak": ("1", "month of the highest productivity"),
}


def seasons(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """`observed_<name>` and `simulated_<name>` `(site,)` of annual, amplitude and peak, on the steps that both have."""
    days = slice(*period.split("/"))
    observed = dataset.gpp.sel(site=results.site, time=days)
    simulated = results.gpp.sel(time=days)
    both = observed.notnull() & simulated.notnull()
    found = {}
    for of, values in (("observed", observed), ("simulated", simulated)):
        for name, measured in _of(values.where(both).astype("float64")).items():
            units, words = ABOUT[name]
            about = {"units": units, "long_name": f"{of.capitalize()} {words}"}
            found[f"{of}_{name}"] = measured.reset_coords(drop=True).drop_attrs().assign_attrs(about)
    return xr.Dataset(found)


def _of(gpp: xr.DataArray) -> dict[str, xr.DataArray]:
    """What characterises a series of productivity `(time, site)`."""
    months = gpp.groupby("time.month").mean("time").transpose("month", "site")
    enough = months.notnull().sum("month") >= LEAST_MONTHS
    highest = months.month.values[np.where(np.isnan(months), -np.inf, months).argmax(0)]
    peak = enough.copy(data=highest.astype("float64"))
    found = {
        "annual": months.mean("month") * DAYS,
        "amplitude": (months.max("month") - months.min("month")) / 2,
        "peak": peak,
    }
    return {name: values.where(enough) for name, values in found.items()}


def stress(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """The mean stress of each tower beside the means of what causes it, `(site,)`; of a twin also the true stress."""
    data = dataset.sel(site=results.site)
    found = {}
    if "mean_stress" in results:
        found["stress"] = (results.mean_stress, "1", "Share of the light use efficiency that stress leaves")
    data = data.sel(time=results.time)
    if "wetness" in data:
        found["wetness"] = (data.wetness.mean("time"), "1", "Mean water in the root zone, share of capacity")
    found["vpd"] = (data.vpd.mean("time"), "Pa", "Mean vapour pressure deficit")
    if "true_stress" in data:
        found["true_stress"] = (data.true_stress.mean("time"), "1", "True share that stress leaves")
    return xr.Dataset(
        {
            name: values.astype("float64")
            .reset_coords(drop=True)
            .drop_attrs()
            .assign_attrs(units=units, long_name=words)
            for name, (values, units, words) in found.items()
        }
    )


def _without_stress(results: xr.Dataset, dataset: xr.Dataset) -> str:
    return "" if "mean_stress" in results else "A network alone computes no stress: choose a run with processes."


def _scatter(name: str, title: str, about: str) -> Scatter:
    return Scatter(title, f"observed_{name}", f"simulated_{name}", about)


EVALUATIONS = (
    Evaluation(
        "Year and season",
        "What a tower fixes in a year, and how far summer is from winter.",
        seasons,
        (
            _scatter(
                "annual", "Annual productivity", "On the months that were observed, which may leave out a winter."
            ),
            _scatter("amplitude", "Seasonal amplitude", "Half the range of the means of the calendar months."),
            _scatter("peak", "Month of the peak", "The calendar month with the highest mean, 1 for January."),
        ),
    ),
    Evaluation(
        "Stress",
        "What dry soil and dry air take of the light use efficiency. A learned stress may stand for more than water.",
        stress,
        (
            Scatter(
                "By soil",
                "wetness",
                "stress",
                "Means of each tower, beside the textbook's parabola. A mean over dry and wet months lies below it.",
                equal=False,
                curves=against_dry_soil,
                limits=(0.0, 1.0),
            ),
            Scatter(
                "By air",
                "vpd",
                "stress",
                "Means of each tower, beside the ramp of satellite products.",
                equal=False,
                curves=against_dry_air,
                limits=(0.0, 1.0),
            ),
            Scatter("True stress", "true_stress", "stress", "On a twin, whose law is known.", limits=(0.0, 1.0)),
        ),
        _without_stress,
    ),
)
