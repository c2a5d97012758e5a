"""The Triton source of the forward and of the backward kernel of a plan: one thread for each cell, all days in a loop.

A program holds a tile `(site, member)` of whole sites, so that sums over members stay inside it. The inputs of the next
day are fetched before a day is computed. The forward kernel keeps the stores of every `EVERY`-th day; the backward
kernel runs each stretch of that many days again, keeps the stores of its days, and goes through it in reverse.
"""

from collections.abc import Iterable
from contextlib import contextmanager

from dgviz.engine.gpu.arithmetic import Arithmetic, variable
from dgviz.engine.plan import Plan

EVERY = 16  # days between checkpoints
SIZES = ("n_time", "n_site", "n_member")
GUARD = "1.0"  # what threads without a cell compute with
BEGIN = """\
n_site = n_site.to(tl.int64)
n_cell = n_site * n_member
members = n_member.to({number})
site = tl.program_id(0).to(tl.int64) * {sites} + tl.arange(0, {sites})
is_site = site < n_site
site_of_cell = tl.broadcast_to(site[:, None], {tile})
member = tl.broadcast_to(tl.arange(0, {members})[None, :], {tile})
is_cell = (site_of_cell < n_site) & (member < n_member)
cell = site_of_cell * n_member + member"""

Key = tuple[str, str]  # kind of an array or number, and its name


class _Kernel:
    """What the two kernels share: parameters, places in memory and a day's inputs."""

    name = ""

    def __init__(self, plan: Plan, double: bool, tile: tuple[int, int]):
        self.plan, self.arithmetic = plan, Arithmetic(double, tile)
        self.arrays = self.arrays_of(plan)
        self._names = _numbered(self.arrays)
        self._lines: list[str] = []
        self._depth = 0
        self._begin(tile)
        self.write()

    @staticmethod
    def arrays_of(plan: Plan) -> list[Key]:
        """The arrays that are the parameters, in order."""
        raise NotImplementedError

    def write(self) -> None:
        """Write what comes after the places and what stays the same on all days."""
        raise NotImplementedError

    @property
    def source(self) -> str:
        """The module that holds the kernel as a function of its `name`."""
        return "\n".join([*self._lines, ""])

    def _begin(self, tile: tuple[int, int]) -> None:
        self.put("import triton", "import triton.language as tl", "from triton.language.extra import libdevice", "")
        self.put(*(f"# {name}: {label!r}" for (_, label), name in self._names.items() if label), "", "")
        parameters = [*map(self.pointer, self.arrays), *SIZES]
        self.put(f"@triton.jit(do_not_specialize={parameters})")
        self.put(f"def {self.name}({', '.join(parameters)}):")
        self._depth = 1
        sizes = dict(number=self.arithmetic.number, sites=tile[0], members=tile[1], tile=list(tile))
        self.put(*BEGIN.format(**sizes).splitlines())
        for name in self.plan.constant:
            self.put(f"{self.name_of('input', name)} = {self.load(('input', name), 'cell')}")
        for i in range(len(self.plan.weights)):
            self.put(f"weight_{i} = tl.load({self.pointer(('weights', ''))} + {i})")

    def put(self, *lines: str) -> None:
        """Write lines."""
        self._lines += ["    " * self._depth + line if line else "" for line in lines]

    @contextmanager
    def under(self, header: str):
        """What is written inside belongs to a loop or condition."""
        self.put(header)
        self._depth += 1
        yield
        self._depth -= 1

    def name_of(self, kind: str, label: str) -> str:
        """The variable that holds a number of each cell."""
        if kind == "store":
            return f"store_{list(self.plan.program.stores).index(label)}"
        if kind == "weight":
            return f"weight_{self.plan.weights.index(label)}"
        return self._names[kind, label]

    def pointer(self, key: Key) -> str:
        """The parameter that is the address of an array."""
        return f"{self._names[key]}_ptr"

    def load(self, key: Key, place: str) -> str:
        """The numbers of all cells from an array."""
        return f"tl.load({self.pointer(key)} + {place}, mask=is_cell, other={GUARD})"

    def keep(self, key: Key, place: str, value: str) -> None:
        """Write a number of each cell to an array."""
        self.put(f"tl.store({self.pointer(key)} + {place}, {value}, mask=is_cell)")

    def keep_sum(self, key: Key, value: str, share: bool) -> None:
        """Write the sum over the members, or their mean, on a day to an array (time, site)."""
        total = f"tl.sum(tl.where(is_cell, {value}, 0.0), axis=1)"
        total = self.arithmetic.divide(total, "members") if share else total
        self.put(f"tl.store({self.pointer(key)} + day * n_site + site, {total}, mask=is_site)")

    def place(self, name: str, day: str = "day") -> str:
        """Where the numbers of a day lie in the array of an input or value."""
        by_site = name in self.plan.by_site or name in self.plan.means
        return f"{day} * n_site + site_of_cell" if by_site else f"{day} * n_cell + cell"

    def fetch(self, keys: Iterable[Key], day: str) -> None:
        """Load what `take` will use."""
        self.put(f"ahead = {day}")
        for key in keys:
            self.put(f"next_{self.name_of(*key)} = {self.load(key, self.place(key[1], 'ahead'))}")

    def take(self, keys: Iterable[Key]) -> None:
        """Use what was loaded a day before."""
        self.put(*(f"{self.name_of(*key)} = next_{self.name_of(*key)}" for key in keys))

    @property
    def inputs(self) -> list[Key]:
        """The inputs that are not the same on all days."""
        return [("input", k) for k in (*self.plan.by_site, *self.plan.by_cell)]

    def compute(self, roots: Iterable[int]) -> None:
        """A day's arithmetic."""
        self.put(*self.arithmetic.lines(self.plan.graph, roots, self.name_of))

    def each_store(self) -> Iterable[tuple[int, str]]:
        """The variables of the stores, numbered."""
        return ((i, f"store_{i}") for i in range(len(self.plan.program.stores)))

    def move_stores(self) -> None:
        """The stores become those at the end of the day."""
        ends = self.plan.program.end
        self.put(*(f"{self.name_of('store', k)} = {variable(ends[k])}" for k in self.plan.program.stores))

    def place_of_stores(self, number: str, i: int) -> str:
        """Where a store lies in an array that holds all of them several times."""
        return f"(({number}) * {len(self.plan.program.stores)} + {i}) * n_cell + cell"


