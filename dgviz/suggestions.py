"""Words for messages."""

import difflib
from collections.abc import Iterable


def suggest(word: str, known: Iterable[str]) -> str:
    """' Did you mean ...?' for the nearest known word, or nothing."""
    near = difflib.get_close_matches(word, [str(name) for name in known], n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
