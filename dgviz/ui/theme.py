"""How everything looks: one colour per quantity in every view and both themes, colour scales, sizes, page styles.

Axes, grids, legends and text follow the page's theme by themselves. Data do not: a view asks
`colour(quantity, dark, colours_of(science))` for them, and paints again when `state.dark` changes.
"""

from collections.abc import Mapping

import colorcet

from dgviz.domains import Domain
from dgviz.processes.declare import Flux, Forcing, State

# What any science draws: (on light, on dark).
OWN = {
    "observed": ("#1b2530", "#eef2f6"),
    "simulated": ("#d1205f", "#ff6b9d"),
    "what_if": ("#7a35d8", "#b794ff"),
}
# Stores and forcings to which their science gives no colour, in the order of declaration: (on light, on dark).
PALETTE = (
    ("#2f7fc4", "#58a8ea"),
    ("#8a5a2e", "#c9935f"),
    ("#3b9351", "#6cc883"),
    ("#e3762b", "#ff9a52"),
    ("#22509a", "#6f9fe8"),
    ("#c4961a", "#e6bd4f"),
    ("#12909a", "#4cc4cd"),
    ("#7a4fc0", "#a98bea"),
)
# The page itself: (on light, on dark).
TOKENS = {
    "missing": ("#c3c9d0", "#4a525c"),
    "train": ("#6d7a88", "#94a1af"),
    "test": ("#22509a", "#6f9fe8"),
    "network": ("#b5cfe6", "#2f4a66"),
    "outline": ("#ccd3da", "#3a444f"),
    "grid": ("#e4e8ec", "#2a323b"),
    "text": ("#1b2530", "#e8edf2"),
    "muted": ("#5c6875", "#9ba8b5"),
    "surface": ("#ffffff", "#14191f"),
    "background": ("#f4f6f8", "#0d1115"),
    "border": ("#dfe4e9", "#29313a"),
    "primary": ("#1d5b96", "#6fb3ef"),
    "warning": ("#b35c00", "#ffb45c"),
}
# Further runs, in the order in which they were chosen: (on light, on dark).
RUNS = (
    ("#2a78c2", "#5aa9ee"),
    ("#2f9461", "#5fc890"),
    ("#c77a14", "#f0a84a"),
    ("#7a4fc0", "#a98bea"),
    ("#12909a", "#4cc4cd"),
    ("#8a5a2e", "#c9935f"),
)
# Perceptually uniform and safe for colour-blind readers, without the ends that would vanish on white or black;
# diverging ones are centred on zero (or on the best value).
SEQUENTIAL = tuple(colorcet.CET_CBL2[28:236])
SCORE = tuple(colorcet.CET_L20[10:])
DIVERGING = tuple(colorcet.CET_D1A)
LEAST = 60  # of 255, of each primary: a middle that is seen on black
ON_DARK = tuple(
    "#" + "".join(f"{LEAST + int(c[i : i + 2], 16) * (255 - LEAST) // 255:02x}" for i in (1, 3, 5))
    for c in colorcet.bkr
)  # the diverging one with a dark middle and bright ends

FONT = "Roboto, Helvetica, Arial, sans-serif"
LINE = 1.6  # px, a series
SUPPOSED = 2.2  # px, a what-if
DASH = (5, 3)  # px, the baseline
POINT = 11  # px, a site on the map
GAP = 8  # px, between cards
HEAD = 48  # px, the header
NARROW = 900  # px: below it one column


Colours = Mapping[str, tuple[str, str]]


def colours_of(science: Domain) -> Colours:
    """A colour, (on light, on dark), for every quantity that a science declares, and for what any science draws.

    Declared colours come first, by pair or by the name of another quantity. A target is drawn as what is simulated.
    A store or a forcing takes the next of the palette, a flux the colour of the store that it leaves, else of the one
    that it enters.
    """
    colours: dict[str, tuple[str, str]] = dict(OWN)
    colours |= {name: given for name, given in science.colours.items() if not isinstance(given, str)}
    colours |= {name: colours[given] for name, given in science.colours.items() if isinstance(given, str)}
    colours |= {name: OWN["simulated"] for name in science.targets if name not in colours}
    quantities = science.quantities()
    rest = [name for name, q in quantities.items() if isinstance(q, State | Forcing) and name not in colours]
    colours |= {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(rest)}
    for name, flux in quantities.items():
        if isinstance(flux, Flux) and name not in colours:
            colours[name] = colours.get(flux.out_of) or colours.get(flux.into) or TOKENS["muted"]
    return colours


