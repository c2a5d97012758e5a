"""A page as one HTML file that needs neither a server nor a network."""

from bokeh.models import Model
from bokeh.resources import Resources

from dgviz.ui import theme
from dgviz.ui.report.cards import scripts
from dgviz.ui.words.markup import Markup, html

COLOURS = ("background", "surface", "border", "text", "muted", "primary", "warning")
# The names by which the style of texts calls the colours of Material's theme.
STYLE = """
:root { --mui-palette-text-primary: TEXT; --mui-palette-text-secondary: MUTED; --mui-palette-primary-main: PRIMARY;
        --mui-palette-divider: BORDER; --mui-palette-background-paper: SURFACE; --mui-palette-warning-main: WARNING;
        --mui-palette-secondary-main: PRIMARY; --mui-palette-action-hover: BACKGROUND; }
body { margin: 0; background: BACKGROUND; }
main { max-width: 1000px; margin: 0 auto; padding: 16px; }
.card { background: SURFACE; border: 1px solid BORDER; border-radius: 6px; padding: 8px 12px; margin: 0 0 8px; }
.card, tr { break-inside: avoid; } .card.long { break-inside: auto; }
.text h1 { font-size: 22px; line-height: 32px; } .text main > h2, .text .part { font-size: 17px; margin: 24px 0 8px; }
.take { display: none; }
td.words, th.words { text-align: left; padding-right: 12px; overflow-wrap: break-word; } td { vertical-align: top; }
.failed { color: WARNING; font-weight: 600; }
@page { margin: 14mm; }
@media print { body { background: none; } main { padding: 0; max-width: none; } }
"""


def one_file(title: str, body: Markup, figures: list[Model]) -> str:
    """The whole file; scripts and styles are in it."""
    style = STYLE
    for name in COLOURS:
        style = style.replace(name.upper(), theme.token(name, False))
    head = (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'><title>{}</title>"
        "<style>{}</style>{}</head><body><main class='text'><h1>{}</h1>{}</main>{}</body></html>\n"
    )
    texts = Markup(style + theme.TEXT.replace(":host", ".text"))
    library = Markup("<script>{}</script>").format(Markup("\n".join(Resources("inline", components=["bokeh"]).js_raw)))
    return str(html(head, title, texts, library, title, body, scripts(figures)))
