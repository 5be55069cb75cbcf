"""The line reads what waits once, hides nobody behind what is only not written down yet, and keeps the order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.outgoing.line import WINDOW, Line
from bot.outgoing.receipts import Fate, Receipts
from bot.outgoing.settle import Settler
from handlers.chat import Card, Say, dump
from storage.chat import outbox
from storage.chat.outbox import Outgoing, Priority, State
from tests.bot.conftest import now, until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.chat import Reply
    from storage.database import Database


@pytest.fixture
def settler(sqlite_database: Database) -> Settler:
    return Settler(sqlite_database, now, Receipts())


@pytest.fixture
def line(sqlite_database: Database, settler: Settler) -> Line:
    return Line(sqlite_database, settler, now)


async def put(database: Database, chats: Sequence[int], reply: Reply, priority: int = Priority.bulk) -> None:
    async with database.begin() as db:
        await outbox.say(db, [(chat, dump(reply)) for chat in chats], now=now(), priority=priority)


def chats(line: Line) -> list[int]:
    return [job.chat_id for job in line.heads()]


async def test_copies_that_say_the_same_are_read_once(sqlite_database: Database, line: Line) -> None:
    await put(sqlite_database, range(1, 6), Say(text="通知"))
    await line.refill(set(), set())
    assert len({id(job.reply) for job in line.heads()}) == 1


async def test_what_is_not_written_down_yet_hides_nobody_behind_it(
    sqlite_database: Database, line: Line, settler: Settler
) -> None:
    await put(sqlite_database, range(1, 2 * WINDOW + 1), Say(text="通知"))
    await line.refill(set(), set())
    first = list(line.heads())
    assert len(first) == WINDOW
    for job in first:
        line.take(job)
        settler.put(Fate(job.id, job.made, State.sent, 1), gather=True)
        line.back(job)
    assert line.exhausted
    await line.refill(set(), set())
    assert chats(line) == list(range(WINDOW + 1, 2 * WINDOW + 1))


async def test_a_chat_with_one_message_need_not_be_looked_up_when_that_is_sent(
    sqlite_database: Database, line: Line
) -> None:
    await put(sqlite_database, [1, 2], Say(text="通知"))
    await line.refill(set(), set())
    (job, _) = line.heads()
    line.take(job)
    await line.refill(set(), {1})
    assert chats(line) == [2]
    line.back(job)
    assert not line.stale


async def test_a_chat_with_another_message_is_looked_up_when_the_first_is_sent(
    sqlite_database: Database, line: Line
) -> None:
    await put(sqlite_database, [1, 1], Say(text="通知"))
    await line.refill(set(), set())
    (job,) = line.heads()
    line.take(job)
    await line.refill(set(), {1})
    assert chats(line) == []
    line.back(job)
    assert line.stale


async def test_a_chat_that_is_freed_while_the_line_is_read_is_looked_up_again(
    sqlite_database: Database, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(sqlite_database, [1, 1], Say(text="通知"))
    await line.refill(set(), set())
    (job,) = line.heads()
    line.take(job)
    pending = outbox.pending

    async def slowly(*about: object, **more: object) -> object:
        found = await pending(*about, **more)  # type: ignore[arg-type]
        line.back(job)
        return found

    monkeypatch.setattr(outbox, "pending", slowly)
    await line.refill(set(), {1})
    assert line.stale


async def test_a_busy_chat_with_very_many_messages_shuts_nobody_out(sqlite_database: Database, line: Line) -> None:
    await put(sqlite_database, [1] * (WINDOW + 20), Say(text="通知"))
    await put(sqlite_database, [2], Say(text="通知"))
    await line.refill(set(), {1})
    assert chats(line) == [2]


async def test_the_second_message_of_a_chat_has_the_place_that_is_its_own(
    sqlite_database: Database, line: Line
) -> None:
    await put(sqlite_database, [1, 2, 1], Say(text="通知"))
    await put(sqlite_database, [3], Say(text="答复"), Priority.reply)
    await line.refill(set(), set())
    assert chats(line) == [3, 1, 2]
    line.take(next(job for job in line.heads() if job.chat_id == 1))
    assert chats(line) == [3, 2, 1]


async def test_a_card_nobody_saw_gives_its_place_up_to_the_one_after_it(sqlite_database: Database, line: Line) -> None:
    await put(sqlite_database, [1], Card(text="1/22"))
    await put(sqlite_database, [2], Say(text="通知"))
    await put(sqlite_database, [1], Card(text="2/22"))
    await line.refill(set(), set())
    assert [(job.chat_id, job.reply.text) for job in line.heads()] == [(2, "通知"), (1, "2/22")]  # type: ignore[union-attr]


async def test_fates_of_a_broadcast_gather_and_are_written_without_being_asked_for(
    sqlite_database: Database, settler: Settler
) -> None:
    await put(sqlite_database, [1, 2], Say(text="通知"))
    async with sqlite_database.read() as db:
        rows = await outbox.pending(db, now())
    writing = asyncio.create_task(settler.run())
    for row in rows:
        settler.put(Fate(row.id, row.created_at, State.sent, 5), gather=True)
    assert len(settler.open) == 2

    async def written() -> bool:
        async with sqlite_database.read() as db:
            return (await outbox.counts(db))[State.sent] == 2

    await until(written)
    writing.cancel()
    async with sqlite_database.read() as db:
        found = await db.get(Outgoing, rows[0].id)
    assert found is not None
    assert (found.message_id, found.reply) == (5, None)
