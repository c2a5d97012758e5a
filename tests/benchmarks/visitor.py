"""A visitor of a workshop without a browser: a connection as a page has it, over which a person's acts are sent."""

import asyncio
import itertools
import json
import re
import time
from urllib.parse import urlencode

from bokeh.protocol import Protocol
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

from tests.ui.served import token_of

PATIENCE = 120  # s
OUTER = re.compile(r'"name":"panel\.models\.esm\.ReactComponent","id":"(p\d+)"')
IDS = itertools.count()


class Lost(Exception):
    """What was asked was not answered."""


class Visitor:
    """One of them. `picked` and `trained` are the seconds from each act to its answer."""

    def __init__(self, server: str, password: str, number: int):
        self.server, self.password, self.number = server, password, number
        self.text, self.search, self.open = "", "", False
        self.picked: list[float] = []
        self.trained: list[float] = []
        self._heard: dict[str, tuple[str, asyncio.Event]] = {}

    async def come_in(self) -> None:
        """Give the password, load the page, open its connection and give a name."""
        self.headers = {"X-Forwarded-For": f"192.0.2.{self.number + 1}", "Cookie": await self._log_in()}
        page = await self._fetch("/")
        known = page.headers.get_list("Set-Cookie")
        self.headers["Cookie"] += "".join(f"; {cookie.partition(';')[0]}" for cookie in known)
        request = HTTPRequest(
            f"{self.server.replace('http', 'ws', 1)}/ws", headers=self.headers | {"Origin": self.server}
        )
        protocols = ["bokeh", token_of(page)]
        self.socket = await websocket_connect(request, subprotocols=protocols, max_message_size=10**9)
        self.open = True
        async with self.wait("greeting", '"ACK"'):
            self.listening = asyncio.ensure_future(self._listen())
        ask = Protocol().create("PULL-DOC-REQ")
        async with self.wait("doc", '"doc":'):
            await self._write(ask.header_json, ask.metadata_json, ask.content_json)
        async with self.wait("page", '"label":"Come in"'):
            await self._send("document_ready")
        name = re.search(r'"name":"TextInput1","id":"(p\d+)"', self.text)[1]
        await self._patch(
            {"kind": "ModelChanged", "model": {"id": name}, "attr": "value_input", "new": f"Visitor {self.number}"}
        )
        await self._press("Come in")
        keys = re.search(r'"name":"ArrowKeys1","id":"\w+","attributes":\{[^}]*"figure":"(p\d+)"', self.text)
        self.map, self.tabs = keys[1], re.search(r'"name":"LensTabs1","id":"(p\d+)"', self.text)[1]
        self.train_button = self._button("Train")
        self.text = None  # from here on only what is waited for is looked at

    async def pick(self, site: str, x: float, y: float) -> None:
        """Tap on a site of the map, until its series are sent."""
        begun = time.monotonic()
        async with self.wait("pick", '"observed"'):
            await self._send("tap", model={"id": self.map}, sx=1, sy=1, x=x, y=y)
        self.picked.append(time.monotonic() - begun)
        async with self.wait("address", f"site={site}&", known=f"site={site}&" in self.search):
            pass

    async def turn_to(self, lens: str) -> None:
        """Open a lens by its tab."""
        async with self.wait("lens", f"page={urlencode({'': lens})[1:]}&"):
            await self._patch({"kind": "ModelChanged", "model": {"id": self.tabs}, "attr": "active", "new": lens})

    async def train(self) -> str:
        """Press Train, until the new run is in view; returns its id."""
        begun, before = time.monotonic(), self.run
        async with self.wait("followed", "followed=delaware-2"):
            await self._press("Train")
        asked = re.search(r"followed=([\w-]+)", self.search)[1]
        async with self.wait("run", f"run={asked}&", known=before == asked, patience=600):
            pass
        self.trained.append(time.monotonic() - begun)
        return asked

    @property
    def run(self) -> str:
        """The run that is in view."""
        return re.search(r"[?&]run=([\w-]*)", self.search)[1] if self.search else ""

    def wait(self, what: str, words: str, known: bool = False, patience: float = PATIENCE) -> "Wait":
        """Within it something is asked; at its end a message with these words has come."""
        return Wait(self, what, words, known, patience)

    async def close(self) -> None:
        """Leave."""
        self.open = False
        self.listening.cancel()
        self.socket.close()

    # --- the connection

    async def _log_in(self) -> str:
        body = urlencode({"username": "visitor", "password": self.password})
        answer = await self._fetch("/login", method="POST", body=body)
        return "; ".join(cookie.partition(";")[0] for cookie in answer.headers.get_list("Set-Cookie"))

    async def _fetch(self, path: str, **options):
        headers = getattr(self, "headers", {"X-Forwarded-For": f"192.0.2.{self.number + 1}"})
        request = HTTPRequest(
            f"{self.server}{path}", headers=headers, follow_redirects=False, request_timeout=PATIENCE, **options
        )
        return await AsyncHTTPClient(max_clients=100).fetch(request, raise_error=False)

    async def _listen(self) -> None:
        while (message := await self.socket.read_message()) is not None:
            if not isinstance(message, str):
                continue
            if self.text is not None:
                self.text += message
            if found := re.search(r'"attr":"search","new":"([^"]*)"', message) or re.search(
                r'"search":"(\?[^"]*)"', message
            ):
                self.search = found[1]
            for words, heard in list(self._heard.values()):
                if words in message:
                    heard.set()
        if self.open:
            self.open = False  # the server has let it go

    async def _press(self, label: str) -> None:
        button = self.train_button if label == "Train" else self._button(label)
        await self._send("dom_event", model={"id": button}, node="click", data={"type": "map", "entries": []})

    def _button(self, label: str) -> str:
        return OUTER.findall(self.text[: self.text.index(f'"label":"{label}"')])[-1]

    async def _send(self, name: str, **values) -> None:
        event = {"type": "event", "name": name, "values": {"type": "map", "entries": [*map(list, values.items())]}}
        await self._patch({"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event})

    async def _patch(self, event: dict) -> None:
        header = {"msgid": f"v{next(IDS)}", "msgtype": "PATCH-DOC"}
        await self._write(json.dumps(header), "{}", json.dumps({"events": [event]}))

    async def _write(self, *parts: str) -> None:
        for part in parts:
            await self.socket.write_message(part)


class Wait:
    """See `Visitor.wait`. Raises Lost where the message does not come in time."""

    def __init__(self, visitor: Visitor, what: str, words: str, known: bool, patience: float):
        self.visitor, self.what, self.words, self.patience = visitor, what, words, patience
        self.heard = asyncio.Event()
        if known:
            self.heard.set()

    async def __aenter__(self) -> None:
        self.visitor._heard[self.what] = self.words, self.heard

    async def __aexit__(self, *error) -> None:
        try:
            if error[0] is None:
                await asyncio.wait_for(self.heard.wait(), self.patience)
        except TimeoutError:
            raise Lost(f"visitor {self.visitor.number}: {self.what}, {self.words}") from None
        finally:
            self.visitor._heard.pop(self.what, None)
