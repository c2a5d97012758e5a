"""Small views: each shows one thing about the shared state. No view imports another.

A view is a pure `plot_*` function (data in, figure out) and a thin class. The class has

- a docstring whose first line is its title;
- `body(self, *, a, b)`: what the card holds. The argument names are parameters of `AppState`; whenever one of them
  changes, the body is made again. It returns a Panel or Bokeh object, or None while there is nothing to show;
- or, where a new figure each time would be slow, `body(self)` and `refresh(self, *, a, b)`: the body is made once,
  and `refresh` changes its data in place. Bokeh models may be changed freely in `refresh`;
  `self.changed` holds the names that changed since the last time (all of them after a new body);
- `patience`: ms that a slow refresh waits for the user to pause, so that the quick views come first;
- `choices`: names of widgets, or parameters, of its own with what a person chooses in it: they belong to the address,
  and may be arguments of `body` and `refresh` too. `self.chosen.offer` says what there is to choose from;
- `applies(state)`: has it anything to say of this run, data set and science? Where it has not, it is not shown;
- `control`: what it is called in a lesson that shows it; the name of its class, where nothing else is given;
- `empty`: what to do, when the body is None;
- `needs`: "stores" or "parameters", where it shows those of a process model: a run without them is said to have none;
- `to_take`: where it has a figure to take away, what that is of (`session/export.below_figure`);
- `has_data`: whether what it draws is in `data`, to take away with the figure (`ComputingView`);
- `tools(self)`: small controls on the right of the title.

`self.heading` and `self.caption` are texts above and below: the first line of a caption is seen, the others stand
behind an i with `self.use`, what one can do with the figure, which is not on an exported one. `self.summary` says for a
screen reader what it shows. A body or a refresh may set them. All are words, or HTML made with `html`, which escapes.
A view on a page that is not open waits, and is brought up to date when its page opens.
"""

import inspect
import logging

import panel as pn
import param
from bokeh.models import Axis, Plot

from dgviz.processes.declare import title
from dgviz.ui import theme
from dgviz.ui.lenses.choices import Choices
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets import pictures
from dgviz.ui.widgets.after_pause import AfterPause
from dgviz.ui.words.kinds import lacks
from dgviz.ui.words.markup import Markup, escape, html


class Text(pn.pane.HTML):
    """Words, or a piece of HTML that `html` made: a plain string is shown as it is, whatever it holds."""

    def _transform_object(self, obj):
        return super()._transform_object(str(escape("" if obj is None else obj)))  # Panel escapes it once more


def text(content: str = "", **options) -> Text:
    """Words in the page's type, or HTML that `html` made."""
    options.setdefault("margin", 0)
    options.setdefault("sizing_mode", "stretch_width")
    return Text(content, stylesheets=[theme.TEXT], **options)


def empty_html(words: str) -> Markup:
    """Why there is nothing to see, HTML."""
    return html("<div class='empty'>{}</div>", words)


def empty_words(words: str) -> Text:
    """Why a card is empty."""
    return text(empty_html(words))


def _below(caption: str, use: str, summary: str) -> Markup:
    """The first line of a caption, with what else there is to know and to do behind an i."""
    first, _, rest = caption.partition("\n")
    summary_of = Markup("<summary aria-label='More about this'>i</summary>")
    inside = html("{}{} <span class='use'>{}</span>", summary_of, rest, use)
    more = html("<details class='more'>{}</details>", inside) * bool(rest or use)
    shown = html("<div class='caption'>{} {}</div>", first, more) * bool(caption)
    return shown + html("<p class='heard'>{}</p>", summary)


