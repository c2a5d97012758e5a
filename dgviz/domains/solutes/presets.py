"""Named configurations to start from: the dial from physics to learning, other laws, and a control."""

from dgviz.domains.domain import Preset

SEEN = {"window": 730, "warmup": 180, "epochs": 60, "batch_size": 8}

PRESETS = {
    "Power law": Preset({}, "A power of discharge, the season and the wetness of the catchment, site by site."),
    "Power law, fixed": Preset(
        {"parameters": "fixed", "members": 1}, "Pure physics: declared defaults, nothing is learned."
    ),
    "Power law, shared": Preset({"parameters": "shared"}, "All sites share one learned set of parameters."),
    "Power law, from attributes": Preset(
        {"parameters": "attributes", "learning_rate": 0.01}, "Parameters that a network gives from the attributes."
    ),
    "Power law, dynamic": Preset(
        {"parameters": "attributes", "dynamic": ("level",), "learning_rate": 0.01, "dropout": 0.2} | SEEN,
        "The level of concentration varies from day to day, given by a recurrent network.",
    ),
    "LSTM": Preset(
        {"predictor": "network", "learning_rate": 0.005, "dropout": 0.2} | SEEN,
        "Pure learning: a recurrent network alone, no physics.",
    ),
    "Power law of flow paths": Preset(
        # Its exponents can stand in for each other: to settle they take long, and more than one set does not help.
        {"concentration": "FlowPathPowerLaw", "members": 1, "learning_rate": 0.3, "epochs": 900},
        "Powers of discharge and of wetness, and a season: the field's regression, for nitrate.",
    ),
    "Power law with a trend": Preset(
        {"solute": "TrendingSolute"}, "Concentration rises or falls over the years too: for records of decades."
    ),
    "End members": Preset(
        {"concentration": "EndMembers"},
        "Quick and slow water with concentrations of their own, calibrated site by site.",
    ),
    "Solute stores": Preset(
        {"separation": "SlowStore", "concentration": "SoluteStores"},
        "Solute that is stored, moved and released: mass closes.",
    ),
    "Shuffled attributes": Preset(
        {"parameters": "attributes", "learning_rate": 0.01, "attributes_as": "shuffled"},
        "A control: every site has the attributes of another. They can name it, not describe it.",
    ),
}

DIAL = (
    "Power law, fixed",
    "Power law",
    "Power law, shared",
    "Power law, from attributes",
    "Power law, dynamic",
    "LSTM",
)
CONTROLS = ("Shuffled attributes",)
