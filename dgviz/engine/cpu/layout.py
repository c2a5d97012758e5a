"""Where a kernel's numbers lie in its scratch."""

from dgviz.engine.plan import Plan

# Days between checkpoints. The stores of as many days lie in the scratch on the way back: of ten stores 1.6 MB, which
# the cache still holds. Over 14 600 days, checkpoints every 16 took 1.6 times as long, and 3.8 times the memory that a
# run and its gradients take beside their inputs.
EVERY = 128


class Layout:
    """Offsets in bytes of rows that hold a number for each lane of a block, and the size of it all.

    The stores come first, so that all of them are copied at once. The backward kernel has rows for gradients too, a
    vector for each learned weight and the stores of `EVERY` days.
    """

    def __init__(self, plan: Plan, lanes: int, width: int, double: bool):
        self.bytes, self.width = 8 if double else 4, width
        self.pitch = lanes + width  # the last numbers of a row may be written as a whole vector
        self.size = 0
        self.stores = self._rows(plan.program.stores, 8)
        self.stores_size = self.size
        self.inputs = self._rows(plan.inputs, self.bytes)
        self.values = self._rows((*plan.kept, *plan.means), self.bytes)
        if plan.backward:
            self.of_stores = self._rows(plan.program.stores, self.bytes)
            self.of_inputs = self._rows([k for k in self.inputs if k in plan.wanted], self.bytes)
            weights = [label for kind, label in plan.gradients if kind == "weight"]
            self.of_weights = {label: self._take(width * self.bytes) for label in weights}
            self.history = self._take(EVERY * self.stores_size)

    def _rows(self, names, n_bytes: int) -> dict[str, int]:
        return {name: self._take(self.pitch * n_bytes) for name in names}

    def _take(self, n_bytes: int) -> int:
        start, self.size = self.size, self.size + -(-n_bytes // 64) * 64
        return start
