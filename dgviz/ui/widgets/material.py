"""The one door through which panel-material-ui comes in (Panel 1.10 moves it), with our defaults and one cure."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import panel as pn
import panel_material_ui as pmui
from panel.io.resources import LOCAL_DIST
from panel.util import edit_readonly
from panel_material_ui import *  # noqa: F403, all of its widgets

from dgviz.ui import theme
from dgviz.ui.session.served import served

TEMPLATE = Path(__file__).with_name("page.html")


def page(**options) -> pmui.Page:
    """A page in our colours.

    As shipped, `busy` of every page follows every session of the server: each event anywhere patches each page, and
    the server's own state, which watches for it, keeps all pages that there ever were.
    """
    options.setdefault("theme_config", theme.MATERIAL)
    before = _watchers_of_busy()
    made = pmui.Page(busy_indicator=None, template=TEMPLATE, **options)
    with edit_readonly(made):
        made.busy = False
    for watcher in _watchers_of_busy():
        if watcher not in before:
            pn.state.param.unwatch(watcher)
    return made


def _watchers_of_busy() -> list:
    return list(pn.state.param.watchers.get("busy", {}).get("value", ()))


def icon_button(icon: str, description: str, **options) -> pmui.IconButton:
    """A small quiet button with a picture; `description` is its name for a screen reader and its tooltip."""
    quiet = {"sx": {"color": "var(--mui-palette-text-secondary)"}, "size": "small", "margin": 0, "align": "center"}
    return pmui.IconButton(icon=icon, description=description, **quiet, **options)


def begin_button(words: str, begin: Callable[[], object], **options) -> pmui.Button:
    """The small outlined button of a card that begins what takes a while."""
    button = pmui.Button(label=words, size="small", variant="outlined", **{"margin": 0} | options)
    button.on_click(lambda _: begin())
    return button


class Unanswered(pmui.RadioBoxGroup):
    """Radio buttons of which none is chosen at first."""

    _allows_none = True


class Design(pmui.theme.MaterialDesign):
    """Material's style sheets, looked up once for each kind of object: as shipped, for each object of each session."""

    @classmethod
    def _get_modifiers(cls, viewable, theme=None, isolated=True):
        in_browser = served() is not None
        found = cls._modifiers_of_kind(type(viewable), type(theme), isolated, in_browser)
        return tuple(dict(modifiers) for modifiers in found)  # who asks changes them

    @classmethod
    @cache
    def _modifiers_of_kind(cls, kind: type, theme_kind: type, isolated: bool, in_browser: bool) -> tuple[dict, dict]:
        bare = kind.__new__(kind)  # its class is all that Panel asks for, so the cache keeps no object of a session
        return super()._get_modifiers(bare, theme_kind(), isolated)


def prepare() -> None:
    """Load what the pages need, once per session and before anything is built. Nothing comes from the internet."""
    if pn.state.curdoc is not None:  # as Panel does when a page is fetched, not when its session is made later
        pn.state.curdoc.template_variables.setdefault("dist_url", LOCAL_DIST)
    pn.extension(design=Design, notifications=False, loading_indicator=False)
