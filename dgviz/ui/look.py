"""What all figures of a science share."""

from dataclasses import dataclass

from dgviz.processes.declare import Target
from dgviz.ui import theme
from dgviz.ui.words.steps import Step
from dgviz.ui.words.text import units, with_units


@dataclass(frozen=True)
class Look:
    """The target, the time step, the colours of the quantities, and whether the theme is the dark one."""

    target: Target
    step: Step
    colours: theme.Colours
    dark: bool = False

    def ink(self, quantity: str) -> str:
        """The colour of a quantity."""
        return theme.colour(quantity, self.dark, self.colours)

    def token(self, name: str) -> str:
        """A colour of the page."""
        return theme.token(name, self.dark)

    @property
    def axis_label(self) -> str:
        """The target with its units."""
        return with_units(self.target.long_name, self.target.units)

    @property
    def units(self) -> str:
        """The units of the target as people write them."""
        return units(self.target.units)
