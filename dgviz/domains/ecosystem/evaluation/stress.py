"""What a run says of stress: by tower, beside the textbook's forms, and in the months that are driest there."""

import xarray as xr

from dgviz.domains.ecosystem.evaluation.dry_steps import driest_and_wettest, stress_of_steps
from dgviz.domains.ecosystem.evaluation.stress_forms import against_dry_air, against_dry_soil
from dgviz.domains.evaluation import Evaluation, Scatter

ABOUT = {
    "stress": ("1", "Light use efficiency over that without stress"),
    "true_stress": ("1", "True light use efficiency over that without stress"),
    "dry_stress": ("1", "Light use efficiency over that without stress, in the driest months"),
    "dry_wetness": ("1", "Water in the root zone in the driest months"),
    "dry_vpd": ("Pa", "Vapour pressure deficit in the driest months"),
    "wet_stress": ("1", "Light use efficiency over that without stress, in the wettest months"),
}


def stress(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """Stress of each tower `(site,)`: its mean, of a twin the true one, and that of the driest and wettest months.

    Of all days of the results, as a season has few dry months. Dry and wet are the quarters of the steps above 10 degC
    with the least and the most water in the root zone.
    """
    data = dataset.sel(site=results.site, time=results.time)
    found = {}
    if "mean_stress" in results:
        found["stress"] = results.mean_stress
    if "true_stress" in data.variables:
        found["true_stress"] = data.true_stress.mean("time")
    steps = stress_of_steps(results, data)
    if steps is not None and "wetness" in data.variables:
        found["dry_stress"], found["wet_stress"] = driest_and_wettest(steps, data.wetness, data.tair)
        for name in ("wetness", "vpd"):
            found[f"dry_{name}"] = driest_and_wettest(data[name].where(steps.notnull()), data.wetness, data.tair)[0]
    return xr.Dataset({name: _labelled(values, name) for name, values in found.items()})


def _labelled(values: xr.DataArray, name: str) -> xr.DataArray:
    units, words = ABOUT[name]
    values = values.astype("float64").reset_coords(drop=True).drop_attrs()
    return values.assign_attrs(units=units, long_name=words)


def _lacking(results: xr.Dataset, dataset: xr.Dataset) -> str:
    return "" if "mean_stress" in results else "A network alone computes no stress: choose a run with processes."


STRESS = Evaluation(
    "Stress",
    "What dry soil and dry air take of the light use efficiency. A learned stress may stand for more than water.",
    stress,
    (
        Scatter(
            "By soil",
            "dry_wetness",
            "dry_stress",
            "In the driest quarter of each tower's months above 10 °C, beside the textbook's parabola.",
            equal=False,
            curves=against_dry_soil,
            limits=(0.0, 1.2),
        ),
        Scatter(
            "By air",
            "dry_vpd",
            "dry_stress",
            "The same months by the dryness of their air, beside the ramp of satellite products.",
            equal=False,
            curves=against_dry_air,
            limits=(0.0, 1.2),
        ),
        Scatter(
            "Wet and dry",
            "wet_stress",
            "dry_stress",
            "Below the dashed line a tower loses more in its driest months than in its wettest.",
        ),
        Scatter("True stress", "true_stress", "stress", "On a twin, whose law is known."),
    ),
    _lacking,
)
