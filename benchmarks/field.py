"""The campaign that is walked: inspectors who have been let in, each with a group, a unit and many visits.

Written in bulk, because a benchmark needs more visits than a season has. Uses the theme-education pack's own checklist.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import asyncpg
import sqlalchemy as sa

from bot.offline.demo import PACK
from handlers import campaign as campaigns_journey
from storage.campaign.campaigns import Group, Unit
from storage.database import Database
from storage.people import Appointment, Person, Role
from storage.visit.visits import Answer, State, Visit

if TYPE_CHECKING:
    from storage.database import Session
    from storage.entity import Entity

FIRST_PHONE = 9_000_001
ITEMS = 22
"""Answers of a visit."""

PAST = Path(__file__).with_name("past.sql")

Visits = dict[int, list[int]]
"""The visits of each phone, in the order they are walked."""


async def seed(database_url: str, inspectors: int, visits: int) -> Visits:
    """Fill a migrated, empty database; of each inspector's visits the first is on today, the others later."""
    now = datetime.now(UTC)
    today = (now + timedelta(hours=8)).date()
    phones = range(FIRST_PHONE, FIRST_PHONE + inspectors)
    database = Database(database_url)
    try:
        async with database.begin() as db:
            started = await campaigns_journey.start(db, PACK, now=now, starts_on=today)
            campaign, form = started.campaign.id, started.checklist.id
            groups = await add(db, Group, [{"campaign_id": campaign, "name": f"第{one}组"} for one in phones])
            about = {"campaign_id": campaign, "level": 3, "area": "浙江省", "tags": ["committee"]}
            units = await add(
                db,
                Unit,
                [
                    about | {"code": f"U-{one}", "name": f"单位{one}党委", "group_id": group}
                    for one, group in zip(phones, groups, strict=True)
                ],
            )
            people = await add(
                db,
                Person,
                [
                    {"telegram_id": one, "name": f"督导员{one}", "language": "zh_CN", "created_at": now}
                    for one in phones
                ],
            )
            since = now - timedelta(days=1)
            roles = {"role": Role.inspector, "since": since}
            await add(
                db,
                Appointment,
                [roles | {"person_id": one, "group_id": group} for one, group in zip(people, groups, strict=True)],
            )
            plan = {"round_id": started.rounds[0].id, "form_version_id": form, "created_at": now}
            plan |= {"state": State.planned, "changes": 1}
            planned = await add(
                db,
                Visit,
                [
                    plan
                    | {"unit_id": unit, "group_id": group, "planned_on": today + timedelta(days=3 if number else 0)}
                    for unit, group in zip(units, groups, strict=True)
                    for number in range(visits)
                ],
            )
    finally:
        await database.close()
    return {phone: planned[at * visits : (at + 1) * visits] for at, phone in enumerate(phones)}


async def add(db: Session, entity: type[Entity], rows: list[dict[str, Any]]) -> list[int]:
    """Insert rows in bulk and return their ids, in order."""
    # By the table and not by the class: a bulk insert knows nothing of objects.
    table = sa.inspect(entity).local_table
    found = await db.scalars(sa.insert(entity).returning(table.c.id, sort_by_parameter_order=True), rows)
    return list(found)


async def past(database_url: str, answers: int) -> None:
    """Put answers of visits long handed in into a database that was seeded.

    What came in and went out is kept for three days only: a tenth of the answers is taken to be so young.
    """
    database = Database(database_url)
    try:
        async with database.begin() as db:
            before = await db.scalar(sa.select(sa.func.max(Visit.id)))
            visits, young = answers // ITEMS + 1, answers // 10
            script = Template(PAST.read_text("utf-8")).substitute(
                answers=answers, visits=visits, young=young, items=ITEMS, before=before
            )
            connection = await db.connection()
            for statement in script.split(";\n"):
                await connection.run_sync(sa.Connection.exec_driver_sql, statement)
    finally:
        await database.close()
    if not database.embedded:
        await _tidied(database_url)


async def _tidied(database_url: str) -> None:
    """Do at once what autovacuum would do after so many rows, while turns are measured."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("VACUUM (ANALYZE)")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def answers(database_url: str) -> int:
    """Count the answers that are stored."""
    database = Database(database_url)
    try:
        async with database.read() as db:
            return int(await db.scalar(sa.select(sa.func.count()).select_from(Answer)) or 0)
    finally:
        await database.close()
