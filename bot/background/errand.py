"""What is done in the background, one run at a time: woken when there is something to do, and now and then besides.

A run that is cut off loses nothing, because what it does is leased in the database and handed out again. What is done
is its own business, and so is when a run has come to its end.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final, Generic, Protocol, TypeVar

from bot.drivers.errors import RetryLater
from storage.database import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Mapped

    from bot.drivers.driver import Driver
    from storage.database import Database, Session
    from storage.files.blobs import Blobs

_LOG = logging.getLogger(__name__)

_PAUSE: Final = timedelta(seconds=30)


def pause_after(error: Exception) -> timedelta:
    """Return how long something rests before it is tried again: as long as Telegram asks for, or half a minute."""
    return timedelta(seconds=error.seconds) if isinstance(error, RetryLater) else _PAUSE


class Waiting(Protocol):
    """Something that waits in a table, not to be tried before ``retry_at``."""

    id: Mapped[int]
    retry_at: Mapped[datetime | None]


W = TypeVar("W", bound=Waiting)


class Errand(ABC):
    """Something that is run whenever it is woken; ``name`` is what its tasks are called."""

    name: ClassVar[str]

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._more = asyncio.Event()  # it was woken again while it was under way
        self._tasks: set[asyncio.Task[int]] = set()

    def wake(self) -> None:
        """Do what waits, in the background: until it is done, or :meth:`close` ends it."""
        task = asyncio.get_running_loop().create_task(self.run_due(), name=self.name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Leave what is under way; its lease runs out and it is done again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def run_due(self) -> int:
        """Do all that is due and return how many it was; 0 when a call that is under way does it."""
        if self._lock.locked():
            self._more.set()
            return 0
        async with self._lock:
            return await self._work()

    @abstractmethod
    async def _work(self) -> int:
        """Do all that is due and return how many it was."""


class Bringer(Errand):
    """Brings files home from Telegram; ``wake`` it when a turn has put something down."""

    def __init__(self, database: Database, driver: Driver, blobs: Blobs, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._database = database
        self._driver = driver
        self._blobs = blobs
        self._clock = clock


class OneByOne(Errand, Generic[W]):
    """Does what waits in a table, one thing at a time; the log calls it ``what``."""

    what: ClassVar[str]

    def __init__(self, database: Database, driver: Driver, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._database = database
        self._driver = driver
        self._clock = clock

    async def _work(self) -> int:
        count = 0
        try:
            while (one := await self._next()) is not None:
                count += await self._done(one)
        except Unavailable:
            _LOG.warning("%s wait for the database", self.what)
        return count

    async def _next(self) -> W | None:
        async with self._database.read() as db:  # a tick without anything to do costs no write
            if not await self._any_waiting(db, self._clock()):
                return None
        async with self._database.begin() as db:
            return next(iter(await self._waiting(db, self._clock())), None)

    @abstractmethod
    async def _any_waiting(self, db: Session, now: datetime) -> bool:
        """Tell whether anything waits; costs no write."""

    @abstractmethod
    async def _waiting(self, db: Session, now: datetime) -> Sequence[W]:
        """Hand out what has waited longest."""

    @abstractmethod
    async def _done(self, one: W) -> bool:
        """Do it; True when it came to an end."""

    @abstractmethod
    async def _held(self, db: Session, one: W) -> W | None:
        """Return it as it stands now, locked; None when it is gone."""

    async def _later(self, one: W, error: Exception) -> None:
        """Let it rest, unless it is gone meanwhile."""
        pause = pause_after(error)
        _LOG.warning("%s: %s waits %g s: %s", self.what, one.id, pause.total_seconds(), type(error).__name__)
        async with self._database.begin() as db:
            found = await self._held(db, one)
            if found is not None:
                found.retry_at = self._clock() + pause  # type: ignore[assignment]  # in a protocol it is no column
