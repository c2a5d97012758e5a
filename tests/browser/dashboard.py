"""What a person does with the dashboard, in words. Every step waits for what it causes."""

import math
import re
import time
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Page, expect

from dgviz.domains import discover
from dgviz.ui.instrument.lenses import LENSES

PATIENCE = 120_000  # ms; on a busy machine everything is slow, on an idle one nothing waits that long
expect.set_options(timeout=PATIENCE)
OF_MAP = "cross"  # a column that only the map has

# The figure in sight that shows this column in a data source: its view, and the source.
FIGURE = """
  const figures = () => Bokeh.documents
    .flatMap(doc => [...doc._all_models.values()])
    .filter(model => model.type === "Figure")
    .map(model => ({model, view: Bokeh.index.find_one(model)}))
    .filter(({view}) => view != null && view.el.checkVisibility({visibilityProperty: true}))
    .filter(({view}) => view.el.getBoundingClientRect().width > 0)
  const shown = (column) => {
    for (const {model, view} of figures()) for (const {data_source} of model.renderers) {
      if (data_source?.data?.[column] !== undefined) return {view, source: data_source}
    }
    return null
  }
"""


class Dashboard:
    """One page of a browser on the dashboard at an address."""

    def __init__(self, page: Page, server: str):
        self.page, self.server = page, server
        page.set_default_timeout(PATIENCE)

    def open(self, **query) -> None:
        """Load the page with this state in its address, and wait until it is complete."""
        self.page.goto(f"{self.server}/?{urlencode(query)}")
        self.wait_until_complete()

    def wait_until_complete(self) -> None:
        """Wait until the session has written its state to the address and the page has been drawn."""
        self.page.wait_for_function("new URLSearchParams(location.search).has('chart')")  # no test gives it
        self.page.wait_for_function("() => Bokeh.documents.length > 0 && Bokeh.documents.every(doc => doc.is_idle)")

    @property
    def query(self) -> dict[str, str]:
        """The state that the address holds."""
        return {key: values[0] for key, values in parse_qs(urlsplit(self.page.url).query, True).items()}

    def wait_for(self, **query) -> None:
        """Wait until the address says so."""
        wanted = "&&".join(f"q.get({key!r}) === {value!r}" for key, value in query.items())
        self.page.wait_for_function(f"() => {{ const q = new URLSearchParams(location.search); return {wanted} }}")

    def tab(self, name: str) -> str:
        """What the tab of a lens is called: that of the stores by what they hold in the science that is open."""
        science = discover()[self.query.get("domain", "hydrology")]
        return science.budget.capitalize() if name == "Budget" else name

    def turn_to(self, name: str) -> None:
        """Open a lens by its tab."""
        self.page.get_by_role("tab", name=self.tab(name), exact=True).click()
        self.wait_for(page=name)

    def stands_on(self, name: str) -> None:
        """Wait until the tab of a lens is the one that is chosen."""
        self.page.locator("[role=tab][aria-selected=true]", has_text=self.tab(name)).wait_for()

    def open_model(self) -> None:
        """Open the side bar, in which the model is put together."""
        self.press("Model")
        self.page.get_by_role("button", name="Processes", exact=True).wait_for()

    def switch_theme(self) -> None:
        """Turn from the light theme to the dark one, or back; the pages out of sight follow."""
        theme = "dark" if self.query["theme"] == "light" else "light"
        self.page.get_by_role("button", name="Toggle theme").click()
        self.wait_for(theme=theme)
        expect(self.page.get_by_text(re.compile("^computing"))).to_have_count(0, timeout=PATIENCE)

    def choose(self, label: str, option: str) -> None:
        """Choose from a list."""
        self.page.get_by_role("combobox", name=label, exact=True).click()
        self.page.get_by_role("menuitem", name=option, exact=True).click()

    def press(self, label: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=label, exact=True).locator("visible=true").first.click()

    def unfold(self, view: str) -> None:
        """Press the button that names a view which folds out, and wait until all behind it is drawn."""
        opened = self.page.get_by_role("button", name="Less", exact=True)
        count = opened.count()
        self.page.get_by_role("button", name=re.compile(f"More: .*{view}")).locator("visible=true").click()
        expect(opened).to_have_count(count + 1)
        self.wait_until_drawn()

    def train(self) -> str:
        """Press Train; returns the id of the new run when it is in view."""
        before = self.query["followed"]
        self.press("Train")
        self.page.wait_for_function("new URLSearchParams(location.search).get('followed') !== " + repr(before))
        return self.query["followed"]

    def sees(self, words: str | re.Pattern) -> None:
        """Wait until these words stand on the page."""
        expect(self.page.get_by_text(words).locator("visible=true").first).to_be_visible(timeout=PATIENCE)

    # --- the frame

    def wait_until_drawn(self) -> None:
        """Wait until every card of the open page that applies is there with its figures drawn."""
        self.page.locator(".skeleton[role=status]").locator("visible=true").wait_for(state="hidden")
        least = 2 + LENSES[self.query["page"]].of_site + 1  # the bar and the map, the series, a card of the lens
        cards, until = self.page.locator(".card:visible"), time.monotonic() + PATIENCE / 1000
        while cards.count() < least or self._coming.count():  # rows further down are made when near the window
            assert time.monotonic() < until, f"{cards.count()} cards are there, and {self._coming.count()} are to come"
            self._coming.evaluate_all("places => places[0]?.scrollIntoView()")
            self.page.wait_for_timeout(200)
        self._scroll_to_the_top()
        expect(self.page.get_by_text(re.compile("^computing")).locator("visible=true")).to_have_count(
            0, timeout=PATIENCE
        )
        self.page.wait_for_function("() => Bokeh.documents.every(doc => doc.is_idle)")
        self.page.wait_for_function(f"() => {{ {FIGURE} return figures().every(({{view}}) => view.has_finished()) }}")
        self.page.wait_for_function("document.fonts.status === 'loaded'")
        # A page that was out of sight meanwhile is made anew when it is opened, card by card: until no figure changes.
        shown, before = self._figures(), None
        while shown != before:
            self.page.wait_for_timeout(1000)
            shown, before = self._figures(), shown
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def wait_until_drawn_in_lesson(self) -> None:
        """Wait until nothing of a lesson, which may hide the map and the series, is still to come."""
        self.page.locator(".skeleton[role=status]").locator("visible=true").wait_for(state="hidden")
        while self._coming.count():
            self._coming.evaluate_all("places => places[0]?.scrollIntoView()")
            self.page.wait_for_timeout(200)
        expect(self.page.get_by_text(re.compile("^computing")).locator("visible=true")).to_have_count(0)
        self.page.wait_for_function("() => Bokeh.documents.every(doc => doc.is_idle)")

    def _scroll_to_the_top(self) -> None:
        self.page.locator(".card:visible").evaluate_all("""cards => {
            for (let part = cards[0]; part; part = part.parentElement ?? part.getRootNode().host) part.scrollTop = 0
        }""")

    @property
    def _coming(self):
        """The places of rows that are not made yet."""
        return self.page.locator(".coming:visible")

    def _figures(self) -> list[str]:
        """The figures in sight by the names of their models; one that is made anew has another."""
        return self.page.evaluate(f"() => {{ {FIGURE} return figures().map(({{model}}) => model.id) }}")

    @property
    def height(self) -> int:
        """How high the window must be to show all of the page."""
        cards = self.page.locator(".card:visible").all()
        boxes = [box for card in cards if (box := card.bounding_box())]
        return min(6000, max(700, round(max(box["y"] + box["height"] for box in boxes)) + 24))

    @property
    def overflow(self) -> int:
        """By how many px the page, or a card of it, is wider than the window."""
        width = self.page.evaluate("window.innerWidth")
        boxes = [box for card in self.page.locator(".card:visible").all() if (box := card.bounding_box())]
        scrolled = self.page.evaluate("document.documentElement.scrollWidth")
        return max(scrolled, *(box["x"] + box["width"] for box in boxes)) - width

    # --- figures

    def site_at(self, index: int) -> tuple[str, float, float]:
        """The site at a position of the map's data, and where it is on the screen."""
        self._wait_for_figure(OF_MAP)
        return tuple(
            self.page.evaluate(
                f"""(index) => {{ {FIGURE}
            const {{view, source}} = shown("{OF_MAP}")
            const box = view.el.getBoundingClientRect()
            const x = view.frame.x_scale.compute(source.data.x[index])
            const y = view.frame.y_scale.compute(source.data.y[index])
            return [source.data.site[index], box.x + x, box.y + y]
        }}""",
                index,
            )
        )

    @property
    def sites(self) -> list[str]:
        """All sites, in the order of the data set."""
        self._wait_for_figure(OF_MAP)
        return self.page.evaluate(f"() => {{ {FIGURE} return Array.from(shown('{OF_MAP}').source.data.site) }}")

    def click_site(self, index: int) -> str:
        """Click on a site of the map; returns its id."""
        site, x, y = self.site_at(index)
        self.page.mouse.click(x, y)
        return site

    def free_sites(self) -> list[int]:
        """The positions of the sites of the map that no other site is near, so that a click is sure to pick them."""
        places = [self.site_at(index)[1:] for index in range(len(self.sites))]
        return [i for i, p in enumerate(places) if all(math.dist(p, q) > 12 for q in places if q is not p)]

    def time_of_click(self, index: int) -> float:
        """Milliseconds from a click on a site of the map until the hydrograph in the browser has other data."""
        self.page.evaluate(f"""() => {{ {FIGURE}
            const {{source}} = shown("observed")
            window.clicked = window.changed = null
            const click = () => {{ window.clicked = performance.now() }}
            document.addEventListener("pointerdown", click, {{capture: true, once: true}})
            const before = source.data.observed  // other columns change while a model learns
            source.properties.data.change.connect(() => {{
              if (window.clicked !== null && source.data.observed !== before) window.changed ??= performance.now()
            }})
        }}""")
        self.page.wait_for_timeout(500)  # as a person does: two clicks within a third of a second are a double click
        self.click_site(index)
        self.page.wait_for_function("window.clicked !== null && window.changed !== null")
        return self.page.evaluate("window.changed - window.clicked")

    def lasso(self, *corners: tuple[float, float]) -> list[str]:
        """Draw a lasso on the map in sight; corners are shares of its width and height. Returns what it selects."""
        self._wait_for_figure(OF_MAP)
        box = self.page.evaluate(f"""() => {{ {FIGURE}
            const {{view}} = shown("{OF_MAP}")
            const {{x, y, width, height}} = view.el.getBoundingClientRect()
            const frame = view.frame.bbox
            return [x + frame.left, y + frame.top, frame.width, frame.height]
        }}""")
        self.page.mouse.move(box[0] + box[2] / 2, box[1] + box[3] / 2)
        self.page.locator(".bk-tool-icon-lasso-select").locator("visible=true").first.click()
        points = [(box[0] + u * box[2], box[1] + v * box[3]) for u, v in corners]
        self.page.mouse.move(*points[0])
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*point, steps=6)
        self.page.mouse.up()
        self.page.wait_for_timeout(500)
        # It selects while it is drawn: until the session has followed.
        self.page.wait_for_function(f"""() => {{ {FIGURE}
            const {{selected, data}} = shown("{OF_MAP}").source
            const wanted = selected.indices.map(i => data.site[i]).sort().join()
            return wanted === new URLSearchParams(location.search).get("select").split(",").sort().join()
        }}""")
        return self.query["select"].split(",")

    def click_day(self, share: float) -> str:
        """Click on the hydrograph in sight, at this share of its width; returns the month clicked, 'YYYY-MM'."""
        self._wait_for_figure("observed")
        x, y, month = self.page.evaluate(
            f"""(share) => {{ {FIGURE}
            const {{view}} = shown("observed")
            const box = view.el.getBoundingClientRect()
            const {{left, top, width, height}} = view.frame.bbox
            const x = left + share * width
            const day = new Date(view.frame.x_scale.invert(x)).toISOString()
            return [box.x + x, box.y + top + height / 2, day.slice(0, 7)]
        }}""",
            share,
        )
        self.page.mouse.click(x, y)
        return month

    def drag(self, slider: re.Pattern, share: float) -> None:
        """Drag the handle of the slider in sight with this label by a share of its length."""
        root = self.page.locator(".MuiSlider-root:visible").filter(has=self.page.get_by_role("slider", name=slider))
        handle = root.locator(".MuiSlider-thumb")
        handle.hover()  # when it moves no more
        box, thumb = root.bounding_box(), handle.bounding_box()
        self.page.mouse.down()
        self.page.mouse.move(thumb["x"] + thumb["width"] / 2 + share * box["width"], thumb["y"], steps=12)
        self.page.mouse.up()

    def copied(self, part: str) -> str:
        """What was copied, as soon as that has this part."""
        for _ in range(PATIENCE // 100):
            if part in (text := self.page.evaluate("navigator.clipboard.readText()")):
                return text
            self.page.wait_for_timeout(100)
        raise AssertionError(f"Nothing with {part!r} was copied.")

    def column(self, name: str) -> list:
        """The values that a figure in sight draws."""
        self._wait_for_figure(name)
        return self.page.evaluate(f"(name) => {{ {FIGURE} return Array.from(shown(name).source.data[name]) }}", name)

    def wait_for_column(self, name: str, condition: str) -> None:
        """Wait until the values that a figure in sight draws meet a condition in JavaScript, of `values`."""
        self.page.wait_for_function(
            f"""(name) => {{ {FIGURE}
            const values = shown(name)?.source.data[name]
            return values !== undefined && ({condition})
        }}""",
            arg=name,
        )

    def _wait_for_figure(self, column: str) -> None:
        self.page.wait_for_function(f"(column) => {{ {FIGURE} return shown(column) !== null }}", arg=column)
