"""A notice on its way through the whole bot: half of it blocked, calls failing, the process ended five times."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.config import Address, Secret, Settings
from sandbox.faults import Settings as Faults
from storage.people import Person, Role
from storage.voices import deliveries, notices
from storage.voices.deliveries import State as Fate
from storage.voices.notices import State

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.server import Sandbox
    from storage.database import Database

READERS = 70
BLOCKED = 10
FIRST = 50_001
SETTLED = frozenset({Fate.sent, Fate.failed, Fate.blocked, Fate.skipped})


@pytest.fixture
def settings(telegram: Sandbox, sqlite_url: str, tmp_path: Path) -> Settings:
    made = Settings(
        bot_token=Secret(telegram.token),
        bot_api_url=telegram.url,
        data_dir=tmp_path,
        database_url=Secret(sqlite_url),
        listen=Address("127.0.0.1", 0),
    )
    return replace(made, rate_overall=1000.0, rate_chat=100.0, burst_chat=100)


async def crowd(telegram: Sandbox, database: Database) -> int:
    """Let everybody in, some of whom have shut the bot out without its knowing, and return the notice for them."""
    now = telegram.world.clock.now()
    for at in range(READERS):
        phone = telegram.world.add_phone(FIRST + at, f"成员{at:03}", "zh-hans", "", None)
        phone.started, phone.blocked = True, at < BLOCKED
    async with database.begin() as db:
        author = Person(telegram_id=1, name="王主任", created_at=now)
        author.appoint(Role.admin, now)
        readers = [Person(telegram_id=FIRST + at, name=f"成员{at:03}", created_at=now) for at in range(READERS)]
        db.add_all([author, *readers])
        await db.flush()
        notice = await notices.add(db, author.id, now)
        notice.body = {"parts": [{"message": 1, "html": "请阅"}], "captioned": False}
        await notices.send(db, notice, [one.id for one in readers], now)
        return notice.id


async def fates(app: App, notice_id: int) -> dict[Fate, int]:
    async with app.database.read() as db:
        found, _ = await deliveries.counts(db, notice_id)
    assert sum(found.values()) == READERS, "the ledger adds up at every moment"
    return found


async def settled(app: App, notice_id: int) -> int:
    return sum(count for fate, count in (await fates(app, notice_id)).items() if fate in SETTLED)


async def test_a_ledger_adds_up_and_nobody_gets_it_twice_whatever_ends_the_process(
    telegram: Sandbox, settings: Settings
) -> None:
    telegram.trouble.put(Faults(seed=7, http_502=0.03, methods=frozenset({"sendmessage"})))
    notice_id = 0
    for run in range(6):
        app = App(settings, clock=telegram.world.clock.now)
        await app._start()
        try:
            if not run:
                notice_id = await crowd(telegram, app.database)
            goal = (run + 1) * READERS // 7
            while run < 5 and await settled(app, notice_id) < goal:
                await asyncio.sleep(0.01)
            if run == 5:
                async with asyncio.timeout(60):
                    while (await fates(app, notice_id))[Fate.sent] + BLOCKED < READERS:
                        await asyncio.sleep(0.02)
        finally:
            await app._close()  # as a kill does: nothing is waited for, nothing is said goodbye to
    sends = Counter(one.chat_id for one in telegram.world.ledger.since(0, 10_000) if one.method == "sendmessage")
    assert set(sends) >= set(range(FIRST + BLOCKED, FIRST + READERS))
    assert not set(sends) & set(range(FIRST, FIRST + BLOCKED))
    under_way = settings.sends_at_once * 5
    twice = sum(count - 1 for chat, count in sends.items() if chat >= FIRST)
    assert twice <= under_way, "only what was under way at an end may have come twice"
    async with App(settings, clock=telegram.world.clock.now) as app:
        await app.settled()
        assert await fates(app, notice_id) == dict.fromkeys(Fate, 0) | {
            Fate.sent: READERS - BLOCKED,
            Fate.blocked: BLOCKED,
        }
        async with app.database.read() as db:
            done = await notices.get(db, notice_id)
        assert done is not None
        assert done.state is State.sent
