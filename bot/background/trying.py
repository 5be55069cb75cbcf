"""Reads the code in a photo that was sent while a form is tried, and keeps nothing of it.

The trial has planned a timer that says that nothing could be read; this brings it forward, with what was read. So a
kill, or Telegram out of reach, costs no more than that sentence. The photo is in memory only.
"""

from __future__ import annotations

import asyncio
import io
import logging
from typing import TYPE_CHECKING

from bot.background.errand import Errand
from bot.drivers.driver import downloaded
from bot.drivers.errors import DriverError
from storage.chat import timers
from storage.database import Unavailable
from storage.files.codes import codes_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.drivers.driver import Driver
    from storage.chat.timers import Timer
    from storage.database import Database

log = logging.getLogger(__name__)


class TrialCodes(Errand):
    """Reads what waits, one photo at a time; ``wake`` it when one was sent."""

    name = "read codes of trials"

    def __init__(self, database: Database, driver: Driver, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._database = database
        self._driver = driver
        self._clock = clock

    async def _work(self) -> int:
        count = 0
        try:
            async with self._database.read() as db:
                waiting = [one for one in await timers.waiting(db, "trial.code") if "codes" not in one.args]
            for timer in waiting:
                count += await self._done(timer)
        except Unavailable:
            log.warning("photos of trials wait for the database")
        return count

    async def _done(self, timer: Timer) -> bool:
        """Read one photo; False when it could not be fetched, which its timer tells when it is due."""
        try:
            content = await downloaded(self._driver, str(timer.args["file"]))
        except DriverError as error:
            log.warning("the photo of a trial was not fetched: %s", type(error).__name__)
            return False
        codes = await asyncio.to_thread(codes_in, io.BytesIO(content))
        async with self._database.begin() as db:
            args = {**timer.args, "codes": codes}
            await timers.plan(db, timer.key, self._clock(), timer.chat_id, timer.name, args)
        return True
