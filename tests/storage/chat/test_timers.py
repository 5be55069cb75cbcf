"""Timers fire once, late rather than never, whoever looks and however many."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.chat import inbox, timers
from storage.chat.inbox import Arrival
from storage.database import Database

CHAT = 7
SOON = timedelta(minutes=5)


async def _plan(database: Database, due_at: datetime, key: str = "visit:1", chat: int = CHAT) -> None:
    async with database.begin() as db:
        await timers.plan(db, key, due_at, chat, "visit.remind", {"visit": 1})


async def _fire(database: Database, now: datetime, limit: int = 100) -> list[int]:
    async with database.begin() as db:
        return await timers.fire_due(db, now, limit)


async def _arrived(database: Database) -> list[Arrival]:
    async with database.read() as db:
        return list(await db.scalars(sa.select(Arrival).order_by(Arrival.id)))


async def test_a_timer_comes_in_by_the_inbox_when_it_is_due_and_not_before(database: Database, now: datetime) -> None:
    await _plan(database, now + SOON)
    assert await _fire(database, now) == []
    assert await _fire(database, now + SOON) == [CHAT]
    (row,) = await _arrived(database)
    assert row.payload == {"timer": {"name": "visit.remind", "args": {"visit": 1}}}
    assert (row.source, row.chat_id, row.update_id) == (inbox.Source.timer, CHAT, None)


async def test_a_timer_fires_once_however_late_and_however_often_one_looks(database: Database, now: datetime) -> None:
    await _plan(database, now)
    late = now + timedelta(days=3)
    assert [await _fire(database, late) for _ in range(3)] == [[CHAT], [], []]


async def test_planning_again_moves_the_timer(database: Database, now: datetime) -> None:
    await _plan(database, now)
    await _plan(database, now + SOON)
    assert await _fire(database, now) == []
    assert await _fire(database, now + SOON) == [CHAT]


async def test_planning_again_for_the_moment_that_has_fired_does_not_fire_again(
    database: Database, now: datetime
) -> None:
    await _plan(database, now)
    await _fire(database, now)
    await _plan(database, now)
    assert await _fire(database, now + SOON) == []
    await _plan(database, now + SOON)
    assert await _fire(database, now + SOON) == [CHAT]


async def test_a_cancelled_timer_does_not_fire(database: Database, now: datetime) -> None:
    await _plan(database, now)
    async with database.begin() as db:
        assert await timers.cancel(db, "visit:1")
        assert not await timers.cancel(db, "visit:1")
    assert await _fire(database, now) == []


async def test_firing_is_undone_with_the_transaction_it_happened_in(database: Database, now: datetime) -> None:
    await _plan(database, now)
    async with database.begin() as db:
        await timers.fire_due(db, now)
        await db.rollback()
    assert await _arrived(database) == []
    assert await _fire(database, now) == [CHAT]


async def test_engines_that_fire_at_once_fire_each_timer_once(
    database: Database, database_url: str, now: datetime
) -> None:
    async with database.begin() as db:
        for number in range(200):
            await timers.plan(db, f"timer:{number}", now, number, "visit.remind", {"number": number})
    engines = [database, Database(database_url), Database(database_url)]

    async def drain(engine: Database) -> None:
        for _ in range(200):
            if not await _fire(engine, now, limit=7):
                break

    await asyncio.gather(*(drain(one) for one in engines for _ in range(2)))
    for one in engines[1:]:
        await one.close()
    await drain(database)
    fired = Counter(row.chat_id for row in await _arrived(database))
    assert fired == dict.fromkeys(range(200), 1)


async def test_what_is_wanted_soon_keeps_its_first_moment_and_can_be_wanted_again(
    database: Database, now: datetime
) -> None:
    async def want(due_at: datetime) -> None:
        async with database.begin() as db:
            await timers.soon(db, "follow", due_at, [CHAT, CHAT + 1], "visit.follow", {})

    await want(now + SOON)
    await want(now + 2 * SOON)
    assert await _fire(database, now + SOON) == [CHAT, CHAT + 1]
    assert await _fire(database, now + 2 * SOON) == []
    await want(now + 3 * SOON)
    assert await _fire(database, now + 3 * SOON) == [CHAT, CHAT + 1]


async def test_the_next_moment_is_known(database: Database, now: datetime) -> None:
    await _plan(database, now + SOON, "later")
    await _plan(database, now, "sooner")
    async with database.read() as db:
        assert await timers.next_due(db) == now
    await _fire(database, now)
    async with database.read() as db:
        assert await timers.next_due(db) == now + SOON


async def test_pruning_takes_only_what_fired_long_ago(database: Database, now: datetime) -> None:
    await _plan(database, now, "old")
    await _plan(database, now + timedelta(days=30), "coming")
    await _fire(database, now)
    async with database.begin() as db:
        assert await timers.prune(db, now) == 0
        assert await timers.prune(db, now + SOON) == 1
        assert await timers.next_due(db) == now + timedelta(days=30)
