"""What a digest costs: its figures for each group of a large campaign, how that grows with what is stored, its picture.

A campaign of 1,054 units, 12 rounds and 22 items is written in bulk: every visit of the rounds before was handed in, of
the round that is on some were. Answers and what they found lie in their places. Each round of measuring asks for the
digest of every group after one visit of it was handed in, as it is on a working day.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from benchmarks import field
from benchmarks.figures import Figure, at_most, ratios, stated
from benchmarks.proof.postgres import Postgres, migrated
from bot.offline.demo import PACK
from bot.outgoing.drawing import draw_apart
from handlers import campaign as campaigns_journey
from handlers import digesting
from handlers.digest.drawing import drawing
from handlers.text import speech
from reports.drawing import draw_all
from storage.campaign import campaigns
from storage.campaign.campaigns import Campaign, Group, Round, Unit
from storage.database import Database
from storage.people import Person
from storage.visit import findings, visits
from storage.visit.findings import Judged, Outcome
from storage.visit.visits import Answer, State, Visit
from supervision.wanting import Grade

if TYPE_CHECKING:
    from storage.entity import Entity, Session

MOST_MS = 50.0
PICTURE_MS = 400.0
GROWTH = 2.0
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
"""Half past five in the afternoon of a Friday in Beijing."""

_TOGETHER = 5_000
PROVINCES = ("浙江省", "江苏省", "安徽省", "福建省", "江西省", "山东省", "河南省", "湖北省")


@dataclass(frozen=True, slots=True)
class Plan:
    """``few`` and ``many`` answers of ``units`` in ``rounds``; each group's digest is asked for so many ``times``.

    Of the round that is on, every third visit was handed in (``every``).
    """

    units: int = 1_054
    groups: int = 4
    rounds: int = 12
    items: int = 22
    few: int = 10_000
    many: int = 1_000_000
    every: int = 3
    times: int = 3
    pictures: int = 20
    bases: tuple[str, ...] = ("SQLite", "PostgreSQL")


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures."""
    plan = plan or Plan()
    found = []
    for base in plan.bases:
        few, many = [await _measured(base, plan, answers) for answers in (plan.few, plan.many)]
        found.append(stated(f"digest: a group's figures, {base}, {plan.few:,} answers", few, "ms"))
        found.append(at_most(f"digest: a group's figures, {base}, {plan.many:,} answers", many, "ms", MOST_MS))
        name = f"digest: a group's figures, {base}, {plan.many:,} ÷ {plan.few:,} answers"
        found.append(at_most(name, ratios(many, few), "×", GROWTH))
    return [*found, *await _pictures(plan)], ""


# --- figures ---


async def _measured(base: str, plan: Plan, answers: int) -> list[float]:
    """Return the milliseconds that a group's figures take, a median over the groups for each round of measuring."""
    if base == "SQLite":
        with tempfile.TemporaryDirectory(prefix="xundu-bench-") as name:
            return await _on(await migrated(f"sqlite:///{name}/xundu.db"), plan, answers)
    async with Postgres() as server:
        return await _on(await server.database(), plan, answers)


async def _on(url: str, plan: Plan, answers: int) -> list[float]:
    database = Database(url)
    try:
        await seed(database, plan, answers)
        if not database.embedded:
            await field._tidied(url)  # noqa: SLF001 - what autovacuum would do meanwhile
        await _asked(database, plan)  # counts what was never counted, once
        return [await _asked(database, plan) for _ in range(plan.times)]
    finally:
        await database.close()


