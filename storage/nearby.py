"""SQLite on the event loop's own thread: quick statements run where they are asked, slow ones in a thread beside it.

An ordinary driver sends every statement to a thread and back, four times: more work than the statement itself, a row
or two found by an index. Here only what may wait for the disk or for another process goes to a thread: beginning,
committing, deleting, and whatever else is not plainly quick. For the connection that writes and for looking at a few
rows; long reading is not its business. It is what SQLAlchemy's adapter of aiosqlite asks of a connection, and no more.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, cast

from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_cursor
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, SQLiteDialect_aiosqlite
from sqlalchemy.util import await_

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    import sqlalchemy as sa
    from sqlalchemy.engine.interfaces import DBAPIConnection

T = TypeVar("T")

_QUICK = ("SELECT", "INSERT", "UPDATE", "SAVEPOINT", "RELEASE", "ROLLBACK TO")
"""How the statements begin that touch a few rows, found by an index, and wait for nobody."""

_READ = "BEGIN"
"""To begin reading waits for nobody either; to begin writing (BEGIN IMMEDIATE) does."""

NEARBY = "sqlite+nearby"
"""What a URL calls it."""

_STATEMENTS_KEPT = 256
_FEW = 100


class Nearby:
    """One connection of SQLite; used by one transaction at a time, as its owner sees to."""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self.cursor = connection.cursor
        self._thread = thread
        self._last: Future[Any] | None = None

    @classmethod
    async def open(cls, path: str, **settings: Any) -> Self:  # noqa: ANN401 - as sqlite3.connect has them
        """Open the database file."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        connection = sqlite3.connect(
            path, **settings | {"check_same_thread": False, "cached_statements": _STATEMENTS_KEPT}
        )
        return cls(connection, thread)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open; in trouble SQLite may have rolled it back by itself, or it is closed."""
        try:
            return self._connection.in_transaction
        except sqlite3.ProgrammingError:  # closed
            return False

    async def aside(self, call: Callable[..., T], *args: object) -> T:
        """Run something that may wait in the thread; one after the other.

        Whoever is cancelled meanwhile hears of it once it is done: a statement that is broken off costs the connection,
        and everybody who writes in the same transaction their work.
        """
        future = self._thread.submit(call, *args)
        self._last = future
        waiting, task, cancelled = asyncio.wrap_future(future), asyncio.current_task(), 0
        while not waiting.done():
            try:
                await asyncio.wait((waiting,))
            except asyncio.CancelledError:
                cancelled += 1
        if cancelled and task is not None:
            for _ in range(cancelled):
                task.uncancel()
            asyncio.get_running_loop().call_soon(task.cancel)
        return waiting.result()

    async def create_function(self, *args: Any, **settings: Any) -> None:  # noqa: ANN401 - as sqlite3 has them
        """Teach SQLite a function."""
        self._connection.create_function(*args, **settings)

    async def commit(self) -> None:
        """Commit; waits for the disk."""
        await self.aside(self._connection.commit)

    async def rollback(self) -> None:
        """Roll back, which needs no disk; behind whatever the thread is still at, when somebody was cut off."""
        if self._last is not None and not self._last.done():
            await self.aside(self._connection.rollback)
        elif self.in_transaction:
            self._connection.rollback()

    async def close(self) -> None:
        """Close."""
        await self.aside(self._connection.close)
        self._thread.shutdown(wait=False)

    def stop(self) -> None:
        """Close without waiting, when there is no loop any more."""
        self._thread.submit(self._connection.close)
        self._thread.shutdown(wait=False)


class _AtOnce:
    """What is awaited where there is nothing to wait for: SQLAlchemy refuses a statement that awaits nothing at all."""

    __slots__ = ()

    def __await__(self) -> Generator[None]:
        yield from ()


_AT_ONCE: Final = _AtOnce()


class NearbyCursor(AsyncAdapt_dbapi_cursor):
    """A cursor as SQLAlchemy wants it: what is quick is done when the call returns, without a coroutine in between."""

    __slots__ = ()

    _connection: Nearby  # type: ignore[assignment] # as much of a connection of aiosqlite as is asked for
    _cursor: sqlite3.Cursor  # type: ignore[assignment]

    def _aenter_cursor(self, cursor: Any) -> Any:  # noqa: ANN401 - as SQLAlchemy has it
        return cursor

    def execute(self, operation: str, parameters: Any = None) -> None:  # noqa: ANN401 - as SQLAlchemy has it
        """Execute a statement: here and now when it is quick, else in the thread."""
        if operation.startswith(_QUICK) or operation == _READ:
            self._cursor.execute(operation, parameters or ())
            await_(_AT_ONCE)
        else:
            await_(self._connection.aside(self._cursor.execute, operation, parameters or ()))
        if self._cursor.description:
            self._rows = deque(self._cursor.fetchall())

    def executemany(self, operation: str, seq_of_parameters: Any) -> None:  # noqa: ANN401 - as SQLAlchemy has it
        """Execute a statement for many rows: in the thread, unless they are few."""
        rows = list(seq_of_parameters)
        if operation.startswith(_QUICK) and len(rows) <= _FEW:
            self._cursor.executemany(operation, rows)
            await_(_AT_ONCE)
        else:
            await_(self._connection.aside(self._cursor.executemany, operation, rows))

    def close(self) -> None:
        """Let go of the rows that nobody wants any more."""
        self._rows.clear()
        self._cursor.close()

    async def _async_soft_close(self) -> None:
        """Keep what is left: the rows are all here, and nothing waits for them."""


class NearbyConnection(AsyncAdapt_aiosqlite_connection):
    """Such a connection as SQLAlchemy wants it."""

    __slots__ = ()

    _cursor_cls = NearbyCursor  # type: ignore[assignment] # which adds nothing to its base


class NearbyDialect(SQLiteDialect_aiosqlite):
    """SQLite as ever, over such connections."""

    driver = "nearby"
    supports_statement_cache = True

    def connect(self, *settings: Any, **more: Any) -> DBAPIConnection:  # noqa: ANN401 - as sqlite3 has them
        """Open a connection."""
        opened: Any = await_(Nearby.open(*settings, **more))
        return cast("DBAPIConnection", NearbyConnection(self.dbapi, opened))

    # Every turn has one: in words of the driver, which nobody has to put together.

    def do_savepoint(self, connection: sa.Connection, name: str) -> None:
        """Begin what can be undone alone."""
        connection.exec_driver_sql(f"SAVEPOINT {name}")

    def do_rollback_to_savepoint(self, connection: sa.Connection, name: str) -> None:
        """Undo it."""
        connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {name}")

    def do_release_savepoint(self, connection: sa.Connection, name: str) -> None:
        """Let it stand."""
        connection.exec_driver_sql(f"RELEASE SAVEPOINT {name}")


registry.register(NEARBY.replace("+", "."), __name__, NearbyDialect.__name__)
