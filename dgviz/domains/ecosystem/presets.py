"""Named configurations to start from: the dial from physics to learning, and a control."""

from dgviz.domains.domain import Preset

SHARED = {"parameters": "shared", "members": 1, "learning_rate": 0.05, "epochs": 150, "batch_size": 400}
LEARNED = {"stress": "LearnedStress"}

PRESETS = {
    "P-model": Preset({}, "Quantum yield and cost of water that a network gives from climate and vegetation."),
    "P-model, fixed": Preset(
        {"parameters": "fixed", "members": 1}, "Pure physics: declared defaults, nothing is learned."
    ),
    "P-model, shared": Preset(
        SHARED, "All towers share one learned quantum yield and one cost of water: the best where few towers are known."
    ),
    "P-model, shared, learned stress": Preset(
        SHARED | LEARNED, "One set for all towers, and a small network for what dry soil and dry air take."
    ),
    "P-model, learned stress": Preset(
        LEARNED,
        "Parameters from climate and vegetation, and a small network for what dry soil and dry air take.",
    ),
    "P-model, calibrated": Preset(
        {"parameters": "sites", "learning_rate": 0.1}, "Each tower has parameters of its own, calibrated by gradients."
    ),
    "P-model, soil moisture": Preset(
        {"stress": "SoilMoistureStress"}, "Stress below a threshold of soil moisture (Stocker et al. 2020)."
    ),
    "P-model, dry air": Preset({"stress": "VpdStress"}, "A ramp of the vapour pressure deficit (Running et al. 2004)."),
    "P-model, constant yield": Preset(
        {"quantum_yield": "ConstantYield"}, "The same quantum yield at any temperature (Wang et al. 2017)."
    ),
    "P-model, corrected": Preset(
        {"predictor": "corrected", "dropout": 0.2, "learning_rate": 0.01},
        "A recurrent network corrects what the P-model simulates.",
    ),
    "Network": Preset(
        {"predictor": "network", "network": "mlp", "hidden": 32, "learning_rate": 0.005},
        "Pure learning: a network that sees what the P-model sees, a month at a time, and no physics.",
    ),
    "LSTM": Preset(
        {"predictor": "network", "hidden": 64, "learning_rate": 0.005, "dropout": 0.3, "warmup": 12},
        "Pure learning with a memory of earlier months, which the P-model has not.",
    ),
    "Shuffled attributes": Preset(
        {"attributes_as": "shuffled"},
        "A control: every tower has the attributes of another. They can name it, not describe it.",
    ),
}

DIAL = (
    "P-model, fixed",
    "P-model, shared",
    "P-model, shared, learned stress",
    "P-model",
    "P-model, learned stress",
    "P-model, corrected",
    "Network",
)
CONTROLS = ("Shuffled attributes",)