def colour(quantity: str, dark: bool = False, colours: Colours = OWN) -> str:
    """The colour of a quantity in the light or dark theme; grey for one that has none of its own."""
    return colours.get(quantity, TOKENS["muted"])[dark]


def run_colour(place: int, dark: bool = False) -> str:
    """The colour of a further run by its place among them."""
    return RUNS[place % len(RUNS)][dark]


def along(place: float, dark: bool = False) -> str:
    """A colour of an ordered scale, from 0 at its beginning to 1 at its end, that is seen as a line on the page."""
    low, high = (0.25, 1.0) if dark else (0.0, 0.84)
    return SCORE[round((low + place * (high - low)) * (len(SCORE) - 1))]


def token(name: str, dark: bool = False) -> str:
    """A colour of the page: text, muted, surface, background, border, primary, missing, network, outline ..."""
    return TOKENS[name][dark]


def _palette(dark: bool) -> dict:
    surface, border = token("surface", dark), token("border", dark)
    return {
        "palette": {
            "primary": {"main": token("primary", dark), "contrastText": surface},
            "secondary": {"main": colour("what_if", dark), "contrastText": surface},
            "warning": {"main": token("warning", dark)},
            "background": {"default": token("background", dark), "paper": surface},
            "text": {"primary": token("text", dark), "secondary": token("muted", dark)},
            "divider": border,
        },
        "shape": {"borderRadius": 6},
        "typography": {"fontFamily": FONT, "fontSize": 13},
        "components": {
            "MuiPaper": {"styleOverrides": {"root": {"backgroundImage": "none"}}},
            "MuiAccordion": {"styleOverrides": {"root": {"boxShadow": "none"}}},
            "MuiTab": {"styleOverrides": {"root": {"textTransform": "none", "fontSize": 13}}},
            "MuiToggleButton": {
                "styleOverrides": {"root": {"textTransform": "none", "padding": "3px 10px", "whiteSpace": "nowrap"}}
            },
            # What a tooltip says describes what it is on; a label would be forbidden on a plain span.
            "MuiTooltip": {"defaultProps": {"enterDelay": 400, "describeChild": True}},
        },
    }


# What Material widgets and, through them, the axes of all figures look like.
MATERIAL = {"light": _palette(False), "dark": _palette(True)}

PAGE = {
    ".MuiAppBar-root": {"bgcolor": "primary.contrastText", "color": "primary.main"},
    "& .header": {
        "boxShadow": "none",
        "borderBottom": "1px solid var(--mui-palette-divider)",
        "backgroundImage": "none",
    },
    "& .header .title": {
        "color": "var(--mui-palette-text-primary)",
        "fontSize": "1.05rem",
        "fontWeight": 700,
        "marginRight": "8px",
        "flex": "none",
    },
    # On a phone the lenses need its place.
    f"@media (max-width: {NARROW}px)": {"& .header .title": {"display": "none"}},
    "& .MuiToolbar-root > .MuiBox-root": {"minWidth": 0},
    "& .MuiToolbar-root": {
        "minHeight": f"{HEAD}px !important",
        "height": f"{HEAD}px",
        "paddingLeft": "12px !important",
        "paddingRight": "8px !important",
    },
    # Neither says anything: the page is never busy, and the side bar has no title.
    "& .header > .MuiLinearProgress-root": {"display": "none"},
    "& .MuiDrawer-paper > .MuiToolbar-root h5, & .main > .MuiBox-root > .MuiToolbar-root h5": {"visibility": "hidden"},
    "& .main": {"backgroundColor": "var(--mui-palette-background-default)"},
}

