"""The server of the dashboard: to whom it listens, under which names, and what visitors may do."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import panel as pn
from bokeh.settings import settings
from panel.io.server import Server, get_server

from dgviz.ui.gate import Alive, guard, visitor_of
from dgviz.ui.origins import host_of, in_url, is_local, name_of, names_of
from dgviz.ui.session.served import served

LOGIN = Path(__file__).with_name("login.html")
FORGOTTEN = 120  # s after which a session without a connection is let go; a page that opens one later gets another
LOOK = 30  # s between two looks for such sessions
PATH = r"([\w~-][\w.~-]*(/[\w~-][\w.~-]*)*)?"  # of a proxy to here, without its outer slashes; no ".."
TOKEN = 24 * 3600  # s within which a page has to open its connection


@dataclass(frozen=True)
class Access:
    """Who may open the dashboard, and from where. `origins` are what a proxy is called, `prefix` its path to here.

    In a `workshop` visitors have names, short trainings and an instructor, who sits at the machine.
    """

    origins: tuple[str, ...] = ()
    prefix: str = ""
    password: str = ""
    open: bool = False
    workshop: bool = False

    def check(self, address: str) -> None:
        """Raises ValueError where others would be let in without a word, or an origin or the prefix is none."""
        for origin in self.origins:
            host_of(origin)
        if not re.fullmatch(PATH, self.prefix.strip("/"), re.ASCII):
            raise ValueError(f"The prefix {self.prefix!r} is not a path. Give names joined by slashes: tools/dgviz.")
        if self.workshop and not (self.password or self.open):
            raise ValueError(
                "A workshop is for others: give --password with what they have to know, or --open to let in everybody."
            )
        open_to = [f"At {address}"] * (not is_local(address))
        open_to += [f"Through {origin}" for origin in self.proxies if not is_local(name_of(origin))]
        if open_to and not (self.password or self.open):
            raise ValueError(
                f"{open_to[0]} everybody who reaches this machine could train here and read its runs. Give --password, "
                "or --open if that is meant."
            )

    def own_machine(self, address: str) -> bool:
        """Is who opens the page the one who runs the server, as nobody else reaches it?"""
        return is_local(address) and not self.proxies and not self.password

    def visitor(self) -> str:
        """Who opened the present session, '' for the owner; behind a proxy, where all seem to sit here, nobody is."""
        if (document := served()) is None:
            return ""
        return visitor_of(document.session_context.request, local=not self.proxies)

    def words(self, address: str, port: int) -> str:
        """Where the dashboard is and who may do what, for the terminal."""
        lines = [f"dgviz is at {self.url(address, port)}"]
        lines += [f"and, through a proxy, at {origin}" for origin in self.origins]
        if is_local(address) and not self.proxies:
            return f"{lines[0]}\nOnly this machine can open it. Ctrl-C ends it."
        who = "who has the password" if self.password else "who reaches it"
        lines.append(f"Everybody {who} may train, and sees all data sets and runs here but what others bring along.")
        owner = "" if self.proxies else "; on this machine one may stop all"
        lines.append(f"Visitors stop, cancel and continue only runs of their own{owner}. Ctrl-C ends it.")
        return "\n".join(lines)

    @property
    def proxies(self) -> tuple[str, ...]:
        """What proxies are called: those given here, and others' names given to Bokeh, BOKEH_ALLOW_WS_ORIGIN."""
        return *self.origins, *(name for name in settings.allowed_ws_origin() if not is_local(name_of(name)))

    def url(self, address: str, port: int) -> str:
        """Where the page is on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
        return f"http://{in_url(host)}:{port}{self.path}"

    @property
    def path(self) -> str:
        """The path of the page."""
        return f"/{self.prefix.strip('/')}/" if self.prefix.strip("/") else "/"


def make_server(
    app: Callable[[], pn.viewable.Viewable],
    port: int,
    address: str,
    access: Access,
    forgotten: float = FORGOTTEN,
    look: float = LOOK,
) -> Server:
    """A server of the page that `app` makes, not started yet. Port 0 takes a free one.

    Raises OSError where it cannot listen.
    """
    access.check(address)
    secured = {"basic_auth": access.password, "cookie_secret": secrets.token_hex(32), "login_template": str(LOGIN)}
    try:
        server = get_server(
            {"/": app},
            port=port,
            address=address,
            title="dgviz",
            verbose=False,
            location=False,  # ours is `BrowserAddress`; Panel's fails on a second "?" and on an address of IPv6
            prefix=access.prefix.strip("/"),
            session_token_expiration=TOKEN,
            extra_patterns=[("/alive", Alive)],
            unused_session_lifetime_milliseconds=round(1000 * forgotten),
            check_unused_sessions_milliseconds=round(1000 * look),
            **secured if access.password else {},
        )
    except OSError as error:
        raise OSError(
            f"The dashboard cannot listen at {address}, port {port}: {error.strerror}. Give another --port (0 takes a "
            "free one) or --address."
        ) from None
    guard(server._tornado, names_of(address, server.port, access.origins), access.path)
    return server
