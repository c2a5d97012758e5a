"""Every page in both themes, wide and narrow: complete, within the window, and a picture of it to look at."""

from pathlib import Path

import pytest

from dgviz.ui.app import PAGES

FOLDER = Path(__file__).parent / "screenshots"


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_drawn(dashboard, theme, width):
    FOLDER.mkdir(exist_ok=True)
    page, window = dashboard.page, {"width": width, "height": 1000}
    page.set_viewport_size(window)
    dashboard.open(theme=theme, run="delaware-hbv", baseline="delaware-without-snow")
    for name in PAGES:
        if name != dashboard.query["page"]:
            dashboard.turn_to(name)
        dashboard.wait_until_drawn()
        page.set_viewport_size({**window, "height": dashboard.height})
        dashboard.wait_until_drawn()
        page.screenshot(path=FOLDER / f"{name.lower()}-{theme}-{width}.png")
        page.set_viewport_size(window)
        assert page.get_by_text("could not be drawn").count() == 0
        assert dashboard.overflow <= 1, f"{name} is wider than {width} px"
