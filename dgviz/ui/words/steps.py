"""The time step of a science: how a moment is written, and how much of a record is looked at.

Windows are whole days whatever the step is; a single moment is written as finely as the step asks.
"""

from dataclasses import dataclass

import pandas as pd

from dgviz.ui.words.text import period

DAY = 86_400_000.0  # ms
FIRST_POINT = pd.Timestamp("2001-01-01")  # on the calendar of the points of a curve


@dataclass(frozen=True)
class Step:
    """A time step. `before` stands before a moment in a sentence: "on 4 Jun 1979".

    `tip` is how a hover writes a moment and `stamp_format` how an address does, `ms` is about how long the step is,
    `span` what a long record opens on.
    """

    name: str
    before: str
    tip: str
    stamp_format: str
    ms: float
    span: pd.DateOffset

    @property
    def names(self) -> str:
        """The word for several of them."""
        return f"{self.name}s"

    @property
    def shown(self) -> str:
        """What of a record is looked at: the window; of points the curve, which is seen whole."""
        return "the curve" if self.name == "point" else "the window"

    @property
    def date_tip(self) -> tuple[str, str]:
        """The line of a hover that says when."""
        return "", f"@time{{{self.tip}}}"

    def stamp(self, moment) -> str:
        """A moment as text that is read back exactly."""
        return pd.Timestamp(moment).strftime(self.stamp_format)

    def words(self, moment) -> str:
        """A moment as people write it: 4 Jun 1979; 4 Jun 1979, 05:00; Jun 1979; point 4."""
        moment = pd.Timestamp(moment)
        if self.name == "month":
            return f"{moment:%b %Y}"
        if self.name == "point":
            return f"point {self._point(moment)}"
        day = f"{moment.day} {moment:%b %Y}"
        return f"{day}, {moment:%H:%M}" if self.name == "hour" else day

    def at(self, moment) -> str:
        """The same with the word before it: on 4 Jun 1979."""
        return f"{self.before} {self.words(moment)}"

    def period(self, first, last) -> str:
        """A period as people write it: 1 Jan 1979 \u2013 31 Dec 1980; Jan 1979 \u2013 Dec 1980; points 1 \u2013 7."""
        if self.name == "month":
            return f"{self.words(first)} \u2013 {self.words(last)}"
        if self.name != "point":
            return period(first, last)
        return f"points {self._point(first)} \u2013 {self._point(last)}"

    @staticmethod
    def _point(moment) -> int:
        """The number of a point on its curve."""
        return (pd.Timestamp(moment) - FIRST_POINT).days + 1

    def nearest(self, time: pd.DatetimeIndex, x: float) -> str:
        """The moment of a record that is nearest to a place on a time axis, in ms; '' far outside the record."""
        wanted = pd.Timestamp(x, unit="ms")
        found = time[time.get_indexer([wanted], method="nearest")[0]]
        return self.stamp(found) if abs(found - wanted) <= pd.Timedelta(self.ms, "ms") else ""


STEPS = {
    step.name: step
    for step in (
        Step("hour", "at", "%e %b %Y, %H:%M", "%Y-%m-%dT%H:%M", DAY / 24, pd.DateOffset(days=42)),
        Step("day", "on", "%e %b %Y", "%Y-%m-%d", DAY, pd.DateOffset(years=3)),
        Step("month", "in", "%b %Y", "%Y-%m-%d", 30.4 * DAY, pd.DateOffset(years=30)),
        Step("point", "at", "point %j", "%Y-%m-%d", DAY, pd.DateOffset(years=1)),
    )
}
