"""Whole lenses without a server."""

import panel as pn
import pytest
from bokeh.models import Plot

from dgviz.ui.instrument.lenses import LENSES
from dgviz.ui.notebook import lens


def words(made):
    return " ".join(str(pane.object) for pane in made.select(pn.pane.HTML))


@pytest.mark.parametrize("name", LENSES)
def test_every_lens_is_a_function_that_returns_what_a_notebook_shows(name):
    made = lens(name, "twitchell-p-model")
    assert callable(made.show)
    root = made.get_root()
    assert words(made).count("<h2>") == len(made) > 0
    assert "could not be drawn" not in words(made)
    if LENSES[name].of_site:
        assert list(root.select({"type": Plot}))


def test_it_shows_the_site_and_days_that_are_asked_for():
    made = lens("Scores", "delaware-hbv", **{"site": "01439500", "from": "1980-01-01", "to": "1980-12-31"})
    assert "Bush Kill at Shoemakers, PA, 1 Jan 1980 \u2013 31 Dec 1980: test days" in words(made)


@pytest.mark.parametrize(
    ("name", "run", "show", "said"),
    [
        ("Score", "delaware-hbv", {}, "There is no lens 'Score'. Lenses: Scores, Budget"),
        ("Scores", "delaware-hvb", {}, "There is no run 'delaware-hvb'. Did you mean 'delaware-hbv'?"),
        ("Scores", "delaware-hbv", {"site": "x"}, "The address has site='x': there is no basin 'x'"),
        ("Scores", "delaware-hbv", {"sight": "x"}, "'sight', which is not known and was left out."),
    ],
)
def test_what_there_is_not_is_said(name, run, show, said):
    with pytest.raises(ValueError) as error:
        lens(name, run, **show)
    assert said in str(error.value)
