"""Bells and leaders: what several processes tell one another through the database."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from storage.database import Bell, Database

PATIENCE = 20.0
"""Seconds until a test gives up; nothing here is measured."""


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            await asyncio.sleep(0.05)


async def test_a_bell_rings_after_the_commit(database: Database) -> None:
    with database.listen("outbox") as bell, database.listen("inbox") as other:
        await _settled(database, bell, other)
        async with database.begin() as db:
            database.notify(db, "outbox")
            assert not await bell.wait(0.05)
        assert await bell.wait(PATIENCE)
        assert not await other.wait(0.05)


async def _settled(database: Database, *bells: Bell) -> None:
    """Take what a new line to PostgreSQL rings by itself when it opens."""
    if not database.embedded:
        for bell in bells:
            assert await bell.wait(PATIENCE)


async def test_what_is_rolled_back_rings_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.begin() as db:
            database.notify(db, "inbox")
            raise KeyError

    with database.listen("inbox") as bell:
        await _settled(database, bell)
        with pytest.raises(KeyError):
            await fail()
        assert not await bell.wait(0.1)


async def test_a_ring_that_comes_while_nobody_waits_is_kept(database: Database) -> None:
    with database.listen("inbox") as bell:
        await _settled(database, bell)
        async with database.begin() as db:
            database.notify(db, "inbox")
        await asyncio.sleep(0)
        assert await bell.wait(PATIENCE)
        assert not await bell.wait(0.05)


async def test_a_channel_that_does_not_exist_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="no such channel"):
        async with database.begin() as db:
            database.notify(db, "post")


async def test_one_process_rings_the_bells_of_another(postgres_url: str) -> None:
    here, there = Database(postgres_url), Database(postgres_url)
    with there.listen("inbox") as bell:
        assert await bell.wait(PATIENCE)
        async with here.begin() as db:
            here.notify(db, "inbox")
        assert await bell.wait(PATIENCE)
    await here.close()
    await there.close()


async def _cut_every_line(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        "pg_backend_pid()"
    )
    await connection.close()


async def test_bells_ring_again_after_the_line_was_cut(postgres_url: str) -> None:
    here, there = Database(postgres_url), Database(postgres_url)
    with there.listen("inbox") as bell:
        assert await bell.wait(PATIENCE)
        await _cut_every_line(postgres_url)
        assert await bell.wait(PATIENCE), "what may have been missed is to be looked for"
        async with here.begin() as db:
            here.notify(db, "inbox")
        assert await bell.wait(PATIENCE)
    await here.close()
    await there.close()


async def test_on_sqlite_the_one_process_leads(sqlite_database: Database) -> None:
    async with sqlite_database.leader("deliver") as leader:
        assert await leader.leads()


async def test_one_leads_and_the_next_takes_over_when_it_resigns(postgres_url: str) -> None:
    database, other = Database(postgres_url), Database(postgres_url)
    async with other.leader("deliver") as second:
        async with database.leader("deliver") as first:
            assert await first.leads()
            assert not await second.leads()
            assert await first.leads()
            async with other.leader("timers") as elsewhere:
                assert await elsewhere.leads()
        await _until(second.leads)
    await database.close()
    await other.close()


async def test_a_leader_that_is_cut_off_knows_it_and_another_takes_over(postgres_url: str) -> None:
    database, other = Database(postgres_url), Database(postgres_url)
    async with database.leader("deliver") as first, other.leader("deliver") as second:
        assert await first.leads()
        await _cut_every_line(postgres_url)
        assert not await first.leads()
        await _until(second.leads)
        assert not await first.leads()
    await database.close()
    await other.close()


async def test_a_leader_without_a_database_does_not_lead() -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/nothing")
    async with database.leader("deliver") as leader:
        assert not await leader.leads()
    await database.close()
