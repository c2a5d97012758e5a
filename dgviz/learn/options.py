"""The options that training reads; `dgviz.experiment.config.RunConfig` defines them and says what they mean."""

from typing import Protocol

from dgviz.processes.model import ProcessModel
from dgviz.quantities import Target


class ConfigError(ValueError):
    """An option that a run does not know or cannot have."""


class ModelOptions(Protocol):
    """What a model is made of."""

    sites: tuple[str, ...]
    attributes: tuple[str, ...]
    predictor: str
    parameters: str
    dynamic: tuple[str, ...]
    members: int
    hidden: int
    network: str
    dropout: float
    dynamic_dropout: float
    target: str

    @property
    def target_quantity(self) -> Target:
        """The declaration of the target."""

    def build(self) -> ProcessModel:
        """The process model with the chosen options."""


class TrainingOptions(ModelOptions, Protocol):
    """How a model is trained."""

    loss: str
    weights: str
    epochs: int
    learning_rate: float
    schedule: str
    batch_size: int
    window: int
    warmup: int
    clip: float
    validation: str
    validation_fraction: float
    patience: int
    seed: int
