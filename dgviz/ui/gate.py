"""Who may talk to the server, who they are to it, and the headers of its answers."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from functools import partial

from bokeh.server.util import check_allowlist, create_hosts_allowlist
from bokeh.server.views.auth_request_handler import AuthRequestHandler
from bokeh.settings import settings
from bokeh.util.token import get_session_id, get_token_payload
from panel.io.server import LoginUrlMixin
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.routing import Matcher, Rule
from tornado.web import Application, OutputTransform, RequestHandler, authenticated

from dgviz.ui.origins import is_local

VISITOR = "dgviz_visitor"  # a cookie by which a browser is known again
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via")  # what a proxy adds
CHOSEN = ("bokeh-session-id", "bokeh-token")  # by which a link could put a person in a session that another knows

# Bokeh calls `new Function` for its callbacks, and Panel imports components of ours from blobs: both are allowed. A
# script in the page itself runs only with the number of this very answer, an `onerror=` in a text never does.
PAGE = (
    "default-src 'none'; script-src 'self' 'unsafe-eval' blob: 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' blob:; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'self'"
)
OTHERS = (  # all that is no page of ours: it needs no script
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'self'"
)

SAFE = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "SAMEORIGIN", "Referrer-Policy": "same-origin"}


def guard(application: Application, names: Iterable[str], page: str) -> None:
    """Let nobody into a server but under one of its names, and send safe headers; `page` is the path of the page."""
    names = [*names, *settings.allowed_ws_origin()]
    of_ipv6 = [name for name in names if name.startswith("[")]  # Bokeh's list takes none, but looking in it finds them
    hosts = of_ipv6 + create_hosts_allowlist([name for name in names if name not in of_ipv6], None)
    application.websocket_origins.update(hosts)
    refused, head = _When(partial(_refused, hosts)), _When(partial(_head_of, page.rstrip("/")))
    application.default_router.rules[:0] = [Rule(refused, _Refuse), Rule(head, _Head)]
    application.add_transform(partial(_Headers, page.rstrip("/")))


class _When(Matcher):
    """Matches the requests for which a function gives what their handler is told."""

    def __init__(self, told: Callable[[HTTPServerRequest], dict | None]):
        self.told = told

    def match(self, request: HTTPServerRequest) -> dict | None:
        told = self.told(request)
        return None if told is None else {"target_kwargs": told}


def _refused(hosts: list[str], request: HTTPServerRequest) -> dict | None:
    """Why a request is refused: a page of another name that resolves to this machine, a socket of no page.

    What is not refused is made ready for Panel.
    """
    if why := _why(hosts, request):
        return {"why": why}
    _tidy_query(request)
    if VISITOR not in request.cookies:
        request.cookies[VISITOR] = secrets.token_urlsafe(16)
        request.cookies[VISITOR]["path"] = "/"  # marks it as new: a browser sends no path
    return None


def _why(hosts: list[str], request: HTTPServerRequest) -> str:
    if not check_allowlist(request.host.lower(), hosts):
        return f"This server is not called {request.host!r}. Start it with --origin http://{request.host}."
    if request.headers.get("Upgrade", "").lower() != "websocket":
        return ""
    if not request.headers.get("Origin"):
        return "A connection has to say from which page it comes: Origin is missing."
    if not _has_token(request.headers.get("Sec-WebSocket-Protocol", "")):
        return "A connection has to bring the token of its page. Load the page again."
    return ""


def _has_token(protocols: str) -> bool:
    """Does a connection ask for Bokeh's protocol, with what can be read as the token of a page?"""
    name, _, token = (part.strip() for part in protocols.partition(","))
    try:
        return name == "bokeh" and bool(get_session_id(token)) and "session_expiry" in get_token_payload(token)
    except Exception:  # whatever is no token
        return False


def _tidy_query(request: HTTPServerRequest) -> None:
    """Without a choice of session, and as text: Panel fails on bytes that are none."""
    request.arguments = {
        name: [value.decode(errors="replace").encode() for value in values]
        for name, values in request.arguments.items()
        if name not in CHOSEN
    }


def _head_of(page: str, request: HTTPServerRequest) -> dict | None:
    return {} if request.method == "HEAD" and request.path.rstrip("/") == page else None


class _Head(LoginUrlMixin, AuthRequestHandler):
    """Answers as GET does, but makes no session: whether the server is there is asked often."""

    @authenticated
    def head(self) -> None:
        self.flush()  # now, so that no length is said: it would be that of the page


class _Refuse(RequestHandler):
    """Says no, and why."""

    def initialize(self, why: str) -> None:
        self.why = why

    def prepare(self) -> None:
        self.set_status(403)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(self.why)

    def check_xsrf_cookie(self) -> None:
        """Nothing is changed."""


class Alive(RequestHandler):
    """Tells a page that lost its connection whether its session still lives: "yes" or "no"."""

    def get(self) -> None:
        try:
            wanted = get_session_id(self.request.headers.get("Bokeh-Token", ""))
        except Exception:  # whatever is no token
            wanted = ""
        contexts = self.application._applications.values()
        lives = any(session.id == wanted for context in contexts for session in context.sessions)
        self.set_header("Content-Type", "text/plain")
        self.finish("yes" if lives else "no")


class _Headers(OutputTransform):
    """Adds the headers to each answer, and its number to the scripts of the page."""

    def __init__(self, page: str, request: HTTPServerRequest):
        self.is_page = request.path.rstrip("/") == page
        cookie = request.cookies.get(VISITOR)
        self.new = cookie.value if cookie is not None and cookie["path"] else ""
        self.secure = request.protocol == "https" or request.headers.get("X-Forwarded-Proto") == "https"

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        policy = OTHERS
        if self.is_page and status_code == 200:
            nonce = secrets.token_urlsafe(16)
            policy, chunk = PAGE.format(nonce=nonce), chunk.replace(b"<script", f'<script nonce="{nonce}"'.encode())
            if self.new:
                kind = f"Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000{'; Secure' * self.secure}"
                headers.add("Set-Cookie", f"{VISITOR}={self.new}; {kind}")
            if "Content-Length" in headers:
                headers["Content-Length"] = str(len(chunk))
        headers["Content-Security-Policy"] = policy
        headers.update(SAFE)
        return status_code, headers, chunk


def visitor_of(request, local: bool) -> str:
    """By what a browser is known, from the request that opened its session; '' for the owner, who sits at this machine.

    Where a proxy brings others in, `local` is False: all of them seem to sit here. It cannot be turned back into the
    cookie.
    """
    headers, cookies = request.headers, request.cookies
    here = is_local(str(request.remote_ip)) and not any(name in headers for name in FORWARDED)
    if local and here:
        return ""
    return hashlib.sha256(str(cookies.get(VISITOR, "unknown")).encode()).hexdigest()[:16]