# Chosen items in one line of a card's title.
CHIPS = {
    "& .MuiInputBase-root": {"minHeight": 30, "padding": "0 32px 0 4px !important"},
    "& .MuiChip-root": {"height": 22},
    "& .MuiFormControl-root": {"margin": 0},
}

# Styles of our own layouts. `--mui-palette-*` follows the page's theme. Panel keeps a layout within the height of what
# holds it, in the end that of the window: a row of two tall cards would be squeezed, so cards are as tall as they need.
STACK = f"""
:host {{ max-height: none !important; min-width: 0 !important;
         display: flex !important; flex-direction: column; gap: {GAP}px; }}
.card {{ flex-grow: 1; }}
.scroll-button {{ display: none; }}
"""
CARD = """
:host { max-height: none !important;
        background: var(--mui-palette-background-paper); border: 1px solid var(--mui-palette-divider);
        border-radius: 6px; padding: 8px 12px; box-sizing: border-box; min-width: 0; }
"""
# One line of small controls; on a phone the words stand below them.
SLIM = f"""
:host {{ padding: 4px 8px; flex-wrap: wrap; min-width: 0 !important; }}
@media (max-width: {NARROW}px) {{ .words {{ order: 1; flex-basis: 100%; }} }}
"""
# The map on the left stays in sight while the right side scrolls; on a phone it comes first.
WORKSPACE = f"""
:host {{ max-height: none !important; min-width: 0 !important; display: grid !important; width: 100%;
         grid-template-columns: clamp(300px, 27.2%, 520px) minmax(0, 1fr); gap: {GAP}px; padding: {GAP}px;
         position: relative; box-sizing: border-box; align-items: start; }}
:host(.alone) {{ grid-template-columns: minmax(0, 1fr); }}
.map {{ position: sticky; top: {GAP}px; height: calc(100vh - {HEAD + 2 * GAP}px); min-height: 480px; min-width: 0; }}
@media (max-width: {NARROW}px) {{
  :host {{ grid-template-columns: minmax(0, 1fr); }}
  .map {{ position: static; height: 520px; min-height: 0; }}
}}
"""
RIGHT = f"""
:host {{ max-height: none !important; min-width: 0 !important; position: relative; width: 100%;
         display: grid !important; grid-template-columns: minmax(0, 1fr); gap: {GAP}px; }}
:host(.two) {{ grid-template-columns: minmax(0, 2fr) minmax(280px, 1fr); }}
:host(.two) {{ grid-template-rows: auto auto 1fr; }}
:host(.two) .whole {{ grid-column: 1 / -1; }}
:host(.two) .beside {{ grid-column: 2; grid-row: 2 / span 2; }}
@media (max-width: {NARROW}px) {{
  :host(.two) {{ grid-template-columns: minmax(0, 1fr); }}
  :host(.two) .beside {{ grid-column: 1; grid-row: auto; }}
}}
.scroll-button {{ display: none; }}
"""


def row(abreast: int) -> str:
    """A grid of twelve columns; cards stand one below the other where it is narrower than `abreast` px."""
    spans = "".join(f".span-{n} {{ grid-column: span {n}; }}\n" for n in range(1, 13))
    return f"""
:host {{ max-height: none !important; min-width: 0 !important;
         display: grid !important; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: {GAP}px; width: 100%;
         align-items: stretch; container-type: inline-size; }}
[class*=span-] {{ align-self: stretch !important; height: auto !important; }}
.scroll-button {{ display: none; }}
{spans}
@container (max-width: {abreast}px) {{ [class*=span-] {{ grid-column: 1 / -1; }} }}
"""


