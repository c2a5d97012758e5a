"""Networks that give a process model its parameters."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from .declare import Parameter


def scale(raw: Tensor, parameters: Mapping[str, Parameter]) -> dict[str, Tensor]:
    """Unbounded numbers `(..., parameter, member)` to physical values `(..., member)` inside their ranges, by name."""
    low, high = (
        torch.tensor([p.range[i] for p in parameters.values()], dtype=raw.dtype, device=raw.device)[:, None]
        for i in (0, 1)
    )
    values = low + (high - low) * torch.sigmoid(raw)
    return dict(zip(parameters, values.unbind(-2), strict=True))


class Standardize(nn.Module):
    """Subtract the mean and divide by the standard deviation of the training data; what is missing becomes the mean.

    The statistics are buffers `(feature,)`: they are saved with the weights.
    """

    def __init__(self, n_features: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(n_features))
        self.register_buffer("deviation", torch.ones(n_features))

    def learn(self, values: Tensor) -> None:
        """Take the statistics of `values (..., feature)`, leaving out NaN."""
        rows = values.reshape(-1, values.shape[-1])
        self.mean.copy_(rows.nanmean(0).nan_to_num())
        variance = (rows - self.mean).square().nanmean(0).nan_to_num()
        rounding = 1e-6 * self.mean.abs()  # what is constant but for rounding is not standardised
        self.deviation.copy_(torch.where(variance.sqrt() > rounding, variance.sqrt(), 1.0))

    def forward(self, values: Tensor) -> Tensor:
        """Standardised values of the same shape."""
        return ((values - self.mean) / self.deviation).nan_to_num()


class ParameterNetwork(nn.Module):
    """Parameters of a process model from attributes, and for the dynamic ones from forcings too.

    A multilayer perceptron on the attributes gives the static parameters for every member. A recurrent network (LSTM
    or GRU) on the standardised forcings and attributes gives those named in `dynamic` for every day; it sees no later
    day. Static parameters never see a forcing.

    Source: the parameter learning of Tsai et al. (2021), doi:10.1038/s41467-021-26107-z; dynamic parameters as in
    Feng et al. (2022), doi:10.1029/2022WR032404.
    """

    def __init__(
        self,
        parameters: Mapping[str, Parameter],
        n_attributes: int,
        *,
        members: int,
        hidden: int,
        dynamic: Sequence[str] = (),
        n_forcings: int = 0,
        kind: str = "lstm",
    ):
        super().__init__()
        self.static = {k: p for k, p in parameters.items() if k not in dynamic}
        self.dynamic = {k: p for k, p in parameters.items() if k in dynamic}
        self.members = members
        self.attributes = Standardize(n_attributes)
        if self.static:
            self.mlp = nn.Sequential(
                nn.Linear(n_attributes, hidden), nn.Tanh(), nn.Linear(hidden, len(self.static) * members)
            )
            nn.init.uniform_(self.mlp[-1].bias, -1.5, 1.5)  # members start at different places in the ranges
        if self.dynamic:
            recurrent = {"lstm": nn.LSTM, "gru": nn.GRU}[kind]
            self.forcings = Standardize(n_forcings)
            self.recurrent = recurrent(n_forcings + n_attributes, hidden)
            self.head = nn.Linear(hidden, len(self.dynamic) * members)
            nn.init.uniform_(self.head.bias, -1.5, 1.5)

    def forward(self, attributes: Tensor, series: Tensor | None = None) -> dict[str, Tensor]:
        """Parameters by name, `(1, site, member)` if static and `(time, site, member)` if dynamic.

        `attributes` is `(site, attribute)`; `series`, needed for dynamic parameters, is `(time, site, forcing)`.
        """
        features = self.attributes(attributes)
        values = {}
        if self.static:
            raw = self.mlp(features).unflatten(-1, (len(self.static), self.members))
            values |= scale(raw[None], self.static)
        if self.dynamic:
            steps = torch.cat([self.forcings(series), features.expand(len(series), -1, -1)], -1)
            raw = self.head(self.recurrent(steps)[0]).unflatten(-1, (len(self.dynamic), self.members))
            values |= scale(raw, self.dynamic)
        return values
