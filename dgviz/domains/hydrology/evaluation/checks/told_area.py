"""Does the area that a model is told change the depth of its flow?"""

from dataclasses import replace

from dgviz.checks import CheckResult, Criterion, Trial, concise

AREA = "area"  # an attribute: it goes by our name
TIMES = 10.0
ROOM = 0.05  # of the flow


def told_area(trial: Trial) -> CheckResult:
    """Told a drainage area ten times as large, the model gives the same depth of flow over all days, to 5 %.

    Flow is in mm, over the area of the basin. A network may well make other parameters of a larger basin, and floods
    may come later; much more or less water in all is no effect of size.
    """
    name, tensors = "told_area", trial.tensors
    names = trial.model.parts(tensors)[0][0].attribute_names
    if AREA not in names and AREA not in tensors.forcings:
        return CheckResult(name, "This model is not told the area.")
    attributes = tensors.attributes.clone()
    if AREA in names:
        attributes[:, list(names).index(AREA)] *= TIMES
    forcings = tensors.forcings | ({AREA: TIMES * tensors.forcings[AREA]} if AREA in tensors.forcings else {})
    larger = trial.told(replace(tensors, attributes=attributes, forcings=forcings))
    before, after = trial.as_trained[trial.target], larger.as_trained[trial.target]
    flowed = float(trial.scored(before).sum())
    change = float(trial.scored(after).sum()) / flowed - 1 if flowed else 0.0
    criterion = Criterion("Change of the flow of all days", change, "1", -ROOM, ROOM)
    series = trial.dataset(["as it was", "ten times the area"], {trial.target: [before, after]}, {})
    more = "more" if change >= 0 else "less"
    return CheckResult(
        name, f"Told ten times the area, {concise(100 * abs(change))} % {more} flows off.", (criterion,), series
    )
