"""A small network as the equation of a process.

Source: networks in place of single fluxes of a bucket model, stepped with it: Höge et al. (2022),
doi:10.5194/hess-26-5085-2022; a network that is monotone in some of its inputs: Daniels and Velikova (2010),
doi:10.1109/TNN.2010.2044803.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

N_HIDDEN = 8


LOGISTIC = "logistic function, from 0 to 1"
NETWORK = {r"\mathrm{NN}": "small neural network, learned", r"\sigma": LOGISTIC}  # symbols of learned processes


class SmallNetwork(nn.Module):
    """A share between 0 and 1, from a few numbers of about -1 to 1; the same for all sites and members."""

    def __init__(self, n_inputs: int):
        super().__init__()
        self.hidden, self.output = nn.Linear(n_inputs, N_HIDDEN), nn.Linear(N_HIDDEN, 1)

    def forward(self, *inputs: Tensor) -> Tensor:
        """The share in the shape that the inputs have together."""
        # (..., input)
        values = torch.stack(torch.broadcast_tensors(*inputs), -1)
        into_hidden, into_output = self.weights()
        hidden = torch.tanh(_affine(values, into_hidden, self.hidden.bias))
        return torch.sigmoid(_affine(hidden, into_output, self.output.bias).squeeze(-1))

    def weights(self) -> tuple[Tensor, Tensor]:
        """The weights that lead into the hidden layer, `(hidden, input)`, and out of it, `(1, hidden)`."""
        return self.hidden.weight, self.output.weight


class MonotoneNetwork(SmallNetwork):
    """A share that never falls while the first input grows and the others stay.

    On the way of that input weights count without their sign, and the functions between them grow.
    """

    def weights(self) -> tuple[Tensor, Tensor]:
        """As without the restriction; no weight on the way of the first input is negative."""
        first, others = self.hidden.weight[:, :1], self.hidden.weight[:, 1:]
        return torch.cat([first.abs(), others], -1), self.output.weight.abs()


def _affine(values: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return linear(values, weight.to(values.dtype), bias.to(values.dtype))
