"""What does it cost to look for what is due when a million reminders lie ahead? On both databases.

Each reminder is a row and a timer, spread over the months to come. Measured is what the ticker does every second when
nothing is due, and what it does when a hundred are: read the next moment, move what is due into the inbox, and read
what one person is to be told.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from benchmarks.figures import Figure, at_most, stated
from benchmarks.proof.postgres import Postgres, migrated
from storage.campaign import reminders
from storage.campaign.campaigns import Campaign
from storage.campaign.reminders import Reminder, State
from storage.chat import timers
from storage.chat.timers import Timer
from storage.database import Database
from storage.people import Person

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SCAN_MS: Final = 5.0
NOW: Final = datetime(2026, 10, 16, 1, 0, tzinfo=UTC)
BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Plan:
    """``ahead`` reminders wait for later, of ``people``; each look is taken ``looks`` times; ``due`` fall due."""

    ahead: int = 1_000_000
    people: int = 1_000
    looks: int = 50
    due: int = 100
    bases: tuple[str, ...] = ("SQLite", "PostgreSQL")


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures."""
    plan = plan or Plan()
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="xundu-bench-") as name:
        folder = Path(name)
        for base in plan.bases:
            if base == "SQLite":
                found += await _measured(base, await migrated(f"sqlite:///{folder}/xundu.db"), plan)
            else:
                async with Postgres() as server:
                    found += await _measured(base, await server.database(), plan)
    return found, ""


async def _measured(base: str, wanted: str, plan: Plan) -> list[Figure]:
    database = Database(wanted)
    try:
        await _fill(database, plan)
        title = f"reminders: {base}, {plan.ahead:,} ahead"
        idle = await _times(plan.looks, lambda: _next(database))
        person = await _times(plan.looks, lambda: _due_to(database))
        began = time.perf_counter()
        async with database.begin() as db:
            fired = await timers.fire_due(db, NOW, plan.due)
        took = (time.perf_counter() - began) * 1e3
        assert len(fired) == plan.due
        return [
            at_most(f"{title}, the next that is due", idle, "ms", SCAN_MS),
            at_most(f"{title}, all that is due to one person", person, "ms", SCAN_MS),
            stated(f"{title}, {plan.due} that are due moved into the inbox", took, "ms"),
        ]
    finally:
        await database.close()


async def _times(looks: int, look: Callable[[], Awaitable[object]]) -> list[float]:
    took = []
    for _ in range(looks):
        began = time.perf_counter()
        await look()
        took.append((time.perf_counter() - began) * 1e3)
    return took


async def _next(database: Database) -> datetime | None:
    async with database.read(brief=True) as db:
        return await timers.next_due(db)


async def _due_to(database: Database) -> int:
    async with database.begin() as db:  # what is due is locked as it is read
        return len(await reminders.due(db, 1, NOW))


async def _fill(database: Database, plan: Plan) -> None:
    """Write people, and for each reminder its row and its timer; the first ``due`` are due."""
    async with database.begin() as db:
        db.add(Campaign(name="bench", title={}, starts_on=NOW.date(), ends_on=NOW.date()))
        db.add_all(
            Person(telegram_id=at, name=f"P{at}", language="en", created_at=NOW) for at in range(1, plan.people + 1)
        )
    total = plan.ahead + plan.due
    for first in range(0, total, BATCH):
        rows = [_row(at, plan) for at in range(first, min(first + BATCH, total))]
        async with database.begin() as db:
            await db.execute(sa.insert(Reminder), [one for one, _ in rows])
            await db.execute(sa.insert(Timer), [one for _, one in rows])


def _row(at: int, plan: Plan) -> tuple[dict[str, Any], dict[str, Any]]:
    person = at % plan.people + 1
    later = at - plan.due + 1
    due_at = NOW - timedelta(seconds=1) if later <= 0 else NOW + timedelta(minutes=1 + later * 200_000 // plan.ahead)
    reminder = {
        "key": f"item:{at}:0",
        "campaign_id": 1,
        "person_id": person,
        "kind": "item",
        "matter": f"item:{at}:0",
        "due_on": due_at.date(),
        "by": 0,
        "urgent": False,
        "due_at": due_at,
        "state": State.waiting,
        "why": "",
    }
    timer = {
        "key": f"reminder:{at}",
        "due_at": due_at,
        "chat_id": person,
        "name": reminders.TIMER,
        "args": {"person": person},
    }
    return reminder, timer
