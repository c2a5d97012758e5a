"""Writes vector code: many cells side by side in the lanes of a register."""

from collections.abc import Callable
from contextlib import contextmanager

from llvmlite import ir

INT, POINTER, VOID = ir.IntType(64), ir.PointerType(), ir.VoidType()
ADDRESS = ir.IntType(32)  # of a lane within a register


class Lanes:
    """A function being written, with vectors of `width` numbers in single or double precision.

    Positions in memory are counted in bytes. `wide` vectors are in double precision always.
    """

    def __init__(self, module: ir.Module, name: str, arguments: list[ir.Type], width: int, double: bool):
        self.module = module
        self.width = width
        self.double = double
        self.function = ir.Function(module, ir.FunctionType(VOID, arguments), name)
        self.build = ir.IRBuilder(self.function.append_basic_block("entry"))
        self.number = ir.DoubleType() if double else ir.FloatType()
        self.bytes = 8 if double else 4
        self.vector = ir.VectorType(self.number, width)
        self.wide = ir.VectorType(ir.DoubleType(), width)
        self.whole = ir.VectorType(INT if double else ir.IntType(32), width)

    def all(self, value: float) -> ir.Constant:
        """A number in all lanes."""
        return ir.Constant(self.vector, [ir.Constant(self.number, value)] * self.width)

    def all_whole(self, value: int) -> ir.Constant:
        """A whole number in all lanes."""
        return ir.Constant(self.whole, [ir.Constant(self.whole.element, value)] * self.width)

    def at(self, base: ir.Value, offset: ir.Value) -> ir.Value:
        """The address some bytes after another."""
        return self.build.gep(base, [offset], source_etype=ir.IntType(8))

    def load(self, base: ir.Value, offset: ir.Value, kind: ir.Type | None = None) -> ir.Value:
        """A vector (or what `kind` says) from memory."""
        kind = kind or self.vector
        return self.build.load(self.at(base, offset), typ=kind, align=self._alignment(kind))

    def store(self, value: ir.Value, base: ir.Value, offset: ir.Value) -> None:
        """A vector or number to memory."""
        self.build.store(value, self.at(base, offset), align=self._alignment(value.type))

    def _alignment(self, kind: ir.Type) -> int:
        return 8 if getattr(kind, "element", kind) == ir.DoubleType() else 4

    def spread(self, value: ir.Value) -> ir.Value:
        """A number in all lanes of a vector."""
        kind = ir.VectorType(value.type, self.width)
        nothing = ir.Constant(kind, ir.Undefined)
        first = self.build.insert_element(nothing, value, ir.Constant(ADDRESS, 0))
        return self.build.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(ADDRESS, self.width), None))

    def copy(self, target: ir.Value, source: ir.Value, n_bytes: ir.Value) -> None:
        """Copy memory that does not overlap."""
        flag = ir.IntType(1)
        function = self.declare("llvm.memcpy.p0.p0.i64", VOID, [POINTER, POINTER, INT, flag])
        self.build.call(function, [target, source, n_bytes, ir.Constant(flag, 0)])

    def declare(self, name: str, result: ir.Type, arguments: list[ir.Type]) -> ir.Function:
        """A function from elsewhere."""
        known = self.module.globals.get(name)
        return known or ir.Function(self.module, ir.FunctionType(result, arguments), name)

    def intrinsic(self, name: str, *values: ir.Value) -> ir.Value:
        """One of LLVM's own functions on vectors of one kind."""
        kind = values[0].type
        suffix = f"v{kind.count}f{64 if kind.element == ir.DoubleType() else 32}"
        return self.build.call(self.declare(f"llvm.{name}.{suffix}", kind, [v.type for v in values]), values)

    def sum(self, values: ir.Value) -> ir.Value:
        """The sum over the lanes."""
        name = f"llvm.vector.reduce.fadd.v{self.width}f{8 * self.bytes}"
        function = self.declare(name, self.number, [self.number, self.vector])
        return self.build.call(function, [ir.Constant(self.number, 0.0), values], fastmath=("reassoc", "nsz"))

    def up_to(self, first: ir.Value, end: ir.Value) -> ir.Value:
        """For each lane, whether `first` plus its number is below `end`."""
        kind = ir.VectorType(INT, self.width)
        numbers = ir.Constant(kind, [ir.Constant(INT, i) for i in range(self.width)])
        return self.build.icmp_signed("<", numbers, self.spread(self.build.sub(end, first)))

    def loop(self, start: ir.Value, stop: ir.Value, body: Callable[[ir.Value], None], step: int = 1) -> None:
        """Run the body for start, start + step ... while below stop."""
        build, before = self.build, self.build.block
        test, inside, after = (self.function.append_basic_block() for _ in range(3))
        build.branch(test)
        build.position_at_end(test)
        # The counter has its first value when coming from before, the next one when coming from the body.
        counter = build.phi(INT)
        counter.add_incoming(start, before)
        build.cbranch(build.icmp_signed("<", counter, stop), inside, after)
        build.position_at_end(inside)
        body(counter)
        counter.add_incoming(build.add(counter, self.int(step)), build.block)
        build.branch(test)
        build.position_at_end(after)

    def backwards(self, stop: ir.Value, body: Callable[[ir.Value], None]) -> None:
        """Run the body for stop - 1, stop - 2 ... 0."""
        last = self.build.sub(stop, self.int(1))
        self.loop(self.int(0), stop, lambda i: body(self.build.sub(last, i)))

    @contextmanager
    def when(self, condition: ir.Value):
        """What is written inside runs only if the condition holds."""
        with self.build.if_then(condition):
            yield

    def smaller(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """The smaller of two whole numbers."""
        return self.build.select(self.build.icmp_signed("<", a, b), a, b)

    def larger(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """The larger of two whole numbers."""
        return self.build.select(self.build.icmp_signed(">", a, b), a, b)

    # The last method: in the class below it, `int` no longer names the type.
    def int(self, value: int) -> ir.Constant:
        """A whole number that counts or addresses."""
        return ir.Constant(INT, value)
