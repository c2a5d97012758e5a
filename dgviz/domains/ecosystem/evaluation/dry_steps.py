"""The stress of each step, told from the results of a run: its productivity over that without stress.

Results hold the mean stress of a tower, not its series. But productivity is in proportion to stress, so that the chain
of processes, computed again with the parameters of the run and without stress, tells it.
"""

import numpy as np
import torch
import xarray as xr

from dgviz.domains.ecosystem.kinetics import Rubisco
from dgviz.domains.ecosystem.productivity import AcclimatedLight, UnlimitedTransport
from dgviz.domains.ecosystem.quantum_yield import ConstantYield, TemperatureDependentYield
from dgviz.domains.ecosystem.stomata import ConstantRatio, LeastCost
from dgviz.domains.ecosystem.stress import NoStress
from dgviz.processes.declare import Parameter, Process

GROWING = 10.0  # degC: in colder steps cold is the stress
SHARE = 0.25  # of the growing steps: the driest, or the wettest
LEAST = 8  # growing steps that a tower needs
INPUTS = ("tair", "vpd", "ppfd", "fapar", "co2", "pressure")


def stress_of_steps(results: xr.Dataset, data: xr.Dataset) -> xr.DataArray | None:
    """The stress `(time, site)` of a run; None where it has no static parameters of the chain, as a network alone."""
    chosen = [
        _option(results, options)
        for options in ((LeastCost, ConstantRatio), (TemperatureDependentYield, ConstantYield))
    ]
    if None in chosen or "mean_stress" not in results or not {*INPUTS} <= {*data.variables}:
        return None
    simulated = results.gpp.transpose("time", "site")
    ratios = [simulated / _unstressed(results, data, chosen, last()) for last in (AcclimatedLight, UnlimitedTransport)]
    ratios = [ratio.where(np.isfinite(ratio)) for ratio in ratios]
    # Only one of the two forms of light use gives the mean that the run itself has.
    return min(ratios, key=lambda ratio: float(abs(ratio.mean("time") - results.mean_stress).median()))


def _option(results: xr.Dataset, options: tuple[type[Process], ...]) -> type[Process] | None:
    """The option whose parameters, all static, the results hold."""
    held = [option for option in options if all(name in results for name in option.of(Parameter))]
    static = [option for option in held if all("member" in results[name].dims for name in option.of(Parameter))]
    return static[0] if static else None


def _unstressed(results: xr.Dataset, data: xr.Dataset, chosen: list, last: Process) -> xr.DataArray:
    """Productivity without stress `(time, site)`, the mean over the members."""
    values = {name: _tensor(data[name].transpose("time", "site").values[..., None]) for name in INPUTS}
    for process in (Rubisco(), *(option() for option in chosen), NoStress(), last):
        learned = {
            name: _tensor(results[name].transpose("site", "member").values[None]) for name in process.of(Parameter)
        }
        values |= process(**{name: (values | learned)[name] for name in process.reads})
    return results.gpp.transpose("time", "site").copy(data=values["gpp"].mean(-1).numpy())


def _tensor(values: np.ndarray) -> torch.Tensor:
    return torch.as_tensor(values.astype("float64"))


def driest_and_wettest(
    values: xr.DataArray, wetness: xr.DataArray, tair: xr.DataArray
) -> tuple[xr.DataArray, xr.DataArray]:
    """Means `(site,)` over the driest and the wettest quarter of the growing steps of each tower."""
    grows = (tair > GROWING) & values.notnull()
    enough = grows.sum("time") >= LEAST
    water = wetness.where(grows).where(enough, 0.0)  # where too few grow, anything that has quantiles
    low, high = (water.quantile(share, "time").drop_vars("quantile") for share in (SHARE, 1 - SHARE))
    dry, wet = (values.where(kept & grows).mean("time").where(enough) for kept in (water <= low, water >= high))
    return dry, wet
