"""The outbox reaches people through whatever Telegram answers, and through trouble with the database."""

from __future__ import annotations

import asyncio
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import pytest

from bot.drivers.errors import Unreachable
from bot.outgoing.deliver import ATTEMPTS
from handlers.chat import Card, Say
from sandbox.errors import ApiError
from storage import people
from storage.chat import outbox
from storage.chat.outbox import Priority, State
from storage.database import Database, Unavailable
from tests.bot.conftest import Clock, Faults, now, until
from tests.bot.outgoing.post import Post, at_work, said

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.drivers.driver import Driver
    from sandbox.client import Phone


async def test_a_refused_chat_waits_and_the_others_do_not(
    make_one: Callable[..., Post], faults: Faults, phones: list[Phone]
) -> None:
    patience = [ApiError(429, "Too Many Requests: retry after 1", {"retry_after": 1})]
    faults.refuse = lambda _, values: patience.pop() if patience and int(str(values["chat_id"])) == 1 else None
    post = make_one()
    await post.put(1, Say(text="a"), Say(text="b"))
    for chat_id in range(2, 6):
        await post.put(chat_id, Say(text=f"to {chat_id}"))
    async with at_work(post):
        await until(post.settled)
    assert faults.texts()[-2:] == ["a", "b"], "the others did not wait"
    assert said(await phones[0].messages()) == ["a", "b"]
    assert set(await post.states()) == {State.sent}


async def test_when_several_are_refused_everyone_waits(
    make_one: Callable[..., Post], faults: Faults, phones: list[Phone]
) -> None:
    faults.refuse = lambda *_: ApiError(429, "Too Many Requests: retry after 60", {"retry_after": 60})
    post = make_one(at_once=2)
    for chat_id in range(1, 6):
        await post.put(chat_id, Say(text=f"to {chat_id}"))
    async with at_work(post):
        await until(lambda: post.deliverer._limits._all_until > 0 and not post.deliverer._busy)
        faults.refuse = lambda *_: None
        before = len(faults.calls)
        assert before < 5
        await asyncio.sleep(0.2)
        assert len(faults.calls) == before
    assert set(await post.states()) == {State.pending}


async def test_someone_who_blocked_the_bot_is_marked_and_all_that_waits_is_settled(
    make: Callable[..., Post], faults: Faults, phone: Phone, phones: list[Phone]
) -> None:
    post = make()
    async with post.database.begin() as db:
        db.add(people.Person(telegram_id=4242, name="督导员01", created_at=now()))
    await phone.do("block")
    await post.put(4242, Say(text="a"), Card(text="b"))
    await post.put(4242, Say(text="c"), priority=Priority.bulk)
    await post.put(1, Say(text="d"), priority=Priority.bulk)
    async with at_work(post):
        await until(post.settled)
    assert await post.states() == [State.blocked, State.blocked, State.blocked, State.sent]
    assert len(faults.calls) == 2, "one refusal is enough"
    async with post.database.read() as db:
        person = await people.by_telegram(db, 4242)
    assert person is not None
    assert person.blocked_at is not None


async def test_a_group_that_moved_is_followed_with_all_that_waits(
    make: Callable[..., Post], faults: Faults, phones: list[Phone]
) -> None:
    moved = ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": 2})
    faults.refuse = lambda _, values: moved if int(str(values["chat_id"])) == -5 else None
    post = make()
    await post.put(-5, Say(text="a"), Say(text="b"))
    async with at_work(post):
        await until(post.settled)
    assert said(await phones[1].messages()) == ["a", "b"]
    assert [row.chat_id for row in (await post.fates()).values()] == [2, 2]


