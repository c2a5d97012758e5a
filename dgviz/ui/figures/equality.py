"""A line on which what stands across equals what stands up, and axes of one scale."""

from bokeh.models import CustomJS, Range1d, Slope
from bokeh.plotting import figure

AS_LONG = """
const [wide, high, middle] = [fig.inner_width, fig.inner_height, (both.start + both.end) / 2]
const half = (both.end - both.start) / 2 / Math.min(wide, high)
if (Number.isFinite(half)) {
  for (const [axis, long] of [[x, wide], [y, high]]) {
    const [start, end] = [middle - half * long, middle + half * long]
    axis.setv({start, end, reset_start: start, reset_end: end})
  }
}
"""  # a unit across is as long as a unit up, and the limits of both are in sight


def line_of_equality(fig: figure, ink: str) -> Range1d:
    """Draw the line, dashed; the range that is given back has the limits that both axes of the figure follow."""
    both = Range1d()
    args = dict(fig=fig, x=fig.x_range, y=fig.y_range, both=both)
    for model, names in ((fig, ("inner_width", "inner_height")), (both, ("start", "end"))):
        for name in names:
            model.js_on_change(name, CustomJS(args=args, code=AS_LONG))
    fig.add_layout(Slope(gradient=1, y_intercept=0, line_color=ink, line_dash="dashed"))
    return both
