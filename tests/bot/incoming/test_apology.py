"""While nothing can be stored people are told that it waits, and not more often than is of use."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

import pytest

from bot.incoming.apology import WAIT, Apology
from bot.incoming.receive import Intake
from handlers.chat import Button, Say
from storage.database import Database, Unavailable
from tests.bot.conftest import now, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from bot.drivers.driver import Driver
    from sandbox.client import Phone

WAITS = "请稍等：目前暂时无法存储。您的操作不会丢，恢复后自动处理，不用重复。"


class Broken(Database):
    """A database that is out of order."""

    def begin(self):
        raise Unavailable("out of order")


@pytest.fixture
async def intake(sqlite_url: str, one_driver: Driver, nothing: Callable[[str], Path]) -> AsyncIterator[Intake]:
    broken, toasts = Broken(sqlite_url), set()

    def toast(callback_id: str, words: str) -> None:
        toasts.add(asyncio.create_task(one_driver.toast(callback_id, words)))

    apology = Apology(one_driver, toast, nothing)
    yield Intake(broken, lambda _: None, now, apology)
    await asyncio.gather(*toasts)
    await apology.close()
    await broken.close()


async def given(intake: Intake, driver: Driver) -> int:
    """Take in what Telegram has, which fails; returns how much it was. Nothing is confirmed."""
    updates = await driver.fetch(0, 1)
    with pytest.raises(Unavailable):
        await intake.store(updates)
    return len(updates)


async def test_words_are_answered_once_however_often_telegram_comes_again(
    intake: Intake, one_driver: Driver, phone: Phone
) -> None:
    await phone.text("7 ✗ 记录缺失")
    for _ in range(3):
        assert await given(intake, one_driver) == 2

    async def told() -> bool:
        return [one["text"] for one in await phone.messages()] == [WAITS]

    await until(told)


async def test_a_tap_is_answered_by_a_toast(intake: Intake, one_driver: Driver, phone: Phone) -> None:
    await one_driver.send(4242, Say(text="1/22", buttons=((Button("✅", "a.b"),),)), lambda _: None)
    await one_driver.fetch((await one_driver.fetch(0, 1))[-1]["update_id"] + 1, 0)
    pressed = asyncio.create_task(phone.tap("✅"))
    while not await one_driver.fetch(0, 1):
        await asyncio.sleep(0.01)
    await given(intake, one_driver)
    assert (await pressed)["text"] == WAITS
    assert len(await phone.messages()) == 1


async def test_whoever_waits_for_a_lock_is_told_before_it_is_given_up(
    sqlite_url: str, one_driver: Driver, phone: Phone, nothing: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.incoming.receive._LATE_SECONDS", 0.05)
    database, woken = Database(sqlite_url), list[int]()
    intake = Intake(database, woken.extend, now, Apology(one_driver, lambda *_: None, nothing))
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    storing = asyncio.create_task(intake.store(await one_driver.fetch(0, 1)))
    while not await phone.messages():
        await asyncio.sleep(0.01)
    assert not storing.done()
    other.execute("ROLLBACK")
    other.close()
    await storing
    assert woken == [4242]
    await database.close()


async def test_what_makes_no_sense_and_groups_are_told_nothing(
    intake: Intake, one_driver: Driver, phone: Phone
) -> None:
    made = [
        {"update_id": 1, "message": {"chat": {"id": -100, "type": "group"}, "text": "x"}},
        {"update_id": 2, "callback_query": {"id": 7, "message": {"chat": {"id": 4242}}}},
        {"update_id": 3, "my_chat_member": {"chat": {"id": 4242}}},
    ]
    for one in made:
        with pytest.raises(Unavailable):
            await intake.store([one])
    assert await phone.messages() == []


def test_the_sentence_fits_into_a_toast() -> None:
    assert len(WAIT) <= 200
