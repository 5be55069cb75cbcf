"""Runs everything offline on one machine: the sandbox, the bot and a seeded campaign, for people and for scripts.

Started again it goes on where it stopped: the sandbox keeps its chats, the bot its database, both in one folder.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from bot.app import App
from bot.config import Address, Secret, Settings
from bot.script import Walker, play
from bot.seed import seed
from handlers.roles import NAMES
from handlers.text import nearest, speech
from sandbox.client import Phone
from sandbox.errors import PortTakenError
from sandbox.server import Sandbox
from storage.database import Database
from storage.people import Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

TOKEN: Final = "7000000000:" + "offline-demonstration-not-a-secret-"
"""What the offline Telegram takes for a token. It opens nothing anywhere else."""

PACK: Final = "theme-education"
PORTS: Final = 20
POLL: Final = 0.01
"""Seconds between two looks whether the bot has taken in what a phone sent."""

INSPECTOR: Final = 7003


def reset(folder: Path) -> None:
    """Forget a demonstration: its chats, its database, its evidence."""
    shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def offline(
    folder: Path, port: int, driver: str = "", *, rushed: bool = False
) -> AsyncIterator[tuple[Sandbox, App]]:
    """Run the sandbox and the bot over one folder until the block ends.

    ``rushed`` lifts the limits of a real Telegram, for a script that is faster than any thumb.
    """
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - once, at the start
    async with Sandbox(token=TOKEN, path=folder / "telegram.db", port=port) as telegram:
        settings = Settings(
            bot_token=Secret(TOKEN),
            bot_api_url=telegram.url,
            data_dir=folder,
            listen=Address("127.0.0.1", 0),
        )
        if rushed:
            settings = replace(settings, rate_overall=1e3, rate_chat=1e3, burst_chat=1000)
        if driver:
            settings = replace(settings, driver=driver)
        await _prepare(settings, telegram)
        app = App(settings)
        async with app:
            yield telegram, app


async def _prepare(settings: Settings, telegram: Sandbox) -> None:
    """Create the tables, and at the first start the campaign and a phone for each of its people."""
    database = Database(settings.database.reveal())
    kept = settings.data_dir / "phones.json"
    try:
        await database.migrate()
        if not kept.exists():
            async with database.begin() as db:
                phones = await seed(db, PACK, datetime.now(UTC))
                # Written inside the transaction: if the seed fails, the next start seeds again.
                kept.write_text(json.dumps([asdict(one) for one in phones]), encoding="utf-8")
    finally:
        await database.close()
    for one in json.loads(kept.read_text(encoding="utf-8")):
        note = speech(nearest(one["language_code"])).label(NAMES[Role(one.pop("role"))])
        await telegram.add_phone(note=note, **one)


async def script(folder: Path, driver: str = "") -> str:
    """Play one inspector through a checklist and return the transcript; raises Stuck when it does not end."""
    async with offline(folder, 0, driver, rushed=True) as (telegram, app), Phone(telegram.url, INSPECTOR) as phone:

        async def settled() -> None:
            while telegram.world.updates.waiting:  # noqa: ASYNC110 - the sandbox rings no bell for this
                await asyncio.sleep(POLL)
            await app.settled()

        walker = Walker(phone, settled)
        await play(walker)
        return str(walker.paper)


async def run(folder: Path, port: int, driver: str, stop: asyncio.Event) -> None:
    """Run the demonstration until told to stop; says where the page is, and takes the next port when one is taken."""
    for candidate in range(port, port + PORTS):
        try:
            async with offline(folder, candidate, driver) as (telegram, app):
                _say(f"Xundu is running: {telegram.url}", "Ctrl-C stops it; started again it goes on where it stopped.")
                await app.run(stop)
                return
        except PortTakenError:
            _say(f"Port {candidate} is taken by another program; trying the next one.")
    raise PortTakenError("127.0.0.1", port + PORTS - 1)


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(f"  {line}" for line in ("", *lines, "")) + "\n")
    sys.stdout.flush()
