"""The colours of oxygen: (on light, on dark).

The air is sky blue and what comes from it too, plants are green, what respires is brown, temperature is red-brown.
"""

COLOURS: dict[str, str | tuple[str, str]] = {
    "oxygen": ("#2f6fb0", "#7db4e6"),
    "water_temperature": ("#a4502f", "#dd8a63"),
    "discharge": ("#22509a", "#6f9fe8"),
    "srad": ("#b08a1e", "#e3c25a"),
    "dissolving": ("#3f97b8", "#7fcbe3"),
    "degassing": ("#8f9fae", "#b4c2ce"),
    "photosynthesis": ("#3d8b45", "#7cc483"),
    "production_rate": "photosynthesis",
    "respiration": ("#7d5a3c", "#bd9470"),
    "respiration_rate": "respiration",
    "saturation": ("#5f7fa3", "#9db9d8"),
}
