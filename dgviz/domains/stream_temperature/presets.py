"""Named configurations to start from: the dial from physics to learning, simpler heat balances, and a control."""

from dgviz.domains.domain import Preset

PRESETS = {
    "Heat balance": Preset({}, "Parameters that a network gives from the attributes of each gauge."),
    "Heat balance, fixed": Preset(
        {"parameters": "fixed", "members": 1}, "Pure physics: declared defaults, nothing is learned."
    ),
    "Heat balance, calibrated": Preset(
        {"parameters": "sites", "learning_rate": 0.1, "epochs": 200, "clip": 100.0, "loss": "nse"},
        "Each gauge has parameters of its own, calibrated by gradients.",
    ),
    "Heat balance, shared": Preset(
        {"parameters": "shared", "learning_rate": 0.05}, "All gauges share one learned set of parameters."
    ),
    "Heat balance, dynamic": Preset(
        {"dynamic": ("a1", "a3"), "dropout": 0.2, "dynamic_dropout": 0.2},
        "Two parameters vary from day to day, given by a recurrent network.",
    ),
    "Heat balance, corrected": Preset(
        {"predictor": "corrected", "dropout": 0.2, "learning_rate": 0.01},
        "A recurrent network corrects what the heat balance simulates: heat is not conserved.",
    ),
    "LSTM": Preset(
        {"predictor": "network", "hidden": 64, "learning_rate": 0.005, "dropout": 0.2},
        "Pure learning: a recurrent network alone, no physics.",
    ),
    "Equilibrium temperature": Preset(
        {"exchange": "EquilibriumTemperature", "learning_rate": 0.02},
        "The heat balance of a reach with its sun, shade, width and sources; asks for sun, vapour and sources of flow.",
    ),
    "Five parameters": Preset({"exchange": "FiveParameters"}, "Without discharge."),
    "Three parameters": Preset({"exchange": "ThreeParameters"}, "Water that follows the air, and nothing else."),
    "Shuffled attributes": Preset(
        {"attributes_as": "shuffled"},
        "A control: every gauge has the attributes of another. They can name it, not describe it.",
    ),
}

DIAL = (
    "Heat balance, fixed",
    "Heat balance, calibrated",
    "Heat balance, shared",
    "Heat balance",
    "Heat balance, dynamic",
    "Heat balance, corrected",
    "LSTM",
)
CONTROLS = ("Shuffled attributes",)
