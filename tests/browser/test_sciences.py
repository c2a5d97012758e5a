"""Every science in a real browser: its twin opens, trains, and every lens is drawn.

Every second science is dark; every lens is drawn in both themes in `test_screenshots.py`.
"""

from pathlib import Path

import pytest

from dgviz.domains import discover
from dgviz.ui.instrument.lenses import LENSES

FOLDER = Path(__file__).parent / "screenshots"
TWINS = [name for name, science in discover().items() if science.twin]


@pytest.mark.parametrize("name", TWINS)
def test_a_science_opens_trains_and_draws_every_lens(dashboard, name):
    FOLDER.mkdir(exist_ok=True)
    theme = ("light", "dark")[TWINS.index(name) % 2]
    dashboard.open(data=f"twin:{name}", theme=theme, epochs=1, members=1)
    trained = dashboard.train()
    dashboard.wait_for(run=trained)
    for lens in LENSES:
        if lens != dashboard.query["page"]:
            dashboard.turn_to(lens)
        dashboard.wait_until_drawn()
        dashboard.page.screenshot(path=FOLDER / f"{name}-{lens.lower().replace(' ', '_')}-{theme}.png")
        assert dashboard.page.get_by_text("could not be drawn").count() == 0, f"{lens}, {theme}"
        assert dashboard.page.get_by_text("could not be opened").count() == 0, f"{lens}, {theme}"
        assert dashboard.overflow <= 1, f"{lens} is wider than the window, {theme}"
