"""The ledger of a notice: it adds up at every moment, follows the outbox, and is fixed when the notice is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import people
from storage.chat import outbox
from storage.chat.outbox import Priority
from storage.people import Person, Role
from storage.voices import deliveries, notices
from storage.voices.deliveries import State

if TYPE_CHECKING:
    from datetime import datetime

    from storage.database import Database, Session
    from storage.voices.notices import Notice


async def crowd(db: Session, count: int, now: datetime) -> list[Person]:
    everybody = [Person(telegram_id=1000 + at, name=f"成员{at:02}", created_at=now) for at in range(count)]
    for one in everybody:
        one.appoint(Role.inspector, now)
    db.add_all(everybody)
    await db.flush()
    return everybody


async def sent(db: Session, everybody: list[Person], now: datetime) -> Notice:
    notice = await notices.add(db, everybody[0].id, now)
    await notices.send(db, notice, [one.id for one in everybody], now)
    return notice


async def queue(db: Session, notice: Notice, limit: int, now: datetime) -> list[int]:
    them = [person for person, _ in await deliveries.due(db, notice.id, limit)]
    said, about = {"kind": "say", "text": "通知"}, {"priority": Priority.bulk, "topic": notice.topic}
    await outbox.put_copies(db, [said], them, now=now, **about)
    await deliveries.queue(db, notice.id, them, notice.topic, notice.version, notice.chased)
    return [row.id for row in await outbox.pending(db, now)]


async def test_outcomes_come_home_in_the_transaction_that_settles_them(database: Database, now: datetime):
    async with database.begin() as db:
        everybody = await crowd(db, 6, now)
        everybody[5].blocked(now)
        notice = await sent(db, everybody, now)
        ids = await queue(db, notice, 4, now)
        assert [ids[at] + 1 for at in range(3)] == ids[1:]
    async with database.begin() as db:
        await outbox.settle(db, [(ids[0], "sent", 77, None), (ids[1], "failed", None, "no")], now)
        found, _ = await deliveries.counts(db, notice.id)
        assert found == {
            State.waiting: 1, State.queued: 2, State.sent: 1, State.failed: 1, State.blocked: 1, State.skipped: 0
        }  # fmt: skip
        await outbox.settle_chat(db, 1002, outbox.State.blocked, now)
    async with database.read() as db:
        first = await deliveries.of(db, notice.id, everybody[0].id)
        found, read = await deliveries.counts(db, notice.id)
    assert first is not None
    assert (first.message_id, first.settled_at) == (77, now)
    assert (found[State.blocked], found[State.queued], read) == (2, 1, 0)
    assert sum(found.values()) == notice.size == 6


async def test_a_rollback_takes_the_ledger_back_with_the_outbox(database: Database, now: datetime):
    async with database.begin() as db:
        notice = await sent(db, await crowd(db, 2, now), now)
        ids = await queue(db, notice, 2, now)

    async def broken() -> None:
        async with database.begin() as db:
            await outbox.settle(db, [(ids[0], "sent", 7, None)], now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await broken()
    async with database.read() as db:
        found, _ = await deliveries.counts(db, notice.id)
    assert (found[State.queued], found[State.sent]) == (2, 0)


async def test_stopping_skips_what_waits_here_and_in_the_outbox(database: Database, now: datetime):
    async with database.begin() as db:
        notice = await sent(db, await crowd(db, 5, now), now)
        ids = await queue(db, notice, 3, now)
        await outbox.settle(db, [(ids[0], "sent", 7, None)], now)
        await notices.stop(db, notice, now)
    async with database.read() as db:
        found, _ = await deliveries.counts(db, notice.id)
        pending = await outbox.pending(db, now)
    assert (found[State.sent], found[State.skipped], sum(found.values())) == (1, 4, 5)
    assert pending == []


async def test_nobody_is_produced_twice_even_when_the_key_is_tried_again(sqlite_database: Database, now: datetime):
    async with sqlite_database.begin() as db:
        notice = await sent(db, await crowd(db, 2, now), now)
        await queue(db, notice, 2, now)
        assert await deliveries.due(db, notice.id, 9) == []
    again = [(1000, {"kind": "say", "text": ""}, f"{notice.topic}:{1}")]
    async with sqlite_database.begin() as db:
        with pytest.raises(sa.exc.IntegrityError):
            await outbox.put_many(db, again, now=now, priority=Priority.bulk, topic=notice.topic)


async def test_an_album_goes_ahead_of_its_words_to_each_in_turn(database: Database, now: datetime):
    said = [{"kind": "say", "text": one} for one in ("相册", "通知")]
    async with database.begin() as db:
        everybody = await crowd(db, 2, now)
        notice = await sent(db, everybody, now)
        them = [one.id for one in everybody]
        await outbox.put_copies(db, said, them, now=now, priority=Priority.bulk, topic=notice.topic)
        await deliveries.queue(db, notice.id, them, notice.topic, 3, 2)
    async with database.read() as db:
        rows = await outbox.pending(db, now)
        mine = await deliveries.of(db, notice.id, them[0])
        keys = list(await db.scalars(sa.select(outbox.Outgoing.key).order_by(outbox.Outgoing.id)))
    assert [(row.chat_id, row.reply["text"]) for row in rows if row.reply] == [
        (1000, "相册"), (1000, "通知"), (1001, "相册"), (1001, "通知")
    ]  # fmt: skip
    assert keys == [f"{notice.topic}:{one}{part}" for one in them for part in (":1", "")]
    assert mine is not None
    assert (mine.state, mine.outbox_id, mine.version, mine.chased) == (State.queued, rows[1].id, 3, 2)


async def test_copies_are_due_in_each_ones_language_and_in_none_where_there_is_no_address(
    database: Database, now: datetime
):
    async with database.begin() as db:
        everybody = await crowd(db, 3, now)
        everybody[1].language, everybody[2].telegram_id = "en", None
        notice = await sent(db, everybody, now)
        due = await deliveries.due(db, notice.id, 9)
        await deliveries.skip(db, notice.id, [person for person, language in due if language is None], now)
        left = await deliveries.due(db, notice.id, 9)
        found, _ = await deliveries.counts(db, notice.id)
    assert sorted(due) == [(everybody[0].id, "zh_CN"), (everybody[1].id, "en"), (everybody[2].id, None)]
    assert sorted(left) == sorted(due)[:2]
    assert (found[State.waiting], found[State.skipped]) == (2, 1)


async def test_the_erased_are_not_written_to_and_still_count(sqlite_database: Database, now: datetime):
    async with sqlite_database.begin() as db:
        everybody = await crowd(db, 3, now)
        notice = await sent(db, everybody, now)
        gone = await people.by_id(db, everybody[1].id)
        assert gone is not None
        await people.erase(db, gone, now)
    async with sqlite_database.read() as db:
        found, _ = await deliveries.counts(db, notice.id)
        who = {one.person for one in await notices.belongings(db, now)}
    assert (found[State.waiting], found[State.skipped]) == (2, 1)
    assert everybody[1].id not in who


async def test_a_notice_for_nobody_or_sent_twice_is_a_mistake(sqlite_database: Database, now: datetime):
    async with sqlite_database.begin() as db:
        everybody = await crowd(db, 1, now)
        notice = await notices.add(db, everybody[0].id, now)
        with pytest.raises(ValueError, match="cannot be sent"):
            await notices.send(db, notice, [], now)
        await notices.send(db, notice, [everybody[0].id], now)
        with pytest.raises(ValueError, match="cannot be sent"):
            await notices.send(db, notice, [everybody[0].id], now)
