"""The colours of light and carbon: (on light, on dark)."""

COLOURS: dict[str, str | tuple[str, str]] = {
    "ppfd": ("#c98a00", "#f0bf45"),
    "fapar": ("#3b9351", "#6cc883"),
    "wetness": ("#2f7fc4", "#58a8ea"),
    "vpd": ("#b2552f", "#e58a63"),
    "tair": ("#8a5a2e", "#c9935f"),
    "prcp": "wetness",
    "gpp": "fapar",
    "light_use_efficiency": "ppfd",
    "quantum_yield": "ppfd",
    "stress": "wetness",
    "chi": "vpd",
    "ci": "vpd",
}
