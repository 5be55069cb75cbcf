"""A broadcast that is paid for: faster than the free limit, marked as such, and replies keep what is free."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.config import Address, ConfigError, Secret, Settings, read
from bot.outgoing.limits import Limits
from handlers.chat import Say, dump
from sandbox.faults import Rates
from sandbox.faults import Settings as Faults
from sandbox.limits import Limits as Published
from storage.chat import outbox
from storage.chat.outbox import Priority

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.server import Sandbox

FIRST = 60_001
MANY = 60


@pytest.fixture
def settings(telegram: Sandbox, sqlite_url: str, tmp_path: Path) -> Settings:
    return Settings(
        bot_token=Secret(telegram.token),
        bot_api_url=telegram.url,
        data_dir=tmp_path,
        database_url=Secret(sqlite_url),
        listen=Address("127.0.0.1", 0),
        rate_paid=1000.0,
    )


async def sent(telegram: Sandbox, settings: Settings, priority: Priority, free: int = 5) -> list[str]:
    """Send to many; returns how each call was marked, by what the server was given."""
    marks: list[str] = []

    async def look(incoming, perform):
        if incoming.method.startswith("send"):
            marks.append(str(incoming.sent.values.get("allow_paid_broadcast")).lower())
        return await perform(incoming)

    telegram.trouble.put(Faults(strict=True, rates=Rates(per_second=free)))
    for at in range(MANY):
        phone = telegram.world.add_phone(FIRST + at, f"成员{at:03}", "zh-hans", "", None)
        phone.started = True
    telegram.bot_api.add_layer(look)
    async with App(settings, clock=telegram.world.clock.now) as app:
        async with app.database.begin() as db:
            rows = [(FIRST + at, dump(Say(text="请阅")), f"k{at}") for at in range(MANY)]
            await outbox.put_many(db, rows, now=telegram.world.clock.now(), priority=priority, topic="t")
            app.database.notify(db, "outbox")
        async with asyncio.timeout(20):
            await app.settled()
    telegram.bot_api.remove_layer(look)
    return marks


@pytest.mark.parametrize("driver", ["ptb", "aiogram"])
async def test_a_broadcast_is_marked_as_paid_and_meets_no_free_limit(
    telegram: Sandbox, settings: Settings, driver: str
):
    marks = await sent(telegram, replace(settings, driver=driver), Priority.bulk)
    assert marks == ["true"] * MANY
    assert not [name for name, count in telegram.trouble.faults.counts.items() if count]


async def test_what_is_no_broadcast_is_never_paid_for(telegram: Sandbox, settings: Settings):
    marks = await sent(telegram, replace(settings, rate_overall=1000.0), Priority.reminder, free=1000)
    assert set(marks) == {"none"}


def test_paid_and_free_calls_do_not_count_against_one_another():
    limits = Limits(overall=2.0, chat=100.0, burst=100, group_minute=20.0, paid=100.0)
    for at in range(5):
        assert limits.overall_at(0.0, 1.0, bulk=True, paid=True) <= 0.0
        limits.take(at, 0.0, 1.0, bulk=True, paid=True)
        limits.answered(at, 0.0, 1.0, paid=True)
    assert limits.overall_at(0.0, 1.0, bulk=False) <= 0.0
    for at in range(2):
        limits.take(at, 0.0, 1.0)
        limits.answered(at, 0.0, 1.0)
    assert limits.overall_at(0.0, 1.0, bulk=False) > 0.0
    assert limits.overall_at(0.0, 1.0, bulk=True, paid=True) <= 0.0


def test_what_is_paid_for_has_its_own_limit_too():
    limits = Limits(overall=30.0, chat=100.0, burst=100, group_minute=20.0, paid=10.0)
    for at in range(10):
        limits.take(at, 0.0, 1.0, bulk=True, paid=True)
        limits.answered(at, 0.0, 1.0, paid=True)
    assert limits.overall_at(0.0, 1.0, bulk=True, paid=True) > 0.0
    published = Published(Rates(paid_per_second=10, per_second=1), lambda: 0.0)
    assert [published.take(at, 1.0, paid=True) for at in range(10)] == [None] * 10
    refused = published.take(99, 1.0, paid=True)
    assert refused is not None
    assert refused.limit == "overall"
    assert published.take(98, 1.0) is None


def test_a_paid_rate_telegram_does_not_have_is_refused():
    given = {"XUNDU_BOT_TOKEN": "123456:" + "a" * 35}
    assert read(given).rate_paid == 0.0
    assert read(given | {"XUNDU_RATE_PAID": "1000"}).rate_paid == 1000.0
    with pytest.raises(ConfigError, match="XUNDU_RATE_PAID"):
        read(given | {"XUNDU_RATE_PAID": "1001"})
