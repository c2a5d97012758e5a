"""The forward and the backward kernel of a plan, for one block of whole sites.

A block's stores, parameters and gradients lie in a scratch of a few rows that stays in the innermost cache. Each day
runs over the block's vectors. The forward kernel keeps the stores of every `EVERY`-th day; the backward kernel runs
each stretch of that many days again and then goes through it in reverse.
"""

from functools import cached_property
from typing import NamedTuple

from llvmlite import ir

from dgviz.engine.cpu.arithmetic import write
from dgviz.engine.cpu.lanes import INT, POINTER, Lanes
from dgviz.engine.cpu.layout import EVERY, Layout
from dgviz.engine.plan import Plan

ARGUMENTS = ("n_time", "n_site", "n_member", "first_site", "n_site_here", "block")
GUARD = 1.0  # what lanes beyond the last cell compute with


class _Group(NamedTuple):
    """Consecutive sites that read the same series: how many, of how many series, and which of these a block reads."""

    size: ir.Value
    n_series: ir.Value
    first: ir.Value
    stop: ir.Value


class _Kernel:
    """What the two kernels share: the arguments, the rows of inputs and the way from and to memory."""

    name = ""

    def __init__(self, plan: Plan, layout: Layout):
        self.plan = plan
        self.layout = layout
        self.width = layout.width
        width, double = layout.width, layout.bytes == 8
        self.module = ir.Module(self.name)
        self.lanes = lanes = Lanes(self.module, self.name, [POINTER, *[INT] * len(ARGUMENTS), POINTER], width, double)
        self.build = lanes.build
        self.table, *numbers, self.scratch = lanes.function.args
        self.scratch.add_attribute("noalias")
        self.n_time, self.n_site, self.n_member, self.first_site, self.n_site_here, self.block = numbers
        build = self.build
        self.n_cell = build.mul(self.n_site, self.n_member)
        self.first_cell = build.mul(self.first_site, self.n_member)
        self.n = build.mul(self.n_site_here, self.n_member)
        # Cells of the block, rounded up to whole vectors (the width is a power of two).
        self.n_rounded = build.and_(build.add(self.n, lanes.int(width - 1)), lanes.int(-width))
        self.is_full = build.icmp_signed("==", self.n, self.n_rounded)
        one = ir.Constant(lanes.number, 1.0)
        self.share = build.fdiv(one, build.sitofp(self.n_member, lanes.number))
        self.pointers = {key: self._pointer(i) for i, key in enumerate(self.table_keys(plan))}
        self.stores, self.inputs = layout.stores, layout.inputs
        self.groups = {name: self._group(len(self.pointers) + i) for i, name in enumerate(plan.by_site)}
        self.write()
        self.build.ret_void()

    @staticmethod
    def table_keys(plan: Plan) -> list[tuple[str, str]]:
        """What the table of pointers holds, in order."""
        raise NotImplementedError

    def write(self) -> None:
        """Write the body of the function."""
        raise NotImplementedError

    def _group(self, i: int) -> "_Group":
        """How the sites read an input by site: so many, the number in place i of the table, read each series."""
        build, lanes = self.build, self.lanes
        size = build.load(lanes.at(self.table, lanes.int(8 * i)), typ=INT)
        last_site = build.sub(build.add(self.first_site, self.n_site_here), lanes.int(1))
        first, last = build.sdiv(self.first_site, size), build.sdiv(last_site, size)
        return _Group(size, build.sdiv(self.n_site, size), first, build.add(last, lanes.int(1)))

    def _pointer(self, i: int) -> ir.Value:
        return self.build.load(self.lanes.at(self.table, self.lanes.int(8 * i)), typ=POINTER)

    def row(self, offset: int) -> ir.Value:
        """The address of a row of the scratch."""
        return self.lanes.at(self.scratch, self.lanes.int(offset))

    def scaled(self, count: ir.Value, wide: bool = False) -> ir.Value:
        """A number of cells in bytes."""
        return self.build.mul(count, self.lanes.int(8 if wide else self.layout.bytes))

    def cells_on(self, day: ir.Value, pointer: ir.Value) -> ir.Value:
        """Where the block's cells of a day begin in an array (time, cell)."""
        position = self.build.add(self.build.mul(day, self.n_cell), self.first_cell)
        return self.lanes.at(pointer, self.scaled(position))

    def cells(self, pointer: ir.Value, wide: bool = False) -> ir.Value:
        """Where the block's cells begin in an array (cell,)."""
        return self.lanes.at(pointer, self.scaled(self.first_cell, wide))

    def sites_on(self, day: ir.Value, pointer: ir.Value) -> ir.Value:
        """Where the block's sites of a day begin in an array (time, site)."""
        position = self.build.add(self.build.mul(day, self.n_site), self.first_site)
        return self.lanes.at(pointer, self.scaled(position))

    def each_vector(self, body) -> None:
        """Run the body for the first lane of each vector of the block."""
        self.lanes.loop(self.lanes.int(0), self.n_rounded, body, step=self.width)

    def fill(self, row: int, value: float, wide: bool = False) -> None:
        """Set a whole row."""
        lanes = self.lanes
        bytes_, kind = (8, lanes.wide) if wide else (self.layout.bytes, lanes.vector)
        constant = ir.Constant(kind, [ir.Constant(kind.element, value)] * self.width)
        stop, step = lanes.int(self.layout.pitch * bytes_), self.width * bytes_
        lanes.loop(lanes.int(0), stop, lambda i: lanes.store(constant, self.row(row), i), step=step)

    def take_constants(self) -> None:
        """Bring the block's constant inputs into their rows."""
        for name in self.plan.constant:
            self.fill(self.inputs[name], GUARD)
            source = self.cells(self.pointers["input", name])
            self.lanes.copy(self.row(self.inputs[name]), source, self.scaled(self.n))
        for name in self.plan.by_cell:
            self.fill(self.inputs[name], GUARD)

    def take_day(self, day: ir.Value) -> dict[str, ir.Value]:
        """Bring the inputs of a day near; returns where each by-cell input is read."""
        for name in self.plan.by_site:
            self._take_series(day, name)
        return {name: self.near(day, ("input", name), self.inputs[name], fetch=True) for name in self.plan.by_cell}

    def _take_series(self, day: ir.Value, name: str) -> None:
        """Bring the numbers of a day of an input by site to all who read them."""
        lanes, build, group = self.lanes, self.build, self.groups[name]
        pointer, target = self.pointers["input", name], self.row(self.inputs[name])

        def series(i):
            place = build.add(build.mul(day, group.n_series), i)
            value = lanes.spread(lanes.load(pointer, self.scaled(place), lanes.number))
            # The lanes of its readers that are in this block.
            begin = build.sub(build.mul(i, group.size), self.first_site)
            end = build.mul(lanes.smaller(build.add(begin, group.size), self.n_site_here), self.n_member)
            begin = build.mul(lanes.larger(begin, lanes.int(0)), self.n_member)
            lanes.loop(begin, end, lambda lane: lanes.store(value, target, self.scaled(lane)), step=self.width)

        with build.if_else(build.icmp_signed("==", group.size, lanes.int(1))) as (own, shared):
            with own:
                self.spread_over_members(self.sites_on(day, pointer), self.inputs[name])
            with shared:
                lanes.loop(group.first, group.stop, series)

    def near(self, day: ir.Value, key: tuple[str, str], row: int, fetch: bool) -> ir.Value:
        """Where whole vectors of a day of an array (time, cell) can be read or written: there, or in a row.

        Beyond the last vector that is full there may be no memory: then the row is used.
        """
        there = self.cells_on(day, self.pointers[key])
        if fetch:
            with self.lanes.when(self.build.not_(self.is_full)):
                self.lanes.copy(self.row(row), there, self.scaled(self.n))
        return self.build.select(self.is_full, there, self.row(row))

    def put_back(self, day: ir.Value, key: tuple[str, str], row: int) -> None:
        """Copy a row to its array, where the row was written instead because the last vector is not full."""
        with self.lanes.when(self.build.not_(self.is_full)):
            self.lanes.copy(self.cells_on(day, self.pointers[key]), self.row(row), self.scaled(self.n))

    def spread_over_members(self, source: ir.Value, row: int, factor: ir.Value | None = None) -> None:
        """A number for each site, to the lanes of all its members."""
        lanes, build = self.lanes, self.build
        target, bytes_ = self.row(row), self.layout.bytes

        def site(i):
            value = lanes.load(source, self.scaled(i), lanes.number)
            value = lanes.spread(value if factor is None else build.fmul(value, factor))
            first = build.mul(i, self.n_member)
            # The last vector may reach into the next site, which comes after it, or into the row's margin.
            lanes.loop(
                lanes.int(0),
                self.n_member,
                lambda m: lanes.store(value, target, self.scaled(build.add(first, m))),
                step=self.width,
            )

        with build.if_else(build.icmp_signed("==", self.n_member, lanes.int(1))) as (one, many):
            with one:
                if factor is None:
                    lanes.copy(target, source, build.mul(self.n_site_here, lanes.int(bytes_)))
                else:
                    lanes.loop(lanes.int(0), self.n_site_here, site)
            with many:
                lanes.loop(lanes.int(0), self.n_site_here, site)

    def sum_over_members(self, row: int, target: ir.Value, factor: ir.Value | None = None) -> None:
        """The sum over the members of each site, times a factor."""
        lanes, build = self.lanes, self.build
        source = self.row(row)
        # Whole vectors first, then the rest of the members with the lanes behind them set to zero.
        whole = build.and_(self.n_member, lanes.int(-self.width))

        def site(i):
            first = build.mul(i, self.n_member)
            build.store(lanes.all(0.0), self._total)

            def add(values):
                build.store(build.fadd(build.load(self._total, typ=lanes.vector), values), self._total)

            def part(m):
                return lanes.load(source, self.scaled(build.add(first, m)))

            lanes.loop(lanes.int(0), whole, lambda m: add(part(m)), step=self.width)
            with lanes.when(build.icmp_signed("<", whole, self.n_member)):
                add(build.select(lanes.up_to(whole, self.n_member), part(whole), lanes.all(0.0)))
            total = lanes.sum(build.load(self._total, typ=lanes.vector))
            lanes.store(total if factor is None else build.fmul(total, factor), target, self.scaled(i))

        with build.if_else(build.icmp_signed("==", self.n_member, lanes.int(1))) as (one, many):
            with one:
                lanes.copy(target, source, self.scaled(self.n_site_here))
            with many:
                lanes.loop(lanes.int(0), self.n_site_here, site)

    @cached_property
    def _total(self) -> ir.Value:
        with self.build.goto_entry_block():
            return self.build.alloca(self.lanes.vector)

    def leaf(self, lane: ir.Value, near: dict[str, ir.Value], stores: ir.Value, gradients=None):
        """What gives the value of an input, store, weight or gradient at a lane."""
        lanes, offset, wide_offset = self.lanes, self.scaled(lane), self.scaled(lane, wide=True)

        def value(op: str, label: str) -> ir.Value:
            if op == "store":
                kind = lanes.wide
                return lanes.load(lanes.at(stores, lanes.int(self.stores[label])), wide_offset, kind)
            if op == "weight":
                position = lanes.int(self.weight_positions[label] * self.layout.bytes)
                return lanes.spread(lanes.load(self.pointers["weights", ""], position, lanes.number))
            if op == "input":
                return lanes.load(near.get(label) or self.row(self.inputs[label]), offset)
            return gradients(op, label, offset)

        return value

    @cached_property
    def weight_positions(self) -> dict[str, int]:
        """The place of each weight among all of them."""
        return {label: i for i, label in enumerate(self.plan.weights)}

    def checkpoint(self, number: ir.Value) -> ir.Value:
        """Where a checkpoint of the block lies."""
        build, lanes = self.build, self.lanes
        per_block = build.sdiv(build.add(self.n_time, lanes.int(EVERY - 1)), lanes.int(EVERY))
        position = build.add(build.mul(self.block, per_block), number)
        return lanes.at(self.pointers["checkpoints", ""], build.mul(position, lanes.int(self.layout.stores_size)))

    def step(self, near: dict[str, ir.Value], before: ir.Value, after: ir.Value, results: dict[str, ir.Value]) -> None:
        """One day forward, from the stores at one address to those at another; `results` says where values go."""
        program = self.plan.program
        roots = [*program.end.values(), *(program.values[k] for k in results)]

        def vector(lane):
            values = write(self.lanes, self.plan.graph, roots, self.leaf(lane, near, before), self.plan.n_exact)
            for name, target in results.items():
                self.lanes.store(values[program.values[name]], target, self.scaled(lane))
            for name, index in program.end.items():
                target = self.lanes.at(after, self.lanes.int(self.stores[name]))
                self.lanes.store(values[index], target, self.scaled(lane, wide=True))

        self.each_vector(vector)


