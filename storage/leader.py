"""Who leads: of several processes on one PostgreSQL, the one that holds a lock does what only one may do.

The lock lives and dies with a connection, so a leader that is killed or cut off is replaced within seconds.
"""

import asyncio
import zlib
from typing import TYPE_CHECKING, Protocol

import sqlalchemy as sa
from asyncpg import PostgresError
from asyncpg.exceptions import InterfaceError
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from storage import engines

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_LOCK_CLASS = 7311
_ANSWER_SECONDS = 5.0


class Leader(Protocol):
    """Someone who stands for leader."""

    async def leads(self) -> bool:
        """Tell whether we lead now; take the lead when nobody has it. Cheap enough to ask before every batch."""

    async def resign(self) -> None:
        """Let others lead."""


class EmbeddedLeader:
    """On SQLite there is one process, and it leads."""

    async def leads(self) -> bool:
        """Yes."""
        return True

    async def resign(self) -> None:
        """Nobody else is there to take over."""


class PostgresLeader:
    """Leads while its own connection holds the advisory lock of that name."""

    def __init__(self, url: URL, name: str) -> None:
        self._engine = engines.postgres_line(url)
        self._key = zlib.crc32(name.encode()) - 2**31  # the lock takes a signed 32-bit number
        self._connection: AsyncConnection | None = None
        self._leading = False

    async def leads(self) -> bool:
        """Tell whether we lead; trouble with the connection means we do not."""
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await self._ask()
        except (OSError, TimeoutError, SQLAlchemyError, PostgresError, InterfaceError):
            await self._hang_up()
            return False

    async def _ask(self) -> bool:
        if self._connection is None:
            self._connection = await self._engine.connect()
        if self._leading:
            await self._connection.execute(sa.select(1))
        else:
            key = (sa.cast(_LOCK_CLASS, sa.Integer), sa.cast(self._key, sa.Integer))
            wanted = sa.select(sa.func.pg_try_advisory_lock(*key))
            self._leading = bool(await self._connection.scalar(wanted))
        return self._leading

    async def _hang_up(self) -> None:
        connection, self._connection, self._leading = self._connection, None, False
        if connection is not None:
            await connection.invalidate()
            await connection.close()

    async def resign(self) -> None:
        """Close the connection; the lock goes with it."""
        await self._hang_up()
        await self._engine.dispose()
