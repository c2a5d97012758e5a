"""Who is let in, under which name, through a proxy, and what a closed session leaves behind."""

import asyncio
import gc
import re
import socket
from types import SimpleNamespace

import panel as pn
import psutil
import pytest
from tornado.httpclient import HTTPClientError

from dgviz.ui.app import create_app
from dgviz.ui.gate import VISITOR, visitor_of
from dgviz.ui.origins import host_of, names_of
from dgviz.ui.server import Access, make_server
from tests.ui.served import connect, fetch, proxy, serving, token_of


def words():
    return pn.pane.HTML("words")


def test_only_the_names_of_the_server_are_answered():
    async def look():
        async with serving(words) as (_, port):
            for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1:{port + 1}", ""):
                refused = await fetch(port, Host=host)
                assert refused.code in (400, 403) and b"token" not in refused.body
            assert "not called 'evil.example'" in (await fetch(port, Host="evil.example")).body.decode()
            for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"LOCALHOST:{port}"):
                assert (await fetch(port, Host=host)).code == 200
            token = token_of(await fetch(port))
            own = f"http://127.0.0.1:{port}"
            for origin, host in (("http://evil.example", f"127.0.0.1:{port}"), ("http://evil.example",) * 2, ("", own)):
                with pytest.raises(HTTPClientError, match="403"):
                    await connect(port, "/", token, origin, Host=host.removeprefix("http://"))
            (await connect(port, "/", token, own)).close()

    asyncio.run(look())


def test_every_answer_has_safe_headers_and_only_scripts_of_the_page_run():
    async def look():
        async with serving(words) as (_, port):
            page, other = await fetch(port), await fetch(port, "/static/js/bokeh.min.js")
            for answer in (page, other, await fetch(port, "/nowhere"), await fetch(port, Host="evil.example")):
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy and "frame-ancestors 'self'" in policy
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Referrer-Policy"] == "same-origin"
            policy = page.headers["Content-Security-Policy"]
            nonce = re.search("'nonce-(.+?)'", policy)[1]
            scripts = re.findall("<script[^>]*>", page.body.decode())
            assert scripts and all(f'nonce="{nonce}"' in script for script in scripts)
            assert (
                "script-src 'self'" in policy
                and "'unsafe-inline'" not in policy.partition("script-src")[2].split(";")[0]
            )
            assert "script-src" not in other.headers["Content-Security-Policy"]
            again = await fetch(port)
            assert nonce not in again.headers["Content-Security-Policy"]
            assert page.headers["Set-Cookie"].startswith(VISITOR) and "HttpOnly" in page.headers["Set-Cookie"]
            assert "Set-Cookie" not in (await fetch(port, Cookie=f"{VISITOR}=known")).headers

    asyncio.run(look())


@pytest.mark.parametrize("query", ["?page=What%20if?&run=x", "?theme=%ff", "?%ff=1", "?a?b", "?bokeh-token=garbage"])
def test_any_query_gives_the_page(query, caplog):
    seen = []

    def page():
        seen.append(dict(pn.state.session_args))
        return words()

    async def look():
        async with serving(page) as (_, port):
            assert (await fetch(port, f"/{query}")).code == 200

    asyncio.run(look())
    if "What" in query:
        assert seen == [{"page": [b"What if?"], "run": [b"x"]}]
    assert not [record for record in caplog.records if record.exc_info]


def test_no_link_puts_a_person_in_a_session_that_another_knows():
    async def look():
        async with serving(words) as (server, port):
            await fetch(port, "/?bokeh-session-id=known")
            await fetch(port, f"/?bokeh-token={token_of(await fetch(port))}")
            ids = {session.id for session in server.get_sessions("/")}
            assert len(ids) == 3 and "known" not in ids

    asyncio.run(look())


@pytest.mark.parametrize("token", ["garbage", "", "e30", "eyJzZXNzaW9uX2lkIjogIngifQ"])  # {}, {"session_id": "x"}
def test_a_connection_without_the_token_of_a_page_is_refused(token, caplog):
    async def look():
        async with serving(words) as (_, port):
            with pytest.raises(HTTPClientError, match="403"):
                await connect(port, "/", token)

    asyncio.run(look())
    assert not [record for record in caplog.records if record.exc_info]


def test_only_who_runs_the_server_has_a_machine_of_their_own(monkeypatch):
    assert Access().own_machine("127.0.0.1") and Access(("http://localhost:8000",)).own_machine("::1") is False
    assert not Access(open=True).own_machine("0.0.0.0") and not Access(password="open sesame").own_machine("127.0.0.1")
    monkeypatch.setenv("BOKEH_ALLOW_WS_ORIGIN", "maps.example.org")
    assert not Access().own_machine("127.0.0.1")


