"""The record that training writes after each epoch."""

from typing import TypedDict


class EpochTimes(TypedDict):
    """When an epoch was over."""

    seconds: float
    """Since the run began, including earlier sessions."""
    eta: float
    """Estimated seconds until the end."""


class EpochRecord(EpochTimes):
    """A line of `progress.jsonl`."""

    epoch: int
    """From 1."""
    epochs: int
    """The number of epochs planned for the part."""
    part: int
    """Which training of the run this is, from 1: of a fold, or from a seed."""
    parts: int
    """How many trainings the run takes."""
    part_name: str
    """The part in words; empty if there is only one."""
    loss: float
    """Mean over the updates of the epoch."""
    validation_loss: float | None
    """The loss on what is held out for early stopping; None without validation."""
    median_nse: float
    """Median over the sites of the efficiency on the windows trained on."""
    device: str
    """The device and the backend, in words."""
    nse: list[float | None]
    """The efficiency of each site on the windows trained on; None for one that is held out."""
    parameters: dict[str, list[float]]
    """Learned static parameters by name: the mean over the members of each site."""
