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
    dynamic: tuple[str, ...]
    members: int
    hidden: int
    dropout: float
    dynamic_dropout: float

    # Options that are one of a few words are only read, so that a configuration can list the words.
    @property
    def predictor(self) -> str: ...

    @property
    def parameters(self) -> str: ...

    @property
    def network(self) -> str: ...

    @property
    def target(self) -> str: ...

    @property
    def target_quantity(self) -> Target:
        """The declaration of the target."""

    def build(self) -> ProcessModel:
        """The process model with the chosen options."""


class TrainingOptions(ModelOptions, Protocol):
    """How a model is trained."""

    weights: str
    epochs: int
    learning_rate: float
    batch_size: int
    window: int
    warmup: int
    clip: float
    prior: float
    validation_fraction: float
    patience: int
    plateau: int
    seed: int

    @property
    def loss(self) -> str: ...

    @property
    def schedule(self) -> str: ...

    @property
    def validation(self) -> str: ...
