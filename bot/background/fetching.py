"""Fetches what was said in interviews and lists that were sent for a draw, in the background, and reads the latter.

A recording is sealed before it touches the disk: what lies in the evidence folder opens with the interview's own key
and nothing else. Lists are read in a process of their own (bot/background/apart.py). What is under way is leased, so
that a kill loses nothing. Nothing that was said, and no name, is ever logged.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.background import apart
from bot.background.errand import Bringer, pause_after
from bot.background.lists import pairs_of
from bot.drivers.driver import downloaded
from bot.drivers.errors import BadToken, DriverError, Rejected, RetryLater, TooLarge, Unreachable
from storage import audit
from storage.chat import timers
from storage.database import Unavailable
from storage.vault.sealed import readable
from storage.vault.sealing import CannotOpen, NoKey
from storage.visit import draws, interviews, recordings
from supervision.draw import listed
from supervision.draw_list import MOST

if TYPE_CHECKING:
    from storage.visit.draws import Draw
    from storage.visit.interviews import Entry
    from supervision.draw_list import Pairs

_LOG = logging.getLogger(__name__)

_LEASE: Final = timedelta(minutes=3)
LONGEST_SECONDS: Final = 30.0
"""No list that people draw from takes as long to read."""


class Fetcher(Bringer):
    """Fetches what waits, one after the other; ``wake`` it when a turn has put something down."""

    name = "fetch"

    async def _work(self) -> int:
        home = 0
        try:
            async with self._database.read() as db:  # a tick without anything to do costs no write
                spoken = await recordings.any_waiting(db, self._clock())
                lists = await draws.any_waiting(db, self._clock())
            if spoken:
                home += await self._recordings()
            while lists and (found := await self._next_list()) is not None:
                home += await self._list(found)
        except Unavailable:
            _LOG.warning("recordings and lists wait for the database")
        return home

    # --- recordings ---

    async def _recordings(self) -> int:
        await self._sweep()
        home = 0
        while True:
            async with self._database.begin() as db:
                due = await recordings.waiting(db, self._clock())
            if not due:
                return home
            for one in due:
                home += await self._recording(one)

    async def _recording(self, entry: Entry) -> bool:
        """Bring one recording home, sealed; whatever goes wrong is this one's matter alone."""
        try:
            async with self._database.read() as db:
                interview = await interviews.get(db, entry.interview_id)
                if interview is None:
                    return False
                box = interviews.box_of(db, interview)
            content = await downloaded(self._driver, recordings.recording(box, entry))
            stored = await self._blobs.put_bytes(await asyncio.to_thread(box.seal, content, f"recording {entry.id}"))
        except (interviews.Shredded, CannotOpen, NoKey) as error:
            _LOG.warning("recording %s cannot be sealed now: %s", entry.id, type(error).__name__)
            return False
        except (Rejected, TooLarge) as error:
            _LOG.warning("recording %s was not fetched: %s", entry.id, type(error).__name__)
            await self._refused(entry.id, for_good=isinstance(error, TooLarge))
            return False
        except (Unreachable, RetryLater, BadToken, OSError) as error:
            pause = pause_after(error)
            _LOG.warning("recording %s waits: %s", entry.id, type(error).__name__)
            await self._later(entry.id, pause)
            return False
        async with self._database.begin() as db:
            audit.acting(db, None, self._clock())
            kept = await db.get(interviews.Entry, entry.id)
            if kept is not None and kept.said is not None:
                kept.stored(stored.sha256)
                return True
        await self._blobs.delete(stored.sha256)  # erased meanwhile
        return False

    async def _later(self, entry_id: int, pause: timedelta) -> None:
        async with self._database.begin() as db:
            kept = await db.get(interviews.Entry, entry_id)
            if kept is not None:
                kept.retry_at = self._clock() + pause

    async def _refused(self, entry_id: int, *, for_good: bool) -> None:
        async with self._database.begin() as db:
            kept = await db.get(interviews.Entry, entry_id)
            if kept is None:
                return
            kept.attempts = len(interviews.PAUSES) if for_good else kept.attempts
            kept.refused(self._clock())
            if kept.state is interviews.Fetched.failed and kept.chat_id is not None:
                key, args = f"recording:{entry_id}:lost", {"interview": kept.interview_id, "entry": entry_id}
                await timers.plan(db, key, self._clock(), kept.chat_id, "interview.lost", args)

    async def _sweep(self) -> None:
        """Delete the sealed files of interviews that were erased; without their key they are noise already."""
        async with self._database.begin() as db:
            audit.acting(db, None, self._clock())
            for one in await recordings.shredded_files(db):
                if one.blob_sha256 is not None:
                    await self._blobs.delete(one.blob_sha256)
                    one.blob_sha256 = None

    # --- lists ---

    async def _next_list(self) -> Draw | None:
        async with self._database.begin() as db:
            return await draws.waiting(db, self._clock(), _LEASE)

    async def _list(self, draw: Draw) -> bool:
        try:
            file = readable(draw.file)
            content = await downloaded(self._driver, str(file["file_id"]))
            pairs = await apart.run(LONGEST_SECONDS, pairs_of, content, str(file["name"]))
        except (Rejected, TooLarge, CannotOpen, apart.Overrun):
            pairs = None
        except (DriverError, OSError) as error:
            _LOG.warning("the list of draw %s waits: %s", draw.id, type(error).__name__)
            async with self._database.begin() as db:
                kept = await draws.get(db, draw.id, lock=True)
                if kept is not None:
                    kept.retry_at = self._clock() + pause_after(error)
            return False
        await self._keep(draw, pairs)
        return True

    async def _keep(self, draw: Draw, pairs: Pairs | None) -> None:
        found = listed(pairs or ())
        async with self._database.begin() as db:
            audit.acting(db, None, self._clock())
            kept = await draws.get(db, draw.id, lock=True)
            if kept is None or kept.drawn_at is not None or kept.file is None:
                return
            why = "unreadable" if pairs is None else "" if found.entries else "empty"
            if len(found.entries) > MOST:  # not a part of it, which nobody chose
                why, found = "many", listed(())
            kept.fill("file", found.entries, len(found.again))
            if kept.chat_id is not None:
                key, args = f"draw:{draw.id}:{self._clock().timestamp():.0f}", {"draw": draw.id, "why": why}
                await timers.plan(db, key, self._clock(), kept.chat_id, "draw.read", args)
