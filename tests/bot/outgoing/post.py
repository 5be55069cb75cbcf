"""A deliverer at work in a test, and the outbox it empties."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from bot.outgoing.deliver import Deliverer
from bot.outgoing.limits import Limits
from handlers.chat import Button, Reply, dump
from storage.chat import outbox
from storage.chat.outbox import Outgoing, Priority, State

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from bot.drivers.driver import Driver
    from storage.database import Database

FAST = {"overall": 10_000.0, "chat": 1000.0, "burst": 1000, "group_minute": 60_000.0}
ROWS = ((Button("✅", "visit.answer:7:ok"),),)


class Post:
    """A deliverer at work, and the outbox it empties."""

    def __init__(
        self, database: Database, driver: Driver, files: Callable[[str], Path], clock: Any, **more: Any
    ) -> None:
        rates = FAST | {name: more.pop(name) for name in tuple(more) if name in FAST}
        self.database = database
        self.clock = clock
        self.deliverer = Deliverer(database, driver, Limits(**rates), files, clock, **more)  # type: ignore[arg-type]

    async def put(self, chat_id: int, *replies: Reply, priority: int = Priority.reply) -> list[int]:
        """Commit replies and wake the deliverer, as a turn does."""
        async with self.database.begin() as db:
            rows = await outbox.put(db, chat_id, [dump(one) for one in replies], now=self.clock(), priority=priority)
            await db.flush()
            ids = [row.id for row in rows]
        self.deliverer.wake(chat_id)
        return ids

    async def fates(self) -> dict[int, Outgoing]:
        """Return every row by its id."""
        async with self.database.read() as db:
            found = {}
            for number in range(1, 1000):
                row = await db.get(Outgoing, number)
                if row is None:
                    return found
                found[number] = row
            return found

    async def states(self) -> list[str]:
        return [row.state for row in (await self.fates()).values()]

    async def settled(self) -> bool:
        async with self.database.read() as db:
            return (await outbox.counts(db))[State.pending] == 0

    async def card(self, chat_id: int) -> int | None:
        async with self.database.read() as db:
            return await outbox.card_of(db, chat_id)


@asynccontextmanager
async def at_work(post: Post) -> AsyncIterator[Post]:
    task = asyncio.create_task(post.deliverer.run())
    try:
        yield post
    finally:
        post.deliverer.stop()
        await task


def said(phone: list[dict[str, Any]]) -> list[str]:
    return [one["text"] for one in phone]