def test_head_is_answered_as_get_without_a_session():
    async def look():
        async with serving(words, Access(prefix="dgviz")) as (server, port):
            head = await fetch(port, "/dgviz/", "HEAD")
            assert head.code == 200 and head.body == b"" and "Content-Length" not in head.headers
            assert server.get_sessions("/") == []
            page = await fetch(port, "/dgviz/")
            assert head.headers["Content-Type"].partition(";")[0] == page.headers["Content-Type"]
            assert (await fetch(port, "/dgviz/", "HEAD", Host="evil.example")).code == 403
        async with serving(words, Access(password="open sesame")) as (_, port):
            head, page = await fetch(port, "/", "HEAD"), await fetch(port)
            assert head.code == page.code == 302 and head.headers["Location"] == page.headers["Location"]

    asyncio.run(look())


def test_the_dashboard_behind_a_proxy_with_a_prefix():
    """The browser knows the proxy only: page, scripts and connection come through it, as from its own name."""
    public = "https://maps.example.org"

    async def look():
        access = Access((public,), "tools/dgviz", open=True)
        async with serving(words, access) as (_, port), proxy(port) as front:
            page = await fetch(front, "/tools/dgviz/", Host="maps.example.org")
            assert page.code == 200 and "Secure" not in page.headers["Set-Cookie"]
            for script in re.findall('src="([^"]+)"', page.body.decode()):
                assert not script.startswith(("/", "http"))
                assert (await fetch(front, f"/tools/dgviz/{script}", Host="maps.example.org")).code == 200
            socket = await connect(front, "/tools/dgviz/", token_of(page), public, Host="maps.example.org")
            socket.close()
            assert (await fetch(front, "/tools/dgviz/", Host="evil.example")).code == 403
            assert (await fetch(front, "/tools/dgviz/alive", Host="maps.example.org")).body == b"no"
            header = {"Bokeh-Token": token_of(page), "Host": "maps.example.org"}
            assert (await fetch(front, "/tools/dgviz/alive", **header)).body == b"yes"

    asyncio.run(look())


def test_a_password_is_asked_for():
    async def look():
        async with serving(words, Access(password="open sesame")) as (_, port):
            page = await fetch(port)
            assert page.code == 302 and page.headers["Location"].startswith("./login")
            login = (await fetch(port, "/login")).body.decode()
            assert 'type="password"' in login and "http" not in login and "<script" not in login
            with pytest.raises(HTTPClientError):
                await connect(port, "/", "a token")

    asyncio.run(look())


def test_others_are_let_in_only_where_that_is_said():
    with pytest.raises(ValueError, match="Give --password, or --open"):
        Access().check("0.0.0.0")
    proxied = ("http://localhost:8080", "https://maps.example.org")
    with pytest.raises(ValueError, match="^Through https://maps.example.org everybody .* Give --password, or --open"):
        Access(proxied).check("127.0.0.1")
    for access in (Access(proxied, password="x"), Access(proxied, open=True)):
        access.check("0.0.0.0")
        assert "Visitors stop, cancel and continue only runs of their own" in access.words("0.0.0.0", 80)
    for origins in ((), ("http://localhost:8080", "http://127.0.0.1", "http://[::1]:8080")):
        Access(origins).check("127.0.0.1")
    assert "Only this machine can open it" in Access().words("localhost", 80)


def test_a_workshop_is_for_others_and_says_who_is_let_in():
    with pytest.raises(ValueError, match="A workshop is for others: give --password .*, or --open"):
        Access(workshop=True).check("127.0.0.1")
    for access in (Access(password="x", workshop=True), Access(open=True, workshop=True)):
        access.check("0.0.0.0")
        assert not access.own_machine("0.0.0.0")


def test_names_given_to_bokeh_are_those_of_proxies(monkeypatch):
    monkeypatch.setenv("BOKEH_ALLOW_WS_ORIGIN", "localhost:5006")
    Access().check("127.0.0.1")
    assert "Only this machine can open it" in Access().words("127.0.0.1", 80)
    for names in ("maps.example.org,localhost:5006", "*"):
        monkeypatch.setenv("BOKEH_ALLOW_WS_ORIGIN", names)
        with pytest.raises(ValueError, match="Give --password, or --open"):
            Access().check("127.0.0.1")
        Access(open=True).check("127.0.0.1")
        assert "Everybody who reaches it" in Access(open=True).words("127.0.0.1", 80)


