"""Exponentials and their relatives on vectors.

In single precision from polynomials, accurate to about one unit in the last place: coefficients of the Cephes library
(Moshier 1989, Methods and programs for mathematical functions). In double precision powers are from series, accurate
to a few units in the last place for exponents of the size of one; the rest, and what is rare, comes from the C library,
lane by lane.
"""

from dataclasses import dataclass
from math import factorial

from llvmlite import ir

from dgviz.engine.cpu.lanes import ADDRESS, Lanes

LN2 = 0.693147180559945309
LN2_HIGH, LN2_LOW = 0.693359375, -2.12194440e-4  # their sum is ln 2, and n times the first is exact
EXP = (1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)
EXP2: tuple[float, ...] = (1.535336188319500e-4, 1.339887440266574e-3, 9.618437357674640e-3, 5.550332471162809e-2)
EXP2 += (2.402264791363012e-1, 6.931472028550421e-1, 1.0)
LOG: tuple[float, ...] = (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1)
LOG += (-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1)
TANH = (-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1)
# 2^r = sum of (r ln 2)^k / k!, and log((1 + s) / (1 - s)) = 2 s (1 + s^2 / 3 + s^4 / 5 + ...); highest power first
EXP2_SERIES = tuple(LN2**k / factorial(k) for k in range(13, -1, -1))
LOG_SERIES = tuple(2 / (2 * k + 1) for k in range(10, 0, -1))


@dataclass(frozen=True)
class Format:
    """How a number is written in bits: those of its fraction, the bias of its exponent, and the root of one half."""

    fraction: int
    bias: int
    sqrt_half: int

    @property
    def smallest(self) -> float:
        """The smallest positive number with all digits."""
        return 2.0 ** (1 - self.bias)


SINGLE = Format(23, 127, 0x3F3504F3)
DOUBLE = Format(52, 1023, 0x3FE6A09E667F3BCD)


