"""A training that begins with what another model has learned, as far as it fits.

All is matched by name: sites, attributes, series, parameters. What is new changes nothing at first: a parameter begins
at its declared default, an input or a variation in time without effect.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from dgviz.learn.model import DifferentiableModel
from dgviz.learn.networks import FromAttributes, Recurrent, Standardize, Table, unbounded_defaults
from dgviz.processes.declare import title

MARGIN = 0.01  # of a range: how far from its ends a new parameter begins, so that it can be learned
APART = 0.1  # of unbounded numbers: how far from the member of which it is a copy a further member begins, at most
SIMULATED = "the simulated target"  # what a correction sees besides the series


@dataclass(frozen=True)
class Taken:
    """In words: what a model took from an earlier one, what begins anew, and what of the earlier one is not used."""

    kept: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


class WarmStart:
    """What a model takes over from an earlier one, `earlier_sites` being those of the table that this may have."""

    def __init__(
        self, model: DifferentiableModel, earlier: DifferentiableModel, earlier_sites: Sequence[str], seed: int = 0
    ):
        self.model, self.earlier, self.earlier_sites = model, earlier, earlier_sites
        self.names, self.known = list(model.network.parameters_declared), list(earlier.network.parameters_declared)
        self.inputs, self.known_inputs = model.attribute_names, earlier.attribute_names
        n_members, n_known = model.network.members, earlier.network.members
        # Further members are copies of the first ones, a little apart: alike, they would stay alike.
        self.members = torch.arange(n_members) % n_known
        random = torch.Generator().manual_seed(seed)
        apart = torch.empty(len(self.names), n_members).uniform_(-APART, APART, generator=random)
        self.apart = apart * (torch.arange(n_members) >= n_known)
        self.taken = Taken()

    @torch.no_grad()
    def take_over(self, attributes: Tensor, sites: Sequence[str]) -> Taken:
        """Give the model the weights that fit, and the statistics of the inputs that both have.

        `attributes` `(site, attribute)` are those of the `sites` on which it is trained. Of more members than the model
        has, the first are taken.
        """
        inputs = self.model.network.attributes, self.earlier.network.attributes
        _take_statistics(inputs[0], self.inputs, inputs[1], self.known_inputs)
        if self.names:
            self._take_levels(attributes, sites)
        if self.model.network.dynamic:
            self._take_deviation()
        if self.model.correction is not None:
            self._take_correction()
        self._take_processes()
        return self.taken

    def _take_levels(self, attributes: Tensor, sites: Sequence[str]) -> None:
        """The static levels of the parameters; of another kind of network, what that gives at these sites."""
        new, old = self.model.network.level, self.earlier.network.level
        self._say([n for n in self.names if n in self.known], [n for n in self.names if n not in self.known])
        self.taken.unused.extend(n for n in self.known if n not in self.names)
        n_members, n_known = self.model.network.members, self.earlier.network.members
        if n_members < n_known:
            self.taken.kept.append(f"the first {n_members} of {n_known} members")
        elif n_members > n_known:
            self.taken.new.append(f"members beyond {n_known}, which begin a little apart from those")
        if isinstance(new, FromAttributes) and isinstance(old, FromAttributes) and _alike(new, old):
            self._take_layers(new, old)
            return
        raw = self._raw(attributes, sites)  # (site, parameter, member)
        if isinstance(new, Table):
            new.rows.copy_(self._begun(raw if len(new.rows) > 1 else raw.mean(0, keepdim=True)))
        elif isinstance(new, FromAttributes):
            _, last = _layers(new)
            last.weight.zero_()
            last.bias.copy_(self._begun(raw.mean(0)).flatten())
            self.taken.new.append("how they depend on attributes")

    def _take_layers(self, new: FromAttributes, old: FromAttributes) -> None:
        (first, last), (old_first, old_last) = _layers(new), _layers(old)
        unknown = torch.zeros_like(first.weight.T)  # (attribute, hidden)
        first.weight.copy_(_by_name(old_first.weight.T, self.known_inputs, unknown, self.inputs).T)
        first.bias.copy_(old_first.bias)
        rows = old_last.weight.unflatten(0, old.shape)[:, self.members]  # (parameter, member, hidden)
        unknown = rows.new_zeros(len(self.names), *rows.shape[1:])
        last.weight.copy_(_by_name(rows, self.known, unknown, self.names).flatten(end_dim=1))
        last.bias.copy_(self._begun(old_last.bias.unflatten(0, old.shape)).flatten())
        self._say([], [f"the attribute {name}" for name in self.inputs if name not in self.known_inputs])

    def _raw(self, attributes: Tensor, sites: Sequence[str]) -> Tensor:
        """The unbounded levels of the earlier model at these sites, `(site, parameter, member)`."""
        network = self.earlier.network
        unknown = attributes.new_full((len(self.known_inputs), len(sites)), torch.nan)
        seen = _by_name(attributes.T, self.inputs, unknown, self.known_inputs).T
        if not isinstance(network.level, Table) or len(network.level.rows) == 1:
            return network.level(network.attributes(seen), None)
        defaults = self._defaults(self.earlier).expand(len(sites), -1, network.members)
        return _by_name(network.level.rows, self.earlier_sites, defaults, sites)

    def _begun(self, raw: Tensor) -> Tensor:
        """Unbounded levels `(..., parameter, member)` of the earlier model as those with which this one begins."""
        of_members = raw[..., self.members].movedim(-2, 0)  # (parameter, ..., member)
        unknown = self._defaults(self.model).reshape(-1, *[1] * (raw.dim() - 1)).expand(-1, *of_members.shape[1:])
        return _by_name(of_members, self.known, unknown, self.names).movedim(0, -2) + self.apart.to(raw)

    @staticmethod
    def _defaults(model: DifferentiableModel) -> Tensor:
        return unbounded_defaults(model.network.parameters_declared, MARGIN)[:, None]

    def _take_deviation(self) -> None:
        """How parameters vary in time; those that did not before begin as static."""
        new, old = self.model.network, self.earlier.network
        fits = bool(old.dynamic) and self._take_recurrent(new.deviation, old.deviation)
        known = old.dynamic if fits else ()
        for name, values in new.deviation.head.named_parameters():  # (parameter and member, ...)
            unknown = torch.zeros_like(values).unflatten(0, (len(new.dynamic), new.members))
            rows = unknown[:0]
            if known:
                rows = getattr(old.deviation.head, name).unflatten(0, (len(known), old.members))[:, self.members]
            values.copy_(_by_name(rows, known, unknown, new.dynamic).flatten(end_dim=1))
        varies = {name: f"how {name} varies in time" for name in new.dynamic}
        self._say([varies[n] for n in new.dynamic if n in known], [varies[n] for n in new.dynamic if n not in known])

    def _take_correction(self) -> None:
        new, old = self.model.correction, self.earlier.correction
        what = "the correction" if new.corrects else "the network that predicts the target"
        seen = [SIMULATED] * new.corrects
        if old is None or new.corrects != old.corrects or not self._take_recurrent(new.recurrent, old.recurrent, seen):
            self._say([], [what])
            return
        _take_statistics(new.attributes, self.inputs, old.attributes, self.known_inputs)
        new.target.load_state_dict(old.target.state_dict())
        new.recurrent.head.load_state_dict(old.recurrent.head.state_dict())
        self._say([what], [])

    def _take_recurrent(self, new: Recurrent, old: Recurrent, more: Sequence[str] = ()) -> bool:
        """The cells of a network, if they are of the same kind and number; a new input counts for nothing at first."""
        if type(new.cells) is not type(old.cells) or new.cells.hidden_size != old.cells.hidden_size:
            return False
        series, known = [*self.model.recurrent, *more], [*self.earlier.recurrent, *more]
        _take_statistics(new.series, series, old.series, known)
        weights, given = new.cells.weight_ih_l0, old.cells.weight_ih_l0  # (gate and unit, input)
        of_inputs = [*known, *self.known_inputs], torch.zeros_like(weights.T), [*series, *self.inputs]
        weights.copy_(_by_name(given.T, *of_inputs).T)
        for name in ("weight_hh_l0", "bias_ih_l0", "bias_hh_l0"):
            getattr(new.cells, name).copy_(getattr(old.cells, name))
        return True

    def _take_processes(self) -> None:
        """The weights of learned processes."""
        known = {type(process): process for process in self.earlier.process_model.processes}
        for process in self.model.process_model.processes:
            if not list(process.parameters()):
                continue
            name = title(type(process)).partition(":")[0].lower()
            if (given := known.get(type(process))) is not None:
                process.load_state_dict(given.state_dict())
            self._say([name] * (given is not None), [name] * (given is None))

    def _say(self, kept: Sequence[str], new: Sequence[str]) -> None:
        self.taken.kept.extend(kept)
        self.taken.new.extend(new)


def _by_name(values: Tensor, known: Sequence[str], unknown: Tensor, wanted: Sequence[str]) -> Tensor:
    """The rows of `values`, which are of the `known` names, for those wanted; where there is none, that of `unknown`.

    `unknown` has a row for each name that is wanted.
    """
    rows, found = unknown.to(values).clone(), dict(zip(known, values, strict=True))
    for place, name in enumerate(wanted):
        if name in found:
            rows[place] = found[name]
    return rows


def _take_statistics(new: Standardize, names: Sequence[str], old: Standardize, known: Sequence[str]) -> None:
    """Standardise the inputs that both have as before: the weights were learned with that."""
    for name, values in new.named_buffers():
        values.copy_(_by_name(getattr(old, name), known, values, names))


def _layers(level: FromAttributes) -> tuple[nn.Linear, nn.Linear]:
    first, _, last = level.layers
    return first, last  # type: ignore[return-value]  # torch knows no types of what is in a sequence


def _alike(new: FromAttributes, old: FromAttributes) -> bool:
    """Have they as many hidden units?"""
    return _layers(new)[0].out_features == _layers(old)[0].out_features
