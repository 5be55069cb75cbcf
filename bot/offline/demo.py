"""Runs everything offline on one machine: the sandbox, the bot and a seeded campaign, for people and for scripts.

Started again it goes on where it stopped: the sandbox keeps its chats, the bot its database, both in one folder.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from bot.app import App
from bot.commands.key import key_of
from bot.config import Address, Secret, Settings
from bot.hold import SUFFIX, CommandError, Held, hold
from bot.hold import folder as make_folder
from bot.offline.script import Walker, play
from bot.offline.seed import seed
from handlers.roles import NAMES
from handlers.text import nearest, speech
from sandbox.client import Phone
from sandbox.errors import PortTakenError
from sandbox.server import Sandbox
from storage import upgrading
from storage.campaign import campaigns
from storage.database import Database
from storage.people import Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from bot.hold import Hold

TOKEN: Final = "7000000000:" + "offline-demonstration-not-a-secret-"
"""What the offline Telegram takes for a token. It opens nothing anywhere else."""

PACK: Final = "theme-education"
PORTS: Final = 20
LAST_PORT: Final = 65535
POLL: Final = 0.01
"""Seconds between two looks whether the bot has taken in what a phone sent."""

INSPECTOR: Final = 7003


KEPT: Final = ("phones.json", "phones.json.new", "telegram.db*", "xundu.db*", "xundu.key*")
"""The files a demonstration keeps in its folder, beside the evidence."""


def reset(folder: Path) -> str:
    """Forget a demonstration: its chats, its database, its evidence, and nothing else; return what was done.

    Raises CommandError when there is something else in the folder's place, when it runs, or when a file stays.
    """
    if not folder.exists():
        return f"There is no demonstration in {folder}: nothing to forget."
    if not ((folder / "phones.json").is_file() or (folder / "telegram.db").is_file()):
        raise CommandError(f"{folder} does not hold a demonstration, so nothing in it was deleted.")
    try:
        with _held(folder):
            for pattern in KEPT:
                for file in folder.glob(pattern):
                    file.unlink()
            if (folder / "evidence").exists():
                shutil.rmtree(folder / "evidence")
    except OSError as error:
        raise CommandError(f"{error.filename or folder} cannot be deleted: {error.strerror}.") from error
    if any(folder.iterdir()):
        return f"The demonstration in {folder} has been forgotten; what else lies there was left alone."
    folder.rmdir()
    return f"The demonstration in {folder} has been forgotten."


@contextmanager
def _held(folder: Path) -> Iterator[Hold]:
    try:
        with hold(folder / f"xundu.db{SUFFIX}") as kept:
            yield kept
    except Held as error:
        where = f": {error.note}" if error.note else " or just starting."
        raise CommandError(f"The demonstration in {folder} is already running{where}") from error


@asynccontextmanager
async def offline(
    folder: Path, port: int, driver: str = "", *, rushed: bool = False
) -> AsyncIterator[tuple[Sandbox, App]]:
    """Run the sandbox and the bot over one folder until the block ends.

    ``rushed`` lifts the limits of a real Telegram, for a script that is faster than any thumb.
    """
    make_folder(folder)
    # Two on one folder would take each other's updates, and messages would be lost without a word.
    with _held(folder) as kept:
        async with Sandbox(token=TOKEN, path=folder / "telegram.db", port=port) as telegram:
            kept.note(telegram.url)
            async with _bot(folder, telegram, driver, rushed=rushed) as app:
                yield telegram, app


@asynccontextmanager
async def _bot(folder: Path, telegram: Sandbox, driver: str, *, rushed: bool) -> AsyncIterator[App]:
    settings = Settings(
        bot_token=Secret(TOKEN),
        bot_api_url=telegram.url,
        data_dir=folder,
        listen=Address("127.0.0.1", 0),
        key_file=key_of(folder),
    )
    if rushed:
        settings = replace(settings, rate_overall=1e3, rate_chat=1e3, burst_chat=1000)
    if driver:
        settings = replace(settings, driver=driver)
    await _prepare(settings, telegram)
    # One clock for both: moved on the page, it brings the reminders and digests of the days it passes.
    async with App(settings, clock=telegram.world.clock.now) as app:
        yield app


async def _prepare(settings: Settings, telegram: Sandbox) -> None:
    """Create the tables, and at the first start the campaign and a phone for each of its people."""
    database = Database(settings.database.reveal(), keyring=settings.keyring())
    links, made = settings.data_dir / "phones.json", settings.data_dir / "phones.json.new"
    try:
        await upgrading.migrate(database)
        async with database.begin() as db:
            fresh = not await campaigns.all_campaigns(db)
            if fresh:
                phones = await seed(db, PACK, datetime.now(UTC))
                _write(made, json.dumps([asdict(one) for one in phones]))
    finally:
        await database.close()
    # The links count only once they are committed. Killed before the commit, the next start seeds again and writes
    # them anew; killed after it, the next start finds them here and puts them in place.
    if fresh or (made.exists() and not links.exists()):
        made.replace(links)
    if not links.exists():
        raise CommandError(f"{links} is missing: run 'xundu demo --reset' to start over.")
    for one in json.loads(links.read_text(encoding="utf-8")):
        note = speech(nearest(one["language_code"])).label(NAMES[Role(one.pop("role"))])
        await telegram.add_phone(note=note, **one)


def _write(file: Path, text: str) -> None:
    """Write a file so that it is on the disk when this returns."""
    with file.open("w", encoding="utf-8") as written:
        written.write(text)
        written.flush()
        os.fsync(written.fileno())


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
    candidates = range(port, min(port + PORTS, LAST_PORT + 1))
    for candidate in candidates:
        try:
            async with offline(folder, candidate, driver) as (telegram, app):
                _say(f"Xundu is running: {telegram.url}", "Ctrl-C stops it; started again it goes on where it stopped.")
                await app.run(stop)
                return
        except PortTakenError:
            _say(f"Port {candidate} is taken by another program; trying the next one.")
    raise CommandError(f"The ports {candidates[0]} to {candidates[-1]} are all taken. Name another one with --port.")


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(f"  {line}" for line in ("", *lines, "")) + "\n")
    sys.stdout.flush()
