"""What is made when a person is about to see it."""

from collections.abc import Callable

import panel as pn
from panel.custom import JSComponent

from dgviz.ui import theme
from dgviz.ui.session.served import served


class Seen(JSComponent):
    """Tells once when its place comes into the window."""

    _esm = """
    export function render({model, el}) {
      let waiting = 0
      const tell = () => { watch.disconnect(); model.send_msg("seen") }
      const watch = new IntersectionObserver((seen) => {
        clearTimeout(waiting)  // while what is above it is still drawn, it is in sight for a moment
        if (seen.at(-1).isIntersecting) waiting = setTimeout(tell, 150)
      })
      watch.observe(el)
      model.on("remove", () => watch.disconnect())
      const place = document.createElement("div")
      place.className = "skeleton"
      place.style.height = "100%"
      return place
    }
    """
    _stylesheets = [theme.SKELETON]


def when_seen(make: Callable[[], list], height: int, **options) -> pn.Column:
    """A column that holds what `make` gives, once its place comes into the window; until then it is `height` px high.

    Outside a served page it is made at once.
    """
    if not served():
        return pn.Column(*make(), sizing_mode="stretch_width", **options)
    seen = Seen(css_classes=["coming", "span-12"], height=height, sizing_mode="stretch_width", margin=0)
    place = pn.Column(seen, sizing_mode="stretch_width", **options)
    seen.on_msg(lambda _: place.param.update(objects=make()))
    return place