class Forward(_Kernel):
    """Final stores, and what is kept of each day, from inputs and initial stores."""

    name = "forward"

    @staticmethod
    def arrays_of(plan: Plan) -> list[Key]:
        stores = plan.program.stores
        return [
            *(("input", k) for k in plan.inputs),
            *([("weights", "")] if plan.weights else []),
            ("checkpoints", ""),
            *(("initial", k) for k in stores),
            *(("final", k) for k in stores),
            *(("value", k) for k in (*plan.kept, *plan.means)),
        ]

    def write(self) -> None:
        plan, program = self.plan, self.plan.program
        for name in program.stores:
            self.put(f"{self.name_of('store', name)} = {self.load(('initial', name), 'cell')}")
        self.fetch(self.inputs, "0")
        with self.under("for day in range(n_time):"):
            self.take(self.inputs)
            # The next day is loaded while this one is computed; after the last there is none, so it is loaded again.
            self.fetch(self.inputs, "tl.minimum(day + 1, n_time - 1)")
            self._keep_checkpoint()
            self.compute([*program.end.values(), *plan.values.values()])
            for name in plan.kept:
                self.keep(("value", name), self.place(name), variable(program.values[name]))
            for name in plan.means:
                self.keep_sum(("value", name), variable(program.values[name]), share=True)
            self.move_stores()
        for name in program.stores:
            self.keep(("final", name), "cell", self.name_of("store", name))

    def _keep_checkpoint(self) -> None:
        key = ("checkpoints", "")
        with self.under(f"if {self.pointer(key)} is not None:"), self.under(f"if day % {EVERY} == 0:"):
            for i, store in self.each_store():
                self.keep(key, self.place_of_stores(f"day // {EVERY}", i), store)


