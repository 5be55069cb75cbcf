"""The clock jumps forth and back while the bot serves: nobody is stranded, and nothing waits for next year."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.background import jobs
from bot.config import Address, Secret, Settings
from bot.offline.demo import INSPECTOR, PACK
from bot.offline.seed import seed
from sandbox.client import Phone
from sandbox.faults import Planned
from storage.chat import overlong
from storage.chat.inbox import Arrival, Source
from storage.chat.outbox import Outgoing, State
from storage.visit.visits import Answer
from tests.bot.conftest import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sandbox.server import Sandbox
    from storage.database import Database

PATIENCE = 60.0
"""Seconds, on a machine with much else to do; a retry that waits for the wrong clock waits for days."""
JUMPS = (timedelta(hours=3), -timedelta(days=2), timedelta(days=1), -timedelta(days=400), timedelta())


class Unsteady:
    """The present moment, and so far beside it as the test says."""

    def __init__(self) -> None:
        self.off = -timedelta(days=500)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.off


@pytest.fixture
async def clock() -> Unsteady:
    return Unsteady()


@pytest.fixture
async def serving(
    telegram: Sandbox, sqlite_database: Database, clock: Unsteady, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[App]:
    monkeypatch.setattr(jobs, "LET_GO_SECONDS", 0.5)
    async with sqlite_database.begin() as db:
        phones = await seed(db, PACK, clock())
    start = next(one.start for one in phones if one.id == INSPECTOR)
    telegram.world.add_phone(INSPECTOR, "督导员01", "zh-hans", "", start)
    settings = Settings(
        bot_token=Secret(telegram.token),
        bot_api_url=telegram.url,
        data_dir=tmp_path,
        database_url=Secret(sqlite_database.url.render_as_string(hide_password=False)),
        listen=Address("127.0.0.1", 0),
    )
    async with App(settings, clock=clock) as app:
        serving = asyncio.create_task(app.run(asyncio.Event()))
        yield app
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def test_a_walk_goes_on_while_the_clock_jumps(serving: App, clock: Unsteady, telegram: Sandbox) -> None:
    async with Phone(telegram.url, INSPECTOR) as phone:
        await phone.start()
        await phone.text("今日督导")
        await until(lambda: sees(phone, "浙江省区域管理公司党委"), PATIENCE)
        await phone.tap("1. ")  # before the clock goes as far back as that, nobody had a role
        for number in range(1, 8):
            await until(lambda n=number: asks(phone, n), PATIENCE)
            clock.off = JUMPS[number % len(JUMPS)]
            if number == 3:  # its fate is unknown, so it is tried again, by a clock that is wrong
                clock.off = timedelta(days=30)
                telegram.trouble.plan(Planned(fault="lost_reply", method="editMessageText", chat=INSPECTOR))
            await phone.tap("✅")
            if number == 3:
                await until(lambda: put_off(serving.database), PATIENCE)
                clock.off = timedelta()
        await until(lambda: asks(phone, 8), PATIENCE)
    async with serving.database.read() as db:
        assert await db.scalar(sa.select(sa.func.count()).select_from(Answer)) == 7


async def test_what_was_put_off_while_the_clock_was_wrong_is_let_go_and_what_is_planned_is_not(
    database: Database,
) -> None:
    now = datetime.now(UTC)
    soon, next_year = now + timedelta(seconds=2), now + timedelta(days=365)
    async with database.begin() as db:
        about = {"chat_id": 1, "reply": {}, "created_at": now}
        rows = [
            Outgoing(**about, attempts=1, not_before=next_year),
            Outgoing(**about, attempts=1, not_before=soon),
            Outgoing(**about, not_before=next_year),
            Outgoing(**about, attempts=1, not_before=next_year, state=State.sent),
            Arrival(source=Source.telegram, chat_id=1, received_at=now, payload={}, retry_at=next_year),
        ]
        db.add_all(rows)
    async with database.begin() as db:
        assert await overlong.found(db, now)
        await overlong.let_go(db, now)
        assert not await overlong.found(db, now)
    async with database.read() as db:
        left = list(await db.scalars(sa.select(Outgoing.not_before).order_by(Outgoing.id)))
        assert left == [None, soon, next_year, next_year]
        assert await db.scalar(sa.select(Arrival.retry_at)) is None


async def sees(phone: Phone, words: str) -> bool:
    return any(words in str(one.get("text_html")) for one in await phone.messages())


async def asks(phone: Phone, number: int) -> bool:
    """Tell whether the newest card asks for the answer to an item."""
    newest = (await phone.messages())[-1]
    labels = [one["text"] for row in newest["buttons"] for one in row]
    return f"{number}. " in newest["text_html"] and any(one.startswith("✅") for one in labels)


async def put_off(database: Database) -> bool:
    async with database.read() as db:
        return bool(await db.scalar(sa.select(sa.func.count()).where(Outgoing.not_before.is_not(None))))
