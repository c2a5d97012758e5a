"""The balance of a simulation: what came in, what went out, and what the stores gained."""

import xarray as xr

from dgviz.processes.declare import State
from dgviz.processes.model import ProcessModel


def balance(model: ProcessModel, simulated: xr.Dataset) -> xr.DataArray:
    """Amounts of a simulation `(time,)` from the end of its first day to the end of its last, `(term,)`.

    Each term is a flux across the boundary of the model or the change of a store; `kind` says which: "inflow",
    "outflow", "change", or "residual" = inflows - outflows - changes. In the units of the stores.
    """
    days = simulated.astype("float64")
    # Stores are known at the end of each day, so the fluxes of the first day are already in the first of them.
    total = {name: float(days[name][1:].sum()) for name in {*model.inflows, *model.outflows}}
    change = {name: float(days[name][-1] - days[name][0]) for name in model.of(State)}
    terms = [("inflow", name, total[name]) for name in model.inflows]
    terms += [("outflow", name, total[name]) for name in model.outflows]
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
        attrs={"long_name": "Balance", "units": next(iter(model.of(State).values())).units},
    )
