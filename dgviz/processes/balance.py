"""What came in, what went out and what stayed: the balance that follows from the declarations."""

import xarray as xr

from dgviz.processes.declare import State
from dgviz.processes.model import ProcessModel


def balance(model: ProcessModel, simulated: xr.Dataset) -> xr.DataArray:
    """Amounts of a simulation `(time,)` from the end of its first day to the end of its last, `(term,)`.

    A term is a flux across the boundary of the model or a store; `kind` says which: "inflow", "outflow", "change" (of
    the store), or "residual", what the other terms leave: inflows - outflows - changes. In the units of the stores.
    """
    days = simulated.astype("float64")
    total = {name: float(days[name][1:].sum()) for name in {*model.inflows, *model.outflows}}
    change = {name: float(days[name][-1] - days[name][0]) for name in model.of(State)}
    terms = [("inflow", name, total[name]) for name in model.inflows]
    terms += [("outflow", name, total[name]) for name in model.outflows]
    terms += [("change", name, value) for name, value in change.items()]
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
