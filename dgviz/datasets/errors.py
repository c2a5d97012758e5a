"""What is wrong with a data set: an error of the whole, and the problems of single sites."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Problem(NamedTuple):
    """What is wrong at a site, first met at one of `n_times` times (0: not a matter of time)."""

    site: str
    text: str
    n_times: int = 0


class DataError(ValueError):
    """A data set is missing, unreadable or fails a check; `problems` lists those of single sites, if any."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()):
        super().__init__(message)
        self.problems = list(problems)


def refuse(problems: Sequence[Problem]) -> None:
    """Raise the problems as one error that says the first, if there are any."""
    if problems:
        more = f" (and {len(problems) - 1} more; `dgviz data check` lists them)" if len(problems) > 1 else ""
        raise DataError(problems[0].text + more, problems)


N_NAMED = 3


def some(items: Sequence | np.ndarray) -> str:
    """Name the first few."""
    named = ", ".join(map(str, items[:N_NAMED]))
    return named + (f" and {len(items) - N_NAMED} more" if len(items) > N_NAMED else "")
