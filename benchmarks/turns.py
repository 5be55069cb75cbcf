"""Whole durable turns a second: tap → answer stored → next card sent, against bots that store nothing.

Every bot has an offline Telegram of its own; they run at the same time and are tapped one after another, in rounds, the
order turned round each time, so that a busy moment of the machine hits all of them. Ratios are taken round by round.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from benchmarks import field as fields
from benchmarks.bots import Bot, cpu_of, parent_of, serve
from benchmarks.crowd import Crowd
from benchmarks.figures import Figure, at_least, ratios, stated
from benchmarks.proof.postgres import Postgres, migrated
from sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

CHATS = 64
VISITS = 60
YARDSTICK = "echo on aiogram"
TARGET = 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """How long it takes: seconds of a round that count, and of its beginning that do not."""

    rounds: int = 8
    seconds: float = 2.0
    warm: float = 0.5
    chats: int = CHATS
    visits: int = VISITS
    yardsticks: tuple[str, ...] = ("aiogram", "ptb")
    bots: tuple[tuple[str, str], ...] = (("SQLite", "ptb"), ("SQLite", "aiogram"), ("PostgreSQL", "ptb"))


@dataclass(slots=True)
class Contender:
    """A bot with its own Telegram and people; the lists hold a number a round."""

    name: str
    crowd: Crowd
    cpu: Callable[[], float]
    database: str = ""
    rate: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    telegram: list[float] = field(default_factory=list)
    """Share of a core that Telegram and the people took."""

    async def go(self, plan: Plan) -> None:
        """Run one round."""
        own = time.process_time()
        began = time.perf_counter()
        answers, seconds, spent = await self.crowd.rush(plan.seconds, plan.warm, self.cpu)
        self.telegram.append((time.process_time() - own) / (time.perf_counter() - began))
        self.rate.append(answers / seconds)
        self.cpu_ms.append(spent / answers * 1e3)


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures."""
    plan = plan or Plan()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xundu-bench-")))
        contenders = await _contenders(stack, folder, plan)
        for number in range(plan.rounds):
            for one in contenders if number % 2 == 0 else reversed(contenders):
                await one.go(plan)
        for one in contenders:
            if one.database:
                stored = await fields.answers(one.database)
                assert stored == one.crowd.answers, f"{one.name}: {one.crowd.answers} answered, {stored} stored"
    return _figures(contenders), ""


async def _contenders(stack: AsyncExitStack, folder: Path, plan: Plan) -> list[Contender]:
    found = []
    for library in plan.yardsticks:
        telegram = await stack.enter_async_context(Sandbox())
        (folder / library).mkdir()
        words = ["-m", f"benchmarks.echo.{library}_echo", telegram.url, telegram.token]
        bot = await stack.enter_async_context(Bot(words, folder / library))
        crowd = Crowd(telegram, {one: [] for one in range(1, plan.chats + 1)})
        found.append(await _ready(Contender(f"echo on {library}", crowd, bot.cpu), telegram, bot, plan))
    for base, driver in plan.bots:
        own = folder / f"{base}-{driver}"
        own.mkdir()
        if shared := base == "PostgreSQL":
            url = await (await stack.enter_async_context(Postgres())).database()
        else:
            url = await migrated(f"sqlite:///{own}/xundu.db")
        visits = await fields.seed(url, plan.chats, plan.visits)
        telegram = await stack.enter_async_context(Sandbox())
        bot = await stack.enter_async_context(serve(telegram, url, own, driver))
        cpu = await _with_server(bot, url) if shared else bot.cpu
        contender = Contender(f"{base}, {driver}", Crowd(telegram, visits), cpu, url)
        found.append(await _ready(contender, telegram, bot, plan))
    return found


async def _ready(one: Contender, telegram: Sandbox, bot: Bot, plan: Plan) -> Contender:
    await bot.polls(telegram)
    await one.crowd.arrive(plan.chats)
    return one


async def _with_server(bot: Bot, url: str) -> Callable[[], float]:
    """Return the CPU of a bot and of its PostgreSQL together: the postmaster is the parent of whoever answers us."""
    connection = await asyncpg.connect(url)
    try:
        postmaster = parent_of(await connection.fetchval("SELECT pg_backend_pid()"))
    finally:
        await connection.close()
    return lambda: bot.cpu() + cpu_of(postmaster, with_children=True)


def _figures(contenders: list[Contender]) -> list[Figure]:
    found = []
    for one in contenders:
        cpu = "CPU, its PostgreSQL's included" if one.name.startswith("PostgreSQL") else "CPU"
        found.append(stated(f"turns: {one.name}", one.rate, "turns/s"))
        found.append(stated(f"turns: {one.name}, {cpu}", one.cpu_ms, "ms/turn"))
        found.append(stated(f"turns: {one.name}, Telegram and people busy", one.telegram, "of a core"))
    for other in contenders:
        for one in contenders:
            if one.database and not other.database:
                name, by_round = f"turns: {one.name} ÷ {other.name}", ratios(one.rate, other.rate)
                held = other.name == YARDSTICK
                found.append(at_least(name, by_round, "×", TARGET) if held else stated(name, by_round, "×"))
                found.append(stated(f"{name}, CPU", ratios(one.cpu_ms, other.cpu_ms), "×"))
    return found