AWAY = ":host(.away) { display: none !important; }"  # `visible` says nothing against a `display` that is important
LESSON_PLACE = f":host {{ max-height: none !important; min-width: 0 !important; padding: {GAP}px {GAP}px 0; }}"
LEFT_ALIGNED = {"justifyContent": "flex-start", "textAlign": "left"}
ABOVE = 404  # px of header, bar and series above a lens
FILLS = f"@media (min-width: {NARROW + 1}px) {{ :host {{ min-height: calc(100vh - {ABOVE}px) !important; }} }}"
# Panel adds up the widths of what stands in a row, even if it may wrap, and asks for them all the way up: `min-width`.
BAR = ":host { flex-wrap: wrap; row-gap: 6px; min-width: 0 !important; }"  # what does not fit goes to the next line
MAIN = ":host { min-width: 0 !important; max-height: none !important; }"
WIDE_ONLY = f"@media (max-width: {NARROW}px) {{ :host {{ display: none !important; }} }}"
NARROW_ONLY = f"@media (min-width: {NARROW + 1}px) {{ :host {{ display: none !important; }} }}"
SKELETON = """
.skeleton { height: 320px; border-radius: 6px; border: 1px solid var(--mui-palette-divider); box-sizing: border-box;
            background: linear-gradient(100deg, transparent 30%, var(--mui-palette-action-hover) 50%, transparent 70%)
                        0 0 / 200% 100%, var(--mui-palette-background-paper);
            animation: shimmer 1.4s linear infinite; }
@keyframes shimmer { to { background-position: -200% 0; } }
@media (prefers-reduced-motion: reduce) { .skeleton { animation: none; } }
"""
TEXT = """
:host { font-family: Roboto, Helvetica, Arial, sans-serif; font-size: 13px; line-height: 1.45;
        color: var(--mui-palette-text-primary); font-variant-numeric: tabular-nums; }
h2, h3 { font-size: 13px; font-weight: 600; margin: 0; line-height: 24px; }
h1 { font-size: 17px; font-weight: 600; margin: 0; line-height: 24px; }
h2 .about { font-weight: 400; color: var(--mui-palette-text-secondary); }
p.of-data { margin: 0 0 8px 0; font-size: 12px; line-height: 16px; }
h2.of-map { font-size: 12px; font-weight: 500; line-height: 20px; }
.scores { display: inline-flex; flex-wrap: wrap; gap: 0 14px; margin-left: 14px; font-weight: 400;
          color: var(--mui-palette-text-secondary); }
.scores b { color: var(--mui-palette-text-primary); font-weight: 600; }
.scores b.below { color: var(--mui-palette-warning-main); }
.key { display: inline-flex; flex-wrap: wrap; gap: 0 14px; margin-right: 14px; }
.key i { display: inline-block; width: 18px; margin-right: 6px; vertical-align: middle;
         border-top: 2px solid var(--ink); }
.key i.dashes { border-top-style: dashed; }
.key i.area, .key i.shade { height: 9px; border: 0; background: var(--ink); }
.key i.shade { opacity: 0.25; }
.figures { display: flex; flex-wrap: wrap; gap: 8px 32px; font-size: 11.5px;
           color: var(--mui-palette-text-secondary); }
.figures b { display: block; font-size: 20px; line-height: 24px; font-weight: 500;
             color: var(--mui-palette-text-primary); }
.buckets { display: block; overflow: visible; font-size: 12px; fill: var(--mui-palette-text-primary); }
.buckets .small { font-size: 11px; } .buckets .large { font-size: 15px; } .buckets .strong { font-weight: 600; }
.buckets text.muted { fill: var(--mui-palette-text-secondary); }
.effect { height: 4px; border-radius: 2px; background: var(--mui-palette-divider); }
.effect i { display: block; height: 4px; border-radius: 2px; background: var(--mui-palette-text-secondary); }
.flag { color: var(--mui-palette-warning-main); margin-left: 14px; }
.title { display: flex; align-items: baseline; gap: 0 6px; position: relative; } .title h2 { min-width: 0; }
.take { font-size: 12px; }
.take > div { position: absolute; top: 100%; left: 0; z-index: 20; display: flex; flex-wrap: wrap; gap: 6px;
              box-sizing: border-box; width: max-content; max-width: calc(100vw - 48px); padding: 8px;
              background: var(--mui-palette-background-paper); border: 1px solid var(--mui-palette-divider);
              border-radius: 6px; box-shadow: 0 2px 8px rgb(0 0 0 / 0.25); }
.take summary { list-style: none; padding: 0 5px; opacity: 0.65; }
.take button { font: inherit; color: var(--mui-palette-primary-main); background: none; cursor: pointer;
               border: 1px solid currentColor; border-radius: 6px; padding: 0 8px; white-space: nowrap; }
/* One line: what does not fit is left out, the last first. */
.now { display: flex; flex-wrap: wrap; gap: 0 14px; align-items: center; height: 24px; overflow: hidden; }
.now > * { line-height: 24px; }
.now svg { fill: none; stroke: var(--mui-palette-primary-main); stroke-width: 1.5; }
.now > * { white-space: nowrap; }
.now.whole { height: auto; min-height: 24px; overflow: visible; } .now.whole > * { white-space: normal; }
.buckets text { paint-order: stroke; stroke: var(--mui-palette-background-paper); stroke-width: 3.5px;
                stroke-linejoin: round; }
.now progress { flex: 1; min-width: 60px; max-width: 220px; height: 4px; appearance: none; border: 0;
                border-radius: 2px; background: var(--mui-palette-divider); }
.now progress::-webkit-progress-bar { background: var(--mui-palette-divider); border-radius: 2px; }
.now progress::-webkit-progress-value { background: var(--mui-palette-primary-main); border-radius: 2px; }
.now progress::-moz-progress-bar { background: var(--mui-palette-primary-main); }
.of-group td { color: var(--mui-palette-text-secondary); padding-top: 6px; }
p { margin: 0; }
.muted, .caption { color: var(--mui-palette-text-secondary); }
.caption { font-size: 11.5px; }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.stale { color: var(--mui-palette-warning-main); font-weight: 500; }
.what-if { color: var(--mui-palette-secondary-main); font-weight: 500; }
.badge { font-size: 11px; font-weight: 500; color: var(--mui-palette-primary-main); margin-left: 6px; }
.left { text-align: left; }
.equation { margin: 4px 0; padding: 3px 0; overflow-x: auto; }
math { font-family: "STIX Two Math", "Cambria Math", "Latin Modern Math", math, serif; font-size: 1.15em; }
a { color: var(--mui-palette-primary-main); }
code, pre { font-size: 12px; }
ul { margin: 4px 0; padding-left: 18px; overflow-wrap: anywhere; }
summary { cursor: pointer; }
.more { display: inline; margin-left: 6px; }
.more summary { display: inline-block; list-style: none; width: 15px; height: 15px; line-height: 15px;
                border-radius: 50%; text-align: center; font-size: 10.5px; border: 1px solid currentColor; }
.more[open] { display: block; margin: 4px 0 0; } .more[open] summary { margin-bottom: 4px; }
pre { margin: 0; overflow-x: auto; }
.empty { color: var(--mui-palette-text-secondary); padding: 28px 12px; text-align: center; }
.problem { border-left: 3px solid #b3261e; padding: 6px 10px; }
table { border-collapse: collapse; width: 100%; }
th { font-weight: 500; text-align: right; color: var(--mui-palette-text-secondary); padding: 1px 4px; }
td { text-align: right; padding: 2px 4px; border-top: 1px solid var(--mui-palette-divider); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
"""
TEXT += """
.lesson { font-size: 14px; line-height: 1.5; max-width: 80ch; } .lesson p + p, .lesson ul + p { margin-top: 6px; }
.lesson .ask { font-weight: 600; margin-bottom: 8px; }
.lesson.right, .lesson.wrong { margin-top: 8px; padding: 6px 10px; border-left: 3px solid; }
.lesson.right { border-color: var(--mui-palette-success-main); }
.lesson.wrong { border-color: var(--mui-palette-warning-main); }
"""
# On a phone there is no room.
TEXT += SKELETON + f"@media (max-width: {NARROW}px) {{ .wide {{ display: none; }} .now {{ flex-wrap: wrap; }} }}"
