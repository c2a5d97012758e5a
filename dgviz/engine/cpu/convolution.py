"""Convolution of each of many series with weights of its own, such as unit hydrographs, and its gradients."""

import ctypes
from collections.abc import Callable
from functools import cache

import torch
from llvmlite import ir
from torch import Tensor
from torch.nn.functional import conv1d, pad
from torch.overrides import TorchFunctionMode

from dgviz.engine.cpu.compile import Function, compiled, vector_bytes
from dgviz.engine.cpu.lanes import INT, POINTER, Lanes
from dgviz.engine.function import refuse
from dgviz.engine.threads import n_threads, spread
from dgviz.processes.one_sided import has_direction

AT_ONCE = 16  # series that a thread takes at a time
WORTH_A_THREAD = 1_000_000  # products


class FusedConvolution(TorchFunctionMode):
    """While it is entered, `conv1d` of one series a channel is computed by the kernels of this module."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function is conv1d and len(args) == 2 and _fits(*args, **kwargs):
            return _Convolution.apply(args[0][0], args[1][:, 0])[None]
        return function(*args, **kwargs)


def _fits(series: Tensor, weights: Tensor, **options) -> bool:
    """Has each channel a series and weights of its own, with nothing else asked for, and at least a vector of days?"""
    return (
        options == {"groups": len(weights)}
        and series.shape[:-1] == weights.shape[1::-1] == (1, len(weights))
        and series.device.type == "cpu"
        and series.dtype == weights.dtype in (torch.float32, torch.float64)
        and series.shape[-1] - weights.shape[-1] + 1 >= _width(series.dtype)
    )


def _width(dtype: torch.dtype) -> int:
    return vector_bytes() // dtype.itemsize


class _Convolution(torch.autograd.Function):
    """`(channel, time)` from series `(channel, time + lag - 1)` and weights `(channel, lag)`, as `conv1d` has it."""

    @staticmethod
    def forward(ctx, series: Tensor, weights: Tensor):
        ctx.save_for_backward(series, weights)
        ctx.save_for_forward(series, weights)
        return _convolved(series, weights)

    @staticmethod
    def backward(ctx, gradient: Tensor):
        series, weights = ctx.saved_tensors
        refuse(torch.is_grad_enabled() or any(map(has_direction, (gradient, series, weights))), [gradient])
        # y[t] = sum_k w[k] x[t + k], so dx is the gradient convolved with the weights reversed, and
        # dw[k] = sum_t gradient[t] x[t + k].
        margin = weights.shape[1] - 1
        to_series = _convolved(pad(gradient, (margin, margin)), weights.flip(1)) if ctx.needs_input_grad[0] else None
        to_weights = _correlated(series, gradient) if ctx.needs_input_grad[1] else None
        return to_series, to_weights

    @staticmethod
    def jvp(ctx, of_series: Tensor | None, of_weights: Tensor | None):
        series, weights = ctx.saved_tensors
        parts = [_Convolution.apply(of_series, weights)] if of_series is not None else []
        parts += [_Convolution.apply(series, of_weights)] if of_weights is not None else []
        return sum(parts)


def _convolved(series: Tensor, weights: Tensor) -> Tensor:
    """For each channel and day t the sum of weights[k] series[t + k] over k."""
    n_time = series.shape[1] - weights.shape[1] + 1
    return _run("convolve", series, weights, series.new_empty(len(series), n_time), n_time)


def _correlated(series: Tensor, values: Tensor) -> Tensor:
    """For each channel and lag k the sum of values[t] series[t + k] over t."""
    n_time = values.shape[1]
    return _run("correlate", series, values, series.new_empty(len(series), series.shape[1] - n_time + 1), n_time)


def _run(name: str, series: Tensor, other: Tensor, result: Tensor, n_time: int) -> Tensor:
    arrays = [series.contiguous(), other.contiguous(), result]
    table = (ctypes.c_void_p * 3)(*(a.data_ptr() for a in arrays))
    n_channel, n_lag = len(series), series.shape[1] - n_time + 1
    function = _function(name, series.dtype)

    def work(next_part: Callable[[], int | None]) -> None:
        while (part := next_part()) is not None:
            first = part * AT_ONCE
            function(ctypes.addressof(table), n_time, n_lag, first, min(first + AT_ONCE, n_channel), None)

    threads = min(n_threads(), 1 + n_channel * n_time * n_lag // WORTH_A_THREAD)
    spread(work, -(-n_channel // AT_ONCE), threads)
    return result


@cache
def _function(name: str, dtype: torch.dtype) -> Function:
    width, double = _width(dtype), dtype == torch.float64
    return compiled(name, f"{width} {double}", lambda: str(_Writer(name, width, double).module), n_numbers=4)


class _Writer:
    """One of the two functions; the last vector of a series overlaps the one before where it would not be full."""

    def __init__(self, name: str, width: int, double: bool):
        self.module, self.width = ir.Module(name), width
        self.lanes = lanes = Lanes(self.module, name, [POINTER, *[INT] * 4, POINTER], width, double)
        table, self.n_time, self.n_lag, first, stop, _ = lanes.function.args
        addresses = [lanes.build.load(lanes.at(table, lanes.int(8 * i)), typ=POINTER) for i in range(3)]
        n_series = lanes.build.sub(lanes.build.add(self.n_time, self.n_lag), lanes.int(1))
        self.total = lanes.build.alloca(lanes.vector)
        write, lengths = {
            "convolve": (self._convolve, (n_series, self.n_lag, self.n_time)),
            "correlate": (self._correlate, (n_series, self.n_time, self.n_lag)),
        }[name]

        def channel(i):
            rows = zip(addresses, lengths, strict=True)
            write(*(lanes.at(a, self._bytes(lanes.build.mul(i, length))) for a, length in rows))

        lanes.loop(first, stop, channel)
        lanes.build.ret_void()

    def _bytes(self, count: ir.Value) -> ir.Value:
        return self.lanes.build.mul(count, self.lanes.int(self.lanes.bytes))

    def _add_product(self, a: ir.Value, b: ir.Value) -> None:
        build = self.lanes.build
        total = build.load(self.total, typ=self.lanes.vector)
        build.store(self.lanes.intrinsic("fmuladd", a, b, total), self.total)

    def _convolve(self, series: ir.Value, weights: ir.Value, result: ir.Value) -> None:
        lanes, build = self.lanes, self.lanes.build
        # The last vector begins so that it ends with the series.
        last = build.sub(self.n_time, lanes.int(self.width))

        def days(start):
            t = lanes.smaller(start, last)
            build.store(lanes.all(0.0), self.total)

            def lag(k):
                weight = lanes.spread(lanes.load(weights, self._bytes(k), lanes.number))
                self._add_product(weight, lanes.load(series, self._bytes(build.add(t, k))))

            lanes.loop(lanes.int(0), self.n_lag, lag)
            lanes.store(build.load(self.total, typ=lanes.vector), result, self._bytes(t))

        lanes.loop(lanes.int(0), self.n_time, days, step=self.width)

    def _correlate(self, series: ir.Value, values: ir.Value, result: ir.Value) -> None:
        lanes, build = self.lanes, self.lanes.build
        last = build.sub(self.n_time, lanes.int(self.width))

        def lag(k):
            build.store(lanes.all(0.0), self.total)

            def days(start):
                t = lanes.smaller(start, last)
                repeated = lanes.up_to(t, start)  # lanes that the vector before has counted
                value = build.select(repeated, lanes.all(0.0), lanes.load(values, self._bytes(t)))
                self._add_product(value, lanes.load(series, self._bytes(build.add(t, k))))

            lanes.loop(lanes.int(0), self.n_time, days, step=self.width)
            total = lanes.sum(build.load(self.total, typ=lanes.vector))
            lanes.store(total, result, self._bytes(k))

        lanes.loop(lanes.int(0), self.n_lag, lag)