class View(pn.viewable.Viewer):
    """One card on a page."""

    state = param.ClassSelector(class_=AppState, allow_None=False)
    page = param.String("", doc="The page it stands on; '' means that it is always in sight")
    heading = param.String(doc="The title: what is seen")
    caption = param.String(doc="Below the body: what it means, in a line; what else there is to know in further ones")
    use = param.String(doc="What a person can do with the figure")
    has_body = param.Boolean(False, doc="Is there a body, rather than words in its place?")
    summary = param.String(doc="What a figure shows, in words, read by a screen reader only")
    relevant = param.Boolean(True, doc="Does it apply to what is looked at?")
    to_take = ""
    has_data = False
    empty = "Pick a run to see this."
    needs = ""
    control: str | None = None
    patience = 0
    choices: tuple[str, ...] = ()

    def __init__(self, state: AppState, page: str = "", **params):
        super().__init__(state=state, page=page, **params)
        self.heading = self.heading or title(type(self))
        self._pending: set[str] = set()
        self.changed: set[str] = set()
        self._coming = False
        self._refresh_soon = AfterPause(self._refresh)
        self._place = pn.Column(sizing_mode="stretch_width", margin=0)
        self.chosen = Choices(self, self._note)
        self._watch()
        self._draw()

    @classmethod
    def applies(cls, state: AppState) -> bool:
        """Has it anything to say of the run, the data set and the science that are looked at?"""
        return True

    @classmethod
    def is_wanted(cls, state: AppState) -> bool:
        """Does it apply, and does the open lesson, if any, show it?"""
        return state.shows(cls.__name__ if cls.control is None else cls.control) and cls.applies(state)

    @property
    def called(self) -> str:
        """What its figures are called for who hears the page; it stays while a heading follows what is shown."""
        return title(type(self))

    def body(self):
        """What the card holds."""
        raise NotImplementedError

    def refresh(self):
        """Bring a body that was made once up to date."""

    def tools(self) -> list:
        """Small controls on the right of the title."""
        return []

    def draw_again(self, *_) -> None:
        """Make the body again, as after a change of what it reads: for widgets of the view's own."""
        self._pending.add("body")
        self._catch_up()

    @property
    def content(self) -> pn.Column:
        """What the card holds now: its body, or words in its place."""
        return self._place

    @property
    def take_button(self) -> Markup:
        """The button with which the figure is taken away, where there is one."""
        return pictures.button(type(self).__name__, self.to_take, self.has_data) * self.has_body

    def redraw(self, *names: str) -> None:
        """Refresh, as after a change of what it reads: `changed` holds these names, which are of widgets of its own."""
        self.changed |= set(names)
        self._pending.add("refresh")
        self._catch_up()

    def __panel__(self):
        title = "<div class='title'><h2>{}</h2>{}</div>"
        heading = pn.bind(
            lambda heading, _: html(title, heading, self.take_button), self.param.heading, self.param.has_body
        )
        bar = pn.Row(
            text(heading, sizing_mode=None, align="center"),
            pn.HSpacer(),
            *self.tools(),
            stylesheets=[theme.BAR],
            sizing_mode="stretch_width",
            margin=(0, 0, 4, 0),
        )
        caption = text(pn.bind(_below, self.param.caption, self.param.use, self.param.summary))
        return pn.Column(
            bar,
            self._place,
            caption,
            stylesheets=[theme.CARD],
            css_classes=["card"],
            sizing_mode="stretch_width",
            margin=0,
            visible=self.param.relevant,
        )

    def _reads(self, method) -> dict:
        names = inspect.signature(method).parameters
        return {name: self.chosen[name] if name in self.chosen else getattr(self.state, name) for name in names}

    def _watch(self) -> None:
        """One watcher for all that is read: two would see a change of both in two steps."""
        names = (self._reads(self.body) | self._reads(self.refresh)).keys() - set(self.choices)
        if names:
            self.state.param.watch(lambda *events: self._note({event.name for event in events}), sorted(names))
        self.state.param.watch(self._apply, ["run", "dataset", "lesson"])
        if self.page:
            self.state.param.watch(lambda *_: self._catch_up(), "page")

    def _apply(self, *_) -> None:
        """Show or hide the card; one that comes into sight is drawn."""
        wanted = self.is_wanted(self.state)
        if wanted and not self.relevant:
            self._pending.add("body")
            self._catch_up()
        self.relevant = wanted

    def _note(self, names: set[str]) -> None:
        self.changed |= names
        self._pending.add("body" if names & self._reads(self.body).keys() else "refresh")
        self._catch_up()

    def _catch_up(self) -> None:
        if self._pending and not self._coming and self.page in ("", self.state.page):
            self._coming = True
            pn.state.execute(self._do_what_is_pending, schedule=True)

    def _do_what_is_pending(self) -> None:
        whole = "body" in self._pending or not self.has_body
        self._pending, self._coming = set(), False
        if whole:
            self._draw()
        elif self.patience:
            self._refresh_soon(self.patience)
        else:
            self._refresh()

    def _draw(self) -> None:
        self.relevant = self.is_wanted(self.state)
        if not self.relevant:
            self.has_body = False
            return
        try:
            lacking = self._lacks()
            body = None if lacking else self.body(**self._reads(self.body))
            self.has_body = body is not None
            self.changed = set(self._reads(self.refresh))
            if self.has_body and not self.patience:  # filled before it is shown: a change of a figure may overtake it
                self.refresh(**self._reads(self.refresh))
                self.changed = set()
            self._name_figures(body)
            self._place.objects = [empty_words(lacking or self.empty) if body is None else body]
            if self.patience:
                self._refresh_soon(self.patience)
        except Exception as error:
            self._show_problem(error)

    def _name_figures(self, body) -> None:
        """Each figure has a name for who hears the page: that of the card, and what its axis is of."""
        panes = body.select(pn.pane.Bokeh) if isinstance(body, pn.viewable.Viewable) else []
        for fig in (fig for pane in panes if pane.object is not None for fig in pane.object.select({"type": Plot})):
            axis = next((axis.axis_label for axis in fig.left if isinstance(axis, Axis) and axis.axis_label), "")
            name = ", ".join(filter(None, (self.called, axis.strip())))
            fig.html_attributes = {"role": "figure", "aria-label": name} | fig.html_attributes

    def _lacks(self) -> str:
        """Why the run that is shown has nothing for this view, in words; nothing where it has."""
        run = self.state.run if self.needs else ""
        return lacks(self.state.store.run(run).config, self.needs) if run else ""

    def _refresh(self) -> None:
        try:
            if self.has_body and self.relevant:
                with pn.io.unlocked():  # keeps its changes behind the figures that Panel has still to send
                    self.refresh(**self._reads(self.refresh))
            self.changed = set()
        except Exception as error:
            self._show_problem(error)

    def _show_problem(self, error: Exception) -> None:
        """Say what failed in words; the details go to the server's log."""
        logging.getLogger(__name__).error("The view %r failed", self.heading, exc_info=error)
        said = str(error) or type(error).__name__
        self.has_body = False
        self._place.objects = [
            text(
                html(
                    "<div class='problem'>This could not be drawn: {}<br><span class='muted'>The rest of the page "
                    "still works. It is tried again when you change something that it shows.</span></div>",
                    said,
                )
            )
        ]
