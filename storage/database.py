"""The database: transactions that lose nothing, on embedded SQLite or on PostgreSQL.

On SQLite one process writes, one after the other: BEGIN IMMEDIATE behind an asyncio lock (measured: the default loses
almost every concurrent update without an error), one commit for all who wait (see ``together``). On PostgreSQL any
number of processes do, and a chat is locked by an advisory lock. Nothing here knows a table.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import sqlalchemy as sa
from asyncpg import PostgresError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from storage import engines, schema
from storage.entity import Entity, Session
from storage.leader import EmbeddedLeader, Leader, PostgresLeader
from storage.signals import Bell, PostgresSignals, Signals
from storage.together import Together
from storage.trouble import Unavailable, reached, trouble
from storage.vault import custody, sealed
from storage.vault.sealing import Keyring

__all__ = ["Bell", "Database", "Entity", "Leader", "Session", "Unavailable"]

_RUNG = "xundu.rung"


class Database:
    """One database, opened lazily; ``url`` is sqlite[+aiosqlite]:///path or postgresql[+asyncpg]://user@host/name.

    ``connections`` is how many transactions may be open at a time on PostgreSQL: more than there are workers, or a
    health check waits behind them. ``keyring`` seals what is confidential. Belongs to one event loop. Raises
    ValueError for a URL of any other kind.
    """

    def __init__(
        self,
        url: str,
        *,
        echo: bool = False,
        connections: int = engines.CONNECTIONS,
        keyring: Keyring | None = None,
    ) -> None:
        self.url = engines.parse(url)
        self.embedded = self.url.get_backend_name() == "sqlite"
        self._writer: AsyncEngine
        self._reader: AsyncEngine
        self._glancer: AsyncEngine
        self._signals: Signals
        if self.embedded:
            self._writer = engines.sqlite_writer(self.url, echo=echo)
            self._reader = engines.sqlite_reader(self.url, echo=echo)
            self._glancer = engines.sqlite_reader(self.url, echo=echo, nearby=True)
            self._signals = Signals()
        else:
            self._writer = engines.postgres(self.url, echo=echo, size=connections)
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._glancer = self._reader
            self._signals = PostgresSignals(self.url)
        for engine in (self._writer, self._reader, self._glancer):
            sealed.give(engine.sync_engine, keyring)
        self._write = async_sessionmaker(self._writer, expire_on_commit=False)
        self._read = async_sessionmaker(self._reader, expire_on_commit=False, autoflush=False)
        self._glance = async_sessionmaker(self._glancer, expire_on_commit=False, autoflush=False)
        self._together = Together(self._writer)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Session]:
        """Open a transaction that is committed on a clean exit and rolled back on any error.

        One inside another in the same task is a mistake and raises RuntimeError on SQLite, where it would wait for
        itself for ever. Raises :class:`Unavailable` when the database is in trouble.
        """
        with trouble():
            async with self._together.write() if self.embedded else self._transaction() as db:
                yield db
                if db.in_transaction():  # it may have been given up inside
                    await custody.link(db)
        rung = db.sync_session.info.pop(_RUNG, None)
        if rung:
            self._signals.ring(rung)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Session]:
        async with self._write() as db, db.begin():
            await reached(db.connection())
            yield db

    @asynccontextmanager
    async def read(self, *, brief: bool = False) -> AsyncIterator[Session]:
        """Open a session that sees one moment of the database, waits for no writer and cannot write.

        ``brief``: for a few rows found by an index. It saves a good part of the work on SQLite, but the whole process
        stands still while such a statement runs.
        """
        with trouble():
            async with self._glance() if brief else self._read() as db:
                await reached(db.connection())
                yield db

    async def lock_chat(self, db: Session, chat_id: int) -> None:
        """Wait until no other transaction works on the chat, and keep it until this one ends. Ask before you read."""
        if not self.embedded:
            await db.execute(sa.select(sa.func.pg_advisory_xact_lock(chat_id)))

    async def try_lock_chat(self, db: Session, chat_id: int) -> bool:
        """Keep the chat until this transaction ends, or return False at once when another transaction works on it.

        Whoever waits holds a connection: workers ask like this, so that one process never parks another one's pool.
        """
        return self.embedded or bool(await db.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(chat_id))))

    def notify(self, db: Session, channel: str) -> None:
        """Ring the bells of a channel ('inbox', 'outbox') in every process, once this transaction is committed."""
        self._signals.check(channel)
        db.sync_session.info.setdefault(_RUNG, set()).add(channel)

    @contextmanager
    def listen(self, channel: str) -> Iterator[Bell]:
        """Hold a bell that rings when something was committed on the channel, here or in another process.

        A ring can be lost with a connection: look for yourself now and then (``await bell.wait(1.0)``).
        """
        bell = self._signals.add(channel)
        try:
            yield bell
        finally:
            self._signals.remove(channel, bell)

    @asynccontextmanager
    async def leader(self, name: str) -> AsyncIterator[Leader]:
        """Stand for leader under a name: ask ``await leader.leads()`` again and again; leadership ends with this."""
        leader = EmbeddedLeader() if self.embedded else PostgresLeader(self.url, name)
        try:
            yield leader
        finally:
            await leader.resign()

    async def alone(self, work: Callable[[sa.Connection], None]) -> None:
        """Run work that knows no waiting in a transaction of its own, shared with nobody."""
        with trouble(OSError, PostgresError):
            async with self._writer.begin() as connection:
                await connection.run_sync(work)

    async def revision(self) -> tuple[str | None, str]:
        """Return (the revision the database is at, the one this program needs)."""
        with trouble(OSError, PostgresError):
            async with self._reader.connect() as connection:
                return await connection.run_sync(schema.current), schema.head()

    async def close(self) -> None:
        """Close every connection."""
        await self._signals.close()
        await self._together.close()
        await self._writer.dispose()
        if self.embedded:
            await self._reader.dispose()
            await self._glancer.dispose()
