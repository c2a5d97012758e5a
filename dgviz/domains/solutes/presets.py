"""Named configurations to start from: the dial from physics to learning, simpler laws, and a control."""

from dgviz.domains.domain import Preset

SEEN = {"window": 730, "warmup": 180, "epochs": 60, "batch_size": 8}

PRESETS = {
    "End members": Preset({}, "Quick and slow water with concentrations of their own, calibrated site by site."),
    "End members, fixed": Preset(
        {"parameters": "fixed", "members": 1}, "Pure physics: declared defaults, nothing is learned."
    ),
    "End members, shared": Preset({"parameters": "shared"}, "All sites share one learned set of parameters."),
    "End members, from attributes": Preset(
        {"parameters": "attributes", "learning_rate": 0.01}, "Parameters that a network gives from the attributes."
    ),
    "End members, dynamic": Preset(
        {"parameters": "attributes", "dynamic": ("shallow",), "learning_rate": 0.01, "dropout": 0.2} | SEEN,
        "The concentration of shallow water varies from day to day, given by a recurrent network.",
    ),
    "LSTM": Preset(
        {"predictor": "network", "parameters": "attributes", "learning_rate": 0.005, "dropout": 0.2} | SEEN,
        "Pure learning: a recurrent network alone, no physics.",
    ),
    "Power law": Preset(
        {"concentration": "PowerLaw"}, "A straight line of concentration against discharge on logarithmic axes."
    ),
    "Solute stores": Preset(
        {"concentration": "SoluteStores"}, "Solute that is stored, moved and released: mass closes."
    ),
    "Shuffled attributes": Preset(
        {"parameters": "attributes", "learning_rate": 0.01, "shuffled": True},
        "A control: every site has the attributes of another. They can name it, not describe it.",
    ),
}

DIAL = (
    "End members, fixed",
    "End members",
    "End members, shared",
    "End members, from attributes",
    "End members, dynamic",
    "LSTM",
)
CONTROLS = ("Shuffled attributes",)
