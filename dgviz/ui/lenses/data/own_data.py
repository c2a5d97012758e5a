"""A person's own data: dropped or named by their path, checked as `dgviz data check` does, mended, opened."""

import logging
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path

import panel as pn
import xarray as xr

from dgviz.datasets import DataError, attribute_names, read_path
from dgviz.datasets.own_columns import csv_files
from dgviz.datasets.readers import reader_of
from dgviz.datasets.remarks import remarks
from dgviz.datasets.summary import problem_lines, summary
from dgviz.datasets.unpack import size
from dgviz.datasets.uploads import MOST_SENT, add_to, are_parts, keep, take_in, upload_of, without_folder
from dgviz.domains import discover
from dgviz.experiment.sources import vocabularies
from dgviz.experiment.turns import sign
from dgviz.ui.lenses.view import View, text
from dgviz.ui.session.served import in_background, served
from dgviz.ui.widgets import material
from dgviz.ui.widgets.drop_zone import DropZone
from dgviz.ui.widgets.form_table import FormTable
from dgviz.ui.widgets.mending import Mending
from dgviz.ui.widgets.sent_data import SMALL, SentData
from dgviz.ui.words.markup import Markup, html
from dgviz.ui.words.remarks import as_read, named, pairs, remark_table

WIDE = {"sizing_mode": "stretch_width", "margin": 0}
OF_OTHER_DATA = ("train_period", "test_period", "attributes", "holdout", "held_sites", "weights")  # as by default


