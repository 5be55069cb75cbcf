"""What a transaction promises on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from storage.chat.conversations import Conversation, load
from storage.database import Database, Unavailable

NOW = datetime(2026, 10, 16, 8, tzinfo=UTC)
CHAT = 7


async def _count_up(database: Database, times: int) -> None:
    for _ in range(times):
        async with database.begin() as db:
            await database.lock_chat(db, CHAT)
            conversation = await load(db, CHAT, NOW)
            number = conversation.state.get("number", 0)
            await asyncio.sleep(0)
            conversation.keep("counting", {"number": number + 1}, NOW)


async def test_forty_tasks_that_read_change_and_write_lose_nothing(database: Database) -> None:
    await asyncio.gather(*(_count_up(database, 10) for _ in range(40)))
    async with database.read() as db:
        conversation = await load(db, CHAT, NOW)
    assert conversation.state == {"number": 400}


async def test_two_engines_on_one_database_lose_nothing(database: Database, database_url: str) -> None:
    other = Database(database_url)
    await asyncio.gather(*(_count_up(one, 10) for one in (database, other) for _ in range(5)))
    await other.close()
    async with database.read() as db:
        conversation = await load(db, CHAT, NOW)
    assert conversation.state == {"number": 100}


async def test_an_error_rolls_everything_back(database: Database) -> None:
    async def fail() -> None:
        async with database.begin() as db:
            await load(db, CHAT, NOW)
            await db.flush()
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    async with database.read() as db:
        assert await db.get(Conversation, CHAT) is None


async def test_a_cancelled_transaction_leaves_the_database_usable(database: Database) -> None:
    inside = asyncio.Event()

    async def hang() -> None:
        async with database.begin() as db:
            await load(db, CHAT, NOW)
            await db.flush()
            inside.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(hang())
    await inside.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with database.begin() as db:
        assert await db.get(Conversation, CHAT) is None
        (await load(db, CHAT, NOW)).keep("after", {}, NOW)


async def test_what_was_loaded_stays_readable_after_the_commit(database: Database) -> None:
    async with database.begin() as db:
        conversation = await load(db, CHAT, NOW)
        conversation.keep("visit", {"item": 5}, NOW)
    assert conversation.state == {"item": 5}


async def test_a_reader_neither_waits_for_a_writer_nor_sees_half_of_its_work(database: Database) -> None:
    async with database.begin() as writer:
        (await load(writer, CHAT, NOW)).keep("visit", {}, NOW)
        await writer.flush()
        async with database.read() as reader:
            assert await reader.get(Conversation, CHAT) is None


async def test_a_reader_sees_one_moment(database: Database) -> None:
    async with database.read() as reader:
        assert await reader.get(Conversation, CHAT) is None
        async with database.begin() as writer:
            await load(writer, CHAT, NOW)
        assert await reader.scalar(sa.select(sa.func.count()).select_from(Conversation)) == 0


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises((sa.exc.DBAPIError, Unavailable), match=r"(?i)read.?only"):
        async with database.read() as db:
            await db.execute(sa.delete(Conversation))


async def test_a_moment_comes_back_as_aware_utc(database: Database) -> None:
    shanghai = datetime.fromisoformat("2026-10-16T16:00:00.123456+08:00")
    async with database.begin() as db:
        await load(db, CHAT, shanghai)
    async with database.read() as db:
        found = await load(db, CHAT, NOW)
    assert found.updated_at == shanghai
    assert found.updated_at.utcoffset() == timedelta(0)


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(sa.exc.StatementError, match="time zone"):
        async with database.begin() as db:
            await load(db, CHAT, NOW.replace(tzinfo=None))


async def test_locking_one_chat_does_not_hold_up_another(postgres_url: str) -> None:
    database = Database(postgres_url)
    async with database.begin() as first:
        await database.lock_chat(first, 1)
        async with asyncio.timeout(10), database.begin() as second:
            await database.lock_chat(second, -1001234567890)
    await database.close()


async def test_a_chat_is_locked_until_the_transaction_that_has_it_ends(postgres_url: str) -> None:
    database = Database(postgres_url)
    order: list[str] = []

    async def follow() -> None:
        async with database.begin() as db:
            await database.lock_chat(db, CHAT)
            order.append("second")

    async with database.begin() as db:
        await database.lock_chat(db, CHAT)
        task = asyncio.create_task(follow())
        await asyncio.sleep(0.1)
        order.append("first")
    await task
    assert order == ["first", "second"]
    await database.close()


async def test_a_chat_that_is_worked_on_is_not_waited_for_by_whoever_only_tries(postgres_url: str) -> None:
    database = Database(postgres_url)
    async with database.begin() as first, database.begin() as second:
        assert await database.try_lock_chat(first, CHAT)
        assert not await database.try_lock_chat(second, CHAT)
        assert await database.try_lock_chat(second, CHAT + 1)
    async with database.begin() as third:
        assert await database.try_lock_chat(third, CHAT)
    await database.close()


async def test_as_many_connections_are_open_as_were_asked_for_and_no_more(postgres_url: str) -> None:
    database = Database(postgres_url, connections=2)
    async with database.begin(), database.begin():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), database.begin():
                pass
    await database.close()


async def test_a_transaction_inside_a_transaction_is_refused_rather_than_waited_for(sqlite_database: Database) -> None:
    async with sqlite_database.begin():
        with pytest.raises(RuntimeError, match="inside a transaction"):
            async with sqlite_database.begin():
                pass


async def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="name a file"):
        Database("sqlite://")


async def test_a_database_of_another_kind_is_refused_without_repeating_its_password() -> None:
    with pytest.raises(ValueError, match="database URL") as refusal:
        Database("mysql://me:secret@host/name")
    assert "secret" not in str(refusal.value)
