"""A whole bot over an offline Telegram that is a hard place: every fault there is, met by hand."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.offline import demo
from handlers.chat import Say, dump
from sandbox.client import Phone
from sandbox.faults import FAULTS, Planned, Rates, Settings
from storage.chat import outbox
from storage.chat.inbox import Arrival
from storage.chat.outbox import State
from storage.people import Person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.app import App
    from sandbox.server import Sandbox


@pytest.fixture
async def offline(tmp_path: Path) -> AsyncIterator[tuple[Sandbox, App]]:
    async with demo.offline(tmp_path, 0) as both:
        yield both


async def worked_off(telegram: Sandbox, app: App) -> None:
    """Wait until nothing is on its way in either direction."""
    while telegram.world.updates.waiting:
        await asyncio.sleep(0.01)
    await app.settled()


def sent_to(telegram: Sandbox, chat_id: int) -> list[str]:
    entries = telegram.world.ledger.since(0, 10_000)
    return [one.text for one in entries if one.chat_id == chat_id and one.method == "sendmessage"]


async def test_every_kind_of_fault_is_got_over_and_everybody_is_answered(offline: tuple[Sandbox, App]):
    telegram, app = offline
    telegram.trouble.put(Settings(retry_after=1, hang_seconds=0.5, slow_seconds=0.1))
    for at, fault in enumerate(FAULTS):
        telegram.world.add_phone(7700 + at, "路人", "zh-hans", "", None)
        telegram.trouble.plan(Planned(fault=fault, method="sendMessage", chat=7700 + at))
    phones = [Phone(telegram.url, 7700 + at) for at in range(len(FAULTS))]
    await asyncio.gather(*(one.start() for one in phones))
    await worked_off(telegram, app)
    assert telegram.trouble.faults.counts == dict.fromkeys(FAULTS, 1)
    for phone, fault in zip(phones, FAULTS, strict=True):
        assert len(sent_to(telegram, phone.id)) == 1 + fault.endswith("_reply"), fault
        assert len(set(sent_to(telegram, phone.id))) == 1, fault
        await phone.__aexit__(None, None, None)


async def test_within_telegrams_strict_limits_nothing_is_refused(offline: tuple[Sandbox, App]):
    telegram, app = offline
    telegram.trouble.put(Settings(strict=True, rates=Rates(chat_burst=5, edit_cost=0.25)))
    async with Phone(telegram.url, demo.INSPECTOR) as phone:
        await phone.start()
        for _ in range(6):
            await phone.text("/help")
        await worked_off(telegram, app)
    assert telegram.trouble.faults.counts == {}
    assert len(sent_to(telegram, demo.INSPECTOR)) > 6


async def test_edits_that_count_in_full_are_put_off_and_none_is_lost(offline: tuple[Sandbox, App]):
    telegram, app = offline
    async with Phone(telegram.url, demo.INSPECTOR) as phone:
        await phone.start()
        await phone.text("/today")
        await worked_off(telegram, app)
        await phone.tap("1. ")
        await worked_off(telegram, app)
        telegram.trouble.put(Settings(strict=True, rates=Rates(chat_per_second=2, chat_burst=1, edit_cost=1)))
        cards = [one for one in await phone.messages() if one["buttons"]]
        forward = next(one for row in cards[-1]["buttons"] for one in row if one["text"] == "▶")
        visit = forward["data"].split(":")[1]
        for number in (2, 3, 4, 2, 3, 5):
            await phone.press(cards[-1]["id"], f"checklist.go:{visit}:{number}", wait=False)
            await asyncio.sleep(0.05)
        await worked_off(telegram, app)
        assert telegram.trouble.faults.counts["limit_chat"] > 0
        assert any("\n5. " in one["text"] or one["text"].startswith("5. ") for one in await phone.messages())


async def test_updates_that_come_twice_or_in_a_burst_are_answered_once_and_in_order(offline: tuple[Sandbox, App]):
    telegram, app = offline
    telegram.trouble.put(Settings(duplicate_update=1.0))
    async with Phone(telegram.url, demo.INSPECTOR) as phone:
        await phone.start()
        await worked_off(telegram, app)
        before = len(sent_to(telegram, demo.INSPECTOR))
        await phone.do("offline")
        for words in ("/help", "/privacy", "/help", "/privacy"):
            await phone.text(words)
        assert (await phone.do("online"))["sent"] == 4
        await worked_off(telegram, app)
        said = sent_to(telegram, demo.INSPECTOR)[before:]
    assert len(said) == 4
    assert said[0] == said[2] != said[1] == said[3]
    assert telegram.trouble.faults.counts["duplicate_update"] > 0
    async with app.database.read() as db:
        ids = list(await db.scalars(sa.select(Arrival.update_id)))
    assert len(ids) == len(set(ids)) >= 5


async def test_whoever_is_deactivated_is_marked_and_comes_back(offline: tuple[Sandbox, App]):
    telegram, app = offline
    async with Phone(telegram.url, demo.INSPECTOR) as phone:
        await phone.start()
        await worked_off(telegram, app)
        await phone.do("deactivate")
        async with app.database.begin() as db:
            await outbox.put(db, demo.INSPECTOR, [dump(Say(text="…"))], now=app._clock())
            app.database.notify(db, "outbox")
        await app.settled()
        who = sa.select(Person.blocked_at).where(Person.telegram_id == demo.INSPECTOR)
        async with app.database.read() as db:
            assert await db.scalar(who) is not None
            assert (await outbox.counts(db))[State.blocked] == 1
        await phone.do("activate")
        await phone.text("/help")
        await worked_off(telegram, app)
        async with app.database.read() as db:
            assert await db.scalar(who) is None


async def test_a_press_answered_after_150_seconds_is_done_without_a_toast(offline: tuple[Sandbox, App]):
    telegram, app = offline
    async with Phone(telegram.url, demo.INSPECTOR) as phone:
        await phone.start()
        await phone.text("/today")
        await worked_off(telegram, app)
        await phone.tap("1. ")
        await worked_off(telegram, app)
        telegram.trouble.put(Settings(reset=1.0, methods=frozenset({"getUpdates"})))  # nothing comes through
        await asyncio.sleep(0.05)
        await phone.tap("✅", wait=False)
        telegram.world.clock.advance(timedelta(seconds=151))
        telegram.trouble.put(Settings())
        await worked_off(telegram, app)
        toasts = (await phone.chat())["toasts"]
    assert toasts == []
    async with app.database.read() as db:
        assert await db.scalar(sa.text("select count(*) from answers")) == 1