class OwnData(View):
    """Your own data."""

    caption = (
        f"At most {size(MOST_SENT)}.\nA folder holds attributes.csv (site, lat, lon, area) and for each site SITE.csv "
        "(date and its series); copies of CAMELS, Caravan, LamaH and others are recognised. Only you see what you send."
    )

    def __init__(self, state, **params):
        self.path: Path | None = None  # what is looked at, until it is opened
        self.dataset: xr.Dataset | None = None  # as it was read
        self.mending: Mending | None = None
        super().__init__(state=state, **params)
        if served():
            pn.state.on_session_destroyed(lambda _: self.discard())

    def body(self):
        """Where to drop; what was found; what was sent before."""
        self.zone = DropZone(self.take, self.refuse, **WIDE)
        self.found, self.sent = pn.Column(**WIDE), SentData(self.state)
        return pn.Column(self.zone, *self._by_path(), self.found, self.sent, **WIDE)

    def refresh(self, *, dataset, runs):
        """The list of what was sent, with another data set open or another run on it."""
        self.sent.update()

    def _by_path(self) -> list:
        """A field for a path, where nobody but who runs the server could read files so."""
        if not self.state.store.own_machine or self.state.visitor:
            return []
        label = "Or the path of a file or folder on this machine"
        self.field = material.TextInput(label=label, size="small", sizing_mode="stretch_width", margin=(8, 0, 0, 0))
        self.field.param.watch(lambda event: event.new.strip() and self.look_at(event.new.strip()), "value")
        return [self.field]

    def take(self, sent: AbstractContextManager[Mapping[str, Path | bytes]]) -> None:
        """Put what was dropped where it is read, and check it; CSV files are added to those looked at."""
        before = self.path if self.path and upload_of(self.path) and self.path.is_dir() else None

        def unpack(show: Callable[[Callable], None]):
            try:
                with sent as files:
                    if before and are_parts(files):
                        add_to(before, files)
                        show(self.check)
                    else:
                        path = take_in(files)
                        show(partial(self.came, path))
            except Exception as error:
                show(partial(self.refuse, error))

        self.say("Unpacking \u2026")
        in_background(unpack)

    def came(self, path: Path) -> None:
        """Check what has come, in the place of what was looked at."""
        self.discard()
        self.path = path
        sign(upload_of(path), self.state.visitor)
        self.check()

    def say(self, words: str) -> None:
        """Say what is being done, in the place of what was found."""
        self.found.objects = [text(html("<p role='status'>{}</p>", words), margin=(8, 0))]

    def look_at(self, path: str) -> None:
        """Check what lies at a path of this machine."""
        self.discard()
        self.path = Path(path).expanduser()
        if self.path.exists():
            self.check()
        else:
            self.refuse(DataError(f"{path} does not exist; give the path of a file or folder."))

    def discard(self) -> None:
        """Look no longer at it; what was sent is removed."""
        if self.path and (upload := upload_of(self.path)):
            shutil.rmtree(upload, ignore_errors=True)
        self.path = self.dataset = self.mending = None
        self.found.objects = []

    def check(self) -> None:
        """Read it as `dgviz data check` does, and show what is found."""
        path = self.path
        self.say("Reading \u2026")

        def read(show: Callable[[Callable], None]):
            try:
                each = partial(counted, tell=lambda words: show(partial(self.say, words)))
                dataset = read_path(path, None, each, vocabularies())
                show(partial(self.show, path, dataset))
            except Exception as error:
                show(partial(self.refuse, error, path))

        in_background(read)

    def show(self, path: Path, dataset: xr.Dataset) -> None:
        """The table of what is in the data, and a button that opens them."""
        if path != self.path:
            return  # another was dropped meanwhile
        self.dataset = dataset
        said = named(remarks(dataset), dataset, discover()[dataset.attrs["domain"]])
        content = pairs(summary(dataset, as_read)) + (remark_table(said) if said else Markup(""))
        title = dataset.attrs["title"] if hasattr(reader_of(path), "domain") else path.stem
        self.title = material.TextInput(label="Name", value=title, width=260, **SMALL)
        shown = FormTable(lambda *_: None, content=content, stylesheets=[".scroll { max-height: none; }"], **WIDE)
        self.keep = material.Button(label="Open it", icon="check", on_click=lambda _: self.open_it(), **SMALL)
        leave = material.Button(label="Discard", variant="text", on_click=lambda _: self.discard(), **SMALL)
        top = pn.FlexBox(self.title, self.keep, leave, sizing_mode="stretch_width", margin=(8, 0, 4, 0))
        self.found.objects = [top, shown, *self._mending(folded=True)]

    def refuse(self, error: Exception, path: Path | None = None) -> None:
        """Say what is wrong, with all that is, and how to correct it here."""
        if path is not None and path != self.path:
            return
        if not isinstance(error, DataError):
            logging.getLogger(__name__).error("Own data could not be read", exc_info=error)
        clean = (lambda words: without_folder(words, path)) if path and upload_of(path) else str
        problems = [(site, clean(words)) for site, words in problem_lines(getattr(error, "problems", []))]
        first = problems[0][1] if problems else clean(str(error))
        words = text(html("<div class='problem' role='alert'>{}</div>", first), margin=(8, 0))
        more = [FormTable(lambda *_: None, content=pairs(problems), **WIDE)] if problems else []
        self.found.objects = [words, *more, *(self._mending(folded=False) if path else [])]

    def _mending(self, folded: bool) -> list:
        """A form to say how the files are to be read, where they are a copy of what a person made."""
        path = self.path
        if not (path and upload_of(path) and (path.is_file() or csv_files(path))):
            return []
        with suppress(DataError):  # a table that cannot be read at all
            if not hasattr(reader_of(path), "domain"):  # no known collection
                self.mending = Mending(path, vocabularies(), self.check, self.hold)
                form = ("Correct how it is read", self.mending.form())
                folding = {"disable_gutters": True, "title_variant": "subtitle2"}
                return [material.Accordion(form, active=[] if folded else [0], **folding, **WIDE)]
        return []

    def hold(self) -> None:
        """What was read is not as it is said by now: it cannot be opened before it is checked again."""
        if self.dataset is not None:
            self.dataset = None
            self.keep.param.update(disabled=True, label="Check again first")

    def open_it(self) -> None:
        """Keep the data under their name and open them in this session."""
        if self.dataset is None:  # a click on the way while it was held
            return
        try:
            name = keep(self.dataset, self.path, self.title.value.strip() or self.path.stem)
        except (DataError, OSError) as error:  # such as a full disk
            self.refuse(error, self.path)
            return
        options = {option: self.state.config.default(option) for option in OF_OTHER_DATA}
        if not attribute_names(self.dataset):
            options["parameters"] = "sites"  # need none
        self.path = self.dataset = None
        self.found.objects = []
        self.sent.open(name, **options)
        self.sent.update()


def counted(sites: Sequence[str], tell: Callable[[str], None]) -> Iterator[str]:
    """Goes through the sites and tells how far it is, twenty times at most."""
    for number, site in enumerate(sites):
        if number % max(1, len(sites) // 20) == 0:
            tell(f"Reading {number} of {len(sites)} \u2026")
        yield site
