"""Units and name of a derivative."""

import re

from dgviz.processes.model import ProcessModel


def units_per(units: str, of: str) -> str:
    """UDUNITS of `units` divided by `of`: "W m-2" per "degC" is "W m-2 degC-1"."""
    # "W m-2" -> ("W", 1), ("m", -2); dividing changes the sign of each exponent
    powers = ((name, -int(exponent or 1)) for name, exponent in re.findall(r"([A-Za-z_%]+)(-?\d+)?", of))
    return " ".join([units, *(name if power == 1 else f"{name}{power}" for name, power in powers)])


def derivative_attrs(model: ProcessModel, words: str, target: str, by: str) -> dict[str, str]:
    """CF attributes of the derivative of `target` with respect to `by`; `words` begin its name."""
    above, below = model.attrs(target), model.attrs(by)
    return {
        "units": units_per(above["units"], below["units"]),
        "long_name": f"{words} {target} to {below['long_name'].lower()}",
    }
