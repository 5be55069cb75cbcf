"""Fetches the files of library items and has their words read, so that search finds what is inside them.

Like registers (bot/background/registering.py): reading happens in a process of its own, what comes of it stands behind
the words of the item, and a kill loses nothing. Nobody waits for it and nobody is told: an item is found by its own
words at once, and by those of its files a moment later.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Protocol

from bot.background import apart
from bot.background.document_work import words_of
from bot.background.errand import OneByOne
from bot.drivers.driver import downloaded
from bot.drivers.errors import BadToken, Rejected, RetryLater, TooLarge, Unreachable
from storage.voices import library, library_files
from storage.voices.library_files import State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from bot.drivers.driver import Driver
    from storage.database import Database, Session
    from storage.voices.library_files import LibraryFile

log = logging.getLogger(__name__)

LONGEST_SECONDS: Final = 60.0
"""No document that is worth searching takes as long; a PDF of 300 pages takes a few seconds."""


class Run(Protocol):
    """Runs the reading in so many seconds: in a process of its own, or for a test right here."""

    def __call__(
        self, seconds: float, function: Callable[[str, bytes], str], name: str, content: bytes, /
    ) -> Awaitable[str]:
        """Return the words; raises apart.Overrun."""


class DocumentReader(OneByOne["LibraryFile"]):
    """Reads what waits, one document at a time; ``wake`` it when an item was published."""

    name = "read documents"
    what = "documents"

    def __init__(self, database: Database, driver: Driver, clock: Callable[[], datetime], run: Run = apart.run) -> None:
        super().__init__(database, driver, clock)
        self._run = run

    async def _any_waiting(self, db: Session, now: datetime) -> bool:
        return await library_files.any_waiting(db, now)

    async def _waiting(self, db: Session, now: datetime) -> Sequence[LibraryFile]:
        return await library_files.waiting(db, now)

    async def _done(self, file: LibraryFile) -> bool:
        """Fetch and read one document; True when it came to an end."""
        try:
            words = await self._run(LONGEST_SECONDS, words_of, file.name, await downloaded(self._driver, file.file_id))
        except (Unreachable, RetryLater, BadToken) as error:
            await self._later(file, error)
            return False
        except (TooLarge, Rejected, apart.Overrun) as error:
            log.warning("library file %s is not searched: %s", file.id, type(error).__name__)
            words = ""
        await self._keep(file, words)
        return True

    async def _held(self, db: Session, file: LibraryFile) -> LibraryFile | None:
        return await library_files.get(db, file.id, lock=True)

    async def _keep(self, file: LibraryFile, words: str) -> None:
        """Put the words behind those of the item, once."""
        async with self._database.begin() as db:
            found = await library_files.get(db, file.id, lock=True)
            item = await library.get(db, file.item_id, lock=True)
            if found is None or item is None or found.state is not State.waiting:
                return
            found.state, found.retry_at = State.read if words else State.refused, None
            if words:
                item.add_file(found.name, words)
