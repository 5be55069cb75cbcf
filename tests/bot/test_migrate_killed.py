"""`xundu migrate` dies of a SIGKILL when everything is made and nothing is committed: it was never begun."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import command

from bot.__main__ import main
from bot.offline.demo import TOKEN
from storage import engines, schema, upgrading
from storage.database import Database

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

DIES = """
import os, signal, sys
import sqlalchemy as sa
from bot.__main__ import main

def look(connection, cursor, statement, *_):
    if statement.lstrip().upper().startswith("UPDATE ALEMBIC_VERSION"):
        os.kill(os.getpid(), signal.SIGKILL)

sa.event.listen(sa.Engine, "after_cursor_execute", look)
sys.exit(main(["migrate"]))
"""
"""The command, killed as soon as it has written the number of the first revision it made."""


async def at_the_first_revision(url: str) -> None:
    parsed = engines.parse(url)
    embedded = parsed.get_backend_name() == "sqlite"
    engine = engines.sqlite_writer(parsed, echo=False) if embedded else engines.postgres(parsed, echo=False, size=1)
    async with engine.begin() as connection:
        await connection.run_sync(lambda one: command.upgrade(upgrading.config(one), "0001"))
    await engine.dispose()


async def revision(url: str) -> tuple[str | None, str | None]:
    database = Database(url)
    try:
        return await database.revision()
    finally:
        await database.close()


async def tables(url: str) -> set[str]:
    database = Database(url)
    try:
        async with database.read() as db:
            connection = await db.connection()
            return set(await connection.run_sync(lambda one: sa.inspect(one).get_table_names()))
    finally:
        await database.close()


def test_a_migration_that_is_killed_leaves_what_was_and_can_be_made_again(
    elsewhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("DATABASE_URL", elsewhere), ("DATA_DIR", str(tmp_path)), ("BOT_TOKEN", TOKEN)):
        monkeypatch.setenv(f"XUNDU_{name}", value)
    asyncio.run(at_the_first_revision(elsewhere))
    before = asyncio.run(tables(elsewhere))
    died = subprocess.run([sys.executable, "-c", DIES], env=dict(os.environ), timeout=60, check=False)
    assert died.returncode == -signal.SIGKILL
    assert asyncio.run(tables(elsewhere)) == before
    assert main(["serve"]) == 1
    assert "The database is at revision 0001" in capsys.readouterr().err
    assert main(["migrate"]) == 0
    assert asyncio.run(revision(elsewhere)) == (schema.head(), schema.head())
    assert asyncio.run(tables(elsewhere)) > before
