"""The device that a run is trained on, and what runs its processes there."""

import torch

from dgviz.experiment.config import ConfigError, RunConfig


def device_of(config: RunConfig) -> str:
    """ "cuda" or "cpu", as asked or as it is found here. Raises ConfigError for one that is not there."""
    found = "cuda" if torch.cuda.is_available() else "cpu"
    if config.device == "cuda" and found == "cpu":
        raise ConfigError("device 'cuda': torch finds no GPU here. Use 'cpu' or 'auto'.")
    return found if config.device == "auto" else config.device


def backend_of(config: RunConfig) -> tuple[str, str]:
    """What would run a configuration on this machine, "fused" or "torch", and why."""
    device = "cpu" if config.device == "cpu" else device_of(config.edited(device="auto"))
    return config.build().backend(device)


def device_name(device: str) -> str:
    """The device in words: the GPU's name, or the processor and the threads used."""
    if device == "cuda":
        return torch.cuda.get_device_name()
    return f"CPU, {torch.get_num_threads()} thread{'s' * (torch.get_num_threads() > 1)}"
