"""What the kernels of a sweep share: a wave of steps runs over the places in each time, whole vectors of them at once.

All numbers of a time lie in the rows of a scratch that stays in the cache, one for each place.
"""

from collections.abc import Callable, Mapping

from llvmlite import ir

from dgviz.engine.cpu.arithmetic import write
from dgviz.engine.cpu.lanes import ADDRESS, INT, POINTER, Lanes
from dgviz.engine.plan import Plan

ARGUMENTS = ("n_time", "n_place", "n_steps", "n_levels")
BYTES = 8  # of a number: sweeps run in double precision
Key = tuple[str, str]


class Places:
    """A function being written: rows in the scratch, and a time run forward."""

    name = ""

    def __init__(self, plan: Plan, channels: Mapping[str, str], width: int):
        self.plan, self.channels, self.width = plan, channels, width
        self.module = ir.Module(self.name)
        arguments = [POINTER, *[INT] * len(ARGUMENTS), POINTER]
        self.lanes = lanes = Lanes(self.module, f"sweep_{self.name}", arguments, width, double=True)
        self.build = build = lanes.build
        table, self.n_time, self.n_place, self.n_steps, self.n_levels, self.scratch = lanes.function.args
        keys = [("tree", "starts"), ("tree", "below"), *self.table_keys(plan)]
        addresses = [build.load(lanes.at(table, lanes.int(8 * i)), typ=POINTER) for i in range(len(keys))]
        self.pointers = dict(zip(keys, addresses, strict=True))
        self.pitch = build.mul(build.add(self.n_place, lanes.int(width)), lanes.int(BYTES))
        names = self.rows(plan, channels)
        self.at = {key: lanes.at(self.scratch, build.mul(self.pitch, lanes.int(i))) for i, key in enumerate(names)}
        self.history = lanes.at(self.scratch, build.mul(self.pitch, lanes.int(len(names))))
        self.taken = build.alloca(INT)  # bytes of the history
        self.leaving = {k: build.alloca(lanes.vector) for k in channels}
        self.write()
        build.ret_void()

    @staticmethod
    def table_keys(plan: Plan) -> list[Key]:
        """What the table of pointers holds after the tree, in order."""
        raise NotImplementedError

    @staticmethod
    def rows(plan: Plan, channels: Mapping[str, str]) -> list[Key]:
        """The rows of the scratch."""
        arriving = [("arriving", k) for k in channels]
        return [*arriving, *(("input", k) for k in plan.inputs), *(("store", k) for k in plan.program.stores)]

    @classmethod
    def sizes(cls, plan: Plan, channels: Mapping[str, str]) -> tuple[int, int]:
        """How many rows the scratch has, and how many vectors the history for each vector of places in a step."""
        return len(cls.rows(plan, channels)), 0

    def write(self) -> None:
        """Write the body of the function."""
        raise NotImplementedError

    def copy(self, target: ir.Value, source: ir.Value) -> None:
        """Copy a row of numbers of all places."""
        self.lanes.copy(target, source, self.build.mul(self.n_place, self.lanes.int(BYTES)))

    def on(self, time: ir.Value, key: Key) -> ir.Value:
        """Where a time of an array begins."""
        position = self.build.mul(self.build.mul(time, self.n_place), self.lanes.int(BYTES))
        return self.lanes.at(self.pointers[key], position)

    def take(self, names, time: ir.Value) -> None:
        """Bring inputs of a time into their rows."""
        for name in names:
            self.copy(self.at["input", name], self.on(time, ("input", name)))

    def take_time(self, time: ir.Value) -> None:
        """Bring the inputs of a time near, and let what comes from outside arrive for the first step."""
        self.take(self.plan.by_site, time)
        for name in self.channels:
            self.copy(self.at["arriving", name], self.at["input", name])

    def fill(self, key: Key) -> None:
        """Set a row to zero."""
        lanes = self.lanes
        lanes.loop(
            lanes.int(0), self.n_place, lambda i: lanes.store(lanes.all(0.0), self.at[key], self.bytes(i)), self.width
        )

    def bytes(self, count: ir.Value) -> ir.Value:
        """A number of places in bytes."""
        return self.build.mul(count, self.lanes.int(BYTES))

    def places_of(self, k: ir.Value) -> tuple[ir.Value, ir.Value, ir.Value]:
        """The first place that computes in the k-th step of the wave, the first that does not, and their vectors."""
        lanes, build = self.lanes, self.build
        passed = build.add(build.sub(k, self.n_steps), lanes.int(1))
        passed = build.select(build.icmp_signed("<", passed, lanes.int(0)), lanes.int(0), passed)
        reached = lanes.smaller(build.add(k, lanes.int(1)), self.n_levels)
        first, end = (lanes.load(self.pointers["tree", "starts"], self.bytes(i), INT) for i in (passed, reached))
        n = build.sdiv(build.add(build.sub(end, first), lanes.int(self.width - 1)), lanes.int(self.width))
        return first, end, n

    @property
    def n_waves(self) -> ir.Value:
        """The steps of the wave in a time."""
        return self.build.sub(self.build.add(self.n_steps, self.n_levels), self.lanes.int(1))

    def forward(self, vector: Callable[[ir.Value, ir.Value], None]) -> None:
        """Run `vector(first, mask)` for the places of each step of the wave."""

        def wave(k):
            first, end, n = self.places_of(k)

            # From the last to the first: each takes what arrived before those above give it more, for the next step.
            def body(i):
                place = self.build.add(first, self.build.mul(i, self.lanes.int(self.width)))
                vector(place, self.lanes.up_to(place, end))

            self.lanes.backwards(n, body)

        self.lanes.loop(self.lanes.int(0), self.n_waves, wave)

    def leaf(self, offset: ir.Value) -> Callable[[str, str], ir.Value]:
        """What gives the value of an input or state at some places."""

        def value(op: str, label: str) -> ir.Value:
            kind = "arriving" if label in self.channels else op
            return self.lanes.load(self.at[kind, label], offset)

        return value

    def step(self, place: ir.Value, mask: ir.Value) -> dict[int, ir.Value]:
        """A step of a vector of places; returns the value of each node."""
        lanes, build, program, offset = self.lanes, self.build, self.plan.program, self.bytes(place)
        roots = [*program.end.values(), *(program.values[k] for k in self.channels.values())]
        values = write(lanes, program.graph, roots, self.leaf(offset), len(program.graph.nodes))
        for name, index in program.end.items():
            self.put(values[index], ("store", name), offset, mask)
        for name, result in self.channels.items():
            # What comes from outside arrives again; then, for the next step, what leaves the places above.
            self.put(lanes.load(self.at["input", name], offset), ("arriving", name), offset, mask)
            self.pass_on(build.select(mask, values[program.values[result]], lanes.all(0.0)), name, place)
        return values

    def put(self, values: ir.Value, key: Key, offset: ir.Value, mask: ir.Value) -> None:
        """Change a row at some places."""
        before = self.lanes.load(self.at[key], offset)
        self.lanes.store(self.build.select(mask, values, before), self.at[key], offset)

    def add(self, values: ir.Value, key: Key, offset: ir.Value, mask: ir.Value) -> None:
        """Add to a row at some places."""
        before = self.lanes.load(self.at[key], offset)
        self.put(self.build.fadd(before, values), key, offset, mask)

    def below(self, place: ir.Value) -> list[ir.Value]:
        """Where, in bytes of a row, lie the places below those of a vector."""
        lanes, build = self.lanes, self.build
        positions = (self.bytes(build.add(place, lanes.int(i))) for i in range(self.width))
        return [self.bytes(lanes.load(self.pointers["tree", "below"], p, INT)) for p in positions]

    def pass_on(self, values: ir.Value, channel: str, place: ir.Value) -> None:
        """Add what leaves places to what arrives below; several may have the same place below."""
        lanes, build, row = self.lanes, self.build, self.at["arriving", channel]
        for i, there in enumerate(self.below(place)):
            one = build.extract_element(values, ir.Constant(ADDRESS, i))
            lanes.store(build.fadd(lanes.load(row, there, lanes.number), one), row, there)
