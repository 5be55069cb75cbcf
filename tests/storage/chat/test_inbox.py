"""The inbox keeps order, takes nothing twice and lets no bad update hold up its chat for good."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from storage.chat import inbox
from storage.chat.inbox import State
from storage.database import Database

CHAT = 7


async def _store(database: Database, *ids: int, now: datetime, chat: int = CHAT) -> list[int]:
    async with database.begin() as db:
        return await inbox.store(db, [(one, chat, {"update_id": one}) for one in ids], now)


async def test_updates_of_a_chat_come_out_in_the_order_they_came_in(database: Database, now: datetime) -> None:
    await _store(database, 50, 9, 30, now=now)  # ids jump after a quiet week: they say nothing about order
    seen = []
    for _ in range(3):
        async with database.begin() as db:
            row = await inbox.next_for(db, CHAT, now)
            assert row is not None
            seen.append(row.update_id)
            row.done(now)
    assert seen == [50, 9, 30]
    async with database.read() as db:
        assert await inbox.next_for(db, CHAT, now) is None


async def test_a_known_update_is_passed_over_even_after_it_is_done(database: Database, now: datetime) -> None:
    assert await _store(database, 1, 1, 2, now=now) == [CHAT]
    async with database.begin() as db:
        row = await inbox.next_for(db, CHAT, now)
        assert row is not None
        row.done(now)
    assert await _store(database, 1, 2, now=now) == []
    assert await _store(database, 2, 3, now=now) == [CHAT]
    async with database.read() as db:
        assert (await inbox.depth(db)).waiting == 2


async def test_the_same_batch_stored_twice_at_once_is_stored_once(database: Database, now: datetime) -> None:
    batch = tuple(range(100, 200))
    await asyncio.gather(*(_store(database, *batch, now=now) for _ in range(4)))
    async with database.read() as db:
        assert (await inbox.depth(db)).waiting == 100


async def test_store_names_each_chat_once_in_order_of_arrival(database: Database, now: datetime) -> None:
    async with database.begin() as db:
        chats = await inbox.store(db, [(1, 30, {}), (2, 10, {}), (3, 30, {}), (4, -100, {})], now)
    assert chats == [30, 10, -100]


async def test_storing_nothing_is_no_mistake(database: Database, now: datetime) -> None:
    assert await _store(database, now=now) == []


async def test_what_is_done_no_longer_holds_what_was_said(database: Database, now: datetime) -> None:
    await _store(database, 1, now=now)
    async with database.begin() as db:
        row = await inbox.next_for(db, CHAT, now)
        assert row is not None
        row.done(now)
    async with database.read() as db:
        kept = await inbox.get(db, row.id)
    assert kept is not None
    assert (kept.state, kept.payload) == (State.done, None)


async def test_text_that_no_database_takes_comes_through_whole(database: Database, now: datetime) -> None:
    odd = {"text": "half \ud83d a pair, a \x00, 督导 and \U0001f4f7"}
    async with database.begin() as db:
        await inbox.store(db, [(1, CHAT, odd)], now)
    async with database.read() as db:
        row = await inbox.next_for(db, CHAT, now)
    assert row is not None
    assert row.payload == odd


async def _fail(database: Database, now: datetime) -> inbox.Arrival:
    async with database.begin() as db:
        row = await inbox.next_for(db, CHAT, now)
        assert row is not None
        row.fail("ValueError: odd \ud83d", now)
    return row


async def test_a_failing_update_backs_off_then_is_set_aside_and_its_chat_goes_on(
    database: Database, now: datetime
) -> None:
    await _store(database, 1, 2, now=now)
    for pause in (timedelta(seconds=0.5), timedelta(seconds=2)):
        row = await _fail(database, now)
        assert row.retry_at == now + pause
        async with database.read() as db:
            assert await inbox.next_for(db, CHAT, now) is None, "order: the second update waits too"
            assert await inbox.waiting_chats(db, now) == []
            assert await inbox.waiting_chats(db, now + pause) == [CHAT]
        now += pause
    row = await _fail(database, now)
    assert row.state is State.aside
    assert row.payload == {"update_id": 1}
    async with database.read() as db:
        following = await inbox.next_for(db, CHAT, now)
        aside = await inbox.set_aside(db)
    assert following is not None
    assert following.update_id == 2
    assert [(one.update_id, one.error) for one in aside] == [(1, "ValueError: odd \ufffd")]


async def _set_one_aside(database: Database, now: datetime) -> int:
    await _store(database, 1, 2, now=now)
    for _ in range(3):
        row = await _fail(database, now)
        now += timedelta(seconds=5)
    return row.id


async def test_a_replayed_update_is_the_next_of_its_chat_with_all_attempts(database: Database, now: datetime) -> None:
    arrival_id = await _set_one_aside(database, now)
    async with database.begin() as db:
        row = await inbox.get(db, arrival_id)
        assert row is not None
        row.replay()
    async with database.read() as db:
        following = await inbox.next_for(db, CHAT, now)
    assert following is not None
    assert (following.id, following.attempts, following.error) == (arrival_id, 0, None)


async def test_a_dropped_update_is_gone_but_its_error_can_be_read(database: Database, now: datetime) -> None:
    arrival_id = await _set_one_aside(database, now)
    async with database.begin() as db:
        row = await inbox.get(db, arrival_id)
        assert row is not None
        row.drop()
    async with database.read() as db:
        assert await inbox.set_aside(db) == []
        kept = await inbox.get(db, arrival_id)
    assert kept is not None
    assert kept.payload is None
    assert kept.error


async def test_chats_that_wait_are_named_with_the_longest_waiting_first(database: Database, now: datetime) -> None:
    for update, chat in ((1, 30), (2, 10), (3, 20), (4, 10)):
        await _store(database, update, now=now, chat=chat)
    async with database.read() as db:
        assert await inbox.waiting_chats(db, now) == [30, 10, 20]
        assert await inbox.waiting_chats(db, now, limit=2) == [30, 10]
        depth = await inbox.depth(db)
    assert depth == inbox.Depth(waiting=4, aside=0, oldest=now)


async def test_pruning_takes_only_what_is_done_and_old(database: Database, now: datetime) -> None:
    await _store(database, 1, 2, 3, now=now)
    async with database.begin() as db:
        for _ in range(2):
            row = await inbox.next_for(db, CHAT, now)
            assert row is not None
            row.done(now)
            await db.flush()
    await _store(database, 4, now=now + timedelta(hours=1), chat=8)
    async with database.begin() as db:
        assert await inbox.prune(db, now) == 0
        assert await inbox.prune(db, now + timedelta(seconds=1)) == 2
        assert (await inbox.depth(db)).waiting == 2


async def test_what_a_long_update_said_is_overwritten_once_it_is_done(sqlite_url: str, now: datetime) -> None:
    database = Database(sqlite_url)
    words = "quarterly grievance "
    async with database.begin() as db:  # long enough to lie on pages of its own, which become free as a whole
        await inbox.store(db, [(1, 7, {"text": words * 2000})], now)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    assert words.encode() in _raw(path)
    async with database.begin() as db:
        update = await inbox.next_for(db, 7, now)
        assert update is not None
        update.done(now)
    await database.close()
    assert words.encode() not in _raw(path)


def _raw(path: Path) -> bytes:
    return b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")))
