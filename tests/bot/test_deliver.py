"""The outbox reaches people: in order, the urgent first, once, and through whatever Telegram answers."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from bot.deliver import ATTEMPTS, Deliverer
from bot.drivers.errors import Unreachable
from bot.limits import Limits
from handlers.chat import Button, Card, Change, Commands, Reply, Say, dump
from sandbox.errors import ApiError
from storage import outbox, people
from storage.database import Database, Unavailable
from storage.outbox import Outgoing, Priority, State
from tests.bot.conftest import Clock, Faults, now, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from bot.drivers.driver import Driver
    from sandbox.client import Phone

FAST = {"overall": 10_000.0, "chat": 1000.0, "burst": 1000, "group_minute": 60_000.0}
ROWS = ((Button("✅", "visit.answer:7:ok"),),)


class Post:
    """A deliverer at work, and the outbox it empties."""

    def __init__(
        self, database: Database, driver: Driver, files: Callable[[str], Path], clock: Any, **more: Any
    ) -> None:
        rates = FAST | {name: more.pop(name) for name in tuple(more) if name in FAST}
        self.database = database
        self.clock = clock
        self.deliverer = Deliverer(database, driver, Limits(**rates), files, clock, **more)  # type: ignore[arg-type]

    async def put(self, chat_id: int, *replies: Reply, priority: int = Priority.reply) -> list[int]:
        """Commit replies and wake the deliverer, as a turn does."""
        async with self.database.begin() as db:
            rows = await outbox.put(db, chat_id, [dump(one) for one in replies], now=self.clock(), priority=priority)
            await db.flush()
            ids = [row.id for row in rows]
        self.deliverer.wake(chat_id)
        return ids

    async def fates(self) -> dict[int, Outgoing]:
        """Return every row by its id."""
        async with self.database.read() as db:
            found = {}
            for number in range(1, 1000):
                row = await db.get(Outgoing, number)
                if row is None:
                    return found
                found[number] = row
            return found

    async def states(self) -> list[str]:
        return [row.state for row in (await self.fates()).values()]

    async def settled(self) -> bool:
        async with self.database.read() as db:
            return (await outbox.counts(db))[State.pending] == 0

    async def card(self, chat_id: int) -> int | None:
        async with self.database.read() as db:
            return await outbox.card_of(db, chat_id)


@asynccontextmanager
async def at_work(post: Post) -> AsyncIterator[Post]:
    task = asyncio.create_task(post.deliverer.run())
    try:
        yield post
    finally:
        post.deliverer.stop()
        await task


@pytest.fixture
def make(database: Database, one_driver: Driver, nothing: Callable[[str], Path]) -> Callable[..., Post]:
    """Make a deliverer on either database."""
    return lambda clock=now, **more: Post(database, one_driver, nothing, clock, **more)


@pytest.fixture
def make_one(sqlite_database: Database, one_driver: Driver, nothing: Callable[[str], Path]) -> Callable[..., Post]:
    """Make a deliverer where the database does not matter."""
    return lambda clock=now, **more: Post(sqlite_database, one_driver, nothing, clock, **more)


def said(phone: list[dict[str, Any]]) -> list[str]:
    return [one["text"] for one in phone]


# --- order and urgency ---


async def test_what_is_said_to_a_chat_arrives_in_order_and_is_settled(
    make: Callable[..., Post], faults: Faults, phones: list[Phone]
) -> None:
    async with at_work(make()) as post:
        for number in range(5):
            for chat_id in range(1, 6):
                await post.put(chat_id, Say(text=f"{chat_id}.{number}a"), Say(text=f"{chat_id}.{number}b"))
        await until(post.settled)
    for phone in phones:
        expected = [f"{phone.id}.{number}{part}" for number in range(5) for part in "ab"]
        assert said(await phone.messages()) == expected
    rows = await post.fates()
    assert {row.state for row in rows.values()} == {State.sent}
    assert all(row.message_id and row.reply is None and row.settled_at for row in rows.values())


async def test_a_reply_overtakes_the_bulk_that_waits(
    make_one: Callable[..., Post], faults: Faults, phones: list[Phone]
) -> None:
    faults.open.clear()
    post = make_one(at_once=2)
    for number in range(20):
        await post.put(1 + number % 4, Say(text=f"bulk {number}"), priority=Priority.bulk)
    async with at_work(post):
        await until(lambda: len(faults.calls) == 1)  # bulk may not take every way out
        await post.put(5, Say(text="reply"))
        await until(lambda: len(faults.calls) == 2)
        assert faults.texts()[-1] == "reply"
        faults.open.set()
        await until(post.settled)


async def test_reminders_go_before_bulk_and_replies_before_both(
    make_one: Callable[..., Post], faults: Faults, phones: list[Phone]
) -> None:
    post = make_one(at_once=1)
    await post.put(1, Say(text="bulk"), priority=Priority.bulk)
    await post.put(2, Say(text="reminder"), priority=Priority.reminder)
    await post.put(3, Say(text="reply"))
    async with at_work(post):
        await until(post.settled)
    assert faults.texts() == ["reply", "reminder", "bulk"]


async def test_a_chat_with_a_long_backlog_does_not_hide_the_others(
    make_one: Callable[..., Post], faults: Faults, phones: list[Phone]
) -> None:
    post = make_one(burst=1, chat=0.01)
    await post.put(1, *(Say(text=f"{number}") for number in range(250)))
    await post.put(2, Say(text="mine"))
    async with at_work(post):
        await until(lambda: "mine" in faults.texts())
    assert faults.texts(1) == ["0"]


async def test_one_chat_has_one_message_under_way_at_a_time(
    make_one: Callable[..., Post], faults: Faults, phones: list[Phone]
) -> None:
    faults.open.clear()
    post = make_one()
    await post.put(1, Say(text="a"), Say(text="b"))
    await post.put(2, Say(text="c"))
    async with at_work(post):
        await until(lambda: len(faults.calls) >= 2)
        await asyncio.sleep(0.05)
        assert sorted(faults.texts()) == ["a", "c"]
        faults.open.set()
        await until(post.settled)


async def test_the_rate_of_a_chat_is_kept(make_one: Callable[..., Post], faults: Faults, phones: list[Phone]) -> None:
    post = make_one(burst=2, chat=0.01)
    await post.put(1, *(Say(text=str(number)) for number in range(6)))
    async with at_work(post):
        await until(lambda: 1 in post.deliverer._held)
        assert faults.texts() == ["0", "1"]


async def test_a_restart_goes_on_with_what_is_pending(make: Callable[..., Post], faults: Faults, phone: Phone) -> None:
    first = make()
    await first.put(4242, Say(text="a"))
    async with at_work(first):
        await until(first.settled)
    await first.put(4242, Say(text="b"), Say(text="c"))
    second = make()
    async with at_work(second):
        await until(second.settled)
    assert said(await phone.messages()) == ["a", "b", "c"]


async def test_a_ring_in_the_commit_is_enough_to_wake_it(
    make: Callable[..., Post], faults: Faults, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.deliver.POLL_SECONDS", 60.0)
    async with at_work(make()) as post:
        await asyncio.sleep(0.1)
        async with post.database.begin() as db:
            await outbox.put(db, 4242, [dump(Say(text="ring"))], now=now())
            post.database.notify(db, "outbox")
        await until(post.settled)
    assert faults.texts() == ["ring"]


async def test_only_the_leader_delivers_and_another_takes_over(
    postgres_url: str, one_driver: Driver, faults: Faults, phone: Phone, nothing: Callable[[str], Path]
) -> None:
    posts = [Post(Database(postgres_url), one_driver, nothing, now) for _ in range(2)]
    tasks = [asyncio.create_task(post.deliverer.run()) for post in posts]
    for number in range(10):
        await posts[number % 2].put(4242, Say(text=str(number)))
        posts[1 - number % 2].deliverer.wake()
    await until(posts[0].settled)
    leads = 0 if posts[0].deliverer._leading else 1
    tasks[leads].cancel()
    await asyncio.gather(tasks[leads], return_exceptions=True)
    await posts[0].put(4242, Say(text="after"))
    await until(posts[0].settled)
    posts[1 - leads].deliverer.stop()
    await tasks[1 - leads]
    assert faults.texts() == [*(str(number) for number in range(10)), "after"]
    for post in posts:
        await post.database.close()


# --- the card ---


async def test_a_tapped_card_is_edited_in_place(make_one: Callable[..., Post], faults: Faults, phone: Phone) -> None:
    async with at_work(make_one()) as post:
        await post.put(4242, Card(text="1/22", buttons=ROWS))
        await until(post.settled)
        live = await post.card(4242)
        for number in range(2, 5):
            await post.put(4242, Card(text=f"{number}/22", buttons=ROWS, tapped=live or 0))
            await until(post.settled)
    assert said(await phone.messages()) == ["4/22"]
    assert faults.methods() == ["sendmessage", *["editmessagetext"] * 3]
    assert await post.card(4242) == live


async def test_a_card_nobody_tapped_goes_to_the_bottom_and_the_old_one_away(
    make: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    async with at_work(make()) as post:
        await post.put(4242, Card(text="1/22", buttons=ROWS), Say(text="已存"))
        await until(post.settled)
        await post.put(4242, Card(text="2/22", buttons=ROWS))
        await until(post.settled)
        await until(lambda: faults.methods()[-1] == "deletemessage")
    assert said(await phone.messages()) == ["已存", "2/22"]
    assert faults.methods() == ["sendmessage", "sendmessage", "sendmessage", "deletemessage"]


async def test_an_old_card_that_cannot_be_deleted_loses_its_buttons(
    make_one: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    faults.refuse = lambda method, _: (
        ApiError(400, "Bad Request: message can't be deleted for everyone") if method == "deletemessage" else None
    )
    async with at_work(make_one()) as post:
        await post.put(4242, Card(text="1/22", buttons=ROWS))
        await until(post.settled)
        await post.put(4242, Card(text="2/22", buttons=ROWS))
        await until(lambda: faults.methods()[-1] == "editmessagereplymarkup")
    old, new = await phone.messages()
    assert (old["text"], old["buttons"]) == ("1/22", [])
    assert new["buttons"]


async def test_a_tap_on_an_old_card_brings_the_card_to_the_bottom(
    make_one: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    async with at_work(make_one()) as post:
        await post.put(4242, Card(text="1/22", buttons=ROWS))
        await until(post.settled)
        live = await post.card(4242)
        await post.put(4242, Card(text="2/22", buttons=ROWS, tapped=(live or 0) - 1))
        await until(post.settled)
    assert said(await phone.messages()) == ["2/22"]
    assert await post.card(4242) != live


async def test_a_card_the_person_deleted_is_sent_anew(
    make_one: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    async with at_work(make_one()) as post:
        await post.put(4242, Card(text="1/22", buttons=ROWS))
        await until(post.settled)
        live = await post.card(4242) or 0
        await post.deliverer._driver.delete(4242, live)
        await post.put(4242, Card(text="2/22", buttons=ROWS, tapped=live))
        await until(post.settled)
    assert said(await phone.messages()) == ["2/22"]
    assert faults.methods() == ["sendmessage", "deletemessage", "editmessagetext", "sendmessage"]
    assert await post.card(4242) not in (None, live)


async def test_a_final_card_stays_and_the_next_is_a_new_message(
    make_one: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    async with at_work(make_one()) as post:
        await post.put(4242, Card(text="22/22", buttons=ROWS))
        await until(post.settled)
        live = await post.card(4242) or 0
        await post.put(4242, Card(text="已提交", tapped=live, final=True))
        await until(post.settled)
        assert await post.card(4242) is None
        await post.put(4242, Card(text="1/22", buttons=ROWS, tapped=live))
        await until(post.settled)
    assert said(await phone.messages()) == ["已提交", "1/22"]


async def test_a_card_nobody_has_seen_is_skipped_for_a_later_one(
    make_one: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    post = make_one()
    await post.put(4242, Card(text="1/22"), Say(text="已存"), Card(text="2/22"), Card(text="3/22"))
    async with at_work(post):
        await until(post.settled)
    assert said(await phone.messages()) == ["已存", "3/22"]
    assert await post.states() == [State.skipped, State.sent, State.skipped, State.sent]


async def test_a_final_card_is_never_skipped(make_one: Callable[..., Post], faults: Faults, phone: Phone) -> None:
    post = make_one()
    await post.put(4242, Card(text="1/22"), Card(text="已提交", final=True), Card(text="1/5"))
    async with at_work(post):
        await until(post.settled)
    assert said(await phone.messages()) == ["已提交", "1/5"]


async def test_a_card_that_comes_while_one_is_under_way_takes_the_place_of_those_between(
    make_one: Callable[..., Post], faults: Faults, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.deliver.POLL_SECONDS", 60.0)  # so that nothing but the end of a send brings the next
    faults.open.clear()
    async with at_work(make_one()) as post:
        await post.put(4242, Card(text="1/22"))
        await until(lambda: len(faults.calls) == 1)
        await post.put(4242, Card(text="2/22"))
        await post.put(4242, Card(text="3/22"))
        faults.open.set()
        await until(post.settled)
    assert faults.texts() == ["1/22", "3/22"]


async def test_a_change_of_a_message_that_is_gone_is_skipped_and_a_menu_is_set(
    make_one: Callable[..., Post], faults: Faults, phone: Phone
) -> None:
    async with at_work(make_one()) as post:
        await post.put(4242, Say(text="收据"))
        await until(post.settled)
        sent = (await post.fates())[1].message_id or 0
        await post.put(4242, Change(message_id=sent, text="收据，已撤销"), Change(message_id=sent + 50, text="?"))
        await post.put(4242, Commands(commands=(("help", "帮助"),)))
        await until(post.settled)
    assert await post.states() == [State.sent, State.sent, State.skipped, State.sent]
    assert said(await phone.messages()) == ["收据，已撤销"]
    assert "help" in str((await phone.chat())["commands"])


# --- what Telegram answers ---


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
    monkeypatch.setattr("bot.deliver._LONGEST_OUTAGE", 0.05)
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
    monkeypatch.setattr("bot.settle._AGAIN_SECONDS", 0.02)
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
    monkeypatch.setattr("bot.deliver._REVOKED_SECONDS", 0.2)
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


# --- toasts ---


async def test_a_toast_goes_straight_out_and_a_late_one_is_only_noted(
    make_one: Callable[..., Post], faults: Faults, phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    post = make_one()
    async with at_work(post):
        await post.put(4242, Card(text="1/22", buttons=ROWS))
        await until(post.settled)
        pressed = asyncio.create_task(phone.tap("✅"))
        updates = await post.deliverer._driver.fetch(0, 5)
        while "callback_query" not in updates[-1]:
            updates = await post.deliverer._driver.fetch(updates[-1]["update_id"] + 1, 5)
        post.deliverer.toast(updates[-1]["callback_query"]["id"], "已记")
        assert (await pressed)["text"] == "已记"
        post.deliverer.toast("12345", "too late")
        await until(lambda: "a tap was not answered" in caplog.text)
    assert "too late" not in caplog.text
