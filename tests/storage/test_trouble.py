"""When the database is in trouble it is said so, and all is well again once the trouble is over."""

import asyncio
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from storage.chat import inbox
from storage.database import Database, Unavailable

CHAT = 7


async def _store(database: Database, update_id: int, now: datetime, text: str = "x") -> None:
    async with database.begin() as db:
        await inbox.store(db, [(update_id, CHAT, {"text": text})], now)


async def _waiting(database: Database) -> int:
    async with database.read() as db:
        return (await inbox.depth(db)).waiting


async def test_a_server_that_is_not_there_is_unavailable(now: datetime) -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/nothing")
    with pytest.raises(Unavailable):
        await _store(database, 1, now)
    with pytest.raises(Unavailable):
        await _waiting(database)
    with pytest.raises(Unavailable):
        await database.revision()
    await database.close()


async def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path, now: datetime) -> None:
    database = Database(f"sqlite:///{tmp_path / 'missing' / 'x.db'}")
    with pytest.raises(Unavailable, match="missing"):
        await _store(database, 1, now)
    await database.close()


async def test_cut_connections_are_trouble_that_passes_without_a_restart(postgres_url: str, now: datetime) -> None:
    database = Database(postgres_url)
    await _store(database, 1, now)

    async def store_and_be_cut() -> None:
        async with database.begin() as db:
            await inbox.store(db, [(2, CHAT, {})], now)
            connection = await asyncpg.connect(postgres_url)
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            await connection.close()

    with pytest.raises(Unavailable):
        await store_and_be_cut()
    await _store(database, 3, now)
    assert await _waiting(database) == 2
    await database.close()


async def test_a_sqlite_file_that_another_process_keeps_locked_is_unavailable_until_it_lets_go(
    sqlite_database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engines.BUSY_SECONDS", 0.1)
    impatient = Database(sqlite_database.url.render_as_string())
    other = sqlite3.connect(str(sqlite_database.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"):
        await _store(impatient, 1, now)
    assert await _waiting(impatient) == 0, "reading goes on"
    other.execute("ROLLBACK")
    other.close()
    await _store(impatient, 1, now)
    assert await _waiting(impatient) == 1
    await impatient.close()


async def test_a_full_disk_is_trouble_that_passes_and_loses_nothing(sqlite_database: Database, now: datetime) -> None:
    await _store(sqlite_database, 1, now)

    async def set_pages(most: int) -> None:
        async with sqlite_database.begin() as db:
            await db.execute(sa.text(f"PRAGMA max_page_count = {most}"))

    await set_pages(1)  # SQLite takes the present size when that is larger
    with pytest.raises(Unavailable, match="full"):
        await _store(sqlite_database, 2, now, "x" * 1_000_000)
    assert await _waiting(sqlite_database) == 1
    await set_pages(1_000_000)
    await _store(sqlite_database, 2, now, "x" * 1_000_000)
    assert await _waiting(sqlite_database) == 2


async def test_a_mistake_in_a_question_is_no_trouble(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        async with database.begin() as db:
            await db.execute(sa.text("SELECT nothing FROM nowhere"))


async def test_a_database_behind_on_migrations_is_told_from_one_in_trouble(tmp_path: Path, now: datetime) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(sa.exc.DBAPIError, match="no such table"):
        await _store(database, 1, now)
    await database.close()


KILLED = """
import asyncio, datetime, os, signal, sys
from storage.chat import inbox
from storage.database import Database

async def main():
    database = Database(sys.argv[1])
    now = datetime.datetime.now(datetime.UTC)
    for number in range(1, 10_000):
        async with database.begin() as db:
            await inbox.store(db, [(number, 7, {"n": number})], now)
        print(number, flush=True)

asyncio.run(main())
"""


async def test_what_was_committed_survives_a_kill(database: Database, database_url: str) -> None:
    command = [sys.executable, "-c", KILLED, database_url]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    for _ in range(25):
        await process.stdout.readline()
    process.kill()
    rest = await process.stdout.read()
    await process.wait()
    said = 25 + rest.count(b"\n")
    assert said <= await _waiting(database) <= said + 1
