"""One bot with a Telegram and people of its own: what a benchmark loads and looks at."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncpg

from benchmarks import field
from benchmarks.bots import Bot, cpu_of, parent_of, serve
from benchmarks.crowd import Crowd
from benchmarks.proof.postgres import Postgres, migrated
from sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

YARDSTICKS = {
    "echo on aiogram": "benchmarks.echo.aiogram_echo",
    "echo on ptb": "benchmarks.echo.ptb_echo",
    "no bot, bare HTTP": "benchmarks.echo.bare_echo",
}
"""Bots that store nothing, by what the figures call them."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A bot that waits for its first tap; ``cpu`` is what it has spent so far, its PostgreSQL's share included."""

    name: str
    telegram: Sandbox
    bot: Bot
    crowd: Crowd
    cpu: Callable[[], float]
    database_url: str = ""

    async def stored(self) -> None:
        """Raise AssertionError unless as many answers lie in the database as people have seen cards for."""
        found = await field.answers(self.database_url) - self.crowd.before
        assert found == self.crowd.answers, f"{self.name}: {self.crowd.answers} answered, {found} stored"


@asynccontextmanager
async def echo(name: str, folder: Path, chats: int) -> AsyncIterator[Stand]:
    """Bring up one of the yardsticks."""
    async with Sandbox() as telegram, Bot(["-m", YARDSTICKS[name], telegram.url, telegram.token], folder) as bot:
        await bot.polls(telegram)
        crowd = Crowd(telegram, {one: [] for one in range(1, chats + 1)})
        await crowd.arrive(chats)
        yield Stand(name, telegram, bot, crowd, bot.cpu)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a served bot is to be: ``past`` answers lie in its database already, ``module`` is what runs it."""

    chats: int
    visits: int
    base: str = "SQLite"
    driver: str = "ptb"
    past: int = 0
    module: str = "bot"


@asynccontextmanager
async def served(name: str, folder: Path, wanted: Wanted, **more: str) -> AsyncIterator[Stand]:
    """Bring up `xundu serve` on a database of its own; ``more`` is added to its environment."""
    async with AsyncExitStack() as stack:
        shared = wanted.base == "PostgreSQL"
        if shared:
            url = await (await stack.enter_async_context(Postgres())).database()
        else:
            url = await migrated(_sqlite(folder))
        visits = await field.seed(url, wanted.chats, wanted.visits)
        if wanted.past:
            await field.past(url, wanted.past)
        telegram = await stack.enter_async_context(Sandbox())
        bot = await stack.enter_async_context(serve(telegram, url, folder, wanted.driver, wanted.module, **more))
        cpu = await _with_server(bot, url) if shared else bot.cpu
        await bot.polls(telegram)
        yield Stand(name, telegram, bot, Crowd(telegram, visits, before=wanted.past), cpu, url)


def _sqlite(folder: Path) -> str:
    folder.mkdir(parents=True)
    return f"sqlite:///{folder}/xundu.db"


async def _with_server(bot: Bot, url: str) -> Callable[[], float]:
    """Return the CPU of a bot and of its PostgreSQL together: the postmaster is the parent of whoever answers us."""
    connection = await asyncpg.connect(url)
    try:
        postmaster = parent_of(await connection.fetchval("SELECT pg_backend_pid()"))
    finally:
        await connection.close()
    return lambda: bot.cpu() + cpu_of(postmaster, with_children=True)
