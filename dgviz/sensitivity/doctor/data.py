"""The series of a site: constant or impossible forcings, a target that equals one, comes before its cause, or is more
than all that comes in."""

from collections.abc import Iterator

import numpy as np

from dgviz.datasets.vocabulary import CALENDAR, FILL_VALUES
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Attribute, Flux
from dgviz.sensitivity.doctor.dates import LEAST, shifted
from dgviz.sensitivity.doctor.examined import Examined
from dgviz.sensitivity.doctor.finding import Finding, listed, number
from dgviz.sensitivity.doctor.likeness import flows_back, unlike_observed
from dgviz.sensitivity.doctor.made_up import made_up
from dgviz.sensitivity.doctor.series import STUCK, far_beyond, is_forcing, same_forcings, stuck
from dgviz.sensitivity.doctor.turned import turned
from dgviz.sensitivity.doctor.whole import Whole

MOST_OUT = 1.5  # of all that came in, from where on a mistake of units is likelier than water from elsewhere
LEAST_OUT = 0.01  # of all that came in
PART = 0.1  # of the range of a forcing
FELT = 0.02  # of the target


def data_faults(examined: Examined, whole: Whole | None) -> Iterator[Finding]:
    """What is doubtful in the forcings and the target of the site; without processes there is no `whole`."""
    series = _forcings(examined.site)
    observed = examined.site.tensors.target[:, 0].double().numpy()
    yield from _forcings_alone(examined, whole, series)
    yield from same_forcings(series)
    if np.isfinite(observed).sum() < LEAST:
        return
    yield from _target_alone(examined, observed)
    if whole is None:
        return
    yield from is_forcing(examined.target, observed, series)
    yield from unlike_observed(examined, observed)
    yield from shifted(examined, observed)
    yield from turned(examined, observed)
    yield from _more_than_came_in(examined, observed)


def _forcings(site: SiteModel) -> dict[str, np.ndarray]:
    """The forcings of the first site that vary in time, `(time,)`."""
    declared = site.process_model.inputs
    return {
        name: values[:, 0, 0].double().numpy()
        for name, values in site.tensors.forcings.items()
        if len(values) > 1 and name not in CALENDAR and not isinstance(declared.get(name), Attribute)
    }


def _forcings_alone(examined: Examined, whole: Whole | None, series: dict[str, np.ndarray]) -> Iterator[Finding]:
    for name, values in series.items():
        yield from _constant(examined, whole, name, values)
        scored = values[examined.site.tensors.warmup :]  # a warm-up may go over one year again
        yield from far_beyond(name, scored)
        yield from made_up(name, scored)
        declared = examined.processes.inputs.get(name)
        low, high = declared.range if declared else (-np.inf, np.inf)
        wrong = (values < low) | (values > high)
        if wrong.any():
            value = float(values[wrong][0])
            yield Finding(
                "impossible forcing",
                f"{name} is {number(value)} {examined.units(name)} at {wrong.sum()} times, outside of {low:g} to "
                f"{high:g}. Look at its units.",
                quantities=(name,),
                day=_day(examined, int(wrong.argmax())),
                figure=value,
            )


def _constant(examined: Examined, whole: Whole | None, name: str, values: np.ndarray) -> Iterator[Finding]:
    """Is a series the same at all times, or for long?"""
    known, first = values[np.isfinite(values)], stuck(values)
    always = len(known) >= LEAST and np.ptp(known) == 0
    if not always and first is None:
        return
    value = float(known[0]) if always else float(values[first])
    words = "at all times" if always else f"for {STUCK} steps or more, and moves at all others"
    yield Finding(
        "constant forcing",
        f"{name} is {number(value)} {examined.units(name)} {words}: nothing can be learned from it then. Look at where "
        "it was filled, or whether the sensor was stuck.",
        "fault" if always and whole is not None and _matters(whole, name) else "note",
        quantities=(name,),
        day=None if always else _day(examined, int(first or 0)),
        figure=value,
    )


def _target_alone(examined: Examined, observed: np.ndarray) -> Iterator[Finding]:
    known, target = observed[np.isfinite(observed)], examined.target
    if np.ptp(known) == 0:
        words = f"The observed {target} is {number(float(known[0]))} at all times: nothing can be learned from it."
        yield Finding("constant target", words, quantities=(target,), figure=float(known[0]))
    filled = np.isin(known.astype("float32"), np.array(FILL_VALUES, "float32"))
    if filled.any():
        value = float(known[filled][0])
        words = f"The observed {target} is {value:g} at {filled.sum()} times, which stands for missing in many files"
        yield Finding("fill value", f"{words}. Leave these values out.", quantities=(target,), figure=value)
    yield from flows_back(examined, observed)
    scored = observed[examined.site.tensors.warmup :]
    yield from far_beyond(target, scored)
    yield from made_up(target, scored)
    if np.ptp(known) and (first := stuck(observed)) is not None and observed[first] != 0:
        yield Finding(
            "constant target",
            f"The observed {target} is {number(float(observed[first]))} for {STUCK} steps or more, and moves at all "
            "others. Look whether a gap was filled, and leave these values out.",
            "note",
            quantities=(target,),
            day=_day(examined, first),
            figure=float(observed[first]),
        )


def _matters(whole: Whole, name: str) -> bool:
    """Would a part of its declared range change the target by more than a few percent?"""
    low, high = whole.examined.processes.inputs[name].range
    size = float((whole.target.abs() * whole.weights).sum())
    change = PART * (high - low) * float(whole.gradients[name].sum()) if name in whole.gradients else 0.0
    return abs(change) > FELT * size


def _more_than_came_in(examined: Examined, observed: np.ndarray) -> Iterator[Finding]:
    """Is more observed to leave than came in?"""
    fluxes, target = examined.processes.of(Flux), examined.target
    if target not in fluxes or not fluxes[target].out_of:
        return
    inflows = [k for k in examined.processes.inflows if fluxes[k].units == fluxes[target].units]
    if not inflows:
        return
    known = np.isfinite(observed[examined.site.tensors.warmup :][: examined.n_steps])
    if known.sum() < LEAST:
        return
    came = sum(float(examined.mean_of(k)[known].sum()) for k in inflows)
    left = float(observed[examined.site.tensors.warmup :][: examined.n_steps][known].sum())
    if came > 0 and not LEAST_OUT * came <= left <= MOST_OUT * came:
        yield Finding(
            "units of the target",
            f"The observed {target} is {number(left / came)} times all that comes in ({listed(inflows)}). Look at the "
            f"units of {target} and of what comes in.",
            "fault" if left > came else "note",
            quantities=(target, *inflows),
            figure=left / came,
        )


def _day(examined: Examined, step: int) -> np.datetime64 | None:
    scored = step - examined.site.tensors.warmup
    times = np.asarray(examined.site.time.values)
    return times[scored] if 0 <= scored < len(times) else None
