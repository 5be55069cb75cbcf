"""Fetches what was photographed, said or sent for the minutes of meetings: Telegram keeps no promise to keep it.

What is under way is leased, so that a kill loses nothing. Nothing that was said is ever logged.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.background.errand import Bringer, pause_after
from bot.drivers.errors import DriverError, Rejected, TooLarge
from handlers.chat import MAX_FILE_BYTES
from storage.campaign import meetings
from storage.database import Unavailable
from storage.files.blobs import BlobTooLarge

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.campaign.meetings import Minute

_LOG = logging.getLogger(__name__)


class MinuteFiles(Bringer):
    """Fetches what waits, one after the other; ``wake`` it when a turn has put something down."""

    name = "minutes"

    async def _work(self) -> int:
        home = 0
        try:
            async with self._database.read() as db:  # a tick without anything to do costs no write
                waits = await meetings.any_file_waiting(db, self._clock())
            while waits:
                async with self._database.begin() as db:
                    due = await meetings.files_waiting(db, self._clock())
                for one in due:
                    home += await self._bring(one)
                waits = bool(due)
        except Unavailable:
            _LOG.warning("files of minutes wait for the database")
        return home

    async def _bring(self, minute: Minute) -> bool:
        """Bring one file home; whatever goes wrong is this one's matter alone."""
        try:
            stored = await self._blobs.put(self._driver.download(minute.file_id), limit=MAX_FILE_BYTES)
        except (Rejected, TooLarge, BlobTooLarge) as error:
            _LOG.warning("a file of minutes was not fetched: %s", type(error).__name__)
            for_good = not isinstance(error, Rejected)
            await self._note(minute.id, lambda one: one.refused(self._clock(), for_good=for_good))
            return False
        except (DriverError, OSError) as error:
            pause = pause_after(error)
            _LOG.warning("a file of minutes waits: %s", type(error).__name__)
            await self._note(minute.id, lambda one: setattr(one, "retry_at", self._clock() + pause))
            return False
        await self._note(minute.id, lambda one: one.stored(stored.sha256))
        return True

    async def _note(self, minute_id: int, change: Callable[[Minute], None]) -> None:
        """Change one note, unless it was taken back meanwhile."""
        async with self._database.begin() as db:
            kept = await meetings.minute(db, minute_id, lock=True)
            if kept is not None:
                change(kept)
