"""The forward and the backward kernel of a sweep.

The states at the end of each time are results of the forward kernel, and so checkpoints too: the backward kernel runs
each time again from those of the time before, keeps what its steps read, and goes through it in reverse.
"""

from collections.abc import Mapping

from llvmlite import ir

from dgviz.engine.cpu.arithmetic import write
from dgviz.engine.cpu.lanes import ADDRESS, INT
from dgviz.engine.cpu.sweep_places import BYTES, Key, Places
from dgviz.engine.plan import Plan


class Forward(Places):
    """What leaves, summed over the steps of a time, and the states at its end."""

    name = "forward"

    @staticmethod
    def table_keys(plan: Plan) -> list[Key]:
        stores = plan.program.stores
        results = [("value", k) for k in plan.kept] + [("after", k) for k in stores]
        return [*(("input", k) for k in plan.inputs), *(("initial", k) for k in stores), *results]

    @staticmethod
    def rows(plan: Plan, channels: Mapping[str, str]) -> list[Key]:
        return [*Places.rows(plan, channels), *(("sum", k) for k in plan.kept)]

    def write(self) -> None:
        lanes, stores = self.lanes, self.plan.program.stores
        self.take(self.plan.constant, lanes.int(0))
        for name in stores:
            self.copy(self.at["store", name], self.pointers["initial", name])

        def time(t):
            self.take_time(t)
            for name in self.plan.kept:
                self.fill(("sum", name))
            self.forward(self._vector)
            for name in self.plan.kept:
                self.copy(self.on(t, ("value", name)), self.at["sum", name])
            for name in stores:
                self.copy(self.on(t, ("after", name)), self.at["store", name])

        lanes.loop(lanes.int(0), self.n_time, time)

    def _vector(self, place: ir.Value, mask: ir.Value) -> None:
        values = self.step(place, mask)
        for name in self.plan.kept:
            self.add(values[self.plan.program.values[name]], ("sum", name), self.bytes(place), mask)


