"""Networks that give a process model its parameters, correct its prediction, or predict alone."""

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from dgviz.processes.declare import Parameter

DECADES = 100  # highest over lowest value from which the logarithm of an attribute is taken
SPREAD = 1.5  # of the initial unbounded numbers, so that members start at different places in the ranges


def scale(raw: Tensor, parameters: Mapping[str, Parameter]) -> dict[str, Tensor]:
    """Unbounded numbers `(..., parameter, member)` to physical values `(..., member)` inside their ranges, by name."""
    low, high = (
        torch.tensor([p.range[i] for p in parameters.values()], dtype=raw.dtype, device=raw.device)[:, None]
        for i in (0, 1)
    )
    # p = low + (high - low) / (1 + e^-raw): inside the range whatever the network gives
    values = low + (high - low) * torch.sigmoid(raw)
    return dict(zip(parameters, values.unbind(-2), strict=True))


def unbounded_defaults(parameters: Mapping[str, Parameter], margin: float = 1e-6) -> Tensor:
    """The numbers `(parameter,)` that `scale` takes to the declared defaults, or to `margin` off an end of a range."""
    # The inverse of `scale`: raw = logit of the place of the default in its range.
    shares = torch.tensor([(p.default - p.range[0]) / (p.range[1] - p.range[0]) for p in parameters.values()])
    return torch.logit(shares, eps=margin)


class Standardize(nn.Module):
    """Subtract the mean and divide by the standard deviation of the training data; what is missing becomes the mean.

    The statistics are buffers `(feature,)`: they are saved with the weights.
    """

    mean: Tensor
    deviation: Tensor
    of_constant: ClassVar[float] = 1.0  # the deviation of what does not vary

    def __init__(self, n_features: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(n_features))
        self.register_buffer("deviation", torch.ones(n_features))

    def learn(self, values: Tensor) -> None:
        """Take the statistics of `values (..., feature)`, leaving out NaN."""
        rows = values.flatten(end_dim=-2)
        self.mean.copy_(rows.nanmean(0).nan_to_num())
        variance = (rows - self.mean).square().nanmean(0).nan_to_num()
        rounding = 1e-6 * self.mean.abs()  # what is constant but for rounding is not standardised
        self.deviation.copy_(torch.where(variance.sqrt() > rounding, variance.sqrt(), self.of_constant))

    def forward(self, values: Tensor) -> Tensor:
        """Standardised values of the same shape."""
        return ((values - self.mean) / self.deviation).nan_to_num()


class StandardizeAttributes(Standardize):
    """Standardised attributes; those that reach over more than two decades by their logarithm.

    Of areas from 10 to 100 000 km2 the plain standardisation makes many equal numbers and a few huge ones. What is not
    above zero at another site has no logarithm and counts as missing.
    """

    by_logarithm: Tensor
    of_constant: ClassVar[float] = torch.finfo(torch.float32).max  # another value elsewhere counts for nothing

    def __init__(self, n_features: int):
        super().__init__(n_features)
        self.register_buffer("by_logarithm", torch.zeros(n_features, dtype=torch.bool))

    def learn(self, values: Tensor) -> None:
        """Take the statistics of `values (site, attribute)`, leaving out NaN."""
        missing = values.isnan()
        lowest = values.masked_fill(missing, math.inf).amin(0)
        highest = values.masked_fill(missing, -math.inf).amax(0)
        self.by_logarithm.copy_((lowest > 0) & (highest > DECADES * lowest))
        super().learn(self._transformed(values))

    def forward(self, values: Tensor) -> Tensor:
        """Standardised values of the same shape."""
        return super().forward(self._transformed(values))

    def _transformed(self, values: Tensor) -> Tensor:
        positive = values.where(values > 0, torch.nan)
        return torch.where(self.by_logarithm, positive.log(), values)


class FromAttributes(nn.Module):
    """Unbounded parameters `(site, parameter, member)` from standardised attributes, by a multilayer perceptron."""

    def __init__(self, n_attributes: int, hidden: int, n_parameters: int, members: int):
        super().__init__()
        self.shape = n_parameters, members
        first, last = nn.Linear(n_attributes, hidden), nn.Linear(hidden, n_parameters * members)
        self.layers = nn.Sequential(first, nn.Tanh(), last)
        nn.init.uniform_(last.bias, -SPREAD, SPREAD)

    def forward(self, features: Tensor, sites: Tensor | None) -> Tensor:
        """From `features (site, attribute)`; which sites they are does not matter."""
        return self.layers(features).unflatten(-1, self.shape)


