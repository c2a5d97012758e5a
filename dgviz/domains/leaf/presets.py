"""Named configurations to start from: the dial from physics to learning, other stomata, and a control."""

from dgviz.domains.domain import Preset

PRESETS = {
    "Photosynthesis": Preset({}, "Capacities of each leaf that a network gives from its traits and its climate."),
    "Photosynthesis, fixed": Preset(
        {"parameters": "fixed", "members": 1}, "Pure physics: textbook values, nothing is learned."
    ),
    "Photosynthesis, fitted": Preset(
        {"parameters": "sites", "learning_rate": 0.1, "epochs": 300, "clip": 100.0, "members": 1},
        "Each curve has capacities of its own, fitted by gradients: how well the equations can do.",
    ),
    "Photosynthesis, shared": Preset(
        {"parameters": "shared", "learning_rate": 0.05, "epochs": 150, "batch_size": 600},
        "All leaves share one learned set of capacities.",
    ),
    "Photosynthesis, corrected": Preset(
        {"predictor": "corrected", "network": "mlp"},
        "A network corrects what the equations give at each point: no longer limited by carbon and light alone.",
    ),
    "Network": Preset(
        {"predictor": "network", "network": "mlp", "hidden": 32},
        "Pure learning: a network that sees each point of a curve alone, no physics.",
    ),
    "Medlyn stomata": Preset(
        {"stomata": "MedlynStomata"}, "CO2 between the cells is simulated: stomata close in dry air."
    ),
    "Ball-Berry stomata": Preset({"stomata": "BallBerryStomata"}, "As with Medlyn, by relative humidity."),
    "Shuffled attributes": Preset(
        {"attributes_as": "shuffled"},
        "A control: every leaf has the traits of another. They can name it, not describe it.",
    ),
}

DIAL = (
    "Photosynthesis, fixed",
    "Photosynthesis, fitted",
    "Photosynthesis, shared",
    "Photosynthesis",
    "Photosynthesis, corrected",
    "Network",
)
CONTROLS = ("Shuffled attributes",)
