"""A server within a test, what a browser does with it without drawing, and a proxy before it."""

import asyncio
import re
import signal
from contextlib import asynccontextmanager, suppress

from bokeh.protocol import Protocol
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler, websocket_connect

from dgviz.ui.origins import in_url
from dgviz.ui.server import Access, make_server

LOCAL = "127.0.0.1"


@asynccontextmanager
async def serving(app, access=Access(), address=LOCAL, **options):  # noqa: B008
    """The server of a page on a free port of an address of this machine, and the port."""
    interrupted = signal.getsignal(signal.SIGINT)
    server = make_server(app, 0, address, access, **options)
    server.start()
    try:
        yield server, server.port
    finally:
        server.stop()
        signal.signal(signal.SIGINT, interrupted)


async def fetch(port: int, path: str = "/", method: str = "GET", address: str = LOCAL, **headers: str) -> HTTPResponse:
    """An answer, whatever its status. Headers are written with _ for -."""
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    request = HTTPRequest(f"http://{in_url(address)}:{port}{path}", method, headers=spelled, follow_redirects=False)
    return await AsyncHTTPClient().fetch(request, raise_error=False)


def token_of(page: HTTPResponse) -> str:
    """The token with which a page opens its connection."""
    return re.search(rb'"token":"([^"]+)"', page.body)[1].decode()


async def connect(port: int, path: str, token: str, origin: str | None = None, address: str = LOCAL, **headers: str):
    """The connection of a page, as a browser opens it; the document that came over it. `origin` "" sends none."""
    origin = f"http://{in_url(address)}:{port}" if origin is None else origin
    headers |= {"Origin": origin} if origin else {}
    request = HTTPRequest(f"ws://{in_url(address)}:{port}{path}ws", headers=headers)
    socket = await websocket_connect(request, subprotocols=["bokeh", token], max_message_size=10**9)
    ask = Protocol().create("PULL-DOC-REQ")
    for part in (ask.header_json, ask.metadata_json, ask.content_json):
        await socket.write_message(part)
    message = ""
    while "PULL-DOC-REPLY" not in message:
        message = await asyncio.wait_for(socket.read_message(), 60)
    return socket


class _Pass(RequestHandler):
    """Passes a request on as it is, as a proxy does."""

    def initialize(self, port):
        self.port = port

    async def get(self):
        headers = {name: value for name, value in self.request.headers.items() if name != "Connection"}
        headers["X-Forwarded-For"] = "192.0.2.7"
        url = f"http://127.0.0.1:{self.port}{self.request.uri}"
        answer = await AsyncHTTPClient().fetch(HTTPRequest(url, headers=headers), raise_error=False)
        self.set_status(answer.code)
        for name, value in answer.headers.get_all():
            if name not in ("Content-Length", "Transfer-Encoding", "Content-Encoding"):
                self.add_header(name, value)
        self.finish(answer.body)


class _PassSocket(WebSocketHandler):
    """Passes a connection on, in both directions."""

    def initialize(self, port):
        self.port = port

    def check_origin(self, origin):
        return True

    def select_subprotocol(self, subprotocols):
        self.protocols = subprotocols
        return subprotocols[0] if subprotocols else None

    async def open(self):
        kept = ("Origin", "Host", "Cookie")
        headers = {name: self.request.headers[name] for name in kept if name in self.request.headers}
        request = HTTPRequest(f"ws://127.0.0.1:{self.port}{self.request.uri}", headers=headers)
        self.inner = await websocket_connect(request, subprotocols=self.protocols, max_message_size=10**9)
        self.passing = asyncio.ensure_future(self._back())

    async def _back(self):
        while (message := await self.inner.read_message()) is not None:
            with suppress(Exception):  # closed meanwhile
                await self.write_message(message, isinstance(message, bytes))
        self.close()

    async def on_message(self, message):
        await self.inner.write_message(message, isinstance(message, bytes))

    def on_close(self):
        if hasattr(self, "inner"):
            self.inner.close()


@asynccontextmanager
async def proxy(port: int):
    """A small reverse proxy before a server; its port."""
    listening, own = bind_unused_port()
    server = HTTPServer(Application([(r".*/ws", _PassSocket, {"port": port}), (r".*", _Pass, {"port": port})]))
    server.add_socket(listening)
    try:
        yield own
    finally:
        server.stop()
        await server.close_all_connections()
