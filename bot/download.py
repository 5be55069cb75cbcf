"""Fetches evidence files in the background: a turn notes what lies at Telegram, this brings it home.

A download that fails is tried again after growing pauses (storage/evidence.py); one that cannot succeed is given up at
once with its reason. What is under way is leased, so a kill loses nothing and several processes share the work.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.drivers.driver import MAX_DOWNLOAD_BYTES
from bot.drivers.errors import BadToken, DriverError, RetryLater, TooLarge
from storage import evidence, exif
from storage.database import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.drivers.driver import Driver
    from storage.blobs import Blobs, Stored
    from storage.database import Database
    from storage.entity import Json
    from storage.evidence import Evidence

_LOG = logging.getLogger(__name__)

AT_ONCE = 4
_LEASE = timedelta(minutes=10)
_TOO_LARGE = "over 20 MB: Telegram does not hand it to a bot"


class Downloader:
    """Downloads what waits, a few at a time; ``wake`` it when a turn has attached something."""

    def __init__(
        self, database: Database, driver: Driver, blobs: Blobs, clock: Callable[[], datetime], *, at_once: int = AT_ONCE
    ) -> None:
        self._database = database
        self._driver = driver
        self._blobs = blobs
        self._clock = clock
        self._at_once = at_once
        self._lock = asyncio.Lock()
        self._not_before: datetime | None = None
        self._tasks: set[asyncio.Task[int]] = set()

    def wake(self) -> None:
        """Fetch what waits without waiting for the next tick."""
        task = asyncio.get_running_loop().create_task(self.run_due(), name="download")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Leave what is under way; its lease runs out and it is fetched again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def run_due(self) -> int:
        """Download all that is due and return how many files came home."""
        home = 0
        async with self._lock:
            while self._not_before is None or self._clock() >= self._not_before:
                try:
                    async with self._database.begin() as db:
                        due = await evidence.waiting(db, self._clock(), self._at_once, _LEASE)
                except Unavailable:
                    break
                if not due:
                    break
                home += sum(await asyncio.gather(*(self._bring(one) for one in due)))
        return home

    async def _bring(self, one: Evidence) -> bool:
        """Fetch one file; True when it is stored."""
        if one.size > MAX_DOWNLOAD_BYTES:
            return await self._failed(one.id, _TOO_LARGE, for_good=True)
        try:
            stored = await self._blobs.put(self._driver.download(one.file_id))
            told = await asyncio.to_thread(exif.exif_of, self._blobs.path(stored.sha256)) if _pictorial(one) else None
        except RetryLater as error:
            self._not_before = self._clock() + timedelta(seconds=error.seconds)
            return await self._failed(one.id, str(error), for_good=False)
        except TooLarge:
            return await self._failed(one.id, _TOO_LARGE, for_good=True)
        except (DriverError, OSError) as error:
            level = logging.ERROR if isinstance(error, BadToken) else logging.INFO
            _LOG.log(level, "evidence %s was not fetched: %s", one.id, type(error).__name__)
            reason = str(error) if isinstance(error, DriverError) else type(error).__name__
            return await self._failed(one.id, reason, for_good=False)
        return await self._stored(one.id, stored, told)

    async def _stored(self, evidence_id: int, stored: Stored, told: Json | None) -> bool:
        async with self._database.begin() as db:
            one = await evidence.get(db, evidence_id)
            if one is not None:
                one.stored(stored.sha256, stored.size, told)
        return True

    async def _failed(self, evidence_id: int, why: str, *, for_good: bool) -> bool:
        if for_good:
            _LOG.warning("evidence %s is given up: %s", evidence_id, why)
        async with self._database.begin() as db:
            one = await evidence.get(db, evidence_id)
            if one is not None:
                one.failed(why, self._clock(), for_good=for_good)
        return False


def _pictorial(one: Evidence) -> bool:
    return one.kind == "photo" or one.mime.startswith("image/")
