"""Bells between those who write and those who wait, in one process or in several on one PostgreSQL.

A ring says "look again", never what happened; it may be lost, so nobody may rely on it alone. It is sent after the
commit and not in it: NOTIFY inside a transaction makes PostgreSQL commit one after the other.
"""

import asyncio
import logging
import secrets
from collections import defaultdict
from collections.abc import Iterable

from asyncpg import PostgresError
from asyncpg.exceptions import InterfaceError
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from storage import engines

CHANNELS = ("inbox", "outbox")
_PREFIX = "xundu_"
_RECONNECT_SECONDS = 1.0

log = logging.getLogger(__name__)


class Bell:
    """What one waiter holds; a ring that comes while nobody waits is kept for the next wait."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake the waiter."""
        self._event.set()

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait for a ring, at most so many seconds; return whether it rang."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True


class Signals:
    """The bells of one process."""

    def __init__(self) -> None:
        self._bells: defaultdict[str, list[Bell]] = defaultdict(list)

    def check(self, channel: str) -> None:
        """Raise ValueError for a channel that does not exist."""
        if channel not in CHANNELS:
            raise ValueError(f"no such channel: {channel!r}")

    def add(self, channel: str) -> Bell:
        """Hang up a bell."""
        self.check(channel)
        bell = Bell()
        self._bells[channel].append(bell)
        return bell

    def remove(self, channel: str, bell: Bell) -> None:
        """Take a bell down."""
        self._bells[channel].remove(bell)

    def ring(self, channels: Iterable[str]) -> None:
        """Ring every bell of these channels."""
        for channel in channels:
            for bell in self._bells[channel]:
                bell.ring()

    async def close(self) -> None:
        """Nothing is held here."""


class PostgresSignals(Signals):
    """The bells of every process on one PostgreSQL, over one connection of its own that is opened when first needed."""

    def __init__(self, url: URL) -> None:
        super().__init__()
        self._url = url
        self._me = secrets.token_hex(8)
        self._to_send: set[str] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def add(self, channel: str) -> Bell:
        """Hang up a bell that other processes can ring too."""
        bell = super().add(channel)
        self._start()
        return bell

    def ring(self, channels: Iterable[str]) -> None:
        """Ring here at once, elsewhere as soon as the line is free; many rings may become one."""
        names = tuple(channels)
        super().ring(names)
        self._to_send.update(names)
        self._wake.set()
        self._start()

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="storage signals")

    async def _run(self) -> None:
        while True:
            try:
                await self._hold_line()
            except (OSError, SQLAlchemyError, PostgresError, InterfaceError) as error:
                log.warning("the line to PostgreSQL broke: %s", type(error).__name__)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _hold_line(self) -> None:
        engine = engines.postgres_line(self._url)
        try:
            async with engine.connect() as connection:
                line = (await connection.get_raw_connection()).driver_connection
                if line is None:
                    return
                line.add_termination_listener(lambda _line: self._wake.set())
                for channel in CHANNELS:
                    await line.add_listener(_PREFIX + channel, self._heard)
                super().ring(CHANNELS)  # whatever was missed while there was no line
                while not line.is_closed():
                    await self._wake.wait()
                    self._wake.clear()
                    if line.is_closed():
                        return
                    names, self._to_send = [_PREFIX + one for one in self._to_send], set()
                    if names:
                        await line.execute("SELECT pg_notify(one, $1) FROM unnest($2::text[]) AS one", self._me, names)
        finally:
            await engine.dispose()

    def _heard(self, _line: object, _pid: int, channel: str, sender: str) -> None:
        if sender != self._me:
            super().ring([channel.removeprefix(_PREFIX)])

    async def close(self) -> None:
        """Hang up."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
