"""What one chooses in a single view: kept in the state, and so in the address, wherever it is not what comes first."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import param


class Choices:
    """The choices of a view: widgets of it, or parameters, by the names that it declares in `choices`.

    What was chosen is a text in `AppState.choices`: a name, names joined by commas, or 0 and 1. It stays there where
    another run does not offer it; what comes from an address and is not offered is said and forgotten.
    """

    def __init__(self, view: param.Parameterized, changed: Callable[[set[str]], None]):
        self.state, self._changed, self._offering = view.state, changed, False
        self._at = {n: (view, n) if n in view.param else (getattr(view, n), "value") for n in view.choices}
        self._keys = {name: f"{type(view).__name__}.{name}" for name in view.choices}
        self._first = {name: self[name] for name in self._at}
        self._options = {name: getattr(owner, "options", ()) for name, (owner, _) in self._at.items()}
        self._known: dict[str, str] = {}  # texts that were offered once
        self._follow()
        # Parameters of one owner are watched together: two that change at once are one step of the browser's history.
        for owner in {id(owner): owner for owner, _ in self._at.values()}.values():
            names = {attribute: name for name, (of, attribute) in self._at.items() if of is owner}
            owner.param.watch(partial(self._choose, names), list(names))
        self.state.param.watch(self._follow, "choices")

    def __contains__(self, name: str) -> bool:
        return name in self._at

    def __getitem__(self, name: str) -> Any:
        owner, attribute = self._at[name]
        return getattr(owner, attribute)

    def offer(self, name: str, first: Any, options: Collection | Mapping | None = None) -> None:
        """Offer these options, or the same as before; it becomes what was chosen, where that is offered, else `first`.

        The view is not drawn again for it.
        """
        owner, attribute = self._at[name]
        self._first[name] = first
        self._options[name] = self._options[name] if options is None else options
        offered = {"options": self._options[name]} if "options" in owner.param else {}
        self._offering = True
        try:
            owner.param.update(**offered, **{attribute: self._wanted(name)})
        finally:
            self._offering = False

    def _wanted(self, name: str) -> Any:
        """What was chosen, as far as it is offered; what comes first where nothing was."""
        text, first = self.state.choices.get(self._keys[name]), self._first[name]
        options = self._options[name]
        offered = list(options.values() if isinstance(options, Mapping) else options)
        offered = ["0", "1"] if isinstance(first, bool) else offered
        if text is None or not offered:  # nothing was chosen, or there is nothing yet to choose from
            return first
        # A text that was offered once is not refused where another run lacks it: it waits for one that has it.
        parts = text.split(",") if isinstance(first, list) else [text]
        unknown = [part for part in parts if part and part not in offered]
        if unknown and self._known.get(name) != text:
            self._refuse(name, text, offered)
        self._known[name] = text
        if isinstance(first, list):
            return [part for part in parts if part in offered] or ([] if not unknown else first)
        return first if unknown else text == "1" if isinstance(first, bool) else text

    def _refuse(self, name: str, text: str, offered: list) -> None:
        key, state = self._keys[name], self.state
        words = f"The address has {key}={text!r}. Give {'some' if isinstance(self._first[name], list) else 'one'} of: "
        state.problem = f"{state.problem} {words}{', '.join(offered)}.".strip()
        self._known[name] = text
        state.choices = {other: chosen for other, chosen in state.choices.items() if other != key}

    def _choose(self, names: dict[str, str], *events: param.parameterized.Event) -> None:
        """Keep what a person chose, and draw; the events are of attributes, `names` says of which choices."""
        events = [event for event in events if self._has_options(names[event.name])]
        if self._offering or not events:
            return
        kept = dict(self.state.choices)
        for name, value in ((names[event.name], event.new) for event in events):
            if value != self._wanted(name):
                kept[self._keys[name]] = text_of(value)
            if value == self._first[name]:  # the address is short where all is as it comes
                kept.pop(self._keys[name], None)
        self.state.choices = kept
        self._changed({names[event.name] for event in events})

    def _has_options(self, name: str) -> bool:
        """Can something be chosen? A browser turns a list without options to None, which nobody chose."""
        return "options" not in self._at[name][0].param or bool(self._options[name])

    def _follow(self, *_) -> None:
        """Turn to what an address says."""
        for name, (owner, attribute) in self._at.items():
            if self._has_options(name) and (wanted := self._wanted(name)) != self[name]:
                owner.param.update(**{attribute: wanted})


def text_of(value: Any) -> str:
    """A choice as it stands in an address."""
    return ",".join(value) if isinstance(value, list) else str(int(value)) if isinstance(value, bool) else str(value)
