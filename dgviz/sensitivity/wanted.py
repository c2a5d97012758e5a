"""What would have to be otherwise for the target to be as wanted: the least change of a forcing, of stores or of
parameters."""

import math
from collections.abc import Mapping
from numbers import Real

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from dgviz.learn.site_model import SiteModel
from dgviz.quantities import lower_first
from dgviz.sensitivity.changeable import BY, By, Causes, causes_of
from dgviz.sensitivity.least_change import least_change
from dgviz.sensitivity.pathways import in_double

BACK = 30  # steps
ENOUGH = 98.0  # percent of what is wanted


def wanted(site: SiteModel, values: Mapping[int, float], by: By, forcing: str = "", back: int = BACK) -> xr.Dataset:
    """The least change that makes the target of the first site what `values` say, by position among the scored steps.

    - by "forcing": of that forcing in each of the `back` steps before the first wanted one, up to the last; alike at
      all sites that are simulated together, inside its declared range. Networks see it too.
    - by "stores": of what each holds before the first of these steps; at or above its floor, and at most its range in
      the scored steps beyond that.
    - by "parameters": of each, in all steps from the first of the warm-up, inside its range.

    Stores and parameters move alike in all members; each stays within its limits. The least is that with the smallest
    sum of squares, each change measured by a range: of a forcing or a store its largest less its smallest value in the
    scored steps, of a parameter the declared one (see `least_change`, by exact gradients).

    `before`, `after`, `change` and `at_limit` are along `cause`, the times of a forcing or names; for names there are
    `units` and `long_name` too. Where members differ, `before` and `after` are their means, and `change` is that of
    those that do not reach a limit; `share` is that in ranges. `simulated`, `rerun` with the change and `wanted` are
    `(time,)`. Of the attributes, `reached` is the share of what was wanted that the rerun shows, in percent;
    `falls_short` says why it is less than 98, and is empty where it is not.

    In double precision. Raises ValueError for an unknown cause or forcing, for a step that is not scored, and for a
    value that is no number.
    """
    _check(site, values, by)
    site = in_double(site)
    first, last = min(values), max(values)
    start = 0 if by == "parameters" else max(0, site.tensors.warmup + first - back)
    causes = causes_of(site, by, forcing, start, site.tensors.warmup + last + 1)
    at = torch.tensor([site.tensors.warmup + position - start for position in values])
    aim = torch.tensor([float(value) for value in values.values()], dtype=torch.float64)
    until = causes.tensors.part(slice(int(at.max()) + 1))
    change = least_change(lambda u: causes.simulate(causes.moved(u), until)[at], aim, causes.low, causes.high)
    with torch.no_grad():
        simulated = site.model.mean(site.tensors, [site.target])[site.target][:, 0]
        rerun = torch.cat([simulated[:start], causes.simulate(causes.moved(change), causes.tensors)])
    series = {"simulated": simulated[site.tensors.warmup :], "rerun": rerun[site.tensors.warmup :]}
    return _labelled(site, causes, change, {k: v.numpy() for k, v in series.items()}, values, by == "forcing")


def _labelled(
    site: SiteModel,
    causes: Causes,
    change: Tensor,
    series: dict[str, np.ndarray],
    values: Mapping[int, float],
    by_time: bool,
) -> xr.Dataset:
    """The change and what follows from it as a data set."""
    model, target = site.process_model, site.process_model.attrs(site.target)
    words = {"simulated": "As simulated", "rerun": "With the change", "wanted": "As wanted"}
    asked = np.full(len(site.time), np.nan)
    asked[list(values)] = list(values.values())
    found: dict[str, tuple] = {
        k: ("time", v, target | {"long_name": words[k]}) for k, v in (series | {"wanted": asked}).items()
    }
    shown = causes.shown(causes.base), causes.shown(causes.moved(change)), change * causes.scale
    parts = {name: part.numpy() for name, part in zip(("before", "after", "change"), shown, strict=True)}
    of = model.attrs(next(iter(causes.base))) if by_time else {}
    for name, part in parts.items():
        about = {"units": of["units"], "long_name": f"{of['long_name']}, {name}"} if by_time else {}
        found[name] = "cause", part, about
    if not by_time:
        attrs = [model.attrs(name) for name in causes.names]
        found |= {key: ("cause", np.array([one[key] for one in attrs]), {}) for key in ("units", "long_name")}
    limited = ((change <= causes.low) | (change >= causes.high)) & (causes.low < causes.high)
    labelled = xr.Dataset(found, {"time": site.time, "cause": causes.names})
    labelled["at_limit"] = "cause", limited.numpy()
    labelled["share"] = "cause", change.numpy(), {"units": "1", "long_name": "Change as a share of the range"}
    reached = _reached(labelled)
    size = float(change.norm())
    return labelled.assign_attrs(reached=reached, size=size, falls_short=_why(labelled, reached))


def _reached(found: xr.Dataset) -> float:
    """100 (1 - |wanted - rerun| / |wanted - simulated|), in percent."""
    asked = float(np.sqrt(((found.wanted - found.simulated) ** 2).sum()))
    missing = float(np.sqrt(((found.wanted - found.rerun) ** 2).sum()))
    return 100 * (1 - missing / asked) if asked else 100.0


def _why(found: xr.Dataset, reached: float) -> str:
    """Why the rerun is not what was wanted, in words; nothing where it is."""
    if reached >= ENOUGH:
        return ""
    limited = found.cause.values[found.at_limit.values]
    if not len(limited):
        how = "nothing near to it comes closer" if found.change.any() else "the target does not respond"
        return f"Only {reached:.0f} % of it can be had: {how}."
    if "units" in found:
        names = ", ".join(lower_first(str(name)) for name in found.long_name.values[found.at_limit.values])
        return f"Only {reached:.0f} % of it can be had: at the limit of what they may be are {names}."
    steps = "step" if len(limited) == 1 else "steps"
    return f"Only {reached:.0f} % of it can be had: in {len(limited)} {steps} it is at the limit of what it may be."


def _check(site: SiteModel, values: Mapping[int, float], by: str) -> None:
    if by not in BY:
        raise ValueError(f"by: there is no way {by!r} to change the target. Ways: {', '.join(BY)}.")
    if not values:
        raise ValueError("values: none is wanted. Give the position of a scored step and the value wanted there.")
    for position, value in values.items():
        if position not in range(len(site.time)):
            raise ValueError(f"values: the step {position!r} is not scored. Give one from 0 to {len(site.time) - 1}.")
        if not isinstance(value, Real) or not math.isfinite(value):
            raise ValueError(f"values: {value!r} is wanted in the step {position}. Give a number.")
