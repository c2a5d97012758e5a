"""Units and name of a derivative."""

import re

from dgviz.processes.model import ProcessModel
from dgviz.quantities import lower_first


def units_per(units: str, of: str) -> str:
    """UDUNITS of `units` divided by `of`: "W m-2" per "degC" is "W m-2 degC-1", "m s-1" per "s-1" is "m"."""
    powers: dict[str, int] = {}
    for text, sign in ((units, 1), (of, -1)):
        for factor in text.split():
            known = re.fullmatch(r"([A-Za-z_%]+)(-?\d+)?", factor)  # "m-2" is m to the power of -2
            name, power = (known[1], int(known[2] or 1)) if known else (factor, int(factor != "1"))
            powers[name] = powers.get(name, 0) + sign * power
    return " ".join(name if power == 1 else f"{name}{power}" for name, power in powers.items() if power) or "1"


def derivative_attrs(model: ProcessModel, words: str, target: str, by: str) -> dict[str, str]:
    """CF attributes of the derivative of `target` with respect to `by`; `words` begin its name."""
    above, below = model.attrs(target), model.attrs(by)
    return {
        "units": units_per(above["units"], below["units"]),
        "long_name": f"{words} {lower_first(above['long_name'])} to {lower_first(below['long_name'])}",
    }