async def test_a_message_telegram_will_not_take_fails_and_the_chat_goes_on(
    make_one: Callable[..., Post], faults: Faults, phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    post = make_one()
    await post.put(4242, Say(text="<督导员01>"), Say(text="b"), Say(text="pic", picture="0" * 64), Say(text="c"))
    async with at_work(post):
        await until(post.settled)
    assert said(await phone.messages()) == ["b", "c"]
    rows = await post.fates()
    assert [row.state for row in rows.values()] == [State.failed, State.sent, State.failed, State.sent]
    assert "parse entities" in str(rows[1].error)
    assert "督导员01" not in caplog.text


async def test_a_row_that_cannot_be_read_fails_alone(
    make_one: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    post = make_one()
    async with post.database.begin() as db:
        await outbox.put(db, 4242, [{"kind": "hologram"}, {"kind": "say", "colour": 1}], now=now())
    await post.put(4242, Say(text="b"))
    async with at_work(post):
        await until(post.settled)
    assert await post.states() == [State.failed, State.failed, State.sent]


async def test_when_telegram_is_down_nothing_is_lost_and_nothing_counts_as_an_attempt(
    sqlite_database: Database,
    one_driver: Driver,
    faults: Faults,
    phone: Phone,
    nothing: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send, down = one_driver.send, [True]

    async def sometimes(chat_id: int, say: Say, files: Callable[[str], Path]) -> int:
        if down:
            raise Unreachable("ClientConnectorError", fate_unknown=False)
        return await send(chat_id, say, files)

    monkeypatch.setattr(one_driver, "send", sometimes)
    monkeypatch.setattr("bot.outgoing.deliver._LONGEST_OUTAGE", 0.05)
    post = Post(sqlite_database, one_driver, nothing, now)
    async with at_work(post):
        await post.put(4242, Say(text="a"), Say(text="b"))
        await asyncio.sleep(0.5)
        assert {row.attempts for row in (await post.fates()).values()} == {0}
        down.clear()
        await until(post.settled)
    assert said(await phone.messages()) == ["a", "b"]


async def test_a_send_of_unknown_fate_is_repeated_with_growing_pauses_in_its_order(
    make: Callable[..., Post], faults: Faults, phones: list[Phone], clock: Clock
) -> None:
    trouble = [ApiError(500, "Internal Server Error")] * 2
    faults.refuse = lambda _, values: trouble.pop() if trouble and int(str(values["chat_id"])) == 1 else None
    post = make(clock)
    await post.put(1, Say(text="a"), Say(text="b"))
    async with at_work(post):
        await until(lambda: faults.texts(1) == ["a"])
        await post.put(2, Say(text="other"))
        await until(lambda: faults.texts(2) == ["other"])
        for attempts, pause in ((1, 0.5), (2, 1.0)):

            async def noted(attempts: int = attempts) -> bool:
                return (await post.fates())[1].attempts == attempts

            await until(noted)
            assert faults.texts(1) == ["a"] * attempts
            clock.forward(pause)
            post.deliverer.wake()
        await until(post.settled)
    assert faults.texts(1) == ["a", "a", "a", "b"]
    assert (await post.fates())[1].attempts == 2


async def test_a_message_that_alone_keeps_failing_is_given_up_and_its_chat_goes_on(
    make_one: Callable[..., Post], faults: Faults, phones: list[Phone], clock: Clock
) -> None:
    faults.refuse = lambda _, values: ApiError(500, "Internal Server Error") if values.get("text") == "poison" else None
    post = make_one(clock)
    await post.put(1, Say(text="poison"), Say(text="b"))
    async with at_work(post):
        for number in range(ATTEMPTS + 3):
            await post.put(2, Say(text=f"fine {number}"))
            await until(lambda number=number: f"fine {number}" in faults.texts(2))  # type: ignore[misc]
            clock.forward(400)
            post.deliverer.wake()
        await until(post.settled)
    assert faults.texts(1).count("poison") == ATTEMPTS
    assert said(await phones[0].messages()) == ["b"]
    assert (await post.fates())[1].state == State.failed


async def test_a_fate_is_kept_while_the_database_is_in_trouble_and_nothing_is_sent_twice(
    sqlite_url: str,
    one_driver: Driver,
    faults: Faults,
    phone: Phone,
    nothing: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.outgoing.settle._AGAIN_SECONDS", 0.02)
    database, begin, down = Database(sqlite_url), Database.begin, []

    def sometimes(self: Database) -> Any:
        if down:
            raise Unavailable("disk full")
        return begin(self)

    monkeypatch.setattr(Database, "begin", sometimes)
    post = Post(database, one_driver, nothing, now)
    await post.put(4242, Say(text="a"), Card(text="b"))
    down.append(True)
    async with at_work(post):
        await until(lambda: len(faults.calls) == 2)
        for _ in range(10):
            post.deliverer.wake()
            await asyncio.sleep(0.01)
        assert not await post.settled()
        down.clear()
        await until(post.settled)
    assert faults.texts() == ["a", "b"]
    assert await post.card(4242) is not None
    await database.close()


async def test_a_revoked_token_stops_the_sending_and_keeps_the_messages(
    make_one: Callable[..., Post], faults: Faults, phones: list[Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.outgoing.deliver._REVOKED_SECONDS", 0.2)
    faults.refuse = lambda *_: ApiError(401, "Unauthorized")
    post = make_one(at_once=1)
    await post.put(1, Say(text="a"))
    await post.put(2, Say(text="b"))
    async with at_work(post):
        await until(lambda: len(faults.calls) == 1)
        faults.refuse = lambda *_: None
        await until(post.settled)
    assert faults.texts() == ["a", "a", "b"]


async def test_a_stop_sends_the_last_replies_but_no_bulk_and_writes_it_down(
    make_one: Callable[..., Post], faults: Faults, phones: list[Phone]
) -> None:
    faults.open.clear()
    post = make_one()
    await post.put(1, Say(text="a"))
    task = asyncio.create_task(post.deliverer.run())
    await until(lambda: len(faults.calls) == 1)
    await post.put(1, Say(text="b"))
    await post.put(2, Say(text="c"), priority=Priority.bulk)
    post.deliverer.stop()
    await asyncio.sleep(0.05)
    assert not task.done()
    faults.open.set()
    await task
    assert await post.states() == [State.sent, State.sent, State.pending]


async def test_a_stop_does_not_wait_for_a_telegram_that_is_down(
    make_one: Callable[..., Post], phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = make_one()

    async def refused(*_: object) -> int:
        raise Unreachable("ClientConnectorError", fate_unknown=False)

    monkeypatch.setattr(post.deliverer._driver, "send", refused)
    await post.put(4242, Say(text="a"))
    task = asyncio.create_task(post.deliverer.run())
    await until(lambda: post.deliverer._outage > 0)
    post.deliverer.stop()
    await task
    assert await post.states() == [State.pending]


@pytest.mark.parametrize("part", ["_drawer.forget", "_settler._receipts.keep"])
async def test_what_was_sent_is_never_sent_again_when_something_of_ours_fails_after_it(
    make_one: Callable[..., Post],
    faults: Faults,
    phone: Phone,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    part: str,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("督导员01")

    post = make_one()
    owner, name = part.rsplit(".", 1)
    monkeypatch.setattr(attrgetter(owner)(post.deliverer), name, broken)
    await post.put(4242, Say(text="a"), Say(text="b"))
    async with at_work(post):
        await until(post.settled)
    assert faults.texts() == ["a", "b"]
    assert await post.states() == [State.sent, State.sent]
    assert "RuntimeError" in caplog.text
    assert "督导员01" not in caplog.text


async def test_a_chat_whose_move_cannot_be_written_down_waits_in_its_order_and_the_others_do_not(
    make_one: Callable[..., Post], faults: Faults, phones: list[Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("督导员01")

    moved = ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": 2})
    faults.refuse = lambda _, values: moved if values.get("text") == "a" else None
    monkeypatch.setattr("storage.chat.conversations.move", broken)
    post = make_one()
    await post.put(1, Say(text="a"), Say(text="b"))
    async with at_work(post):
        await until(lambda: 1 in post.deliverer._held)
        await post.put(3, Say(text="c"))
        await until(lambda: faults.texts(3) == ["c"])
        post.deliverer.wake()
        await post.put(3, Say(text="d"))
        await until(lambda: faults.texts(3) == ["c", "d"])
    assert faults.texts(1) == ["a"], "neither again nor what comes after it"
    assert await post.states() == [State.pending, State.pending, State.sent, State.sent]