class Backward(Places):
    """Gradients of the inputs wanted and the states before all, from those of what leaves and of the states after."""

    name = "backward"

    @staticmethod
    def table_keys(plan: Plan) -> list[Key]:
        stores = plan.program.stores
        given = [("input", k) for k in plan.inputs] + [("initial", k) for k in stores] + [("after", k) for k in stores]
        given += [("from_value", k) for k in plan.kept] + [("from_store", k) for k in stores]
        return [*given, *(("to_input", k) for k in _wanted(plan, plan.inputs)), *(("to_store", k) for k in stores)]

    @staticmethod
    def rows(plan: Plan, channels: Mapping[str, str]) -> list[Key]:
        stores = plan.program.stores
        rows = [("to_input", k) for k in _wanted(plan, plan.inputs)] + [("to_store", k) for k in stores]
        rows += [("from_value", k) for k in plan.kept] + [("to_arriving", k) for k in channels]
        return [*Places.rows(plan, channels), *rows]

    @classmethod
    def sizes(cls, plan: Plan, channels: Mapping[str, str]) -> tuple[int, int]:
        return len(cls.rows(plan, channels)), len(channels) + len(plan.program.stores)

    def write(self) -> None:
        lanes, plan = self.lanes, self.plan
        self.take(plan.constant, lanes.int(0))
        constant, stores = _wanted(plan, plan.constant), plan.program.stores
        for key in (*(("to_input", k) for k in constant), *(("to_store", k) for k in stores)):
            self.fill(key)
        for name in self.channels:
            self.fill(("to_arriving", name))
            # Below the last places is nothing, so nothing comes back.
            nothing = ir.Constant(lanes.number, 0.0)
            lanes.store(nothing, self.at["to_arriving", name], self.bytes(self.n_place))
        lanes.backwards(self.n_time, self._time)
        for name in constant:
            self.copy(self.pointers["to_input", name], self.at["to_input", name])
        for name in stores:
            self.copy(self.pointers["to_store", name], self.at["to_store", name])

    def _time(self, t: ir.Value) -> None:
        lanes, build, plan = self.lanes, self.build, self.plan
        self.take_time(t)
        is_first = build.icmp_signed("==", t, lanes.int(0))
        for name in plan.program.stores:
            before = self.on(build.sub(t, lanes.int(1)), ("after", name))
            self.copy(self.at["store", name], build.select(is_first, self.pointers["initial", name], before))
            self._add_row(self.on(t, ("from_store", name)), self.at["to_store", name])
        for name in plan.kept:
            self.copy(self.at["from_value", name], self.on(t, ("from_value", name)))
        varying = _wanted(plan, plan.by_site)
        for name in varying:
            self.fill(("to_input", name))
        build.store(lanes.int(0), self.taken)
        self.forward(self._keep)
        self._wave_back()
        for name in varying:
            self.copy(self.on(t, ("to_input", name)), self.at["to_input", name])

    def _add_row(self, source: ir.Value, target: ir.Value) -> None:
        lanes, build = self.lanes, self.build

        def one(i):
            offset = self.bytes(i)
            total = build.fadd(*(lanes.load(row, offset, lanes.number) for row in (source, target)))
            lanes.store(total, target, offset)

        lanes.loop(lanes.int(0), self.n_place, one)

    def _kept(self) -> list[Key]:
        return [("arriving", k) for k in self.channels] + [("store", k) for k in self.plan.program.stores]

    def _keep(self, place: ir.Value, mask: ir.Value) -> None:
        """A step whose states and arrivals are kept."""
        lanes, build = self.lanes, self.build
        position = build.load(self.taken, typ=INT)
        for key in self._kept():
            lanes.store(lanes.load(self.at[key], self.bytes(place)), self.history, position)
            position = build.add(position, lanes.int(BYTES * self.width))
        build.store(position, self.taken)
        self.step(place, mask)

    def _wave_back(self) -> None:
        """The wave of a time in reverse."""
        lanes, build = self.lanes, self.build

        def wave(k):
            first, end, n = self.places_of(k)

            # In the opposite order: each reads what came back below before that is replaced.
            def body(i):
                place = build.add(first, build.mul(i, lanes.int(self.width)))
                self._vector(place, lanes.up_to(place, end))

            lanes.loop(lanes.int(0), n, body)

        lanes.backwards(self.n_waves, wave)

    def _vector(self, place: ir.Value, mask: ir.Value) -> None:
        lanes, build, plan, offset = self.lanes, self.build, self.plan, self.bytes(place)
        keys, channel_of = self._kept(), {result: name for name, result in self.channels.items()}
        start = build.sub(build.load(self.taken, typ=INT), lanes.int(BYTES * self.width * len(keys)))
        build.store(start, self.taken)
        positions = (build.add(start, lanes.int(BYTES * self.width * i)) for i in range(len(keys)))
        kept = {key: lanes.load(self.history, position) for key, position in zip(keys, positions, strict=True)}

        def leaf(op: str, label: str) -> ir.Value:
            if op == "from_value":
                returned = self._returned(channel_of[label], place)
                return build.fadd(lanes.load(self.at["from_value", label], offset), returned)
            if op == "from_store":
                return lanes.load(self.at["to_store", label], offset)
            key = ("arriving" if label in self.channels else op), label
            return kept[key] if key in kept else lanes.load(self.at[key], offset)

        gradients = plan.gradients
        values = write(lanes, plan.graph, gradients.values(), leaf, plan.n_exact)
        zero = lanes.all(0.0)
        for name in plan.program.stores:
            self.put(values.get(gradients.get(("store", name)), zero), ("to_store", name), offset, mask)
        for name in _wanted(plan, plan.inputs):
            value = values.get(gradients.get(("input", name)), zero)
            self.add(value, ("to_input", name), offset, mask)
            if name in self.channels:
                self.put(value, ("to_arriving", name), offset, mask)

    def _returned(self, channel: str, place: ir.Value) -> ir.Value:
        """The gradients of what arrives below."""
        lanes, build, row = self.lanes, self.build, self.at["to_arriving", channel]
        result = ir.Constant(lanes.vector, ir.Undefined)
        for i, there in enumerate(self.below(place)):
            result = build.insert_element(result, lanes.load(row, there, lanes.number), ir.Constant(ADDRESS, i))
        return result


def _wanted(plan: Plan, names: tuple[str, ...]) -> list[str]:
    """Those of some inputs whose gradients are wanted."""
    return [name for name in names if name in plan.wanted]
