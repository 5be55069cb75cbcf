"""Fetches registers that were sent in, has them read, and tells their sender by a timer.

Like forms (bot/background/reading.py): reading happens in a process of its own, what comes of it is one row, and a kill
loses nothing. The conversation about it is in handlers/units.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

from bot.background import apart
from bot.background.errand import OneByOne
from bot.background.register_work import Found, read
from bot.drivers.driver import downloaded
from bot.drivers.errors import BadToken, Rejected, RetryLater, TooLarge, Unreachable
from handlers.campaign import terms_of
from handlers.chat import MAX_FILE_BYTES
from storage.campaign import campaigns, register, register_files
from storage.campaign.register_files import State
from storage.chat import timers
from supervision.register.faults import What

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from bot.drivers.driver import Driver
    from storage.campaign.register_files import RegisterFile
    from storage.database import Database, Session
    from supervision.register.model import Standing
    from supervision.register.terms import Terms

    Read = Callable[[bytes, Terms, Standing, str], Found]

LONGEST_SECONDS: Final = 90.0
"""The largest register that a chat takes needs a fifth of it."""


class Run(Protocol):
    """Runs the reading in so many seconds: in a process of its own, or for a test right here."""

    def __call__(
        self, seconds: float, function: Read, content: bytes, terms: Terms, standing: Standing, language: str, /
    ) -> Awaitable[Found]:
        """Return what the reading found; raises apart.Overrun."""


class RegisterReader(OneByOne["RegisterFile"]):
    """Reads what waits, one register at a time; ``wake`` it when one was sent in."""

    name = "read registers"
    what = "registers"

    def __init__(self, database: Database, driver: Driver, clock: Callable[[], datetime], run: Run = apart.run) -> None:
        super().__init__(database, driver, clock)
        self._run = run

    async def _any_waiting(self, db: Session, now: datetime) -> bool:
        return await register_files.any_waiting(db, now)

    async def _waiting(self, db: Session, now: datetime) -> Sequence[RegisterFile]:
        return await register_files.waiting(db, now)

    async def _done(self, file: RegisterFile) -> bool:
        """Fetch and read one register, and tell; True when it came to an end."""
        try:
            found = await self._read(file)
        except (Unreachable, RetryLater, BadToken) as error:
            await self._later(file, error)
            return False
        if found is not None:
            await self._keep(file, found)
        return True

    async def _read(self, file: RegisterFile) -> Found | None:
        """Bring the file home and read it; None when its campaign is gone meanwhile."""
        async with self._database.read() as db:
            campaign = await campaigns.get(db, file.campaign_id)
            if campaign is None:
                return None
            standing = await register.standing(db, campaign)
        terms = terms_of(campaign.pack)
        try:
            content = await downloaded(self._driver, file.file_id)
            return await self._run(LONGEST_SECONDS, read, content, terms, standing, file.language)
        except TooLarge:
            return _refused(What.too_large, most=MAX_FILE_BYTES // 2**20)
        except (Rejected, apart.Overrun):
            return _refused(What.unreadable)

    async def _held(self, db: Session, file: RegisterFile) -> RegisterFile | None:
        return await register_files.get(db, file.id, lock=True)

    async def _keep(self, file: RegisterFile, read: Found) -> None:
        """Write down what was found, unless the file was thrown away meanwhile."""
        lines = await asyncio.to_thread(register_files.packed, read.lines) if read.lines else None
        async with self._database.begin() as db:
            found = await register_files.get(db, file.id, lock=True)
            if found is None:
                return
            found.state, found.retry_at = State.read, None
            found.found = read.found | {"marked": read.marked is not None}
            found.lines, found.marked = lines, read.marked
            key = f"register:{file.id}:read"
            await timers.plan(db, key, self._clock(), file.chat_id, "units.read", {"file": file.id})


def _refused(what: What, **values: int) -> Found:
    return Found(
        {"faults": [[what.value, "", 0, 0, values, False]], "remarks": [], "wrong": 1, "remarked": 0, "units": 0}
    )
