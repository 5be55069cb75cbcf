"""A piece of a day's work, and the check of its chains, for the tests of custody."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from storage import audit
from storage.files import evidence
from storage.files.evidence import Evidence
from storage.vault.verification import Found, Verification
from storage.visit import visits
from storage.visit.visits import Visit

if TYPE_CHECKING:
    from storage.database import Database
    from supervision.custody import Fault
    from tests.storage.conftest import World

DAY = date(2026, 10, 16)


async def check(database: Database, *heads: tuple[date, str]) -> Found:
    async with database.read() as db:
        return await Verification(db).run(heads)


async def faults(database: Database, *heads: tuple[date, str]) -> list[Fault]:
    return [one.fault for one in (await check(database, *heads)).breaks]


async def work(database: Database, world: World, minutes: int = 0, *, visit: int = 0, answers: int = 4) -> None:
    """A piece of a day: some answers, one of them changed, a photo filed, moved and taken out, the visit handed in."""
    now = world.now + timedelta(minutes=minutes)
    number = visit or world.visit.id
    async with database.begin() as db:
        found = await visits.get(db, number, lock=True)
        assert found is not None
        for at in range(answers):
            await visits.write(db, found, f"/data/i{at}", f"yes{minutes}.{at}", world.first, now)
        piece = Evidence(
            visit_id=number, path="/data/i1", kind="photo", caption="签到表", sender_id=world.first.id, sent_at=now
        )
        await evidence.attach(db, piece)
    async with database.begin() as db:
        audit.acting(db, world.second.id, now + timedelta(seconds=30))
        again = await evidence.get(db, piece.id)
        assert again is not None
        again.stored("ab" * 32, 7, {"taken_at": "2026-10-16T09:00:00", "latitude": 30.1234567})
        again.path = "/data/i2"
    async with database.begin() as db:
        found = await visits.get(db, number, lock=True)
        assert found is not None
        await visits.write(db, found, "/data/i0", f"no{minutes}", world.second, now + timedelta(minutes=1))


async def another_visit(database: Database, world: World) -> int:
    async with database.begin() as db:
        made = Visit(
            unit_id=world.unit.id, group_id=world.group.id, form_version_id=world.form.id, created_at=world.now
        )
        return (await visits.plan(db, made)).id
