"""What a model is given, whether tensors, arrays or numbers, as tensors of one shape and one precision."""

from collections.abc import Mapping
from functools import reduce

import numpy as np
import torch
from torch import Tensor

Given = Tensor | np.ndarray | float


def series(name: str, values: Given) -> Tensor:
    """A number, or values `(time,)`, `(time, site)` or `(time, site, member)`, as a tensor of three dimensions."""
    # np.array, not asarray: torch wants memory that may be written to.
    tensor = values if isinstance(values, Tensor) else torch.from_numpy(np.array(values, dtype=_dtype(values)))
    if tensor.ndim > 3:
        raise ValueError(
            f"{name!r} has the shape {tuple(tensor.shape)}. Give (time, site, member), (time, site), (time,) or a "
            "number."
        )
    # A missing dimension means constant along it: size 1.
    return tensor if tensor.ndim == 3 else tensor.reshape(*tensor.shape, *(1,) * (3 - tensor.ndim))


def _dtype(values: np.ndarray | float) -> np.dtype:
    """Single precision as it is, and double for all else."""
    given = np.asarray(values).dtype
    return given if given == np.float32 else np.dtype("float64")


def in_one_precision(given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """All in the highest precision among them; numbers, which have none of their own, do not count."""
    shaped = [v.dtype for v in given.values() if v.numel() > 1] or [v.dtype for v in given.values()]
    dtype = reduce(torch.promote_types, shaped, shaped[0]) if shaped else torch.float32
    return {name: values.to(dtype) for name, values in given.items()}
