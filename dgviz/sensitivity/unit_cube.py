"""The ranges of parameters as a cube from 0 to 1, in which samples are even."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from dgviz.processes.declare import Parameter

DECADE = 20  # upper over lower end of a range from which its logarithm is sampled
MOST = 1024  # samples at once: what fits a cache is done in half the time


class UnitCube:
    """Places `(sample, parameter)` from 0 to 1, each in the range of its parameter.

    Evenly in the range; in its logarithm where it lies above 0 and spans more than a factor of 20, as those of rates
    do: evenly in the range, nearly all samples would be fast. Derivatives are by the place, alike for both.
    """

    def __init__(self, parameters: Mapping[str, Parameter]):
        self.names = [*parameters]
        low, high = (torch.tensor([p.range[i] for p in parameters.values()], dtype=torch.float64) for i in (0, 1))
        self.low, self.high = low, high
        self.logarithmic = (low > 0) & (high > DECADE * low)
        # 1 where it is not used, so that no logarithm is of zero.
        self._ratio = torch.where(self.logarithmic, high / low, 1.0)

    @property
    def problem(self) -> dict[str, object]:
        """As SALib takes it."""
        return {"num_vars": len(self.names), "names": self.names, "bounds": [[0.0, 1.0]] * len(self.names)}

    def values(self, places: Tensor) -> dict[str, Tensor]:
        """The parameters at some places, `(sample,)` by name."""
        values = torch.where(
            self.logarithmic, self.low * self._ratio**places, self.low + (self.high - self.low) * places
        )
        return dict(zip(self.names, values.unbind(-1), strict=True))

    def places_of(self, values: Mapping[str, float]) -> Tensor:
        """Where values of the parameters are, `(parameter,)`."""
        given = torch.tensor([values[name] for name in self.names], dtype=torch.float64)
        safe = torch.where(self.logarithmic, given / self.low, 1.0)
        by_logarithm = safe.log() / torch.where(self.logarithmic, self._ratio, 2.0).log()
        return torch.where(self.logarithmic, by_logarithm, (given - self.low) / (self.high - self.low))

    def run(self, f: Callable[[Mapping[str, Tensor]], Tensor], places: np.ndarray) -> np.ndarray:
        """What a model gives at some places, `(sample, output)`."""
        with torch.no_grad():
            parts = torch.as_tensor(places).split(MOST)
            return torch.cat([self._checked(f(self.values(part))) for part in parts]).numpy()

    def gradients(self, f: Callable[[Mapping[str, Tensor]], Tensor], places: Tensor) -> tuple[np.ndarray, np.ndarray]:
        """What a model gives, `(sample, output)`, and its derivatives by the place, `(sample, output, parameter)`."""
        parts = []
        for part in places.split(MOST):
            part = part.detach().requires_grad_()
            values = self._checked(f(self.values(part)))
            # Samples do not influence each other: the gradient of their sum holds that of each.
            each = [torch.autograd.grad(total, part, retain_graph=True)[0] for total in values.sum(0)]
            parts.append((values.detach().numpy(), torch.stack(each, 1).numpy()))
        values, gradients = zip(*parts, strict=True)
        return np.concatenate(values), np.concatenate(gradients)

    def _checked(self, values: Tensor) -> Tensor:
        bad = ~values.isfinite().all(-1)
        if bad.any():
            raise ValueError(
                f"The model is not finite at {int(bad.sum())} of {len(values)} samples of its parameters. Look at what "
                "its processes do at the ends of their ranges."
            )
        return values.double().cpu()
