"""The balance of a simulation: what came in, what went out, and what the stores gained.

A model may hold several substances, such as water and heat: those are told apart by the units of its stores.
"""

import xarray as xr

from dgviz.processes.declare import Flux, State
from dgviz.processes.model import ProcessModel


def substances(model: ProcessModel) -> dict[str, list[str]]:
    """The names of the stores by their units, in the order of the model."""
    found: dict[str, list[str]] = {}
    for name, state in model.of(State).items():
        found.setdefault(state.units, []).append(name)
    return found


def boundary(model: ProcessModel, units: str) -> tuple[list[str], list[str]]:
    """The names of the fluxes into and out of the stores that have these units, across the boundary of the model."""
    fluxes, stores = model.of(Flux), substances(model)[units]
    inflows = [name for name in model.inflows if fluxes[name].into in stores]
    return inflows, [name for name in model.outflows if fluxes[name].out_of in stores]


def balance(model: ProcessModel, simulated: xr.Dataset, units: str = "") -> xr.DataArray:
    """Amounts of a simulation `(time,)` from the end of its first day to the end of its last, `(term,)`.

    Of the stores that have these `units`, by default those of the first.

    Each term is a flux across the boundary of the model or the change of a store; `kind` says which: "inflow",
    "outflow", "change", or "residual" = inflows - outflows - changes. In the units of the stores.
    """
    days, by_units = simulated.astype("float64"), substances(model)
    units = units or next(iter(by_units))
    inflows, outflows = boundary(model, units)
    # Stores are known at the end of each day, so the fluxes of the first day are already in the first of them.
    total = {name: float(days[name][1:].sum()) for name in {*inflows, *outflows}}
    change = {name: float(days[name][-1] - days[name][0]) for name in by_units[units]}
    terms = [("inflow", name, total[name]) for name in inflows]
    terms += [("outflow", name, total[name]) for name in outflows]
    terms += [("change", name, value) for name, value in change.items()]
    # residual = inflows - outflows - changes: zero, to rounding, if the processes alone move what is stored
    signs = {"inflow": 1, "outflow": -1, "change": -1}
    terms.append(("residual", "residual", sum(signs[kind] * value for kind, _, value in terms)))
    kinds, names, values = zip(*terms, strict=True)
    long_names = [model.attrs(name)["long_name"] if name != "residual" else "Residual" for name in names]
    return xr.DataArray(
        list(values),
        {"term": list(names), "kind": ("term", list(kinds)), "long_name": ("term", long_names)},
        "term",
        name="balance",
        attrs={"long_name": "Balance", "units": units},
    )
