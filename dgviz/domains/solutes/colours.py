"""The colours of solutes: (on light, on dark).

Discharge and quick water are blue, slow water is the violet of deep ground; solute in shallow layers is ochre, in deep
ones brown.
"""

COLOURS: dict[str, str | tuple[str, str]] = {
    "discharge": ("#22509a", "#6f9fe8"),
    "quick_runoff": ("#3c8dc5", "#7fc0ee"),
    "slow_runoff": ("#6a5aa8", "#a99be6"),
    "slow_water": "slow_runoff",
    "wetness": ("#3f8f7a", "#7cc9b4"),
    "wetting": "wetness",
    "drying": "wetness",
    "recharge": ("#4f74b5", "#93b0e6"),
    "water_temperature": ("#a4502f", "#dd8a63"),
    "shallow_solute": ("#b5862b", "#e6bd63"),
    "deep_solute": ("#7a5a36", "#bb9468"),
    "releasing": ("#7f8f2f", "#b8c763"),
    "weathering": ("#8d7f70", "#c2b4a5"),
    "leaching": ("#9b6b3a", "#cf9d6a"),
    "flushing": "shallow_solute",
    "seeping": "deep_solute",
    "decaying": ("#5d7f6f", "#93bba8"),
    "concentration": ("#b3402f", "#ec8674"),
}