class Table(nn.Module):
    """Unbounded parameters `(site, parameter, member)` that are weights themselves: a row a site, or one for all."""

    def __init__(self, n_rows: int, n_parameters: int, members: int):
        super().__init__()
        # All sites begin with the same members, which are spread over the range.
        first = torch.empty(1, n_parameters, members).uniform_(-SPREAD, SPREAD)
        self.rows = nn.Parameter(first.repeat(n_rows, 1, 1))

    def forward(self, features: Tensor, sites: Tensor | None) -> Tensor:
        """For the sites of these positions `(site,)`; attributes do not matter."""
        return self.rows.expand(len(features), -1, -1) if len(self.rows) == 1 else self.rows[sites]


class Defaults(nn.Module):
    """Unbounded parameters `(site, parameter, member)` at the declared defaults, the same everywhere."""

    raw: Tensor

    def __init__(self, parameters: Mapping[str, Parameter], members: int):
        super().__init__()
        self.register_buffer("raw", unbounded_defaults(parameters)[:, None].expand(-1, members).clone())

    def forward(self, features: Tensor, sites: Tensor | None) -> Tensor:
        """For as many sites as have `features`."""
        return self.raw.expand(len(features), -1, -1)


class Memoryless(nn.Module):
    """Two hidden layers that see each step alone, in the place of the cells of a recurrent network."""

    def __init__(self, n_inputs: int, hidden: int):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_inputs, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())

    def forward(self, steps: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        """`(time, site, hidden)` from `steps (time, site, input)`, and a state of nothing, `(1, site, 1)`."""
        return self.layers(steps), steps.new_zeros(1, steps.shape[1], 1)


class Recurrent(nn.Module):
    """An LSTM or GRU on standardised series and attributes, and a linear layer on its state: numbers for every day.

    In their place may stand a network without memory. It sees no later day. In training a share `dropout` of its state
    is left out.
    """

    def __init__(self, kind: str, n_series: int, n_attributes: int, hidden: int, n_outputs: int, dropout: float):
        super().__init__()
        self.series = Standardize(n_series)
        self.cells = {"lstm": nn.LSTM, "gru": nn.GRU, "mlp": Memoryless}[kind](n_series + n_attributes, hidden)
        self.dropout, self.head = nn.Dropout(dropout), nn.Linear(hidden, n_outputs)
        if kind == "lstm":
            with torch.no_grad():  # it begins by remembering: Gers et al. (2000), doi:10.1162/089976600300015015
                self.cells.bias_hh_l0[hidden : 2 * hidden].fill_(3.0)

    def forward(
        self, series: Tensor, features: Tensor, warmup: int = 0, before: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """`(time, site, output)` from `series (time, site, series)` and standardised `features (site, attribute)`.

        Also the state `(1, site, number)` after the last day, with which a later call goes on as `before`. In training
        the first `warmup` days only fill the state: no gradient goes through them.
        """
        # The attributes are repeated on every day: (time, site, series + attribute).
        steps = torch.cat([self.series(series), features.expand(len(series), series.shape[1], -1)], -1)
        state = None if before is None else self._unpacked(before.expand(1, steps.shape[1], -1))
        parts = []
        if warmup and self.training and torch.is_grad_enabled():
            with torch.no_grad():
                early, state = self.cells(steps[:warmup], state)
            parts, steps = [early], steps[warmup:]
        late, state = self.cells(steps, state)
        hidden = torch.cat([*parts, late])
        return self.head(self.dropout(hidden)), torch.cat(state, -1) if isinstance(state, tuple) else state

    def _unpacked(self, state: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """A state as the cells take it: an LSTM has two parts, h and c."""
        if isinstance(self.cells, nn.LSTM):
            hidden, cell = state.chunk(2, -1)
            return hidden.contiguous(), cell.contiguous()
        return state.contiguous()


class ParameterNetwork(nn.Module):
    """Parameters of a process model: static ones from a `source`; those in `dynamic` deviate from it from day to day.

    `source` is "attributes" (a network on them), "shared" (one learned set), "sites" (a learned set for each of
    `n_sites`) or "fixed" (the declared defaults). A recurrent network on the forcings and attributes adds to the
    dynamic parameters; it sees no later day. In training, a dynamic parameter of a site stays static with probability
    `dynamic_dropout`. Static parameters never see a forcing.

    Source: parameter learning of Tsai et al. (2021), doi:10.1038/s41467-021-26107-z; dynamic parameters and their
    dropout as in Feng et al. (2022), doi:10.1029/2022WR032404.
    """

    def __init__(
        self,
        parameters: Mapping[str, Parameter],
        n_attributes: int,
        *,
        members: int,
        hidden: int,
        source: str = "attributes",
        n_sites: int = 1,
        dynamic: Sequence[str] = (),
        n_series: int = 0,
        kind: str = "lstm",
        dropout: float = 0.0,
        dynamic_dropout: float = 0.0,
    ):
        super().__init__()
        self.parameters_declared, self.members = dict(parameters), members
        self.dynamic = tuple(name for name in parameters if name in dynamic)
        self.static = tuple(name for name in parameters if name not in dynamic)
        self.attributes = StandardizeAttributes(n_attributes)
        if parameters:
            self.level = {
                "attributes": lambda: FromAttributes(n_attributes, hidden, len(parameters), members),
                "shared": lambda: Table(1, len(parameters), members),
                "sites": lambda: Table(n_sites, len(parameters), members),
                "fixed": lambda: Defaults(parameters, members),
            }[source]()
        if self.dynamic:
            n_outputs = len(self.dynamic) * members
            self.deviation = Recurrent(kind, n_series, n_attributes, hidden, n_outputs, dropout)
            self.left_out = nn.Dropout(dynamic_dropout)

    def forward(
        self,
        attributes: Tensor,
        series: Tensor | None = None,
        sites: Tensor | None = None,
        warmup: int = 0,
        before: Tensor | None = None,
    ) -> tuple[dict[str, Tensor], Tensor | None]:
        """Parameters by name, `(1, site, member)` if static and `(time, site, member)` if dynamic.

        `attributes` is `(site, attribute)`; `series`, needed for dynamic parameters, is `(time, site, series)` and
        begins with `warmup` days; `sites (site,)`, needed by the source "sites", are positions in its table. Also the
        state of the recurrent network after the last day, if there is one; `before` is that before the first.
        """
        if not self.parameters_declared:
            return {}, None
        after = None
        features = self.attributes(attributes)
        level = self._levels(features, sites)
        if self.dynamic:
            deviation, after = self.deviation(series, features, warmup, before)
            deviation = deviation.unflatten(-1, (len(self.dynamic), self.members))
            # One draw for each site and parameter, `(1, site, parameter, 1)`: dropped for the whole window.
            kept = (self.left_out(torch.ones_like(deviation[:1, :, :, :1])) > 0).to(deviation.dtype)
            for name, change in zip(self.dynamic, (deviation * kept).unbind(-2), strict=True):
                level[name] = level[name] + change
        return self._in_ranges(level), after

    def static_parameters(self, attributes: Tensor, sites: Tensor | None = None) -> dict[str, Tensor]:
        """Those that do not vary in time, `(1, site, member)` by name."""
        level = self._levels(self.attributes(attributes), sites) if self.static else {}
        return self._in_ranges({name: level[name] for name in self.static})

    def _levels(self, features: Tensor, sites: Tensor | None) -> dict[str, Tensor]:
        """What the source gives for each parameter, `(1, site, member)`, not in its range yet."""
        return dict(zip(self.parameters_declared, self.level(features, sites)[None].unbind(-2), strict=True))

    def _in_ranges(self, level: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {k: scale(v.unsqueeze(-2), {k: self.parameters_declared[k]})[k] for k, v in level.items()}


class TargetNetwork(nn.Module):
    """The target from a recurrent network: its correction of what a process model predicts, or all of it.

    Source: the long short-term memory network of Kratzert et al. (2019), doi:10.5194/hess-23-5089-2019; a learned
    residual behind a process model as in Frame et al. (2021), doi:10.1111/1752-1688.12964.
    """

    def __init__(
        self,
        kind: str,
        n_series: int,
        n_attributes: int,
        hidden: int,
        dropout: float,
        corrects: bool,
        floor: float | None = None,
    ):
        super().__init__()
        self.corrects, self.floor = corrects, floor
        self.attributes, self.target = StandardizeAttributes(n_attributes), Standardize(1)
        self.recurrent = Recurrent(kind, n_series + corrects, n_attributes, hidden, 1, dropout)
        if corrects:  # it begins by changing nothing
            nn.init.zeros_(self.recurrent.head.weight)
            nn.init.zeros_(self.recurrent.head.bias)

    def forward(
        self,
        attributes: Tensor,
        series: Tensor,
        simulated: Tensor | None = None,
        warmup: int = 0,
        before: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """The target `(time, site)`; not below its floor, except in training, where a limit would hide the gradient.

        Also the state of the network after the last day; `before` is that before the first.
        """
        if self.corrects:
            series = torch.cat([series.expand(-1, simulated.shape[1], -1), simulated[..., None]], -1)
        learned, after = self.recurrent(series, self.attributes(attributes), warmup, before)
        # y = y_simulated + s * network, or mean + s * network, with the deviation s of the target
        level = simulated if self.corrects else self.target.mean
        predicted = level + self.target.deviation * learned[..., 0]
        if self.training or self.floor is None:
            return predicted, after
        return predicted.clamp(min=self.floor), after
