"""Named configurations to start from: the dial from physics to learning, other structures, and controls.

The sizes suit a record of a year or two, such as the Delaware's; "published size" is the size used in papers.
"""

from dgviz.domains import Preset

LONG = {"epochs": 120}
DYNAMIC = {"evapotranspiration": "GammaEvapotranspiration", "dynamic": ("beta", "gamma")}

PRESETS = {
    "HBV": Preset(LONG, "HBV with static parameters that a network gives from the attributes of each basin."),
    "HBV, fixed": Preset({"parameters": "fixed", "members": 1}, "Pure physics: declared defaults, nothing is learned."),
    "HBV, calibrated": Preset(
        {"parameters": "sites", "learning_rate": 0.1, **LONG},
        "Each basin has parameters of its own, calibrated by gradients.",
    ),
    "HBV, shared": Preset(
        {"parameters": "shared", "learning_rate": 0.1, "loss": "rmse", **LONG},
        "All basins share one learned set of parameters, by a loss in which no single basin outweighs all others.",
    ),
    "HBV, dynamic": Preset(
        {**DYNAMIC, **LONG, "dropout": 0.4, "dynamic_dropout": 0.4},
        "Two soil parameters vary from day to day, given by a recurrent network (Feng et al. 2022).",
    ),
    "HBV 1.1p, dynamic": Preset(
        {**DYNAMIC, **LONG, "dropout": 0.4, "dynamic_dropout": 0.4}
        | {"capillary_rise": "CapillaryRise", "dynamic": ("beta", "k0", "gamma")},
        "With capillary rise and three dynamic parameters (Song et al. 2024).",
    ),
    "HBV, learned evapotranspiration": Preset(
        {"evapotranspiration": "LearnedEvapotranspiration", **LONG}, "A small network stands in for one process."
    ),
    "HBV, three learned processes": Preset(
        {
            "soil": "MonotoneRecharge",
            "evapotranspiration": "MonotoneEvapotranspiration",
            "groundwater": "MonotonePercolation",
            **LONG,
        },
        "Small networks give evapotranspiration, recharge and percolation; each grows with the water there is.",
    ),
    "HBV, corrected": Preset(
        {"predictor": "corrected", "learning_rate": 0.02, "schedule": "cosine", "dropout": 0.4, **LONG},
        "A recurrent network corrects what HBV simulates: water is not conserved.",
    ),
    "LSTM": Preset(
        {"predictor": "network", "hidden": 64, "learning_rate": 0.005, "dropout": 0.4},
        "Pure learning: a recurrent network alone, no physics.",
    ),
    "LSTM, published size": Preset(
        {"predictor": "network", "hidden": 256, "dropout": 0.4, "learning_rate": 0.001, "epochs": 30},
        "The field's standard: 256 units, dropout 0.4 (Kratzert et al. 2019). Takes a GPU, or patience.",
    ),
    "Coordinates alone": Preset(
        {"attributes": ("lat", "lon"), **LONG},
        "A control: of each basin the network knows only where its gauge is.",
    ),
    "Random attributes": Preset(
        {"attributes_as": "random", **LONG},
        "A control: every basin has random numbers for attributes. They can name it, and tell nothing.",
    ),
    "Shuffled attributes": Preset(
        {"attributes_as": "shuffled", **LONG},
        "A control: every basin has the attributes of another. They can name it, not describe it.",
    ),
    "Zones in the wrong order": Preset(
        {"groundwater": "ZonesInWrongOrder", **LONG},
        "A control: all water drains slowly first. It should lose skill.",
    ),
    "Zones in the wrong order, dynamic": Preset(
        {"groundwater": "ZonesInWrongOrder", "dynamic": ("k0", "k2"), "dropout": 0.4, **LONG},
        "A control: if recessions that vary from day to day restore the skill, the network has mended the structure.",
    ),
    "HBV without snow": Preset({"snow": "NoSnow", **LONG}, "All precipitation is rain."),
    "HBV with smooth snow": Preset({"snow": "SmoothDegreeDaySnow", **LONG}, "Rain and snow mix around the threshold."),
    "One reservoir": Preset(
        {"groundwater": "LinearReservoir", "routing": "NoRouting", **LONG}, "The least that runs off."
    ),
}

DIAL = (
    "HBV, fixed",
    "HBV, calibrated",
    "HBV, shared",
    "HBV",
    "HBV, dynamic",
    "HBV, learned evapotranspiration",
    "HBV, corrected",
    "LSTM",
)
CONTROLS = (
    "Coordinates alone",
    "Shuffled attributes",
    "Random attributes",
    "Zones in the wrong order",
    "Zones in the wrong order, dynamic",
)
