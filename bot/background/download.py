"""Fetches evidence files in the background: a turn notes what lies at Telegram, this brings it home.

Only what Telegram refuses to hand out is ever given up, with its reason. Trouble on the way (the network, Telegram, the
disk, the database, a bug of ours) passes, however long it takes: the file is asked for again after growing pauses
(storage/files/evidence.py). What is under way is leased, so a kill loses nothing and several processes share the work.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.background.errand import Errand
from bot.drivers.errors import BadToken, DriverError, Rejected, RetryLater, TooLarge, Unreachable
from handlers.chat import MAX_FILE_BYTES
from storage import audit
from storage.chat import timers
from storage.database import Unavailable
from storage.files import codes, evidence, pictures
from storage.files.blobs import BlobTooLarge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from bot.drivers.driver import Driver
    from storage.database import Database, Session
    from storage.entity import Json
    from storage.files.blobs import Blobs, Stored
    from storage.files.evidence import Evidence

_LOG = logging.getLogger(__name__)

AT_ONCE = 4
_OUTAGE_SECONDS = 30.0
READABLE = frozenset(f"image/{one}" for one in ("jpeg", "png", "webp", "gif", "bmp", "tiff"))
_TOO_LARGE = "over 20 MB: Telegram does not hand it to a bot"


class Downloader(Errand):
    """Downloads what waits, a few at a time; ``wake`` it when a turn has attached something."""

    name = "download"

    def __init__(
        self, database: Database, driver: Driver, blobs: Blobs, clock: Callable[[], datetime], *, at_once: int = AT_ONCE
    ) -> None:
        super().__init__()
        self._database = database
        self._driver = driver
        self._blobs = blobs
        self._clock = clock
        self._at_once = at_once
        self._not_before: datetime | None = None
        self._looking = asyncio.Lock()

    async def _work(self) -> int:
        """Keep as many downloads going as may be; a slow one holds up nothing but its own place."""
        home, running = 0, set[asyncio.Task[bool]]()
        more = asyncio.create_task(self._more.wait())
        try:
            while True:
                self._more.clear()
                for one in await self._due(self._at_once - len(running)):
                    running.add(asyncio.create_task(self._bring(one), name=f"download {one.id}"))
                if not running:
                    if not self._more.is_set() or self._resting():
                        return home
                    continue
                if more.done():
                    more = asyncio.create_task(self._more.wait())
                done, _ = await asyncio.wait({more, *running}, return_when=asyncio.FIRST_COMPLETED)
                finished = running & done
                running -= finished
                home += sum(task.result() for task in finished)
        finally:
            for task in (more, *running):
                task.cancel()
            await asyncio.gather(more, *running, return_exceptions=True)

    def _resting(self) -> bool:
        return self._not_before is not None and self._clock() < self._not_before

    async def _due(self, limit: int) -> Sequence[Evidence]:
        if not limit or self._resting():
            return ()
        try:
            async with self._database.begin() as db:
                return await evidence.waiting(db, self._clock(), limit)
        except Unavailable:
            _LOG.warning("downloads wait for the database")
            return ()

    async def _bring(self, one: Evidence) -> bool:
        """Fetch one file; True when it is stored. Whatever goes wrong is this file's matter alone."""
        try:
            if one.size > MAX_FILE_BYTES:
                return await self._failed(one.id, _TOO_LARGE, for_good=True)
            try:
                return await self._fetch(one)
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - a bug of ours with one file must not stop the others
                # Its kind is logged; what it says may hold a name or an address.
                _LOG.error("evidence %s: %s", one.id, type(error).__name__)
                return await self._put_off(one.id, error)
        except Unavailable:
            _LOG.warning("evidence %s waits for the database", one.id)  # and is handed out again when its lease ends
            return False

    async def _fetch(self, one: Evidence) -> bool:
        try:
            stored = await self._blobs.put(self._driver.download(one.file_id), limit=MAX_FILE_BYTES)
        except (TooLarge, BlobTooLarge):
            return await self._failed(one.id, _TOO_LARGE, for_good=True)
        except Rejected as error:
            return await self._failed(one.id, str(error), for_good=False)
        except Unreachable as error:
            if error.fate_unknown:  # it answered, or broke off: perhaps about this file alone
                return await self._put_off(one.id, error)
            return await self._later(one.id, _OUTAGE_SECONDS, error)
        except (RetryLater, BadToken, OSError) as error:
            return await self._later(one.id, error.seconds if isinstance(error, RetryLater) else _OUTAGE_SECONDS, error)
        told = await self._told(stored) if _pictorial(one) else None
        return await self._stored(one.id, stored, told, await self._codes(stored) if one.scan and told else None)

    async def _told(self, stored: Stored) -> Json | None:
        """Return what a picture says of itself; one at a time, for a large one takes 100 MB while it is looked at."""
        async with self._looking:
            return await asyncio.to_thread(_exif_of, self._blobs.path(stored.sha256))

    async def _codes(self, stored: Stored) -> list[str]:
        """Return the codes in a picture that was sent for one."""
        async with self._looking:
            return await asyncio.to_thread(codes.codes_in, self._blobs.path(stored.sha256))

    async def _later(self, evidence_id: int, seconds: float, why: Exception) -> bool:
        """Put everything off: any other file would have fared the same."""
        _LOG.warning("downloads wait %g s: %s", seconds, type(why).__name__)
        until = self._not_before = self._clock() + timedelta(seconds=seconds)
        async with self._database.begin() as db:
            one = await evidence.get(db, evidence_id)
            if one is not None:
                one.retry_at, one.error = until, _reason(why)
        return False

    async def _put_off(self, evidence_id: int, why: Exception) -> bool:
        """Put one file off, for longer each time."""
        async with self._database.begin() as db:
            one = await evidence.get(db, evidence_id)
            if one is not None:
                one.put_off(_reason(why), self._clock())
        return False

    async def _stored(self, evidence_id: int, stored: Stored, told: Json | None, read: list[str] | None) -> bool:
        async with self._database.begin() as db:
            audit.acting(db, None, self._clock())
            one = await evidence.get(db, evidence_id)
            if one is not None:
                one.stored(stored.sha256, stored.size, told)
                if told is not None:
                    await pictures.put_in_line(db, one.id)
                one.codes = read
                if read is not None and one.chat_id is not None:
                    key, args = f"evidence:{one.id}:scanned", {"evidence": one.id}
                    await timers.plan(db, key, self._clock(), one.chat_id, "checklist.scanned", args)
                if told is None and _ought_to_open(one):
                    one.damaged()
                    await self._tell(db, one, "corrupt")
        return True

    async def _failed(self, evidence_id: int, why: str, *, for_good: bool) -> bool:
        _LOG.warning("evidence %s was not fetched%s: %s", evidence_id, " and is given up" if for_good else "", why)
        async with self._database.begin() as db:
            one = await evidence.get(db, evidence_id)
            if one is not None:
                one.failed(why, self._clock(), for_good=for_good)
                if one.state is evidence.State.failed:
                    await self._tell(db, one, "missing")
        return False

    async def _tell(self, db: Session, one: Evidence, why: str) -> None:
        """Let the sender be told, by the same door as any message; nobody is asked who has since been erased."""
        if one.chat_id is not None:
            key, args = f"evidence:{one.id}:unreadable", {"evidence": one.id, "why": why}
            await timers.plan(db, key, self._clock(), one.chat_id, "checklist.unreadable", args)


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, DriverError) else type(error).__name__


def _ought_to_open(one: Evidence) -> bool:
    """Tell whether it is a picture of a kind we can read: that HEIC does not open here says nothing against it."""
    return one.kind == "photo" or one.mime in READABLE


def _exif_of(path: Path) -> Json | None:
    from storage.files.exif import exif_of  # noqa: PLC0415 - it loads Pillow, which is large, and this is in a thread

    return exif_of(path)


def _pictorial(one: Evidence) -> bool:
    return one.kind == "photo" or one.mime.startswith("image/")
