"""Trials of models with their declared parameters, over weather with seasons."""

import torch

from tests import trials
from tests.conftest import make_example

WARMUP, DAYS = 2 * 365, 365
SHARE = 0.5  # of the example's rain: about 1000 mm a year


def trial_of(process_model, added=torch.zeros_like, **weather):
    """The model under example weather, and what a network would add to its target for the rain that fell.

    `weather` are forcings in place of the example's.
    """
    add = lambda forcings: added(forcings["prcp"][..., 0])  # noqa: E731
    example, _ = make_example(process_model, n_time=WARMUP + DAYS, n_site=1)
    rain = {"prcp": SHARE * example["prcp"]} if "prcp" in example else {}
    options = dict(warmup=WARMUP, where=None, added=add, forcings=rain | weather)
    return trials.trial_of(process_model, "streamflow", DAYS, **options)