class Functions:
    """The functions of one kernel; logarithms needed again are kept."""

    def __init__(self, lanes: Lanes):
        self.lanes, self.build = lanes, lanes.build
        self.format = DOUBLE if lanes.double else SINGLE
        self._logs: dict[ir.Value, tuple] = {}

    def exp(self, x: ir.Value) -> ir.Value:
        """e to the x."""
        if self.lanes.double:
            return self.library("exp", x)
        all_, build = self.lanes.all, self.build
        x = self._limited(x, -104.0, 89.0)
        # e^x = 2^n e^r with n = round(x / ln 2) and |r| <= ln(2) / 2
        n = self.lanes.intrinsic("rint", build.fmul(x, all_(1 / LN2)))
        r = self._multiply_add(n, all_(-LN2_HIGH), x)
        r = self._multiply_add(n, all_(-LN2_LOW), r)
        y = self._multiply_add(self._polynomial(r, EXP), build.fmul(r, r), r)
        return self._scaled(build.fadd(y, all_(1.0)), n)

    def log(self, x: ir.Value) -> ir.Value:
        """The natural logarithm."""
        if self.lanes.double:
            return self.library("log", x)
        exponent, rest = self._log_parts(x)
        return self._multiply_add(exponent, self.lanes.all(LN2), rest)

    def pow(self, x: ir.Value, y: ir.Value) -> ir.Value:
        """x to the y; of a negative finite x for whole y only."""
        all_, build, exact = self.lanes.all, self.build, y
        y = self._limited(y, -1e30, 1e30)  # beyond, powers are one, zero or infinite, but products would be NaN
        # x^y = 2^(y log2 x); the part lost in rounding y * exponent is added back
        exponent, rest = self._log_parts(self.lanes.intrinsic("fabs", x))
        product = build.fmul(y, exponent)
        lost = self._multiply_add(y, exponent, build.fneg(product))
        small = self._multiply_add(y, build.fmul(rest, all_(1 / LN2)), lost)
        beyond = 2.0 * (self.format.bias - 1)
        n = self._limited(self.lanes.intrinsic("rint", build.fadd(product, small)), -beyond, beyond)
        r = build.fadd(build.fsub(product, n), small)
        r = build.select(build.fcmp_ordered("<", r, all_(-1.0)), all_(-1.0), r)  # finite, where the result is zero
        power = self._polynomial(r, EXP2_SERIES if self.lanes.double else EXP2)
        power = self._signed(self._scaled(power, n), x, exact)
        one = build.or_(build.fcmp_ordered("==", y, all_(0.0)), build.fcmp_ordered("==", x, all_(1.0)))
        return build.select(one, all_(1.0), power)

    def tanh(self, x: ir.Value) -> ir.Value:
        """The hyperbolic tangent."""
        if self.lanes.double:
            return self.library("tanh", x)
        all_, build = self.lanes.all, self.build
        square, size = build.fmul(x, x), self.lanes.intrinsic("fabs", x)
        # Near zero a polynomial; further out 1 - 2 / (e^(2|x|) + 1), with the sign of x.
        near = self._multiply_add(self._polynomial(square, TANH), build.fmul(square, x), x)
        far = build.fdiv(all_(2.0), build.fadd(self.exp(build.fadd(size, size)), all_(1.0)))
        far = self.lanes.intrinsic("copysign", build.fsub(all_(1.0), far), x)
        return build.select(build.fcmp_ordered("<", size, all_(0.625)), near, far)

    def sigmoid(self, x: ir.Value) -> ir.Value:
        """1 / (1 + exp(-x))."""
        one = self.lanes.all(1.0)
        return self.build.fdiv(one, self.build.fadd(one, self.exp(self.build.fneg(x))))

    def library(self, name: str, *values: ir.Value) -> ir.Value:
        """A function of the C library, lane by lane."""
        lanes, build = self.lanes, self.build
        kinds = [lanes.number] * len(values)
        function = lanes.declare(name if lanes.double else f"{name}f", lanes.number, kinds)
        result = ir.Constant(lanes.vector, ir.Undefined)
        for i in range(lanes.width):
            lane = ir.Constant(ADDRESS, i)
            value = build.call(function, [build.extract_element(v, lane) for v in values])
            result = build.insert_element(result, value, lane)
        return result

    def _log_parts(self, x: ir.Value) -> tuple[ir.Value, ir.Value]:
        """The binary exponent of x and the natural logarithm of the rest."""
        if x not in self._logs:
            self._logs[x] = self._new_log_parts(x)
        return self._logs[x]

    def _new_log_parts(self, x: ir.Value) -> tuple[ir.Value, ir.Value]:
        lanes, all_, build, form = self.lanes, self.lanes.all, self.build, self.format
        tiny = build.fcmp_ordered("<", x, all_(form.smallest))
        bits = build.bitcast(build.select(tiny, build.fmul(x, all_(2.0**form.fraction)), x), lanes.whole)
        # x = 2^n m with sqrt(1/2) <= m < sqrt(2), and f = m - 1: then log x = n ln 2 + log(1 + f)
        places = lanes.all_whole(form.fraction)
        n = build.ashr(build.sub(bits, lanes.all_whole(form.sqrt_half)), places)
        f = build.fsub(build.bitcast(build.sub(bits, build.shl(n, places)), lanes.vector), all_(1.0))
        rest = self._log_near_one(f)
        exponent = build.sitofp(n, lanes.vector)
        exponent = build.select(tiny, build.fsub(exponent, all_(float(form.fraction))), exponent)
        odd = build.fcmp_unordered("<=", x, all_(0.0))  # zero, negative or NaN
        of_odd = build.select(build.fcmp_ordered("==", x, all_(0.0)), all_(float("-inf")), all_(float("nan")))
        endless = build.fcmp_ordered("==", x, all_(float("inf")))
        return build.select(odd, all_(0.0), exponent), build.select(odd, of_odd, build.select(endless, x, rest))

    def _log_near_one(self, f: ir.Value) -> ir.Value:
        """log(1 + f) for 1 + f between the roots of one half and of two."""
        build, all_ = self.build, self.lanes.all
        if self.lanes.double:
            # 1 + f = (1 + s) / (1 - s)
            s = build.fdiv(f, build.fadd(f, all_(2.0)))
            square = build.fmul(s, s)
            small = build.fmul(build.fmul(s, square), self._polynomial(square, LOG_SERIES))
            return build.fadd(build.fadd(s, s), small)
        square = build.fmul(f, f)
        y = build.fmul(build.fmul(square, f), self._polynomial(f, LOG))
        return build.fadd(f, self._multiply_add(all_(-0.5), square, y))

    def _signed(self, power: ir.Value, x: ir.Value, y: ir.Value) -> ir.Value:
        """|x| to the y as x to the y."""
        build, all_ = self.build, self.lanes.all
        floor = self.lanes.intrinsic("floor", y)
        half = build.fmul(y, all_(0.5))
        odd = build.fcmp_ordered("!=", half, self.lanes.intrinsic("floor", half))
        whole = build.fcmp_ordered("==", floor, y)
        power = build.select(build.and_(whole, odd), self.lanes.intrinsic("copysign", power, x), power)
        negative = build.and_(build.fcmp_ordered("<", x, all_(0.0)), build.fcmp_ordered("!=", x, all_(float("-inf"))))
        return build.select(build.and_(negative, build.not_(whole)), all_(float("nan")), power)

    def _limited(self, x: ir.Value, low: float, high: float) -> ir.Value:
        """x between two numbers; NaN stays."""
        build, all_ = self.build, self.lanes.all
        x = build.select(build.fcmp_ordered("<", x, all_(low)), all_(low), x)
        return build.select(build.fcmp_ordered(">", x, all_(high)), all_(high), x)

    def _scaled(self, x: ir.Value, n: ir.Value) -> ir.Value:
        """x times 2 to the n, in two steps so that neither leaves the range."""
        build, lanes = self.build, self.lanes
        # A power of two is its biased exponent, shifted into place.
        whole = build.fptosi(n, lanes.whole)
        half = build.ashr(whole, lanes.all_whole(1))
        for part in (half, build.sub(whole, half)):
            biased = build.add(part, lanes.all_whole(self.format.bias))
            bits = build.shl(biased, lanes.all_whole(self.format.fraction))
            x = build.fmul(x, build.bitcast(bits, lanes.vector))
        return x

    def _polynomial(self, x: ir.Value, coefficients: tuple[float, ...]) -> ir.Value:
        value = self.lanes.all(coefficients[0])
        for coefficient in coefficients[1:]:
            value = self._multiply_add(value, x, self.lanes.all(coefficient))
        return value

    def _multiply_add(self, a: ir.Value, b: ir.Value, c: ir.Value) -> ir.Value:
        """a b + c, rounded once where the processor can do that at once."""
        return self.lanes.intrinsic("fmuladd", a, b, c)
