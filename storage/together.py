"""Group commit for SQLite: those who want to write at the same time share one transaction, and one wait for the disk.

A commit waits some milliseconds for the disk and nothing else can be written meanwhile; a turn needs less. So whoever
waits for their turn to write when a transaction begins writes in that same one, one after the other, each under a
SAVEPOINT; behind the last of them comes the COMMIT. Nobody goes on before the commit that holds their work, so what
is confirmed is on the disk, as with a transaction each. Who fails is rolled back to their savepoint alone; when the
commit fails, or SQLite gives the transaction up (the disk is full), it has failed for everybody in it.

    waiting: A B C ─▶ BEGIN ─ A ─ B ─ C ─ COMMIT ─▶ A, B and C go on
                                  D comes: D waits ─▶ BEGIN ─ D ─ …

PostgreSQL needs none of this: its connections commit side by side, and it gathers what they flush by itself.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from storage.nearby import Nearby
from storage.trouble import Unavailable, reached

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class Shared:
    """One transaction that several write in."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.begun = asyncio.Event()
        self.ended = asyncio.Event()
        self.committed = False
        self.error: Exception | None = None
        self._line: object = None

    async def begin(self) -> None:
        """Get the connection and begin; waits for another process that writes."""
        await reached(self.connection.start())
        await self.connection.begin()
        self._line = (await self.connection.get_raw_connection()).driver_connection
        self.begun.set()

    def check(self) -> None:
        """Raise what became of it when it has failed, was given up by SQLite itself, or has ended without a commit."""
        if self.error is None and not self.committed and (self.ended.is_set() or self._given_up()):
            self.error = Unavailable("SQLite has given the transaction up")
        if self.error is not None:
            raise self.error

    async def close(self) -> None:
        """Let go of the connection; a commit that failed may have left the transaction open."""
        if isinstance(self._line, Nearby):
            await self._line.rollback()
        if self.connection.sync_connection is not None:  # else it never came about
            await self.connection.close()

    def _given_up(self) -> bool:
        return isinstance(self._line, Nearby) and not self._line.in_transaction


def _kept(session: Session) -> None:
    """Let what was written stand, and be done with the session; when that fails it is undone."""
    try:
        session.commit()
    finally:
        session.close()


class Together:
    """Lets writers in one after the other, and commits for them; ``engine`` has one connection."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turnstile = asyncio.Lock()  # first come, first served
        self._open: Shared | None = None
        self._inside: asyncio.Task[object] | None = None
        self._carrying: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Write with others; on a clean exit it is committed, on an error what was done here is undone.

        Raises RuntimeError inside another one of the same task: it would wait for itself for ever.
        """
        if self._inside is not None and self._inside is asyncio.current_task():
            raise RuntimeError("a transaction inside a transaction of the same task")
        async with self._turnstile:
            shared = await self._joined()
            self._inside = asyncio.current_task()
            try:
                async with self._savepoint(shared) as db:
                    yield db
            finally:
                self._inside = None
        await shared.ended.wait()
        shared.check()

    async def _joined(self) -> Shared:
        """Return the transaction that is open, or begin one."""
        shared = self._open
        if shared is None:
            shared = self._open = Shared(self._engine.connect())
            task = asyncio.create_task(self._carry(shared), name="one commit for many")
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)
        await shared.begun.wait()
        shared.check()
        return shared

    @asynccontextmanager
    async def _savepoint(self, shared: Shared) -> AsyncIterator[AsyncSession]:
        """Give a session of its own; to end it is one call and no task, for undoing waits for nobody here."""
        db = AsyncSession(shared.connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        db.sync_session.begin()
        try:
            try:
                yield db
            except BaseException:
                await db.run_sync(Session.close)
                raise
            await db.run_sync(_kept)
        except Exception:
            shared.check()
            raise

    async def _carry(self, shared: Shared) -> None:
        """Begin, let in who waits by now, and commit. A task of its own: whoever is cancelled takes nobody along."""
        try:
            await shared.begin()
            await asyncio.sleep(0)  # those who are about to ask come before the commit, too
            async with self._turnstile:
                self._open = None
                shared.check()
                await shared.connection.commit()
                shared.committed = True
        except Exception as error:  # noqa: BLE001 - it is raised to each of those who wrote in this transaction
            shared.error = shared.error or error
        finally:
            self._open = None if self._open is shared else self._open
            shared.begun.set()
            shared.ended.set()
            await shared.close()

    async def close(self) -> None:
        """Wait for the commit that is under way."""
        if self._carrying:
            await asyncio.wait(self._carrying)
