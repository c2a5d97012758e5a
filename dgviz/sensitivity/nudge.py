"""Forcings raised by next to nothing, so that no threshold lies exactly on a value."""

from collections.abc import Mapping

from torch import Tensor

from dgviz.datasets.vocabulary import CALENDAR
from dgviz.learn.site_model import SiteModel

NUDGE = 1e-9  # in the units of a forcing


def driving(site: SiteModel) -> dict[str, Tensor]:
    """The forcings that vary in time, `(time, site, 1)` by name; a shift of the calendar means nothing."""
    tensors, n_sites = site.tensors, site.tensors.target.shape[1]
    read = dict.fromkeys((*site.process_model.forcings, *tensors.recurrent))
    known = [name for name in read if name in site.process_model.inputs and name not in CALENDAR]
    names = [name for name in known if len(tensors.forcings[name]) > 1]
    return {name: tensors.forcings[name].expand(-1, n_sites, -1) for name in names}


def raised(forcings: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same, each higher by `NUDGE`, as leaves of a graph of gradients.

    Where nothing comes in and stores are empty a model stands exactly on thresholds, as between taking nothing and
    having nothing to take. There the derivative to one more unit is that of one side, and reverse mode takes it where
    each threshold is passed by a hair to that side. In single precision too: a nudge is lost only beside a value that
    is no threshold.
    """
    return {name: (values + NUDGE).detach().requires_grad_() for name, values in forcings.items()}
