"""The one door through which panel-material-ui comes in (Panel 1.10 moves it), with our defaults and one cure."""

import panel as pn
import panel_material_ui as pmui
from panel.util import edit_readonly
from panel_material_ui import (
    Accordion,
    Alert,
    AutocompleteInput,
    Button,
    Checkbox,
    Chip,
    Dialog,
    FloatInput,
    IconButton,
    IntInput,
    LinearProgress,
    MenuButton,
    MultiChoice,
    RadioButtonGroup,
    RangeSlider,
    Select,
    Switch,
    Tabs,
    TextInput,
    Toggle,
)

from . import theme

__all__ = [
    "Accordion",
    "Alert",
    "AutocompleteInput",
    "Button",
    "Checkbox",
    "Chip",
    "Dialog",
    "FloatInput",
    "IconButton",
    "IntInput",
    "LinearProgress",
    "MenuButton",
    "MultiChoice",
    "RadioButtonGroup",
    "RangeSlider",
    "Select",
    "Switch",
    "Tabs",
    "TextInput",
    "Toggle",
    "page",
]


def page(**options) -> pmui.Page:
    """A page in our colours.

    As shipped, `busy` of every page follows every session of the server: each event anywhere patches each page.
    """
    options.setdefault("theme_config", theme.MATERIAL)
    made = pmui.Page(busy_indicator=None, **options)
    with edit_readonly(made):
        made.busy = False
    return made


def prepare() -> None:
    """Load what the pages need, once per session and before anything is built. Nothing comes from the internet."""
    pn.extension("mathjax", design=None, notifications=False, loading_indicator=False)
