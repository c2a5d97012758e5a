"""A place where files, folders and archives are dropped, or chosen, and sent in pieces that fit in a message."""

from collections.abc import Callable

import panel as pn
import param

from dgviz.datasets import DataError
from dgviz.datasets.arriving import Arriving
from dgviz.ui import theme

STYLE = """
.zone { border: 1.5px dashed; border-radius: 6px; padding: 20px 12px; text-align: center;
        color: var(--mui-palette-text-secondary); }
.zone.over { border-color: var(--mui-palette-primary-main); background: var(--mui-palette-action-hover); }
.zone b { color: var(--mui-palette-text-primary); font-size: 14px; font-weight: 500; }
label { display: inline-block; margin: 8px 4px 0; padding: 4px 12px; border: 1px solid currentColor; cursor: pointer;
        border-radius: 6px; color: var(--mui-palette-primary-main); }
label:focus-within { outline: 2px solid var(--mui-palette-primary-main); outline-offset: 2px; }
input { position: absolute; width: 1px; height: 1px; opacity: 0; }
progress { width: min(320px, 90%); height: 6px; margin-top: 10px; appearance: none; border: 0; border-radius: 3px;
           background: var(--mui-palette-divider); }
progress::-webkit-progress-bar { background: var(--mui-palette-divider); border-radius: 3px; }
progress::-webkit-progress-value { background: var(--mui-palette-primary-main); border-radius: 3px; }
progress::-moz-progress-bar { background: var(--mui-palette-primary-main); border-radius: 3px; }
"""


class DropZone(pn.custom.JSComponent):
    """Calls `on_files` with what was dropped: within it as a context the files are there, by name with their folders.

    What is too large is refused before it is sent; a DataError, also one of `on_files`, is told to `on_problem`.
    """

    words = param.String("Drop a zip archive, a folder of CSV files or a NetCDF file here", doc="What may be dropped")

    _esm = """
    const PIECE = 4e6  // bytes of a message; the server takes 20 MB
    const under = async (entry, path) => {
      if (entry.isFile) {
        const file = await new Promise((done, failed) => entry.file(done, failed))
        return [{name: path + file.name, file}]
      }
      const reader = entry.createReader(), found = []
      for (;;) {  // a hundred entries at a time
        const some = await new Promise((done, failed) => reader.readEntries(done, failed))
        if (!some.length) return found
        for (const inside of some) found.push(...await under(inside, path + entry.name + "/"))
      }
    }
    export function render({ model }) {
      const zone = document.createElement("div")
      zone.className = "zone"
      zone.innerHTML = `<div><b></b></div>
        <label>Choose files<input type="file" multiple></label>
        <label>Choose a folder<input type="file" webkitdirectory></label>
        <div><progress max="1" value="0" aria-label="Sent" hidden></progress></div>`
      const bar = zone.querySelector("progress"), words = zone.querySelector("b")
      words.textContent = model.words
      let files = [], at = 0, start = 0, sent = 0, total = 0
      const begin = (chosen) => {
        files = chosen; at = start = sent = 0
        total = files.reduce((sum, {file}) => sum + file.size, 0)
        if (files.length) model.send_msg({kind: "begin", sizes: files.map(({name, file}) => [name, file.size])})
      }
      const next = async () => {
        const pieces = []
        for (let room = PIECE; room > 0 && at < files.length;) {
          const {name, file} = files[at], piece = await file.slice(start, start + room).arrayBuffer()
          pieces.push([name, piece])
          room -= piece.byteLength + 1000; start += piece.byteLength; sent += piece.byteLength
          if (start >= file.size) { at += 1; start = 0 }
        }
        bar.value = total ? sent / total : 1
        words.textContent = `Sending ${Math.round(sent / 1e6)} of ${Math.round(total / 1e6)} MB`
        model.send_msg({kind: "pieces", pieces})
      }
      const failed = (error) => model.send_msg({kind: "failed", words: String(error.message || error)})
      model.on("msg:custom", ({more}) => {
        bar.hidden = !more
        words.textContent = model.words
        if (more) next().catch(failed)
      })
      for (const input of zone.querySelectorAll("input")) input.addEventListener("change", () => {
        begin([...input.files].map((file) => ({name: file.webkitRelativePath || file.name, file})))
        input.value = ""
      })
      zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over") })
      zone.addEventListener("dragleave", () => zone.classList.remove("over"))
      zone.addEventListener("drop", (event) => {
        event.preventDefault()
        zone.classList.remove("over")
        const all = [...event.dataTransfer.items].filter(({kind}) => kind === "file").map((item) => {
          const entry = item.webkitGetAsEntry(), file = item.getAsFile()
          return entry ? under(entry, "") : [{name: file.name, file}]  // no entry where a script drops it
        })
        Promise.all(all).then((found) => begin(found.flat())).catch(failed)
      })
      return zone
    }
    """
    _stylesheets = [theme.TEXT, STYLE]

    def __init__(self, on_files: Callable[[Arriving], None], on_problem: Callable[[DataError], None], **params):
        super().__init__(**params)
        self._on_files, self._on_problem = on_files, on_problem
        self._arriving: Arriving | None = None

    def stop(self) -> None:
        """Take nothing more of what is on its way."""
        if self._arriving:
            self._arriving.drop()
        self._arriving = None

    def _handle_msg(self, message: dict) -> None:
        try:
            more = self._more(message)
        except (DataError, OSError) as error:
            self.stop()
            more = False
            self._on_problem(error if isinstance(error, DataError) else DataError(str(error)))
        self._send_msg({"more": more})

    def _more(self, message: dict) -> bool:
        """Take a message; is more to come?"""
        if message["kind"] == "failed":
            raise DataError(f"The browser could not read what was dropped: {message['words']}. Drop it again.")
        if message["kind"] == "begin":
            self.stop()
            self._arriving = Arriving({str(name): int(n_bytes) for name, n_bytes in message["sizes"]})
        elif self._arriving:
            for name, piece in message["pieces"]:
                self._arriving.add(str(name), bytes(piece))
        if not self._arriving or not self._arriving.complete:
            return self._arriving is not None
        arrived, self._arriving = self._arriving, None
        self._on_files(arrived)
        return False
