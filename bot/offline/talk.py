"""``xundu chat``: one person of the demonstration campaign, talking in a terminal.

Inbox, engine, outbox and evidence store are the real ones; only the driver is a terminal.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot import hold
from bot.app import App
from bot.commands.key import key_of
from bot.config import Secret, Settings
from bot.offline.demo import PACK, TOKEN
from bot.offline.seed import seed
from bot.offline.terminal import TerminalDriver
from storage import people, upgrading
from storage.campaign import campaigns
from storage.database import Database

if TYPE_CHECKING:
    from pathlib import Path

    from storage.people import Role


async def run(folder: Path, role: Role, language: str) -> None:
    """Talk until the end of input."""
    hold.folder(folder)
    settings = Settings(bot_token=Secret(TOKEN), data_dir=folder, key_file=key_of(folder))
    with hold.database(settings):
        await _talk(settings, role, language)


async def _talk(settings: Settings, role: Role, language: str) -> None:
    driver, payload = await _prepare(settings, role, language)
    async with App(settings, driver=driver) as app:
        await app.take([driver.read(f"/start {payload}".rstrip())])
        await app.settled()
        while updates := await driver.fetch(0, 0.0):
            await app.take(updates)
            await app.settled()


async def _prepare(settings: Settings, role: Role, language: str) -> tuple[TerminalDriver, str]:
    """Seed an empty database; return a driver for the demonstration's person of this role, and their invitation."""
    database = Database(settings.database.reveal(), keyring=settings.keyring())
    try:
        await upgrading.migrate(database)
        async with database.begin() as db:
            now = datetime.now(UTC)
            fresh = not await campaigns.all_campaigns(db)
            phones = await seed(db, PACK, now) if fresh else []
            known = await people.with_role(db, role, now)
        for one in phones:
            if one.role == role.value:
                return TerminalDriver(one.id, one.name, language), one.start
        person = known[0] if known else None
        number = person.telegram_id if person is not None and person.telegram_id else 1
        return TerminalDriver(number, person.name if person else role.value, language), ""
    finally:
        await database.close()
