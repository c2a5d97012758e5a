"""Where a change goes: the derivatives of all stores, and of all that passes the boundary, add up."""

from collections.abc import Mapping

import torch
import xarray as xr
from torch import Tensor

from dgviz.learn.model import of_processes
from dgviz.learn.site_model import SiteModel
from dgviz.processes.balance import boundary, substances
from dgviz.processes.model import ProcessModel
from dgviz.processes.one_sided import along
from dgviz.sensitivity.cut import check_alone
from dgviz.suggestions import suggest

CAME_IN, RESIDUAL = "came_in", "residual"


def account(
    site: SiteModel, duals: Mapping[str, Tensor], units: str = "", start: int = 0, by_origin: bool = False
) -> tuple[dict[str, Tensor], list[str], list[str]]:
    """The derivative of every term of a balance `(time,)` from the step `start` on, in double precision.

    In the direction that `duals` have, which stand in the place of forcings and parameters by name (within
    `forward_ad.dual_level()`). Of the stores that have these `units`, by default those of the first. The terms are what
    each store holds more, what more has left through each flux across the boundary, summed up, and `came_in`, summed
    up; and `residual = came_in - all others`: zero, to rounding. Then the names of the stores and of the fluxes.

    `by_origin` replaces a store that only hands on to the outside, such as a channel, by what flows into it: so it
    counts from where the flow came. Means over the members, of the first site. Parameters, dynamic ones too, stay as
    they are where a forcing changes. Raises ValueError where no store has these units, or for a run whose target a
    network corrects, or of several seeds.
    """
    check_alone(site, "Accounts")
    stores, inflows, outflows = _terms(site.process_model, units, by_origin)
    tensors, parameters = site.tensors, site.learned
    forcings = {k: duals.get(k, v) for k, v in tensors.forcings.items()}
    parameters = {k: duals.get(k, v) for k, v in parameters.items()}
    wanted = [*stores, *inflows, *outflows]
    values = site.process_model.mean(forcings, parameters, wanted, of_processes(tensors.initial))
    moved = {k: along(v)[:, 0].double() for k, v in values.items()}
    terms = {k: moved[k] for k in stores} | {k: moved[k].cumsum(0) for k in outflows}
    terms[CAME_IN] = sum((moved[k].cumsum(0) for k in inflows), torch.zeros_like(moved[wanted[0]]))
    terms[RESIDUAL] = terms[CAME_IN] - sum(terms[k] for k in (*stores, *outflows))
    return {k: v[start:] for k, v in terms.items()}, stores, outflows


def labelled(
    model: ProcessModel, terms: Mapping[str, Tensor], units: str, time: xr.DataArray
) -> dict[str, tuple[str, object, dict[str, str]]]:
    """Terms of an account as variables of a data set `(time,)`."""
    words = {CAME_IN: "Came in", RESIDUAL: "Not accounted for"}
    names = {k: words.get(k) or model.attrs(k)["long_name"] for k in terms}
    return {k: ("time", v.cpu().numpy(), {"units": units, "long_name": names[k]}) for k, v in terms.items()}


def _terms(model: ProcessModel, units: str, by_origin: bool) -> tuple[list[str], list[str], list[str]]:
    """The stores, and the fluxes into and out of them all, by name."""
    by_units = substances(model)
    units = units or next(iter(by_units), "")
    if units not in by_units:
        known = ", ".join(by_units) or "none, as no process has a store"
        raise ValueError(f"There is no store in {units!r}. Units of stores: {known}.{suggest(units, by_units)}")
    inflows, outflows = boundary(model, units)
    stores = list(by_units[units])
    for store in [name for name in stores if by_origin and _hands_on(model, name)]:
        # What came into it is either still there or has left: S = sum of inflows - sum of outflows.
        stores.remove(store)
        outflows = [name for name in outflows if name not in model.losses[store]] + model.gains[store]
    return stores, inflows, outflows


def _hands_on(model: ProcessModel, store: str) -> bool:
    """Does no process read the store, and does all leave the model that leaves it?"""
    unread = store not in model.stores
    return unread and bool(model.losses[store]) and all(k in model.outflows for k in model.losses[store])
