"""Runs a model with both backends and compares; models of one made-up process, to try one operation at a time."""

import torch

from dgviz import ProcessModel
from dgviz.processes.declare import Flux, Forcing, Process, State

BACKENDS = ("torch", "fused")
NAMES = ("a", "b", "c")
ULP = {torch.float32: 2.0**-23, torch.float64: 2.0**-52}


def made(function, fill=None):
    """A model of one stepped process, whose flux `y` is `function(process, a, b, c)`.

    `fill` gives the process its weights, buffers or attributes.
    """

    def start(self):
        Process.__init__(self)
        if fill:
            fill(self)

    def forward(self, *, pot, a, b, c):
        return dict(y=function(self, a, b, c))

    declared = dict(pot=State("mm", "Water in a pot"), y=Flux("mm d-1", "What is tried", into="pot"))
    process = type("Made", (Process,), dict(__init__=start, forward=forward, **declared))
    return ProcessModel([process()], {k: Forcing("mm d-1", k) for k in NAMES}, ())


def outcome(model, series, backend, dtype=torch.float64, other=None):
    """The flux `y` of `series` (a, b and c by name, a number a day) and the gradients of all series and of `other`."""
    forcings = {k: v.to(dtype).reshape(-1, 1, 1).requires_grad_() for k, v in series.items()}
    y = model(forcings, {}, ["y"], backend=backend)["y"]
    leaves = {**forcings, **(other or {})}
    slopes = torch.linspace(0.5, 2.0, len(y), dtype=dtype).reshape(y.shape)  # so that no day is like another
    gradients = torch.autograd.grad((slopes * y).sum(), list(leaves.values()), allow_unused=True)
    return y, {k: torch.zeros_like(v) if g is None else g for (k, v), g in zip(leaves.items(), gradients, strict=True)}


def assert_same(model, series, dtype=torch.float64, tolerance=None, other=()):
    """Both backends give the same values and gradients: NaN and infinity too, numbers up to a few roundings."""
    tolerance = tolerance or {torch.float64: 1e-12, torch.float32: 4 * ULP[torch.float32]}[dtype]
    other = dict(other)
    expected, actual = (outcome(model, series, backend, dtype, other) for backend in BACKENDS)
    near = dict(rtol=tolerance, atol=4 * torch.finfo(dtype).smallest_normal * ULP[dtype], equal_nan=True)
    torch.testing.assert_close(actual[0], expected[0], **near, msg=lambda text: f"value: {text}")
    for name, gradient in expected[1].items():
        torch.testing.assert_close(actual[1][name], gradient, **near, msg=lambda text, k=name: f"gradient {k}: {text}")


def of_kernels(model):
    """The names of the outputs to compare: without those of a river, whose sweep is compared by itself.

    It has kinks, where reaches fall to their least flow: there a rounding before it moves a gradient by more than one.
    """
    river = {name for process in model.processes if process.joins_sites for name in process.of(Flux)}
    return [name for name in (*model.of(Flux), *model.of(State)) if name not in river]


def runs(model, forcings, parameters, initial=None, only=None):
    """What `everything` gives with each backend, in the order of BACKENDS."""
    return tuple(everything(model, forcings, parameters, initial or {}, only, backend) for backend in BACKENDS)


def everything(model, forcings, parameters, initial, only, backend):
    """Values, state and gradients by (kind, name): of all that has a number for each day, site and member.

    The gradients are those of a sum with random weights of all values and of the state, with respect to forcings,
    parameters, initial stores and weights inside processes, as far as they require them.
    """
    values, state = model.run(forcings, parameters, only or of_kernels(model), initial, backend)
    state = {k: v for k, v in state.items() if not model.joins_sites or k in model.of(State)}
    found = {("value", k): v for k, v in values.items()} | {("state", k): v for k, v in state.items()}
    random = torch.Generator().manual_seed(0)
    loss = sum((torch.rand(v.shape, generator=random, dtype=torch.float64) * v).sum() for v in found.values())
    leaves = [("forcing", forcings), ("parameter", parameters), ("initial", initial), ("weight", _weights(model))]
    leaves = {(f"gradient of {kind}", k): v for kind, some in leaves for k, v in some.items() if v.requires_grad}
    if leaves:
        gradients = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True)
        some = zip(leaves.items(), gradients, strict=True)
        found |= {key: torch.zeros_like(leaf) if g is None else g for (key, leaf), g in some}
    return found


def _weights(model):
    return dict(model.named_parameters())


def assert_equal(actual, expected, tolerance=1e-12, floor=0.0):
    """The same up to a share of the largest number of each quantity; NaN and infinity in the same places.

    Numbers far below `floor` are what rounding left of zero.
    """
    assert actual.keys() == expected.keys()
    for key, value in expected.items():
        finite = value[value.isfinite()]
        scale = max(finite.abs().max().item(), floor) if len(finite) else floor
        near = dict(rtol=tolerance, atol=tolerance * scale, equal_nan=True)
        torch.testing.assert_close(actual[key], value, **near, msg=lambda text, k=key: f"{k}: {text}")
