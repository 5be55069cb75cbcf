"""Runs the turns: order within a chat, freedom between chats, and nothing left lying.

A chat is worked on by one worker at a time, and by no worker for long: a chat with a backlog goes to the end of the
queue after a few turns, so that nobody is held up by somebody else's flood. Besides being woken, the workers look every
second for chats that wait: a retry that has come due, or what another process left when it died.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from handlers.engine import Ran
from storage.chat import inbox
from storage.database import Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from datetime import datetime

    from storage.database import Database

_LOG = logging.getLogger(__name__)

POLL_SECONDS = 1.0
TURNS_AT_A_TIME = 10
_FINISH_SECONDS = 20.0


class Workers:
    """Some workers and one queue of chats; ``turn`` runs one turn of a chat and says whether there may be more."""

    def __init__(
        self,
        database: Database,
        turn: Callable[[int], Awaitable[Ran | bool]],
        clock: Callable[[], datetime],
        *,
        at_once: int = 16,
    ) -> None:
        self._database = database
        self._turn = turn
        self._clock = clock
        self._at_once = at_once
        self._queue: asyncio.Queue[int | None] = asyncio.Queue()
        self._queued: set[int] = set()
        self._active: set[int] = set()
        self._again: set[int] = set()
        self._stopping = asyncio.Event()

    def wake(self, chats: Iterable[int]) -> None:
        """Have these chats worked on; a chat that is being worked on is looked at once more afterwards."""
        for chat_id in chats:
            if chat_id in self._active:
                self._again.add(chat_id)
            elif chat_id not in self._queued:
                self._queued.add(chat_id)
                self._queue.put_nowait(chat_id)

    def stop(self) -> None:
        """Begin no further turn; :meth:`run` returns when the turns in hand are done."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until stopped."""
        scan = asyncio.create_task(self._scan(), name="look for waiting chats")
        workers = [asyncio.create_task(self._work(), name=f"worker {number}") for number in range(self._at_once)]
        stopped = asyncio.create_task(self._stopping.wait(), name="stop the workers")
        everyone = [scan, stopped, *workers]
        try:
            await asyncio.wait(everyone, return_when=asyncio.FIRST_COMPLETED)
            if self._stopping.is_set():
                for _ in workers:
                    self._queue.put_nowait(None)
                await asyncio.wait(workers, timeout=_FINISH_SECONDS)
        finally:
            for task in everyone:
                task.cancel()
            results = await asyncio.gather(*everyone, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result  # a bug of ours, not of a turn

    async def _work(self) -> None:
        while not self._stopping.is_set():
            chat_id = await self._queue.get()
            if chat_id is None:
                return
            self._queued.discard(chat_id)
            self._active.add(chat_id)
            more = False
            try:
                more = await self._some_turns(chat_id)
            finally:
                self._active.discard(chat_id)
                if more or chat_id in self._again:
                    self._again.discard(chat_id)
                    self.wake((chat_id,))

    async def _some_turns(self, chat_id: int) -> bool:
        """Run a few turns of one chat; True when it may have more."""
        try:
            for _ in range(TURNS_AT_A_TIME):
                if self._stopping.is_set():
                    return False
                ran = await self._turn(chat_id)
                if not ran or ran is Ran.all:
                    return False
        except Exception as error:  # noqa: BLE001 - the update is still in the inbox, and the scan comes back to it
            kind = type(error).__name__
            _LOG.log(logging.WARNING if isinstance(error, Unavailable) else logging.ERROR, "chat %s: %s", chat_id, kind)
            self._again.discard(chat_id)
            return False
        return True

    async def _scan(self) -> None:
        while True:
            try:
                async with self._database.read(brief=True) as db:
                    chats = await inbox.waiting_chats(db, self._clock())
                self.wake(chat_id for chat_id in chats if chat_id not in self._active)
            except Unavailable:
                _LOG.warning("the inbox cannot be read; trying again")
            await asyncio.sleep(POLL_SECONDS)
