"""The colours of water: (on light, on dark).

Water that falls is blue, water that leaves to the air green, water in the ground brown, and water on its way to the
river orange to ochre to deep blue, from quick to slow. A name stands for the colour of another quantity.
"""

COLOURS: dict[str, str | tuple[str, str]] = {
    "rain": ("#2f7fc4", "#58a8ea"),
    "snow": ("#9cc9ea", "#d3e9f9"),
    "evapotranspiration": ("#3b9351", "#6cc883"),
    "pet": ("#9bcf9f", "#3f7a4c"),
    "soil_moisture": ("#8a5a2e", "#c9935f"),
    "quickflow": ("#e3762b", "#ff9a52"),
    "interflow": ("#c4961a", "#e6bd4f"),
    "baseflow": ("#22509a", "#6f9fe8"),
    "prcp": "rain",
    "rainfall": "rain",
    "snowfall": "snow",
    "snowpack": "snow",
    "meltwater": "rain",
    "melt": "rain",
    "refreezing": "snow",
    "snow_outflow": "snow",
    "surface": "rain",
    "infiltration": "soil_moisture",
    "recharge": "interflow",
    "excess": "quickflow",
    "capillary_rise": "soil_moisture",
    "percolation": "baseflow",
    "upper_zone": "interflow",
    "lower_zone": "baseflow",
    "channel": "simulated",
    "runoff": "quickflow",
    "river_storage": "simulated",
    "potential": "pet",
    "actual": "evapotranspiration",
    "stored": "soil_moisture",
}
