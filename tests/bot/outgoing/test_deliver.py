"""The outbox reaches people: in order, the urgent first, once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from handlers.chat import Card, Say, dump
from storage.chat import outbox
from storage.chat.outbox import Priority, State
from storage.database import Database
from tests.bot.conftest import Faults, now, until
from tests.bot.outgoing.post import ROWS, Post, at_work, said

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from bot.drivers.driver import Driver
    from sandbox.client import Phone

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
    monkeypatch.setattr("bot.outgoing.deliver.POLL_SECONDS", 60.0)
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
    successor = posts[1 - leads].deliverer
    await until(lambda: successor._leading)
    assert successor._limits.overall_at(0.0, 1.0, bulk=False) > 0.0, "the second is perhaps used up"
    await until(posts[0].settled)
    posts[1 - leads].deliverer.stop()
    await tasks[1 - leads]
    assert faults.texts() == [*(str(number) for number in range(10)), "after"]
    for post in posts:
        await post.database.close()


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
