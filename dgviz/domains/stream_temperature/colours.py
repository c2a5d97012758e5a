"""The colours of heat: (on light, on dark).

What the air does is brown as the air's temperature is, what inflow brings teal, and ice a pale blue.
"""

COLOURS: dict[str, str | tuple[str, str]] = {
    "tair": ("#8a5a2e", "#c9935f"),
    "discharge": ("#22509a", "#6f9fe8"),
    "from_inflow": ("#1f8a84", "#4fc4bd"),
    "freezing": ("#7fb6dd", "#bfe0f7"),
    "ice_heat": "freezing",
    "from_air": "tair",
}