async def _asked(database: Database, plan: Plan) -> float:
    taken = []
    async with database.read() as db:
        groups = [one.id for one in await campaigns.groups_of(db, 1)]
    for group_id in groups[: plan.groups]:
        async with database.begin() as db:
            await _handed_in(db, group_id)
        began = time.perf_counter()
        async with database.begin() as db:
            campaign, group = await db.get(Campaign, 1), await campaigns.group(db, group_id)
            assert campaign is not None
            facts = await digesting.gather(db, campaign, group, NOW, NOW - timedelta(days=1))
        taken.append((time.perf_counter() - began) * 1e3)
        assert facts.coverage.total
    return sorted(taken)[len(taken) // 2]


async def _handed_in(db: Session, group_id: int) -> None:
    """Hand one more visit of a group in."""
    query = sa.select(sa.func.min(Visit.id)).where(Visit.group_id == group_id, Visit.state == State.planned)
    number = await db.scalar(query)
    visit = await visits.get(db, number) if number is not None else None
    assert visit is not None
    visit.state, visit.submitted_at = State.submitted, NOW - timedelta(minutes=5)
    await findings.write(db, visit, [Judged("/data/i1", "/data/i1", "1", Grade.missing)])


# --- the season ---


async def seed(database: Database, plan: Plan, answers: int) -> None:
    """Write the campaign and so many answers: the last round whole and the rounds before as far as they go."""
    chance = Random(7)  # noqa: S311 - to be made again, not to be secret
    async with database.begin() as db:
        started = await campaigns_journey.start(db, PACK, now=NOW, starts_on=date(2025, 12, 1), name="season")
        campaign, form = started.campaign, started.checklist.id
        campaign.ends_on = date(2026, 12, 31)
        await db.execute(sa.delete(Round).where(Round.campaign_id == campaign.id))
        first = date(2025, 12, 16)
        rounds = await field.add(
            db,
            Round,
            [
                {"campaign_id": campaign.id, "number": at + 1, "starts_on": day, "ends_on": day + timedelta(days=14)}
                for at in range(plan.rounds)
                for day in (first + timedelta(days=30 * at + 4),)
            ],
        )
        groups = await field.add(
            db, Group, [{"campaign_id": campaign.id, "name": f"第{at + 1}组"} for at in range(plan.groups)]
        )
        units = await field.add(db, Unit, [_unit(campaign.id, groups, at) for at in range(plan.units)])
        (person,) = await field.add(
            db, Person, [{"telegram_id": 1, "name": "督导员", "language": "zh_CN", "created_at": NOW}]
        )
    visits = await _visits(database, plan, rounds, groups, units, form)
    await _answers(database, plan, visits, person, answers, chance)


def _unit(campaign_id: int, groups: list[int], at: int) -> dict[str, Any]:
    area = f"{PROVINCES[at % len(PROVINCES)]}/第{at % 97}市/第{at}县"
    about = {"campaign_id": campaign_id, "level": 3 + at % 3, "area": area, "tags": []}
    return about | {"code": f"U{at}", "name": f"第{at}单位党支部", "group_id": groups[at % len(groups)]}


async def _visits(
    database: Database, plan: Plan, rounds: list[int], groups: list[int], units: list[int], form: int
) -> list[tuple[int, int]]:
    """Write the visits; returns (id, unit) of those that were handed in, those of the last round first."""
    rows: list[dict[str, Any]] = []
    handed_in: list[tuple[int, int]] = []
    for back, round_id in enumerate(reversed(rounds)):
        for at, unit in enumerate(units):
            day = NOW.date() - timedelta(days=30 * back + 4 - at % 12)
            done = back > 0 or (at // len(groups)) % plan.every == 0
            moment = min(datetime.combine(day, datetime.min.time(), UTC), NOW) if done else None
            if done:
                handed_in.append((len(rows), unit))
            rows.append(
                {"unit_id": unit, "round_id": round_id, "group_id": groups[at % len(groups)], "form_version_id": form}
                | {"state": State.submitted if done else State.planned, "planned_on": day, "created_at": NOW}
                | {"opened_at": moment, "submitted_at": moment, "changes": 1}
            )
    ids: list[int] = []
    async with database.begin() as db:
        for start in range(0, len(rows), _TOGETHER):
            ids += await field.add(db, Visit, rows[start : start + _TOGETHER])
    return [(ids[at], unit) for at, unit in handed_in]


async def _answers(
    database: Database, plan: Plan, handed_in: list[tuple[int, int]], person: int, most: int, chance: Random
) -> None:
    """Write answers visit by visit until there are so many, and of each item what it found."""
    each = max(1, -(-most // max(1, len(handed_in))))  # beyond one to an item there are notes and photos
    answers: list[dict[str, Any]] = []
    outcomes: list[dict[str, Any]] = []
    written = 0
    for visit, unit in handed_in:
        if written >= most:
            break
        count = min(max(each, plan.items), most - written)
        written += count
        for at in range(count):
            path = f"/data/i{at + 1}"
            answers.append({"visit_id": visit, "path": path, "value": "met", "by_id": person, "at": NOW})
            if at < plan.items:
                grade = chance.choices((0, 1, 2), (85, 10, 5))[0]
                about = {"visit_id": visit, "path": path, "unit_id": unit, "item": path, "number": str(at + 1)}
                outcomes.append(about | {"grade": grade, "answer_id": None, "note_id": None})
        if len(answers) >= _TOGETHER * 4:
            await _written(database, answers, outcomes)
    await _written(database, answers, outcomes)


async def _written(database: Database, answers: list[dict[str, Any]], outcomes: list[dict[str, Any]]) -> None:
    tables: tuple[tuple[type[Entity], list[dict[str, Any]]], ...] = ((Answer, answers), (Outcome, outcomes))
    async with database.begin() as db:
        for entity, rows in tables:
            if rows:
                await db.execute(sa.insert(entity.__table__), rows)  # type: ignore[arg-type]  # it is a Table
    answers.clear()
    outcomes.clear()


# --- the picture ---


async def _pictures(plan: Plan) -> list[Figure]:
    """Return how long a picture takes to draw in a process that is there, and all in all for a lonely one."""
    with tempfile.TemporaryDirectory(prefix="xundu-bench-") as name:
        database = Database(await migrated(f"sqlite:///{name}/xundu.db"))
        try:
            await seed(database, plan, min(plan.few, plan.many))
            async with database.begin() as db:
                campaign = await db.get(Campaign, 1)
                group = (await campaigns.groups_of(db, 1))[0]
                assert campaign is not None
                facts = await digesting.gather(db, campaign, group, NOW, NOW - timedelta(days=1))
        finally:
            await database.close()
    wanted = drawing(speech("zh_CN"), facts, "二组", "light", {})
    taken, alone = [], []
    draw_all([wanted])  # fonts are loaded once
    for _ in range(plan.pictures):
        began = time.perf_counter()
        (picture,) = draw_all([wanted])
        taken.append((time.perf_counter() - began) * 1e3)
        assert picture
    for _ in range(min(3, plan.pictures)):
        began = time.perf_counter()
        await draw_apart(60, draw_all, [wanted])
        alone.append((time.perf_counter() - began) * 1e3)
    return [
        at_most("digest: a picture drawn, in a process that is there", taken, "ms", PICTURE_MS),
        at_most("digest: a picture drawn, in a process started for it", alone, "ms", PICTURE_MS),
        stated("digest: size of a picture", len(picture or b"") / 1024, "KiB"),
    ]
