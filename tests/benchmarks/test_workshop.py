"""A room of thirty on one machine: `pytest -n 0 -m benchmark -s tests/benchmarks/test_workshop.py`.

DGVIZ_ROOM_MINUTES and DGVIZ_ROOM_VISITORS change how long it takes and how many come. Each visitor looks at one site
after the other, opens other lenses and trains at random times; a real browser is among them.
"""

import asyncio
import os
import random
import statistics
import threading
import time

import numpy as np
import psutil
import pytest

from dgviz.experiment.run_folder import ENDED
from dgviz.experiment.runs import runs_in
from dgviz.experiment.sources import open_dataset
from dgviz.ui.figures.site_map import SiteMap
from dgviz.ui.instrument.lenses import LENSES
from tests.benchmarks.visitor import Lost, Visitor
from tests.browser.conftest import *  # noqa: F403  the same server and the same browser
from tests.browser.conftest import served
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.benchmark
MINUTES = float(os.environ.get("DGVIZ_ROOM_MINUTES", 20))
VISITORS = int(os.environ.get("DGVIZ_ROOM_VISITORS", 30))
PASSWORD = "open sesame"
THINKS = 10.0  # s between two acts, in the mean
TRAINS = 240.0  # s between two trainings of a visitor, in the mean
ARRIVE = 2.0  # s between two who come in
WARM = 300  # s until memory has to be flat


class Room:
    """The visitors without a browser, in a thread of their own."""

    def __init__(self, server: str):
        self.visitors = [Visitor(server, PASSWORD, number) for number in range(VISITORS)]
        self.asked: list[str] = []
        self.lost: list[str] = []
        self.came = 0
        self.over = False
        data = open_dataset("delaware")
        source = SiteMap(data, False, "streamflow", np.zeros(data.sizes["site"], bool)).source.data
        self.sites = list(zip(map(str, source["site"]), map(float, source["x"]), map(float, source["y"]), strict=True))
        self.thread = threading.Thread(target=lambda: asyncio.run(self._all()), daemon=True)

    async def _all(self) -> None:
        await asyncio.gather(*(self._one(visitor) for visitor in self.visitors))

    async def _one(self, visitor: Visitor) -> None:
        draw = random.Random(visitor.number)
        await asyncio.sleep(ARRIVE * visitor.number)
        try:
            await visitor.come_in()
            self.came += 1
            site, next_training = "", time.monotonic() + draw.uniform(5, TRAINS)
            while not self.over and visitor.open:
                await asyncio.sleep(draw.expovariate(1 / THINKS))
                if time.monotonic() > next_training:
                    self.asked.append(await visitor.train())
                    next_training = time.monotonic() + draw.expovariate(1 / TRAINS)
                elif draw.random() < 0.1:
                    await visitor.turn_to(
                        draw.choice([name for name in LENSES if f"page={name}&" not in visitor.search])
                    )
                else:
                    site = draw.choice([each for each in self.sites if f"site={each[0]}&" not in visitor.search])
                    await visitor.pick(*site)
            if not visitor.open:
                self.lost.append(f"visitor {visitor.number}: the session was let go")
        except Lost as error:
            self.lost.append(str(error))
        await visitor.close()


def server_of(address: str) -> psutil.Process:
    port = address.rpartition(":")[2]
    return next(p for p in psutil.Process().children(recursive=True) if f"--port={port}" in p.cmdline())


def megabytes(server: psutil.Process) -> tuple[float, float]:
    """The server, and the process that trains, which is its largest child."""
    children = [child.memory_info().rss for child in server.children(recursive=True)]
    return server.memory_info().rss / 1e6, max(children, default=0) / 1e6


def slope(minutes: list[float], values: list[float]) -> float:
    """MB a minute after the first five minutes."""
    late = [(m, v) for m, v in zip(minutes, values, strict=True) if m * 60 >= WARM]
    return float(np.polyfit(*zip(*late, strict=True), 1)[0]) if len(late) > 2 else float("nan")


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else float("nan")


def in_words(seconds: list[float]) -> str:
    """Median, 95th percentile and the most."""
    return f"median {statistics.median(seconds):.3f} s, 95 % {p95(seconds):.3f} s, most {max(seconds):.2f} s"


def come_in(context, server: str) -> Dashboard:
    """A page of a real browser that comes in as another visitor."""
    page = context.new_page()
    dashboard = Dashboard(page, server)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(server)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Open").click()
    dashboard.wait_until_complete()
    page.get_by_label("Your name").fill("Browser")
    page.get_by_role("button", name="Come in").click()
    page.get_by_role("dialog").wait_for(state="hidden")
    return dashboard


def test_a_room_of_thirty(runs_folder, browser):
    away = {"X-Forwarded-For": "192.0.2.100"}
    with served(runs_folder, "--workshop", f"--password={PASSWORD}", "--data=delaware") as address:
        server, room = server_of(address), Room(address)
        page = come_in(browser.new_context(extra_http_headers=away), address)
        free, minute = page.free_sites(), 0
        begun, times, memory, loads, in_browser = time.monotonic(), [], [], [], []
        room.thread.start()
        while (now := time.monotonic() - begun) < MINUTES * 60:
            if now >= 60 * minute:
                times.append(now / 60)
                memory.append(megabytes(server))
                loads.append(os.getloadavg()[0])
                minute += 1
            site = random.choice([each for each in free if page.site_at(each)[0] != page.query["site"]])
            in_browser.append(page.time_of_click(site) / 1000)
            page.page.wait_for_timeout(1000 * random.expovariate(1 / THINKS))
        room.over = True
        cpu = server.cpu_times()
        room.thread.join(900)
    picked = [t for visitor in room.visitors for t in visitor.picked]
    trained = [t for visitor in room.visitors for t in visitor.trained]
    status = {run.id: run.status for run in runs_in(runs_folder)}
    print(f"\n{room.came} of {VISITORS} visitors and a browser, {MINUTES:g} minutes,", end=" ")
    print(f"load {min(loads):.1f} to {max(loads):.1f}")
    for what, seconds in (("picks", picked), ("picks in Chromium", in_browser), ("trainings", trained)):
        print(f"{len(seconds)} {what}: {in_words(seconds)}")
    print(f"server: {100 * (cpu.user + cpu.system) / (MINUTES * 60):.0f} % of a processor")
    for name, values in zip(("server", "worker"), zip(*memory, strict=True), strict=True):
        print(
            f"{name}: {values[0]:.0f} to {values[-1]:.0f} MB, {slope(times, values):+.2f} MB a minute after 5 minutes;",
            end=" ",
        )
        print(" ".join(f"{value:.0f}" for value in values))
    print("lost:", room.lost or "nothing")
    ended = [run_id for run_id in room.asked if status.get(run_id) in ENDED]
    assert not room.lost and room.came == VISITORS
    assert ended == room.asked and "failed" not in status.values()
    assert p95(picked) < 0.3 and max(trained) < 60
