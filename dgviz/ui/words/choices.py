"""What may be chosen for the options of a run, as people call it: label -> value."""

CHOICES = {  # what may be chosen, as people call it
    "predictor": {
        "Processes": "processes",
        "Processes, corrected by a network": "corrected",
        "A network alone": "network",
    },
    "parameters": {
        "A network on attributes": "attributes",
        "One learned set for all": "shared",
        "A learned set for each site": "sites",
        "The declared defaults": "fixed",
    },
    "holdout": {
        "None: test on other days": "none",
        "A random share in turn": "folds",
        "A region in turn": "regions",
        "Named sites": "sites",
    },
    "validation": {"None": "none", "A share of the sites": "sites", "The last days": "period"},
    "climate": {"As the data set gives them": "given", "Of the training period only": "training"},
    "attributes_as": {"As given": "given", "Shuffled between sites": "shuffled", "Random numbers": "random"},
    "network": {"LSTM": "lstm", "GRU": "gru", "Without memory": "mlp"},
    "loss": {
        "NSE (squared error by variance)": "nse",
        "RMSE, and that of logarithms": "rmse",
        "KGE (Kling-Gupta efficiency)": "kge",
    },
    "device": {"GPU if there is one": "auto", "CPU": "cpu", "GPU (CUDA)": "cuda"},
    "schedule": {
        "Constant": "constant",
        "Falling along a cosine": "cosine",
        "Halved at plateaus of the loss": "plateau",
    },
}


def choice(name: str, value: object) -> str:
    """What a chosen value is called; the value itself where an option has no such words."""
    return next((label for label, known in CHOICES.get(name, {}).items() if known == value), str(value))
