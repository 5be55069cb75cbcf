"""Answers to a survey, in and out: what it costs to hand one in, and how long results of a hundred thousand take.

Handed in as a turn hands them in, each in a transaction of its own; most of the hundred thousand are put in many to a
transaction, or filling would be all one waits for. The results are read from the database every time.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, at_most, stated
from benchmarks.proof.postgres import Postgres, migrated
from storage.database import Database
from storage.people import Person
from storage.voices import surveys
from storage.voices.surveys import Survey
from supervision.ballot import sheets
from supervision.ballot_figures import figures_of

if TYPE_CHECKING:
    from collections.abc import Sequence

RESULTS_MS = 200
FIRST = 30_000_001
AREAS = 31
LEVELS = ("1", "2", "3", "4", "5")
TOGETHER = 250
"""Answers put in at a time where none is timed."""

ASKED = Path(__file__).parents[1] / "packs" / "theme-education" / "surveys.md"


@dataclass(frozen=True, slots=True)
class Plan:
    """``answers`` there are in the end, of which ``alone`` are handed in one by one and timed, from ``areas`` areas."""

    answers: int = 100_000
    alone: int = 2_000
    times: int = 5
    bases: tuple[str, ...] = ("SQLite", "PostgreSQL")
    areas: int = AREAS


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures."""
    plan = plan or Plan()
    found: list[Figure] = []
    for base in plan.bases:
        with tempfile.TemporaryDirectory(prefix="xundu-bench-") as name:
            if base == "SQLite":
                found += await _measured(plan, base, await migrated(f"sqlite:///{name}/xundu.db"))
                continue
            async with Postgres() as postgres:
                found += await _measured(plan, base, await postgres.database())
    return found, ""


async def _measured(plan: Plan, base: str, url: str) -> list[Figure]:
    database = Database(url)
    try:
        places = [f"{area}省|{level}" for area in range(plan.areas) for level in LEVELS]
        survey_id = await _opened(database, places)
        dice = Random(plan.answers)  # noqa: S311 - a script, not a secret
        many = range(FIRST, FIRST + plan.answers - plan.alone)
        for at in range(0, len(many), TOGETHER):
            await _cast(database, survey_id, many[at : at + TOGETHER], places, dice)
        began = time.perf_counter()
        for voter in range(many.stop, many.stop + plan.alone):
            await _cast(database, survey_id, [voter], places, dice)
        each = (time.perf_counter() - began) / plan.alone
        out = [await _out(database, survey_id) for _ in range(plan.times)]
        closing = await _closed(database, survey_id)
        return [
            stated(f"surveys: {base}, answers handed in", 1 / each, "answers/s"),
            at_most(f"surveys: {base}, results of {plan.answers:,} answers", out, "ms", RESULTS_MS),
            stated(f"surveys: {base}, closing it", closing, "ms"),
        ]
    finally:
        await database.close()


async def _opened(database: Database, places: Sequence[str]) -> int:
    now = datetime.now(UTC)
    asked = sheets(ASKED.read_text("utf-8"))[0][1]
    async with database.begin() as db:
        author = Person(telegram_id=None, name="王主任", created_at=now)
        db.add(author)
        await db.flush()
        made = Survey(author_id=author.id, title="民主评议", created_at=now)
        made.questions = {"questions": [one.as_data() for one in asked]}
        made.places = {place: place for place in places}
        await surveys.add(db, made)
        await surveys.start(db, made, now, now + timedelta(days=7))
        return made.id


async def _cast(database: Database, survey_id: int, voters: Sequence[int], places: Sequence[str], dice: Random) -> None:
    async with database.begin() as db:
        survey = await surveys.get(db, survey_id, lock=True)
        if survey is None:
            raise LookupError("the survey is gone")
        items, now = survey.items, datetime.now(UTC)
        for voter in voters:
            answers = {one.key: str(dice.randrange(len(one.choices))) for one in items if one.counted}
            if not await surveys.cast(db, survey, voter, answers, dice.choice(places), now):
                raise AssertionError("an answer was not taken")


async def _out(database: Database, survey_id: int) -> float:
    """Return the milliseconds from asking to figures by area and level."""
    await asyncio.sleep(0)
    began = time.perf_counter()
    async with database.read() as db:
        survey = await surveys.get(db, survey_id)
        if survey is None:
            raise LookupError("the survey is gone")
        found = figures_of(survey.items, survey.tally, survey.least, set(survey.places.values()))
    took = (time.perf_counter() - began) * 1e3
    if not found:
        raise AssertionError("no result may be shown")
    return took


async def _closed(database: Database, survey_id: int) -> float:
    began = time.perf_counter()
    async with database.begin() as db:
        survey = await surveys.get(db, survey_id, lock=True)
        if survey is None:
            raise LookupError("the survey is gone")
        await surveys.close(db, survey, datetime.now(UTC))
    return (time.perf_counter() - began) * 1e3
