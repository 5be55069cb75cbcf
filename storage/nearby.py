"""SQLite on the event loop's own thread: quick statements run where they are asked, slow ones in a thread beside it.

An ordinary driver sends every statement to a thread and back, four times: more work than the statement itself, a row
or two found by an index. Here only what may wait for the disk or for another process goes to a thread: beginning,
committing, deleting, and whatever else is not plainly quick. For the connection that writes and for looking at a few
rows; long reading is not its business. It is what SQLAlchemy's adapter of aiosqlite asks of a connection, and no more.
"""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")

_QUICK = ("SELECT", "INSERT", "UPDATE", "SAVEPOINT", "RELEASE", "ROLLBACK TO")
"""How the statements begin that touch a few rows, found by an index, and wait for nobody."""

_READ = "BEGIN"
"""To begin reading waits for nobody either; to begin writing (BEGIN IMMEDIATE) does."""

_STATEMENTS_KEPT = 256
_FEW = 100


class Nearby:
    """One connection of SQLite; used by one transaction at a time, as its owner sees to."""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
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

    def cursor(self) -> NearbyCursor:
        """Make a cursor."""
        return NearbyCursor(self, self._connection.cursor())

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


class NearbyCursor:
    """A cursor of such a connection."""

    arraysize = 1

    def __init__(self, owner: Nearby, cursor: sqlite3.Cursor) -> None:
        self._owner = owner
        self._cursor = cursor

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:  # noqa: ANN401 - as sqlite3 has it
        """The columns of the result."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The row that was inserted last."""
        return self._cursor.lastrowid

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Execute a statement: here and now when it is quick, else in the thread."""
        if statement.startswith(_QUICK) or statement == _READ:
            self._cursor.execute(statement, parameters)
        else:
            await self._owner.aside(self._cursor.execute, statement, parameters)

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Execute a statement for many rows: in the thread, unless they are few."""
        rows = list(parameters)
        if statement.startswith(_QUICK) and len(rows) <= _FEW:
            self._cursor.executemany(statement, rows)
        else:
            await self._owner.aside(self._cursor.executemany, statement, rows)

    async def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        return self._cursor.fetchall()

    async def close(self) -> None:
        """Close."""
        self._cursor.close()
