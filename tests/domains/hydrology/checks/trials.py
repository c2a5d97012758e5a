"""Trials of models with given parameters, over weather with seasons."""

import torch

from tests import trials

WARMUP, DAYS = 60, 180
YEAR = 100  # days of these trials, the first of which are repeated


def trial_of(process_model, added=torch.zeros_like, n_time=WARMUP + DAYS):
    """The model under example weather, and what a network would add to its target for the rain that fell."""
    add = lambda forcings: added(forcings["prcp"][..., 0])  # noqa: E731
    return trials.trial_of(process_model, "streamflow", n_time - WARMUP, warmup=WARMUP, added=add, year=YEAR)
