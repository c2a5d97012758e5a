"""Named configurations: the dial from physics to learning for oxygen, what else can be predicted, and a control."""

from dgviz.domains.domain import Preset

PRESETS = {
    "Rain to oxygen": Preset({}, "One model, whose parameters a network gives from the attributes of each basin."),
    "Rain to oxygen, fixed": Preset(
        {"parameters": "fixed", "members": 1}, "Pure physics: declared defaults, nothing is learned."
    ),
    "Rain to oxygen, shared": Preset({"parameters": "shared"}, "All basins share one learned set of parameters."),
    "LSTM": Preset(
        {"predictor": "network", "hidden": 64, "learning_rate": 0.005, "dropout": 0.2},
        "Pure learning: a recurrent network alone, from weather to oxygen.",
    ),
    "Without production": Preset({"production": "NoProduction"}, "Oxygen from the air alone."),
    "Reaeration whatever the flow": Preset(
        {"reaeration": "WarmedReaeration"}, "Depth and velocity do not matter: flow reaches oxygen by heat alone."
    ),
    "Shuffled attributes": Preset(
        {"attributes_as": "shuffled"},
        "A control: every basin has the attributes of another. They can name it, not describe it.",
    ),
}

DIAL = ("Rain to oxygen, fixed", "Rain to oxygen, shared", "Rain to oxygen", "LSTM")
CONTROLS = ("Shuffled attributes",)
