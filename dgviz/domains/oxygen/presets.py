"""Named configurations to start from: the dial from physics to learning, simpler balances, and a control."""

from dgviz.domains.domain import Preset

PRESETS = {
    "Oxygen balance": Preset({}, "Parameters that a network gives from the attributes of each river."),
    "Oxygen balance, fixed": Preset(
        {"parameters": "fixed", "members": 1}, "Pure physics: declared defaults, nothing is learned."
    ),
    "Oxygen balance, calibrated": Preset(
        {"parameters": "sites", "learning_rate": 0.05, "members": 4},
        "Each river has parameters of its own, calibrated by gradients.",
    ),
    "Oxygen balance, shared": Preset(
        {"parameters": "shared", "learning_rate": 0.05}, "All rivers share one learned set of parameters."
    ),
    "Oxygen balance, dynamic": Preset(
        {
            "dynamic": ("r",),
            "dropout": 0.2,
            "dynamic_dropout": 0.2,
            "window": 730,
            "warmup": 60,
            "epochs": 40,
            "batch_size": 10,
        },
        "Respiration varies from day to day, given by a recurrent network.",
    ),
    "Oxygen balance, corrected": Preset(
        {"predictor": "corrected", "dropout": 0.2, "window": 730, "warmup": 60, "epochs": 40, "batch_size": 10},
        "A recurrent network corrects what the balance gives: oxygen is not conserved.",
    ),
    "LSTM": Preset(
        {"predictor": "network", "dropout": 0.2, "window": 730, "warmup": 60, "epochs": 60, "batch_size": 10},
        "Pure learning: a recurrent network alone, no physics.",
    ),
    "No production": Preset({"production": "NoProduction"}, "Water that gets oxygen from the air alone."),
    "Balance of each day": Preset({"budget": "SteadyOxygen"}, "Nothing is remembered from one day to the next."),
    "Shuffled attributes": Preset(
        {"attributes_as": "shuffled"},
        "A control: every river has the attributes of another. They can name it, not describe it.",
    ),
}

DIAL = (
    "Oxygen balance, fixed",
    "Oxygen balance, calibrated",
    "Oxygen balance, shared",
    "Oxygen balance",
    "Oxygen balance, dynamic",
    "Oxygen balance, corrected",
    "LSTM",
)
CONTROLS = ("Shuffled attributes",)
