"""What the dashboard costs a browser: time until nothing changes, processor time, models, nodes and memory."""

import psutil

from tests.browser.dashboard import FIGURE, PATIENCE, Dashboard

QUIET = 600  # ms in which nothing changes on a page that is complete

# When the page last changed, ms after `window.begun`, once it has been complete and the same for a while.
LAST_CHANGE = f"""() => {{ {FIGURE}
  const documents = window.Bokeh?.documents ?? []
  if (documents.length === 0 || !new URLSearchParams(location.search).has("chart")) return null
  const inSight = (view) => view != null && view.el.checkVisibility({{visibilityProperty: true}})
  const models = documents.flatMap(doc => [...doc._all_models.values()])
  const words = models.filter(model => typeof model.text === "string" && /computing |skeleton/.test(model.text))
  const complete = documents.every(doc => doc.is_idle) && figures().every(({{view}}) => view.has_finished())
    && !words.some(model => inSight(Bokeh.index.find_one(model)))
  const state = complete ? figures().map(({{model}}) => model.id).join() : null
  const now = performance.now()
  if (state === null || state !== window.drawn) {{ window.drawn = state; window.since = now }}
  return state !== null && now - window.since > {QUIET} ? [window.since - (window.begun ?? 0)] : null
}}"""

NODES = """() => {
  const count = (root) => [...root.querySelectorAll("*")].reduce(
    (sum, element) => sum + 1 + (element.shadowRoot ? count(element.shadowRoot) : 0), 0)
  return count(document)
}"""


def seconds_until_complete(dashboard: Dashboard) -> float:
    """Seconds from the beginning, a load or a press, until the page last changed."""
    found = dashboard.page.wait_for_function(LAST_CHANGE, polling=50, timeout=PATIENCE)
    return found.json_value()[0] / 1000


def seconds_to_turn(dashboard: Dashboard, name: str) -> float:
    """Seconds from a press on the tab of a lens until it is complete."""
    dashboard.page.evaluate("""() => {
      window.begun = window.drawn = null
      const press = () => { window.begun = performance.now() }
      document.addEventListener("pointerdown", press, {capture: true, once: true})
    }""")
    dashboard.page.get_by_role("tab", name=dashboard.tab(name), exact=True).click()
    dashboard.wait_for(page=name)
    return seconds_until_complete(dashboard)


def processor_seconds() -> float:
    """Of all processes of the browser together."""
    processes = psutil.Process().children(recursive=True)
    return sum(sum(process.cpu_times()[:2]) for process in processes if "chrom" in process.name())


def models(dashboard: Dashboard) -> int:
    """How many Bokeh models the page holds."""
    return dashboard.page.evaluate("Bokeh.documents.reduce((sum, doc) => sum + doc._all_models.size, 0)")


def held(dashboard: Dashboard) -> tuple[int, int, float]:
    """Bokeh models, DOM nodes, and MB of the JavaScript heap after a collection of garbage."""
    session = dashboard.page.context.new_cdp_session(dashboard.page)
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    session.detach()
    return models(dashboard), dashboard.page.evaluate(NODES), heap
