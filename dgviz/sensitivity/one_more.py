"""One unit more of a forcing, in one step at one site, as a direction."""

import torch
from torch import Tensor
from torch.autograd import forward_ad

from dgviz.learn.tensors import Tensors


def one_more(tensors: Tensors, forcing: str, step: int, place: int = 0) -> Tensor:
    """The forcing `(time, site, 1)` with a tangent of one in a step of `tensors` at a place, and of zero elsewhere.

    Within `forward_ad.dual_level()`. Raises ValueError for a forcing that is not there.
    """
    if forcing not in tensors.forcings:
        raise ValueError(f"The model reads no forcing {forcing!r}. It reads: {', '.join(tensors.forcings)}.")
    values = tensors.forcings[forcing].expand(*tensors.target.shape, 1)
    direction = torch.zeros_like(values)
    direction[step, place] = 1
    return forward_ad.make_dual(values.clone(), direction)
