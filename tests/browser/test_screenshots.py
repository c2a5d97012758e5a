"""Every page in both themes, wide and narrow: complete, within the window, and a picture of it to look at."""

from pathlib import Path

import pytest

from dgviz.ui.app import PAGES

FOLDER = Path(__file__).parent / "screenshots"
WIDTHS = (1440, 390)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_drawn(dashboard, theme):
    FOLDER.mkdir(exist_ok=True)
    page = dashboard.page
    page.set_viewport_size({"width": WIDTHS[0], "height": 1000})
    dashboard.open(theme=theme, run="delaware-hbv", baseline="delaware-without-snow")
    for name in PAGES:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 1000})
            if name != dashboard.query["page"]:
                dashboard.turn_to(name)
            dashboard.wait_until_drawn()
            page.set_viewport_size({"width": width, "height": dashboard.height})
            dashboard.wait_until_drawn()
            page.screenshot(path=FOLDER / f"{name.lower()}-{theme}-{width}.png")
            assert page.get_by_text("could not be drawn").count() == 0
            assert dashboard.overflow <= 1, f"{name} is wider than {width} px"
