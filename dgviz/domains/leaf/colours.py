"""The colours of leaf gas exchange: (on light, on dark).

What Rubisco allows is blue, what light allows amber, what stomata do teal, and what a leaf gains green.
"""

COLOURS: dict[str, str | tuple[str, str]] = {
    "net_assimilation": ("#2f7d32", "#7cc47f"),
    "rubisco_limited": ("#2b5fb0", "#7fa9ea"),
    "light_limited": ("#b7791f", "#e3b25a"),
    "gs": ("#1f8a84", "#4fc4bd"),
    "rd": ("#8a5a2e", "#c9935f"),
    "vcmax": "rubisco_limited",
    "km": "rubisco_limited",
    "gamma_star": "rubisco_limited",
    "electron_transport": "light_limited",
    "jmax": "light_limited",
    "ppfd": "light_limited",
    "ci": "gs",
    "vpd": "gs",
}
