"""Those who write at the same time share a commit on SQLite, and nothing that a transaction promises is lost by it."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage.chat import inbox
from storage.database import Database, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

CHAT = 7
MANY = 20


@pytest.fixture
def commits() -> Iterator[list[sa.Connection]]:
    """Every commit of any engine."""
    made: list[sa.Connection] = []

    def note(connection: sa.Connection) -> None:
        made.append(connection)

    sa.event.listen(sa.Engine, "commit", note)
    yield made
    sa.event.remove(sa.Engine, "commit", note)


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


def on_disk(database: Database) -> set[int]:
    """Return the updates that anybody else sees who opens the file."""
    line = sqlite3.connect(str(database.url.database))
    try:
        return {update_id for (update_id,) in line.execute("SELECT update_id FROM inbox")}
    finally:
        line.close()


async def store(database: Database, update_id: int, now: datetime, trouble: str = "") -> None:
    """Store one update, ask for trouble, and see what was promised when this returns."""
    async with database.begin() as db:
        await inbox.store(db, [(update_id, CHAT, {})], now)
        if trouble:
            await db.execute(sa.text(trouble))
    assert update_id in on_disk(database)


async def test_those_who_wait_share_a_commit_and_each_goes_on_only_when_it_is_done(
    database: Database, now: datetime, commits: list[sa.Connection]
) -> None:
    commits.clear()
    await asyncio.gather(*(store(database, number, now) for number in range(MANY)))
    assert on_disk(database) == set(range(MANY))
    assert len(commits) < MANY / 2


async def test_one_after_the_other_has_a_commit_each(
    database: Database, now: datetime, commits: list[sa.Connection]
) -> None:
    commits.clear()
    for number in range(3):
        await store(database, number, now)
    assert len(commits) == 3


async def test_one_that_fails_is_undone_alone(database: Database, now: datetime) -> None:
    writers = [
        store(database, number, now, "SELECT nothing FROM nowhere" if number == 3 else "") for number in range(6)
    ]
    results = await asyncio.gather(*writers, return_exceptions=True)
    assert [number for number, result in enumerate(results) if result is not None] == [3]
    assert on_disk(database) == {0, 1, 2, 4, 5}


async def test_a_commit_that_fails_has_failed_for_everybody_in_it(database: Database, now: datetime) -> None:
    orphan = "INSERT INTO roles (person_id, role, since) VALUES (404, 'admin', '2026-01-01')"

    async def leave_an_orphan() -> None:
        async with database.begin() as db:
            await db.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
            await db.execute(sa.text(orphan))

    writers = [store(database, 1, now), leave_an_orphan(), store(database, 2, now)]
    results = await asyncio.gather(*writers, return_exceptions=True)
    assert [type(result) for result in results] == [sa.exc.IntegrityError] * 3
    assert on_disk(database) == set()
    await store(database, 3, now)


async def test_a_transaction_that_sqlite_gives_up_is_confirmed_to_nobody(database: Database, now: datetime) -> None:
    # What SQLite does by itself when the disk fails in the middle.
    writers = [store(database, 1, now), store(database, 2, now, "ROLLBACK"), store(database, 3, now)]
    results = await asyncio.gather(*writers, return_exceptions=True)
    assert [type(result) for result in results] == [Unavailable] * 3
    assert on_disk(database) == set()
    await store(database, 4, now)
    assert on_disk(database) == {4}


async def test_one_who_is_cancelled_takes_nobody_along(database: Database, now: datetime) -> None:
    inside = asyncio.Event()

    async def hang() -> None:
        async with database.begin() as db:
            await inbox.store(db, [(1, CHAT, {})], now)
            inside.set()
            await asyncio.sleep(60)

    first = asyncio.create_task(store(database, 0, now))
    hanging = asyncio.create_task(hang())
    await inside.wait()
    behind = [asyncio.create_task(store(database, number, now)) for number in (2, 3)]
    await asyncio.sleep(0)
    behind[0].cancel()
    hanging.cancel()
    results = await asyncio.gather(first, hanging, *behind, return_exceptions=True)
    assert [type(result) for result in results] == [
        type(None),
        asyncio.CancelledError,
        asyncio.CancelledError,
        type(None),
    ]
    assert on_disk(database) == {0, 3}


async def test_what_one_wrote_the_next_in_the_same_transaction_sees(database: Database, now: datetime) -> None:
    seen: list[int] = []

    async def count() -> None:
        async with database.begin() as db:
            seen.append((await inbox.depth(db)).waiting)

    await asyncio.gather(store(database, 1, now), count())
    assert seen == [1]


async def test_the_loop_runs_while_another_process_keeps_the_file_locked(database: Database, now: datetime) -> None:
    other = sqlite3.connect(str(database.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(store(database, 1, now))
    await asyncio.sleep(0.05)
    assert not writing.done()
    other.execute("ROLLBACK")
    other.close()
    await writing


async def test_one_who_is_cancelled_while_a_slow_statement_runs_takes_nobody_along(
    database: Database, now: datetime
) -> None:
    counting = "WITH RECURSIVE n(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM n LIMIT 300000) SELECT max(x) FROM n"
    slow = f"DELETE FROM timers WHERE ({counting}) = 0"  # noqa: S608 - a test's own words
    deleting = asyncio.Event()

    async def hapless() -> None:
        async with database.begin() as db:
            await inbox.store(db, [(1, CHAT, {})], now)
            deleting.set()
            await db.execute(sa.text(slow))
            await asyncio.sleep(60)

    for update_id in (2, 3, 4):
        deleting.clear()
        task, other = asyncio.create_task(hapless()), asyncio.create_task(store(database, update_id, now))
        await deleting.wait()
        task.cancel()
        await asyncio.wait((task, other))
        assert task.cancelled()
        assert other.exception() is None
    assert on_disk(database) == {2, 3, 4}


async def test_a_connection_that_is_lost_is_trouble_for_all_who_write_on_it(database: Database, now: datetime) -> None:
    async def unlucky() -> None:
        async with database.begin() as db:
            line = (await (await db.connection()).get_raw_connection()).driver_connection
            await line.aside(line._connection.close)
            await inbox.store(db, [(1, CHAT, {})], now)

    ended = await asyncio.gather(unlucky(), store(database, 2, now), return_exceptions=True)
    assert all(isinstance(one, Unavailable) for one in ended), ended
    await store(database, 3, now)
    assert on_disk(database) == {3}


async def test_a_database_that_cannot_be_opened_leaves_nothing_behind_but_the_error(tmp_path: Path) -> None:
    lost: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: lost.append(what))
    database = Database(f"sqlite:///{tmp_path}/gone/xundu.db")
    for _ in range(2):
        with pytest.raises(Unavailable):
            async with database.begin():
                pass
    await database.close()
    gc.collect()
    await asyncio.sleep(0)
    assert lost == []


async def test_a_quick_statement_may_be_asked_of_the_bare_connection(database: Database) -> None:
    async with database.begin() as db:
        writing = await db.connection()
        assert (await writing.execute(sa.text("SELECT 1"))).scalar_one() == 1
        assert (await writing.exec_driver_sql("SELECT 2")).scalar_one() == 2
    async with database.read(brief=True) as db:
        glancing = await db.connection()
        assert (await glancing.execute(sa.text("SELECT 3"))).scalar_one() == 3
