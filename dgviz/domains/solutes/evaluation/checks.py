"""What concentrations keep: waters add up, mixtures lie between, and the river carries what leaves the stores."""

import torch
from torch import Tensor

from dgviz.checks import ROUNDING, CheckResult, Criterion, Trial, concise
from dgviz.domains.solutes.separation import LEAST_RATIO
from dgviz.processes.declare import Flux

QUICK, SLOW, RIVER = "quick_runoff", "slow_runoff", "concentration"
ENDS = ("shallow", "deep", "winter", "spring")
TO_RIVER = ("flushing", "seeping")


def waters_add_up(trial: Trial) -> CheckResult:
    """Quick and slow water sum up to discharge over its mean, and neither is negative, on every day."""
    name, given = "waters_add_up", trial.tensors.forcings
    if not {QUICK, SLOW} <= trial.declared.of(Flux).keys():
        return CheckResult(name, "This model does not separate discharge.")
    values = of_members(trial, [QUICK, SLOW])
    flow = (given["discharge"] / given["mean_discharge"]).clamp(min=LEAST_RATIO)[trial.warmup :]
    apart = float((values[QUICK] + values[SLOW] - flow).abs().max())
    least = float(torch.minimum(values[QUICK], values[SLOW]).min())
    share = 100 * float(values[SLOW].sum() / (values[QUICK] + values[SLOW]).sum())
    criteria = (
        Criterion("Largest difference on any day", apart, "1", at_most=ROUNDING * float(flow.max())),
        Criterion("Least of both", least, "1", at_least=-ROUNDING),
    )
    return CheckResult(name, f"Quick and slow water add up to discharge; {concise(share)} % of it is slow.", criteria)


def mixtures_lie_between(trial: Trial) -> CheckResult:
    """A mixture is never below the lower nor above the higher of the waters that are mixed, as the season has them."""
    name = "mixtures_lie_between"
    with torch.no_grad():
        parameters = trial.model.parameters_of(trial.tensors)
    if not set(ENDS) <= parameters.keys():
        return CheckResult(name, "This model mixes no waters of given concentrations.")
    shallow, deep, winter, spring = (parameters[end] for end in ENDS)
    share = torch.hypot(winter, spring)  # the largest excess of the year
    low, high = (1 - share) * torch.minimum(shallow, deep), (1 + share) * torch.maximum(shallow, deep)
    mixed = of_members(trial, [RIVER])[RIVER]
    low, high = (v[trial.warmup :] if len(v) > 1 else v for v in (low, high))
    beyond = float(torch.maximum(low - mixed, mixed - high).max())
    criterion = Criterion("Furthest beyond either", beyond, "mg L-1", at_most=ROUNDING * float(high.max()))
    said = f"Shallow water has {concise(float(shallow.mean()))} mg/L, deep water {concise(float(deep.mean()))} mg/L"
    return CheckResult(name, f"{said}; the river lies between.", (criterion,))


def river_carries_what_leaves(trial: Trial) -> CheckResult:
    """Discharge times concentration is what leaves the shallow and the deep store for the river, on every day."""
    name = "river_carries_what_leaves"
    if not {*TO_RIVER, RIVER, QUICK, SLOW} <= trial.declared.of(Flux).keys():
        return CheckResult(name, "This model stores no solute.")
    values = of_members(trial, [*TO_RIVER, RIVER, QUICK, SLOW])
    load = (values[QUICK] + values[SLOW]) * values[RIVER]
    left = values[TO_RIVER[0]] + values[TO_RIVER[1]]
    apart = float((load - left).abs().max())
    criterion = Criterion("Largest difference on any day", apart, "mg L-1", at_most=ROUNDING * float(left.max()))
    return CheckResult(name, "The river carries what leaves the stores, no more and no less.", (criterion,))


def of_members(trial: Trial, names: list[str]) -> dict[str, Tensor]:
    """Fluxes on the scored days by name, `(time, site, member)`: a product of means is not the mean of a product."""
    with torch.no_grad():
        parameters = trial.model.parameters_of(trial.tensors)
        values = trial.declared(trial.tensors.forcings, parameters, names)
    return {name: value[trial.warmup :] for name, value in values.items()}


CHECKS = (waters_add_up, mixtures_lie_between, river_carries_what_leaves)
