"""Whatever comes from data, files and runs is words, never HTML."""

from html import unescape

import pytest

from dgviz.ui.figures import tip
from dgviz.ui.lenses.view import text
from dgviz.ui.widgets.form_table import FormTable, choice
from dgviz.ui.words.markup import html, joined

EVIL = "<img src=x onerror='alert(1)'>"
SHOWN = "&lt;img src=x onerror=&#39;alert(1)&#39;&gt;"


def test_values_are_escaped_and_pieces_kept():
    assert html("<b>{}</b>", EVIL) == f"<b>{SHOWN}</b>"
    assert html("<p>{}</p>", html("<b>{}</b>", 1)) == "<p><b>1</b></p>"
    assert joined(["<", html("<br>")]) == "&lt;<br>"


def sent(pane):
    """What the browser makes of a pane: Panel escapes its HTML once."""
    return unescape(pane.get_root().text)


def test_a_plain_string_is_shown_as_it_is():
    pane = text(EVIL)
    assert sent(pane) == SHOWN
    pane.object = f"<b>{EVIL}</b>"
    assert sent(pane) == f"&lt;b&gt;{SHOWN}&lt;/b&gt;"
    assert sent(text(html("<b>{}</b>", EVIL))) == f"<b>{SHOWN}</b>"


def test_a_table_takes_no_plain_string():
    with pytest.raises(ValueError, match="Markup"):
        FormTable(lambda *_: None, content="<b>x</b>")
    assert "onerror='" not in choice("radio", "A", "x' onerror='y", True)


def test_a_hover_shows_labels_and_units_as_they_are():
    """Bokeh replaces @name by a column and takes {safe} for HTML: not in what comes from data."""
    said = tip([(EVIL, "@value{0.0}", "@name{safe}"), ("", "@site")])
    assert "<img" not in said and "@value{0.0}" in said and "@site" in said
    assert "@name" not in said and "{safe}" not in said
