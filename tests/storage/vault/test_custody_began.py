"""A database from before there was a chain is linked as it stands, by the migration, and found sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import command

from storage import upgrading
from storage.database import Database
from storage.vault.verification import Verification
from tests.storage.vault.working import faults

if TYPE_CHECKING:
    from pathlib import Path

OLD = """INSERT INTO audit (at, person_id, action, subject, details) VALUES
    ('2026-10-16 08:00:00.000000', NULL, 'form.published', 'form:1', '{"form": "检查表", "n": 1}'),
    ('2026-10-16 08:01:00.000000', NULL, 'visit.submitted', 'visit:7', '{}'),
    ('2026-10-16 08:02:00.000001', NULL, 'visit.withdrawn', 'visit:7', '{}')"""


def _before(connection: sa.Connection) -> None:
    command.upgrade(upgrading.config(connection), "0002")
    connection.execute(sa.text(OLD.replace(":", r"\:")))


async def test_a_trail_from_before_is_linked_and_found_sound(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path}/old.db")
    async with database._writer.begin() as connection:
        await connection.run_sync(_before)
    await upgrading.migrate(database)
    async with database.read() as db:
        found = await Verification(db).run()
    assert (found.breaks, found.links, found.chains) == ([], 5, 3)
    async with database.begin() as db:
        await db.execute(sa.text("UPDATE audit SET details = '{}' WHERE subject = 'form\\:1'"))
    assert await faults(database) == ["changed"]
    await database.close()
