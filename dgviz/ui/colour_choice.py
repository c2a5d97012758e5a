"""What the sites of a map are coloured by."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ColourChoice:
    """A kind of value, the name of what is shown, and the period of a score.

    Kinds: "score" of run A; "difference" of a score, run A minus run B; "published", run A minus the published score
    of the model `name`; "parameter", "sensitivity" and "gradient" of a learned parameter; "result" of a run by
    site, such as a mean flux; "attribute" of the data.
    """

    kind: str
    name: str
    period: str = ""

    @property
    def text(self) -> str:
        """As it stands in an address: "score:nse:test"."""
        return ":".join(filter(None, (self.kind, self.name, self.period)))

    @classmethod
    def parse(cls, text: str) -> "ColourChoice | None":
        """The choice that an address names; None where it names none."""
        kind, _, rest = text.partition(":")
        name, _, period = rest.partition(":")
        return cls(kind, name, period) if kind and name else None