class Forward(_Kernel):
    """Final stores, and what is kept of each day, from inputs and initial stores."""

    name = "forward"

    @staticmethod
    def table_keys(plan: Plan) -> list[tuple[str, str]]:
        stores = plan.program.stores
        return [
            *(("input", k) for k in (*plan.by_site, *plan.by_cell, *plan.constant)),
            ("weights", ""),
            ("checkpoints", ""),
            *(("initial", k) for k in stores),
            *(("final", k) for k in stores),
            *(("value", k) for k in (*plan.kept, *plan.means)),
        ]

    def write(self) -> None:
        lanes, build = self.lanes, self.build
        checkpoints = self.pointers["checkpoints", ""]
        keeps = build.icmp_unsigned("!=", build.ptrtoint(checkpoints, INT), lanes.int(0))
        for name, row in self.stores.items():
            self.fill(row, GUARD, wide=True)
            lanes.copy(self.row(row), self.cells(self.pointers["initial", name], True), self.scaled(self.n, wide=True))
        self.take_constants()

        def day(t):
            # The first day of each stretch leaves a checkpoint, if there is memory for them.
            is_first = build.icmp_signed("==", build.srem(t, lanes.int(EVERY)), lanes.int(0))
            with lanes.when(build.and_(keeps, is_first)):
                place = self.checkpoint(build.sdiv(t, lanes.int(EVERY)))
                lanes.copy(place, self.scratch, lanes.int(self.layout.stores_size))
            near = self.take_day(t)
            results = {k: self.near(t, ("value", k), self.layout.values[k], fetch=False) for k in self.plan.kept}
            results |= {k: self.row(self.layout.values[k]) for k in self.plan.means}
            self.step(near, self.scratch, self.scratch, results)
            for name in self.plan.kept:
                self.put_back(t, ("value", name), self.layout.values[name])
            for name in self.plan.means:
                self.sum_over_members(
                    self.layout.values[name], self.sites_on(t, self.pointers["value", name]), self.share
                )

        lanes.loop(lanes.int(0), self.n_time, day)
        for name, row in self.stores.items():
            lanes.copy(self.cells(self.pointers["final", name], True), self.row(row), self.scaled(self.n, wide=True))


