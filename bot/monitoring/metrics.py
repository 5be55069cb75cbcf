"""Figures for Prometheus at ``/metrics``: how long turns take, what waits, what Telegram says. Never about anybody.

What happens is counted as it happens, in memory. What stands in the database is asked when the figures are fetched,
with a few indexed queries on a read connection, so no turn is slowed down. No label holds a chat, a person or a word.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram, Info, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from storage.chat import inbox, outbox
from storage.database import Unavailable
from storage.files import evidence

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from datetime import datetime

    from prometheus_client import Metric

    from handlers.engine import Outcome
    from storage.chat.inbox import Depth
    from storage.chat.outbox import Priority
    from storage.database import Database

BUCKETS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds; a person notices from 0.2 on."""

EVIDENCE_SECONDS: Final = 60.0
"""How long a count of the evidence is good for: it is the one query that grows with all that was ever stored."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """What stood in the database when it was asked."""

    now: datetime
    depth: Depth
    waiting: Mapping[Priority, int]
    oldest: datetime | None
    files: Mapping[evidence.State, int]


class Metrics:
    """The figures of one process."""

    def __init__(self, database: Database, clock: Callable[[], datetime], **about: str) -> None:
        self._database = database
        self._clock = clock
        self._lock = asyncio.Lock()
        self._files: Mapping[evidence.State, int] = {}
        self._files_at = float("-inf")
        self.registry = CollectorRegistry()
        self.found: Found | None = None
        ProcessCollector(registry=self.registry)
        Info("xundu", "What runs here.", registry=self.registry).info(about)
        self._seconds = Histogram(
            "xundu_turn_seconds", "From taking an update up to its commit.", buckets=BUCKETS, registry=self.registry
        )
        self._turns = Counter(
            "xundu_turns",
            "Turns by the door the update came in by and how they went.",
            ["source", "outcome"],
            registry=self.registry,
        )
        self._calls = Counter(
            "xundu_telegram_calls",
            "Calls to Telegram by method and what became of them.",
            ["method", "outcome"],
            registry=self.registry,
        )
        # What has not happened yet is 0 and not absent, so that its first time is a rise that an alarm can see.
        for outcome in ("done", "refused", "failed"):
            for source in inbox.Source:
                self._turns.labels(source.value, outcome)
        for outcome in ("ok", "too_many", "blocked", "rejected", "unreachable"):
            self._calls.labels("send", outcome)
            self._calls.labels("edit", outcome)
        self.registry.register(self)

    # --- what happens ---

    async def timed(self, turn: Callable[[int], Awaitable[T]], chat_id: int) -> T:
        """Run a turn and take its time; a look into an empty inbox is none."""
        begun = time.perf_counter()
        ran = await turn(chat_id)
        if ran:
            self._seconds.observe(time.perf_counter() - begun)
        return ran

    def turned(self, outcome: Outcome) -> None:
        """Count a turn."""
        self._turns.labels(outcome.source, outcome.kind).inc()

    def called(self, method: str, outcome: str) -> None:
        """Count a call to Telegram."""
        self._calls.labels(method, outcome).inc()

    # --- what stands in the database ---

    def collect(self) -> Iterable[Metric]:
        """Return what was found last, as prometheus_client asks for it; nothing when the database did not answer."""
        yield _gauge("xundu_database_up", "Whether the database answered.", 0 if self.found is None else 1)
        if self.found is None:
            return
        found, depth = self.found, self.found.depth
        yield _gauge("xundu_inbox_waiting", "Updates that wait for their turn.", depth.waiting)
        yield _gauge("xundu_inbox_oldest_seconds", "How long the first of them waits.", _age(depth.oldest, found.now))
        yield _gauge("xundu_inbox_set_aside", "Updates that failed three times; see xundu inbox.", depth.aside)
        waiting = GaugeMetricFamily("xundu_outbox_waiting", "Messages that wait to be sent.", labels=["priority"])
        for priority, count in found.waiting.items():
            waiting.add_metric([priority.name], count)
        yield waiting
        yield _gauge(
            "xundu_outbox_oldest_seconds", "How long the oldest that is due waits.", _age(found.oldest, found.now)
        )
        files = GaugeMetricFamily("xundu_evidence_files", "Evidence files by how far they are.", labels=["state"])
        for state, count in found.files.items():
            files.add_metric([state.value], count)
        yield files

    async def look(self) -> None:
        """Ask the database; whoever comes meanwhile waits for the same answer's end and asks again."""
        async with self._lock:
            try:
                self.found = await self._ask()
            except Unavailable:
                self.found = None

    async def _ask(self) -> Found:
        now = self._clock()
        async with self._database.read() as db:
            depth = await inbox.depth(db)
            waiting, oldest = await outbox.backlog(db, now)
            if time.monotonic() - self._files_at >= EVIDENCE_SECONDS:
                self._files, self._files_at = await evidence.standing(db), time.monotonic()
        return Found(now, depth, waiting, oldest, self._files)

    # --- handing out ---

    def routes(self) -> list[web.RouteDef]:
        """Return the one route."""
        return [web.get("/metrics", self.answer)]

    async def answer(self, request: web.Request) -> web.Response:
        """Answer with all figures in Prometheus's text format."""
        del request
        await self.look()
        return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, value=value)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0
