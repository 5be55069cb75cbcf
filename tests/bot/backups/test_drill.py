"""The drill: walk, back up while updates pour in, restore elsewhere, compare, and go on with the conversation there."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.backups import restore as restoring
from bot.backups.backup import back_up
from bot.config import Address, Secret, Settings
from bot.offline.demo import INSPECTOR, PACK, TOKEN
from bot.offline.script import UNIT, picture
from bot.offline.seed import seed
from sandbox.client import Phone
from sandbox.server import Sandbox
from storage.chat.inbox import Arrival
from storage.chat.outbox import Outgoing
from storage.database import Database
from storage.entity import Entity
from storage.files.blobs import Blobs
from storage.files.evidence import Evidence
from tests.bot.conftest import until
from tests.handlers.phone import MORNING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.backups.archive import Manifest

POURING = (7001, 7002, 7004, 7005, 7006)
"""Everybody of the demonstration but the inspector."""
PAUSE = 0.1
"""Seconds between one of them writing and writing again: fifty a second in all, and no backlog to be worked off."""

ROWS_OF_HELP = 2
"""What /help puts into the outbox: a message, and the menu of commands."""
UNTOUCHED = ("people", "roles", "units", "visits", "answers", "evidence", "forms", "invitations", "audit")
"""Tables in which nothing happens while people ask for help."""


def silent(*_: object) -> None:
    """Nobody watches the progress."""


@asynccontextmanager
async def running(telegram: Sandbox, url: str, folder: Path) -> AsyncIterator[App]:
    """The whole bot over a database and a folder."""
    settings = Settings(
        bot_token=Secret(TOKEN),
        bot_api_url=telegram.url,
        data_dir=folder,
        database_url=Secret(url),
        listen=Address("127.0.0.1", 0),
    )
    settings = replace(settings, rate_overall=1000.0, rate_chat=1000.0, burst_chat=1000)
    async with App(settings, clock=telegram.world.clock.now) as app:
        yield app


async def everything(url: str) -> dict[str, list[dict[str, object]]]:
    """Every row of every table, read through the entities."""
    database = Database(url)
    found = {}
    async with database.read() as db:
        for mapper in Entity.registry.mappers:
            entity = mapper.class_
            rows = await db.scalars(sa.select(entity).order_by(*mapper.primary_key).options(sa.orm.undefer("*")))
            found[entity.__tablename__] = [row.as_data() for row in rows.unique()]
    await database.close()
    return found


async def settled(telegram: Sandbox, app: App) -> None:
    """Wait until all that people did has been worked off and answered."""
    await until(lambda: not telegram.world.updates.waiting, 60)
    await app.settled()


async def said(phone: Phone) -> str:
    return str((await phone.messages())[-1]["text_html"])


async def pour(telegram: Sandbox, stop: asyncio.Event) -> None:
    """Let people write all the while."""
    async with asyncio.TaskGroup() as group:
        for number in POURING:
            group.create_task(write(Phone(telegram.url, number), stop))


async def write(phone: Phone, stop: asyncio.Event) -> None:
    async with phone:
        while not stop.is_set():
            await phone.text("/help")
            await asyncio.sleep(PAUSE)


async def answered(database: Database) -> int:
    """Count the updates of those who pour that have had their turn."""
    async with database.read() as db:
        return await db.scalar(sa.select(sa.func.count()).where(Arrival.chat_id.in_(POURING), Arrival.state == "done"))


async def replies(database: Database) -> int:
    """Count what was said to them."""
    async with database.read() as db:
        return await db.scalar(sa.select(sa.func.count()).where(Outgoing.chat_id.in_(POURING)))


async def answered_more_than(database: Database, count: int) -> bool:
    return await answered(database) > count


async def walk(telegram: Sandbox, app: App, phone: Phone) -> None:
    """Answer two items and send a photo for the third."""
    async with app.database.begin() as db:
        for one in await seed(db, PACK, MORNING):
            telegram.world.add_phone(one.id, one.name, one.language_code, "", one.start)
    for number in POURING:
        async with Phone(telegram.url, number) as other:
            await other.start()
    await phone.start()
    await settled(telegram, app)
    await phone.text("今日督导")
    await settled(telegram, app)
    for label in (UNIT, "✅", "✅"):
        await phone.tap(label)
        await settled(telegram, app)
    assert ">3. " in await said(phone)
    await phone.send("photo", picture("Xundu"), "photo.jpg", "会议室", "image/jpeg")

    async def fetched() -> bool:
        async with app.database.read() as db:
            return bool(await db.scalar(sa.select(sa.func.count(Evidence.blob_sha256))))

    await until(fetched, 60)
    await settled(telegram, app)


async def back_up_under_load(telegram: Sandbox, app: App, url: str, blobs: Blobs, file: Path) -> Manifest:
    """Back up as the command does, over connections of its own, while people write and are answered."""
    stop = asyncio.Event()
    pouring = asyncio.create_task(pour(telegram, stop))
    await until(lambda: answered_more_than(app.database, 10), 60)
    second = Database(url)
    made = await back_up(second, blobs, file, MORNING, silent)
    await second.close()
    meanwhile = await answered(app.database)
    await until(lambda: answered_more_than(app.database, meanwhile), 60)
    stop.set()
    await pouring
    await settled(telegram, app)
    return made


@pytest.mark.parametrize(
    ("database_url", "elsewhere"), [("sqlite", "postgresql"), ("postgresql", "sqlite")], indirect=True
)  # each kind once as what is backed up and once as what is restored into; all pairs are tests/storage/test_portable's
async def test_the_drill(database_url: str, elsewhere: str, tmp_path: Path):
    file, here, there = tmp_path / "backup.zip", Blobs(tmp_path / "here/evidence"), Blobs(tmp_path / "there/evidence")
    async with Sandbox(token=TOKEN) as telegram, Phone(telegram.url, INSPECTOR) as phone:
        telegram.world.clock.ahead = MORNING - telegram.world.clock.now()
        async with running(telegram, database_url, tmp_path / "here") as app:
            await walk(telegram, app, phone)
            before = await everything(database_url)
            welcomed, greetings = await answered(app.database), await replies(app.database)
            made = await back_up_under_load(telegram, app, database_url, here, file)
            after = await answered(app.database)

        target = Database(elsewhere)
        await restoring.restore(file, target, there, silent)

        # One moment: whatever was answered then has its answer there, and nothing has an answer without it.
        restored = await answered(target)
        assert welcomed < restored < after
        assert await replies(target) - greetings == ROWS_OF_HELP * (restored - welcomed)

        # What did not change meanwhile is the same, row by row and byte by byte; and all of it as it was written.
        rows = await everything(elsewhere)
        assert {table: rows[table] for table in UNTOUCHED} == {table: before[table] for table in UNTOUCHED}
        sha256 = str(rows["evidence"][0]["blob_sha256"])
        assert there.path(sha256).read_bytes() == here.path(sha256).read_bytes()
        copied = await back_up(target, there, tmp_path / "again.zip", MORNING, silent)
        await target.close()
        assert (copied.tables, copied.files) == (made.tables, 1)
        assert not made.missing

        async with running(telegram, elsewhere, tmp_path / "there") as app:
            await settled(telegram, app)
            await phone.tap("✅")
            await settled(telegram, app)
        assert ">4. " in await said(phone)
    assert len((await everything(elsewhere))["answers"]) > len(before["answers"])
