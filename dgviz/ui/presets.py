"""Named configurations to start from, by domain: the options that differ from the defaults."""

PRESETS = {
    "hydrology": {
        "HBV": {},
        "HBV without snow": {"snow": "NoSnow"},
        "HBV with smooth snow": {"snow": "SmoothDegreeDaySnow"},
        "HBV with dynamic soil": {"evapotranspiration": "GammaEvapotranspiration", "dynamic": ("beta", "gamma")},
        "HBV 1.1p, dynamic": {
            "evapotranspiration": "GammaEvapotranspiration",
            "capillary_rise": "CapillaryRise",
            "dynamic": ("beta", "gamma", "k0"),
        },
        "Learned evapotranspiration": {"evapotranspiration": "LearnedEvapotranspiration"},
        "One reservoir": {"groundwater": "LinearReservoir", "routing": "NoRouting"},
    },
}