class Backward(_Kernel):
    """Gradients of inputs, initial stores and weights from the gradients of what was kept and of the final stores."""

    name = "backward"

    @staticmethod
    def table_keys(plan: Plan) -> list[tuple[str, str]]:
        stores = plan.program.stores
        return [
            *(("input", k) for k in (*plan.by_site, *plan.by_cell, *plan.constant)),
            ("weights", ""),
            ("checkpoints", ""),
            *(("from_store", k) for k in stores),
            *(("from_value", k) for k in (*plan.kept, *plan.means)),
            *(("to_store", k) for k in stores),
            *(("to_input", k) for k in (*plan.by_site, *plan.by_cell, *plan.constant) if k in plan.wanted),
            ("to_weights", ""),
        ]

    def write(self) -> None:
        lanes, build, plan = self.lanes, self.build, self.plan
        for name, row in self.layout.of_stores.items():
            self.fill(row, 0.0)
            lanes.copy(self.row(row), self.cells(self.pointers["from_store", name]), self.scaled(self.n))
        for row in (*self.layout.values.values(), *self.layout.of_inputs.values()):
            self.fill(row, 0.0)
        for vector in self.layout.of_weights.values():
            lanes.store(lanes.all(0.0), self.row(vector), lanes.int(0))
        self.take_constants()
        # Stretches from the last to the first: run again from the checkpoint, then back day by day.
        n_stretch = build.sdiv(build.add(self.n_time, lanes.int(EVERY - 1)), lanes.int(EVERY))

        def stretch(number):
            first = build.mul(number, lanes.int(EVERY))
            n_days = lanes.smaller(build.sub(self.n_time, first), lanes.int(EVERY))
            lanes.copy(self._stores_on(lanes.int(0)), self.checkpoint(number), lanes.int(self.layout.stores_size))
            self._run_again(first, build.sub(n_days, lanes.int(1)))
            lanes.backwards(n_days, lambda i: self._day_back(build.add(first, i), self._stores_on(i)))

        lanes.backwards(n_stretch, stretch)
        for name, row in self.layout.of_stores.items():
            lanes.copy(self.cells(self.pointers["to_store", name]), self.row(row), self.scaled(self.n))
        for name in plan.constant:
            if name in plan.wanted:
                target = self.cells(self.pointers["to_input", name])
                lanes.copy(target, self.row(self.layout.of_inputs[name]), self.scaled(self.n))
        self._put_weights()

    def _stores_on(self, i: ir.Value) -> ir.Value:
        position = self.build.mul(i, self.lanes.int(self.layout.stores_size))
        return self.lanes.at(self.row(self.layout.history), position)

    def _run_again(self, first: ir.Value, n_days: ir.Value) -> None:
        """From the stores at the beginning of a stretch, those at the beginning of each following day."""
        lanes, build = self.lanes, self.build

        def day(i):
            tomorrow = self._stores_on(build.add(i, lanes.int(1)))
            self.step(self.take_day(build.add(first, i)), self._stores_on(i), tomorrow, {})

        lanes.loop(lanes.int(0), n_days, day)

    def _day_back(self, day: ir.Value, stores: ir.Value) -> None:
        plan = self.plan
        near = self.take_day(day)
        from_value = {k: self.near(day, ("from_value", k), self.layout.values[k], fetch=True) for k in plan.kept}
        for name in plan.means:
            source = self.sites_on(day, self.pointers["from_value", name])
            self.spread_over_members(source, self.layout.values[name], self.share)
            from_value[name] = self.row(self.layout.values[name])
        to_cell = {
            k: self.near(day, ("to_input", k), self.layout.of_inputs[k], fetch=False)
            for k in plan.by_cell
            if k in plan.wanted
        }
        self.each_vector(lambda lane: self._vector_back(lane, near, stores, from_value, to_cell))
        for name in to_cell:
            self.put_back(day, ("to_input", name), self.layout.of_inputs[name])
        for name in plan.by_site:
            if name in plan.wanted:
                self.sum_over_members(self.layout.of_inputs[name], self.sites_on(day, self.pointers["to_input", name]))

    def _vector_back(self, lane, near, stores, from_value, to_cell) -> None:
        plan, lanes, build = self.plan, self.lanes, self.build

        def gradients(op, label, offset):
            row = from_value[label] if op == "from_value" else self.row(self.layout.of_stores[label])
            return lanes.load(row, offset)

        leaf = self.leaf(lane, near, stores, gradients)
        # The day is computed again with its gradient: cheaper than keeping every intermediate value.
        values = write(lanes, plan.graph, plan.gradients.values(), leaf, plan.n_exact)
        offset = self.scaled(lane)
        for (kind, name), index in plan.gradients.items():
            value = values[index]
            if kind == "store":
                lanes.store(value, self.row(self.layout.of_stores[name]), offset)
            elif kind == "weight":
                # Lanes beyond the last cell hold no cell, so they must not count.
                value = build.select(lanes.up_to(lane, self.n), value, lanes.all(0.0))
                self._add(value, self.row(self.layout.of_weights[name]), lanes.int(0))
            elif name in plan.constant:
                self._add(value, self.row(self.layout.of_inputs[name]), offset)
            else:
                lanes.store(value, to_cell.get(name) or self.row(self.layout.of_inputs[name]), offset)

    def _add(self, value: ir.Value, base: ir.Value, offset: ir.Value) -> None:
        self.lanes.store(self.build.fadd(self.lanes.load(base, offset), value), base, offset)

    def _put_weights(self) -> None:
        lanes, build = self.lanes, self.build
        n = len(self.weight_positions)
        first = build.mul(self.block, lanes.int(n * self.layout.bytes))
        for name, vector in self.layout.of_weights.items():
            total = lanes.sum(lanes.load(self.row(vector), lanes.int(0)))
            position = build.add(first, lanes.int(self.weight_positions[name] * self.layout.bytes))
            lanes.store(total, self.pointers["to_weights", ""], position)
