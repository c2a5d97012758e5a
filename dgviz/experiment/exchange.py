"""Another option in a slot of a trained run."""

from collections.abc import Mapping

from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.processes.model import ProcessModel


def exchanged(config: RunConfig, trained: ProcessModel, choices: Mapping[str, str]) -> ProcessModel:
    """The processes of a trained run with another option in some slots; those that stay keep what they learned.

    Raises ConfigError for a slot or option that is not known, and for one with a network that nobody trained.
    """
    if config.predictor == "network":
        raise ConfigError("The run is a network alone: it has no processes that could be exchanged.")
    if unknown := choices.keys() - config.science.slots.keys():
        raise ConfigError(f"There is no slot {', '.join(unknown)}. Slots: {', '.join(config.science.slots)}.")
    # What varied in time may not be a parameter of the new option.
    fresh = config.edited(processes=dict(choices), dynamic=()).build()
    kept = {type(process): process for process in trained.processes}
    for process in fresh.processes:
        if type(process) not in kept and any(True for _ in process.parameters()):
            raise ConfigError(
                f"{type(process).__name__} has a network that was not trained with this run. Choose another option, or "
                "train a run with it."
            )
    processes = [kept.get(type(process), process) for process in fresh.processes]
    return type(fresh)(processes, fresh.inputs, fresh.outside)
