"""Why a parameter does nothing: where on its way to the target the response ends."""

from collections.abc import Collection

import torch
from torch import Tensor
from torch.autograd import forward_ad

from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Flux, title
from dgviz.processes.one_sided import along
from dgviz.quantities import lower_first


def why_dead(site: SiteModel, parameters: Collection[str]) -> dict[str, str]:
    """For parameters whose derivative is exactly zero, a sentence by name that says why.

    Either no flux of the process that reads it responds, as no threshold is passed or nothing flows there; or they do,
    and nothing below them that the target is made of does. One forward pass for each, with all fluxes in sight.
    """
    return {name: _reason(site, name) for name in parameters}


def _reason(site: SiteModel, name: str) -> str:
    readers = [p for p in site.process_model.processes if name in p.reads]
    called = " and ".join(repr(lower_first(title(type(process)))) for process in readers)
    values, tangents = _all_fluxes(site, name)
    own = {k: flux for process in readers for k, flux in process.of(Flux).items()}
    if any(tangents[k].any() for k in own):
        moved = [lower_first(own[k].long_name) for k in own if tangents[k].any()]
        return f"It changes {' and '.join(moved)}, but nothing of that reaches the target in these steps."
    still = [lower_first(own[k].long_name) for k in own if not values[k].any()]
    if still:
        verb = "is" if len(still) == 1 else "are"
        return f"Of {called}, {' and '.join(still)} {verb} zero in all of these steps with its value."
    return f"{called} never passes a threshold at which it would count: no flux of it responds in these steps."


def _all_fluxes(site: SiteModel, name: str) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Every flux in the scored steps `(time,)`, and its derivative to a parameter."""
    wanted, warmup = list(site.process_model.of(Flux)), site.tensors.warmup
    learned = site.learned
    with torch.no_grad(), forward_ad.dual_level():
        dual = forward_ad.make_dual(learned[name], torch.ones_like(learned[name]))
        found = site.model.respond(site.tensors, learned | {name: dual}, wanted)
        values = {k: forward_ad.unpack_dual(found[k]).primal[warmup:, 0] for k in wanted}
        tangents = {k: along(found[k])[warmup:, 0] for k in wanted}
    return values, tangents