class Backward(_Kernel):
    """Gradients of inputs, initial stores and weights from the gradients of what was kept and of the final stores."""

    name = "backward"

    @staticmethod
    def arrays_of(plan: Plan) -> list[Key]:
        stores = plan.program.stores
        return [
            *(("input", k) for k in plan.inputs),
            *([("weights", "")] if plan.weights else []),
            ("checkpoints", ""),
            ("history", ""),
            *(("from_store", k) for k in stores),
            *(("from_value", k) for k in (*plan.kept, *plan.means)),
            *(("to_store", k) for k in stores),
            *(("to_input", k) for kind, k in plan.gradients if kind == "input"),
            *([("to_weights", "")] if plan.learned else []),
        ]

    def write(self) -> None:
        stores = self.plan.program.stores
        for name in stores:
            self.put(f"{self.name_of('from_store', name)} = {self.load(('from_store', name), 'cell')}")
        self.put(*(f"{self._total(key)} = {self.arithmetic.all(0.0)}" for key in self._totals))
        self.put(f"n_stretch = (n_time + {EVERY - 1}) // {EVERY}")
        with self.under("for number in range(n_stretch):"):
            self.put(f"first = (n_stretch - 1 - number) * {EVERY}")
            self.put(f"n_days = tl.minimum(n_time - first, {EVERY})")
            self._run_again()
            self._go_back()
        for name in stores:
            self.keep(("to_store", name), "cell", self.name_of("from_store", name))
        self._keep_totals()

    def _run_again(self) -> None:
        """Keep the stores at the beginning of each day of a stretch."""
        self.put("tl.debug_barrier()")  # the history is about to be overwritten
        for i, store in self.each_store():
            place = self.place_of_stores(f"first // {EVERY}", i)
            self.put(f"{store} = {self.load(('checkpoints', ''), place)}")
        self.fetch(self.inputs, "first")
        with self.under("for i in range(n_days):"):
            self.take(self.inputs)
            self.fetch(self.inputs, "first + tl.minimum(i + 1, n_days - 1)")
            for i, store in self.each_store():
                self.keep(("history", ""), self.place_of_stores("i", i), store)
            self.compute(self.plan.program.end.values())
            self.move_stores()
        self.put("tl.debug_barrier()")  # the history is about to be read

    def _go_back(self) -> None:
        plan = self.plan
        gradients = [("from_value", k) for k in (*plan.kept, *plan.means)]
        self._fetch_back(gradients, "first + n_days - 1")
        with self.under("for i in range(n_days):"):
            # In reverse: last day of the stretch first.
            self.put("day = first + n_days - 1 - i")
            self.take([*self.inputs, *gradients])
            self.put(*(f"{store} = next_{store}" for _, store in self.each_store()))
            for name in plan.means:
                value = self.name_of("from_value", name)
                self.put(f"{value} = {self.arithmetic.divide(value, 'members')}")
            self._fetch_back(gradients, "tl.maximum(day - 1, first)")
            self.compute(plan.gradients.values())
            self._give_gradients()

    def _fetch_back(self, gradients: list[Key], day: str) -> None:
        self.fetch([*self.inputs, *gradients], day)
        for i, store in self.each_store():
            self.put(f"next_{store} = {self.load(('history', ''), self.place_of_stores('ahead - first', i))}")

    def _give_gradients(self) -> None:
        """Write or add up the gradients of a day."""
        plan = self.plan
        for (kind, name), index in plan.gradients.items():
            if kind == "store":
                self.put(f"{self.name_of('from_store', name)} = {variable(index)}")
            elif (kind, name) in self._totals:
                self.put(f"{self._total((kind, name))} += {variable(index)}")
            elif name in plan.by_site:
                self.keep_sum(("to_input", name), variable(index), share=False)
            else:
                self.keep(("to_input", name), self.place(name), variable(index))

    @property
    def _totals(self) -> list[Key]:
        """The gradients that are summed over the days."""
        return [(kind, k) for kind, k in self.plan.gradients if kind == "weight" or k in self.plan.constant]

    def _total(self, key: Key) -> str:
        return f"total_{self.name_of(*key)}"

    def _keep_totals(self) -> None:
        weights = self.plan.weights
        for kind, name in self._totals:
            total = self._total((kind, name))
            if kind == "input":
                self.keep(("to_input", name), "cell", total)
            else:
                place = f"tl.program_id(0) * {len(weights)} + {weights.index(name)}"
                total = f"tl.sum(tl.sum(tl.where(is_cell, {total}, 0.0), axis=1), axis=0)"
                self.put(f"tl.store({self.pointer(('to_weights', ''))} + {place}, {total})")


def _numbered(keys: Iterable[Key]) -> dict[Key, str]:
    """An identifier for each array: its kind, and a number where there are several."""
    names: dict[Key, str] = {}
    counts: dict[str, int] = {}
    for kind, label in keys:
        number = counts[kind] = counts.get(kind, -1) + 1
        names[kind, label] = f"{kind}_{number}" if label else kind
    return names
