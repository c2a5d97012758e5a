"""What many sessions cost a server: `pytest -n 0 -m benchmark tests/benchmarks/test_session_costs.py -s`."""

import asyncio
import gc
import time

import panel as pn
import psutil
import pytest

from dgviz.ui.app import create_app
from dgviz.ui.session.state import AppState
from dgviz.ui.session.store import DataStore
from tests.ui.served import connect, fetch, serving, token_of

pytestmark = pytest.mark.benchmark
SESSIONS, CYCLES = 30, 3


def spent(began: float) -> float:
    return time.process_time() - began


def test_thirty_sessions_three_times(tmp_path, monkeypatch):
    """Processor seconds of each step, with those of the clients, which run in the same process; MB and objects kept."""
    store, process = DataStore(tmp_path, "delaware"), psutil.Process()
    store.dataset("delaware")
    kept, states = [], []

    async def one(server, port):
        began = time.process_time()
        page = await fetch(port)
        fetched, began = spent(began), time.process_time()
        socket = await connect(port, "/", token_of(page))
        session = server.get_sessions("/")[-1]
        await session.with_document_locked(pn.state._on_load, session.document)
        await asyncio.sleep(0.05)
        return socket, session, fetched, spent(began)

    async def pick(session, site):
        state = states[-1]
        began = time.process_time()
        await session.with_document_locked(state.pick, site)
        await asyncio.sleep(0.3)
        return spent(began)

    async def cycle(server, port, count):
        made = [await one(server, port) for _ in range(count)]
        picks = [await pick(made[-1][1], site) for site in store.dataset("delaware").site.values.astype(str)[5:15]]
        for socket, *_ in made:
            socket.close()
        fetched, built = (sorted(m[i] for m in made)[count // 2] for i in (2, 3))
        del made
        while server.get_sessions("/"):
            await asyncio.sleep(0.1)
        states.clear()
        gc.collect()
        kept.append((process.memory_info().rss / 1e6, len(gc.get_objects())))
        print(f"{count} sessions: GET {fetched:.3f} s, build {built:.2f} s, pick {sorted(picks)[5]:.3f} s;", end=" ")
        print(f"{kept[-1][0]:.0f} MB, {kept[-1][1]} objects when all are closed")

    def state_of_a_session(*arguments):
        states.append(AppState(*arguments))
        return states[-1]

    monkeypatch.setattr("dgviz.ui.app.AppState", state_of_a_session)

    async def look():
        async with serving(lambda: create_app(store), forgotten=0.5, look=0.2) as (server, port):
            await cycle(server, port, 2)
            for _ in range(CYCLES):
                await cycle(server, port, SESSIONS)

    asyncio.run(look())
    (mb, objects), (mb_after, objects_after) = kept[1], kept[-1]
    closed = SESSIONS * (CYCLES - 1)
    assert (objects_after - objects) / closed < 1000
    assert (mb_after - mb) / closed < 1