@pytest.mark.parametrize("origin", ["https://maps.example.org/dgviz", "ftp://maps.example.org", "<b>", "::1", ""])
def test_an_origin_is_a_name(origin):
    with pytest.raises(ValueError, match="is not an origin. Give what stands before the path"):
        Access((origin,), open=True).check("127.0.0.1")


@pytest.mark.parametrize("prefix", ["../x", "a/../b", "<b>", "a//b", "https://maps.example.org", "a b", ".."])
def test_a_prefix_is_a_path(prefix):
    with pytest.raises(ValueError, match="is not a path. Give names joined by slashes: tools/dgviz."):
        Access(prefix=prefix).check("127.0.0.1")
    for good in ("", "/", "dgviz", "/tools/dgviz/", "~me/dgviz-1.0"):
        Access(prefix=good).check("127.0.0.1")


@pytest.mark.skipif(not socket.has_ipv6, reason="There is no IPv6 here.")
def test_the_page_at_an_address_of_ipv6():
    async def look():
        async with serving(words, address="::1") as (_, port):
            assert Access().words("::1", port).startswith(f"dgviz is at http://[::1]:{port}/\n")
            page = await fetch(port, address="::1")
            assert page.code == 200
            (await connect(port, "/", token_of(page), address="::1")).close()
            assert (await fetch(port, address="::1", Host=f"[::2]:{port}")).code == 403
            refused = await fetch(port, address="::1", Host="[::2]:80")
            assert host_of(refused.body.decode().rpartition("--origin ")[2].rstrip(".")) == "[::2]:80"

    asyncio.run(look())


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # Tornado's socket that could not be bound
def test_a_port_that_is_in_use_is_said():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen at 127.0.0.1, port {port}: .* Give another --port"):
            make_server(words, port, "127.0.0.1", Access())
    gc.collect()


def test_a_server_knows_its_names():
    assert names_of("127.0.0.1", 5006) == ["127.0.0.1:5006", "localhost:5006"]
    assert "maps.example.org" in names_of("127.0.0.1", 5006, ["https://maps.example.org/"])
    assert names_of("::1", 5006) == ["127.0.0.1:5006", "[::1]:5006", "localhost:5006"]
    own = {
        address.address for nic in psutil.net_if_addrs().values() for address in nic if address.family.name == "AF_INET"
    }
    assert {f"{address}:5006" for address in own} <= set(names_of("0.0.0.0", 5006))
    assert host_of("http://Maps.example.org:8080/") == "maps.example.org:8080"


def request(remote_ip, cookie="abc", **headers):
    return SimpleNamespace(remote_ip=remote_ip, headers=headers, cookies={VISITOR: cookie})


def test_the_owner_sits_at_the_machine_and_a_visitor_is_known_again():
    assert visitor_of(request("127.0.0.1"), local=True) == ""
    known = visitor_of(request("192.0.2.7"), local=True)
    assert known and known == visitor_of(request("192.0.2.8"), local=True) and "abc" not in known
    assert known != visitor_of(request("192.0.2.7", "other"), local=True)
    assert visitor_of(request("127.0.0.1", **{"X-Forwarded-For": "192.0.2.7"}), local=True) == known
    assert visitor_of(request("127.0.0.1"), local=False) == known


PER_SESSION = 1500  # objects, where a page that is kept has 50 000


def test_closed_sessions_leave_nothing_behind(store):
    """Three cycles of opening two sessions and closing them; the first is warm-up."""
    counts = []

    async def cycle(server, port):
        sockets = []
        for _ in range(2):
            sockets.append(await connect(port, "/", token_of(await fetch(port))))
            session = server.get_sessions("/")[-1]
            # As the browser says when it has drawn the frame.
            await session.with_document_locked(pn.state._on_load, session.document)
            assert len(session.document.models) > 150
        for connection in sockets:
            connection.close()
        del sockets, connection, session
        while server.get_sessions("/"):
            await asyncio.sleep(0.1)
        gc.collect()
        counts.append(len(gc.get_objects()))

    async def look():
        times = {"forgotten": 0.2, "look": 0.1}
        async with serving(lambda: create_app(store), **times) as (server, port):
            for _ in range(4):
                await cycle(server, port)

    asyncio.run(look())
    assert counts[-1] - counts[0] < 3 * 2 * PER_SESSION, counts
