"""Writes the sandbox's memory down a moment later, so that it survives a restart and no request waits for a disk.

A change is only marked; every tenth of a second what was marked goes into SQLite in one transaction, in a thread. A
kill of the sandbox itself can lose that tenth of a second; a clean stop loses nothing. It must never be asked for
anything on the way of a request, except the bytes of a large file that memory has let go.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.model import Json

EVERY = 0.1
SCHEMA = """
CREATE TABLE IF NOT EXISTS record (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blob (key TEXT PRIMARY KEY, body BLOB NOT NULL);
"""


class Dumpable(Protocol):
    """Something that can describe itself as JSON data at the moment of writing."""

    def dump(self) -> Json:
        """Return the JSON data."""


class Journal:
    """The write-behind store; with no path it keeps nothing and costs nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.on_blobs_written: Callable[[list[str]], None] = lambda _: None
        self._marked: dict[tuple[str, str], Json | Dumpable | None] = {}
        self._blobs: dict[str, bytes] = {}
        self._dropped: list[str] = []
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-journal")
        self._connection: sqlite3.Connection | None = None
        self._writer: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    def mark(self, kind: str, key: str, value: Json | Dumpable | None) -> None:
        """Remember to write ``value`` (as it is then) under its kind and key; None deletes it."""
        if self._path is not None:
            self._marked[kind, key] = value

    def mark_blob(self, key: str, body: bytes) -> None:
        """Remember to write the bytes of a file."""
        if self._path is not None:
            self._blobs[key] = body

    def drop_blob(self, key: str) -> None:
        """Remember to delete the bytes of a file."""
        if self._path is not None:
            self._blobs.pop(key, None)
            self._dropped.append(key)

    async def open(self) -> list[tuple[str, str, Json]]:
        """Open the file and return everything in it as (kind, key, body); raises SandboxError when it is not ours."""
        if self._path is None:
            return []
        loop = asyncio.get_running_loop()
        rows = await loop.run_in_executor(self._thread, self._connect, self._path)
        self._writer = loop.create_task(self._write_on())
        return [(kind, key, json.loads(body)) for kind, key, body in rows]

    async def blob(self, key: str) -> bytes:
        """Return the bytes of a file written earlier; raises KeyError when there are none."""
        if key in self._blobs:
            return self._blobs[key]
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read_blob, key)

    async def flush(self) -> None:
        """Write everything marked so far."""
        async with self._writing:
            if not self._marked and not self._blobs and not self._dropped:
                return
            dropped, self._dropped = self._dropped, []
            marked, self._marked = self._marked, {}
            blobs = dict(self._blobs)
            gone = [key for key, value in marked.items() if value is None]
            kept = [(*key, _encode(value)) for key, value in marked.items() if value is not None]
            await asyncio.get_running_loop().run_in_executor(self._thread, self._write, gone, kept, blobs, dropped)
            for key in blobs:
                self._blobs.pop(key, None)
            if blobs:
                self.on_blobs_written(list(blobs))

    async def close(self) -> None:
        """Write what is left and close the file."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
            await self.flush()
            await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown()

    async def _write_on(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            # Shielded: a stop must not tear a transaction in two and lose what was already taken from the marks.
            await asyncio.shield(self.flush())

    def _connect(self, path: Path) -> list[tuple[str, str, str]]:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(SCHEMA)
            return self._connection.execute("SELECT kind, key, body FROM record ORDER BY kind, key").fetchall()
        except (sqlite3.Error, OSError) as error:
            if self._connection is not None:
                self._connection.close()
            message = f"The sandbox cannot keep its state in {path}: {error}"
            raise SandboxError(message) from error

    def _write(
        self,
        gone: list[tuple[str, str]],
        kept: list[tuple[str, str, str]],
        blobs: dict[str, bytes],
        dropped: list[str],
    ) -> None:
        if self._connection is None:
            return
        with self._connection:
            self._connection.executemany("DELETE FROM record WHERE kind = ? AND key = ?", gone)
            self._connection.executemany("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", kept)
            self._connection.executemany("INSERT OR REPLACE INTO blob VALUES (?, ?)", blobs.items())
            self._connection.executemany("DELETE FROM blob WHERE key = ?", [(one,) for one in dropped])

    def _read_blob(self, key: str) -> bytes:
        found = None
        if self._connection is not None:
            found = self._connection.execute("SELECT body FROM blob WHERE key = ?", (key,)).fetchone()
        if found is None:
            raise KeyError(key)
        body: bytes = found[0]
        return body

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _encode(value: Json | Dumpable) -> str:
    data = value if isinstance(value, dict) else value.dump()
    return json.dumps(data, separators=(",", ":"))
