"""Is there something impossible in a store or a parameter?"""

import numpy as np
import torch

from dgviz.checks.result import CheckResult, Criterion, concise
from dgviz.checks.trial import Trial
from dgviz.processes.declare import Parameter

SINGLE = 1e-6  # relative: the stores in which the record begins were spun up in single precision
NEAR = 0.01  # of its range: how close to an end a parameter counts as there
MANY = 0.5  # of the members: from which share on a parameter is named


def stores_within_limits(trial: Trial) -> CheckResult:
    """No member's store holds less than it can or more than its capacity, and each parameter is inside its range.

    On every step and in every member: the declared floor of the store, and the parameter that is its capacity, to
    single precision. Parameters that lie at an end of their range, to a hundredth of it, in half of the members or more
    are named: learning pushed them there, and what it wanted lay beyond.
    """
    name, limited = "stores_within_limits", {k: s for k, s in trial.stores.items() if s.floor is not None}
    with torch.no_grad():
        learned = trial.model.parameters_of(trial.tensors)
    if not limited and not learned:
        return CheckResult(name, "This model has neither stores that can be empty nor parameters.")
    worst, series = {"below": 0.0, "above": 0.0}, {}
    if limited:
        with torch.no_grad():
            held = trial.model(trial.tensors, list(limited))
        for store, state in limited.items():
            level = max(float(held[store].abs().max()), state.initial, 1.0)
            worst["below"] = max(worst["below"], float((state.floor - held[store]).max()) / level)
            if state.capacity:
                above = held[store] - learned[state.capacity]
                worst["above"] = max(worst["above"], float((above / learned[state.capacity]).max()))
        fullest = next((k for k, s in limited.items() if s.capacity), next(iter(limited)))
        series = {fullest: [held[fullest].amin(-1)[:, 0].numpy(), held[fullest].amax(-1)[:, 0].numpy()]}
    outside, at_an_end = _places(trial.declared.of(Parameter), learned)
    criteria = [
        Criterion("Store below the least it can hold, of its highest", worst["below"], "1", at_most=SINGLE),
        Criterion("Store above its capacity, of that", worst["above"], "1", at_most=SINGLE),
        Criterion("Parameter outside its range, of that", outside, "1", at_most=NEAR),
    ]
    drawn = trial.dataset(["least of all members", "most"], series, {})
    drawn.attrs["drawn"] = "lines"
    return CheckResult(name, _sentence(criteria, at_an_end), tuple(criteria), drawn)


def _places(declared: dict[str, Parameter], learned) -> tuple[float, dict[str, float]]:
    """How far the worst parameter lies outside its range, and the share of members at an end, where many are."""
    outside, at_an_end = 0.0, {}
    for name, values in learned.items():
        low, high = declared[name].range
        # 0 at the low end, 1 at the high one
        place = ((values.double() - low) / (high - low)).numpy()
        outside = max(outside, float(-place.min()), float(place.max()) - 1)
        share = float(np.mean((place <= NEAR) | (place >= 1 - NEAR)))
        if share >= MANY:
            at_an_end[name] = share
    return outside, at_an_end


def _sentence(criteria: list[Criterion], at_an_end: dict[str, float]) -> str:
    broken = [c.what.partition(",")[0].lower() for c in criteria if not c.holds]
    said = f"Impossible: {', '.join(broken)}." if broken else "All stores and parameters are within their limits."
    if at_an_end:
        named = ", ".join(f"{name} ({concise(100 * share)} % of the members)" for name, share in at_an_end.items())
        said += f" At an end of their range: {named}."
    return said
