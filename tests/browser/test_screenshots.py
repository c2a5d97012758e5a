"""Every lens in both themes, wide and narrow: complete, within the window, and a picture of it to look at."""

from pathlib import Path

import pytest

from dgviz.ui.instrument.lenses import LENSES

FOLDER = Path(__file__).parent / "screenshots"


@pytest.mark.parametrize("width", [1440, 390])
def test_every_lens_is_drawn_in_both_themes(dashboard, width):
    """In one session, so that lenses out of sight meet the new theme too."""
    FOLDER.mkdir(exist_ok=True)
    dashboard.page.set_viewport_size({"width": width, "height": 1000})
    dashboard.open(theme="light", run="delaware-hbv", baseline="delaware-without-snow")
    for theme in ("light", "dark"):
        if dashboard.query["theme"] != theme:
            dashboard.switch_theme()
        for name in LENSES:
            look_at(dashboard, name, theme, width)


def test_every_lens_is_drawn_in_a_large_window(dashboard):
    FOLDER.mkdir(exist_ok=True)
    dashboard.page.set_viewport_size({"width": 1920, "height": 1000})
    dashboard.open(theme="light", run="delaware-hbv", baseline="delaware-without-snow")
    for name in LENSES:
        look_at(dashboard, name, "light", 1920)


def look_at(dashboard, name, theme, width):
    page, window = dashboard.page, {"width": width, "height": 1000}
    page.set_viewport_size(window)
    if name != dashboard.query["page"]:
        dashboard.turn_to(name)
    dashboard.wait_until_drawn()
    page.set_viewport_size({**window, "height": dashboard.height})
    dashboard.wait_until_drawn()
    page.screenshot(path=FOLDER / f"{name.lower().replace(' ', '_')}-{theme}-{width}.png")
    page.set_viewport_size(window)
    assert page.get_by_text("could not be drawn").count() == 0, f"{name}, {theme}, {width} px"
    assert dashboard.overflow <= 1, f"{name} is wider than {width} px"
