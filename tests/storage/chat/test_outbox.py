"""The outbox keeps what is to be said, in the right order, until its fate is known."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta

from storage.chat import outbox
from storage.chat.outbox import Priority, State
from storage.database import Database

CHAT = 7


def _say(text: str) -> dict[str, str]:
    return {"kind": "say", "text": text}


async def _put(database: Database, *texts: str, now: datetime, chat: int = CHAT, priority: int = 0) -> list[int]:
    async with database.begin() as db:
        rows = await outbox.put(db, chat, [_say(one) for one in texts], now=now, priority=priority)
    return [row.id for row in rows]


async def _texts(database: Database, now: datetime, exclude: Collection[int] = (), limit: int = 100) -> list[str]:
    async with database.read() as db:
        rows = await outbox.pending(db, now, limit, exclude)
    return [(row.reply or {})["text"] for row in rows]


async def test_replies_come_before_reminders_before_bulk_and_each_in_order(database: Database, now: datetime) -> None:
    await _put(database, "b1", now=now, priority=Priority.bulk)
    await _put(database, "r1", now=now, priority=Priority.reminder)
    await _put(database, "1", "2", now=now)
    await _put(database, "3", now=now, chat=8)
    assert await _texts(database, now) == ["1", "2", "3", "r1", "b1"]
    assert await _texts(database, now, limit=2) == ["1", "2"]
    assert await _texts(database, now, exclude=[CHAT]) == ["3"]


async def test_what_has_to_wait_holds_back_its_own_chat_and_no_other(database: Database, now: datetime) -> None:
    first, _ = await _put(database, "1", "2", now=now)
    await _put(database, "other", now=now, chat=8)
    later = now + timedelta(seconds=30)
    async with database.begin() as db:
        await outbox.defer(db, first, later, "429")
    assert await _texts(database, now) == ["other"]
    assert await _texts(database, later) == ["1", "2", "other"]
    async with database.read() as db:
        row = await db.get(outbox.Outgoing, first)
    assert row is not None
    assert (row.attempts, row.error) == (1, "429")


async def test_a_reminder_that_waits_does_not_hold_back_a_reply(database: Database, now: datetime) -> None:
    async with database.begin() as db:
        await outbox.put(
            db, CHAT, [_say("later")], now=now, priority=Priority.reminder, not_before=now + timedelta(hours=1)
        )
    await _put(database, "now", now=now)
    assert await _texts(database, now) == ["now"]


async def test_what_is_settled_is_not_sent_again_and_keeps_no_text(database: Database, now: datetime) -> None:
    first, second = await _put(database, "1", "2", now=now)
    async with database.begin() as db:
        await outbox.settle(
            db, [(first, "sent", 501, None), (second, State.failed, None, "Bad Request: can't parse entities")], now
        )
    assert await _texts(database, now) == []
    async with database.read() as db:
        rows = [await db.get(outbox.Outgoing, one) for one in (first, second)]
    assert [(r.state, r.message_id, r.reply, r.settled_at, r.error) for r in rows if r] == [
        (State.sent, 501, None, now, None),
        (State.failed, None, None, now, "Bad Request: can't parse entities"),
    ]


async def test_the_fates_of_a_broadcast_add_up_to_its_audience(database: Database, now: datetime) -> None:
    async with database.begin() as db:
        for chat in range(10):
            await outbox.put(
                db, chat, [_say("通知")], now=now, priority=Priority.bulk, key=f"notice:1:{chat}", topic="notice:1"
            )
    async with database.begin() as db:
        rows = await outbox.pending(db, now)
        fates = [(row.id, State.sent, 1, None) for row in rows[:4]] + [(rows[4].id, State.failed, None, "400")]
        await outbox.settle(db, fates, now)
        assert await outbox.settle_chat(db, rows[5].chat_id, State.blocked, now) == 1
        assert (await outbox.counts(db, "notice:1"))[State.pending] == 4
        assert await outbox.skip_topic(db, "notice:1", now) == 4
        assert await outbox.counts(db, "notice:1") == {
            State.pending: 0,
            State.sent: 4,
            State.failed: 1,
            State.blocked: 1,
            State.skipped: 4,
        }
        assert await outbox.counts(db, "notice:2") == dict.fromkeys(State, 0)


async def test_one_key_is_said_once_even_by_two_at_once(database: Database, now: datetime) -> None:
    async def say() -> int:
        async with database.begin() as db:
            return len(await outbox.put(db, CHAT, [_say("a"), _say("b")], now=now, key="digest:2026-10-16:7"))

    assert sorted(await asyncio.gather(*(say() for _ in range(3)))) == [0, 0, 2]
    assert await _texts(database, now) == ["a", "b"]


async def test_pruning_keeps_broadcasts_longer_and_what_waits_for_ever(database: Database, now: datetime) -> None:
    ids = await _put(database, "1", "2", now=now)
    async with database.begin() as db:
        await outbox.put(db, CHAT, [_say("n")], now=now, key="k", topic="notice:1")
        await db.flush()
        rows = await outbox.pending(db, now)
        await outbox.settle(db, [(row.id, "sent", 1, None) for row in rows if row.id != ids[1]], now)
    async with database.begin() as db:
        assert await outbox.prune(db, now + timedelta(seconds=1), now) == 1
        assert await outbox.prune(db, now + timedelta(seconds=1), now + timedelta(seconds=1)) == 1
    assert await _texts(database, now) == ["2"]


async def test_a_chat_has_one_live_card_or_none(database: Database) -> None:
    async with database.begin() as db:
        assert await outbox.card_of(db, CHAT) is None
        await outbox.set_card(db, CHAT, 501)
        await outbox.set_card(db, CHAT, 502)
        await outbox.set_card(db, 8, 11)
        assert await outbox.card_of(db, CHAT) == 502
        assert await outbox.cards_of(db, [CHAT, 8, 9]) == {CHAT: 502, 8: 11}
        await outbox.set_card(db, CHAT, None)
        assert await outbox.card_of(db, CHAT) is None
