"""What the chain of custody costs: to check a season of it, and in every turn.

A season is a million links: visits with an answer to each item, every answer in its place in the database. It is made
here link by link, with true hashes, and checked by what `xundu verify` runs. What a turn costs is measured on two bots
side by side, one of which links nothing.
"""

from __future__ import annotations

import resource
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from benchmarks import field
from benchmarks.figures import Figure, at_least, ratios, stated
from benchmarks.proof.postgres import Postgres, migrated
from benchmarks.stage import Wanted, served
from benchmarks.turns import Contender, in_turns
from benchmarks.turns import Plan as Turns
from storage.audit import Audit, Chain
from storage.database import Database
from storage.vault.custody import digest_of
from storage.vault.verification import Verification
from storage.visit.visits import Answer, State, Visit
from supervision.custody import REGISTER, Reader, hash_of, moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.entity import Json

TARGET = 100_000
"""Links a second."""

MORNING = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
_TOGETHER = 20_000


@dataclass(frozen=True, slots=True)
class Plan:
    """``links`` of a season; ``answers`` of a visit; the bases it lies in; how turns are measured."""

    links: int = 1_000_000
    answers: int = 24
    bases: tuple[str, ...] = ("SQLite", "PostgreSQL")
    turns: Turns = Turns(rounds=6)  # noqa: RUF009 - it is frozen
    turn_bases: tuple[str, ...] = ("SQLite", "PostgreSQL")


async def run(plan: Plan | None = None) -> tuple[list[Figure], str]:
    """Measure and return the figures."""
    plan = plan or Plan()
    found = [at_least("custody: links followed in memory", [_followed(plan) for _ in range(3)], "links/s", TARGET)]
    for base in plan.bases:
        found += await _verified(base, plan)
    for base in plan.turn_bases:
        found += await _turns(base, plan)
    return found, ""


# --- checking ---


def _followed(plan: Plan) -> float:
    """Follow one long chain; returns links a second. The links themselves are made before the clock starts."""
    made = _chain("visit:1", [_about(1, at) for at in range(1, plan.links // 4 + 1)])
    links = [(*one[:2], moment(one[2]), *one[3:6], "{}", *one[7:]) for one in made]
    reader = Reader("visit:1")
    began = time.perf_counter()
    assert reader.follow(links) is None
    return len(links) / (time.perf_counter() - began)


def _about(visit: int, number: int) -> tuple[str, str, str, datetime]:
    """Return (action, subject, digest, when) of one answer."""
    at = MORNING + timedelta(milliseconds=number)
    return "answer.given", f"answer:{number}", digest_of(Answer, _answer(visit, number, at)), at


def _answer(visit: int, number: int, at: datetime) -> Json:
    return {"id": number, "visit_id": visit, "path": f"/data/i{number}", "value": "yes", "by_id": 1, "at": at}


Row = tuple[str, int, datetime, int | None, str, str, dict[str, object], str, str]


def _chain(name: str, deeds: list[tuple[str, str, str, datetime]]) -> Iterator[Row]:
    previous = ""
    for seq, (action, subject, digest, at) in enumerate(deeds, 1):
        said = (name, seq, at, 1, action, subject, dict[str, object](), digest)
        previous = hash_of(previous, *said)
        yield (*said, previous)


async def _verified(base: str, plan: Plan) -> list[Figure]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xundu-bench-")))
        if base == "PostgreSQL":
            url = await (await stack.enter_async_context(Postgres())).database()
        else:
            url = await migrated(f"sqlite:///{folder}/xundu.db")
        await field.seed(url, 1, 1)
        database = Database(url)
        try:
            await _season(database, plan)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            began, spent = time.perf_counter(), time.process_time()
            async with database.read() as db:
                found = await Verification(db).run()
            seconds, spent = time.perf_counter() - began, time.process_time() - spent
            assert not found.breaks, found.breaks
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        finally:
            await database.close()
    name = f"custody: {base}, {found.links:,} links"
    return [
        at_least(f"{name} and {found.rows:,} records verified", found.links / seconds, "links/s", TARGET),
        stated(f"{name}, a second of CPU", found.links / spent, "links"),
        stated(f"{name}, memory it took more", grown / 1024, "MB"),
    ]


async def _season(database: Database, plan: Plan) -> None:
    """Fill a database with visits, their answers and the links of all of it."""
    async with database.begin() as db:
        for table in (Answer, Visit, Audit, Chain):
            await db.execute(sa.delete(table))
        unit, group, form = (
            await db.execute(sa.text("SELECT min(id), min(group_id), (SELECT min(id) FROM forms) FROM units"))
        ).one()
        person = (await db.execute(sa.text("SELECT min(id) FROM people"))).scalar_one()
    visits = plan.links // (plan.answers + 2)
    opened: list[tuple[str, str, str, datetime]] = []
    rows: dict[type[Visit | Answer | Audit | Chain], list[Json]] = {Visit: [], Answer: [], Audit: [], Chain: []}
    for visit in range(1, visits + 1):
        about = {"id": visit, "unit_id": unit, "round_id": None, "group_id": group, "form_version_id": form}
        about |= {"submitted_at": None, "submitted_by": None, "created_at": MORNING}
        rows[Visit].append(about | {"state": State.open, "changes": 1})
        deeds = [("visit.planned", f"visit:{visit}", digest_of(Visit, about), MORNING)]
        for at in range(plan.answers):
            number = (visit - 1) * plan.answers + at + 1
            given = _answer(visit, number, MORNING + timedelta(seconds=at)) | {"by_id": person}
            rows[Answer].append(given)
            deeds.append(("answer.given", f"answer:{number}", digest_of(Answer, given), given["at"]))
        links = list(_chain(f"visit:{visit}", deeds))
        rows[Audit] += [_as_row(link) for link in links]
        rows[Chain].append({"chain": f"visit:{visit}", "links": len(links), "covered": 0})
        opened.append(("chain.opened", f"chain:visit:{visit}", links[0][-1], MORNING))
        if len(rows[Audit]) >= _TOGETHER:
            await _filled(database, rows)
    rows[Audit] += [_as_row(link) for link in _chain(REGISTER, opened)]
    rows[Chain].append({"chain": REGISTER, "links": len(opened), "covered": 0})
    await _filled(database, rows)


def _as_row(link: Row) -> Json:
    names = ("chain", "seq", "at", "person_id", "action", "subject", "details", "digest", "hash")
    return dict(zip(names, link, strict=True))


async def _filled(database: Database, rows: dict[type[Visit | Answer | Audit | Chain], list[Json]]) -> None:
    async with database.begin() as db:
        for entity, made in rows.items():
            if made:
                await db.execute(sa.insert(entity.__table__), made)  # type: ignore[arg-type]  # it is a Table
            made.clear()


# --- turns ---


async def _turns(base: str, plan: Plan) -> list[Figure]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xundu-bench-")))
        both = []
        for module in ("bot", "benchmarks.unchained"):
            wanted = Wanted(plan.turns.chats, plan.turns.visits, base, module=module)
            stand = await stack.enter_async_context(served(f"{base}, {module}", folder / module, wanted))
            await stand.crowd.arrive(plan.turns.chats)
            both.append(Contender(stand))
        await in_turns(both, plan.turns)
        for one in both:
            await one.stand.stored()
    chained, loose = both
    return [
        stated(f"custody: {base}, a turn with the chain, CPU", chained.cpu_ms, "ms/turn"),
        stated(f"custody: {base}, a turn without it, CPU", loose.cpu_ms, "ms/turn"),
        stated(f"custody: {base}, a turn with ÷ without, CPU", ratios(chained.cpu_ms, loose.cpu_ms), "×"),
        stated(f"custody: {base}, a turn with ÷ without, time", ratios(loose.rate, chained.rate), "×"),
    ]
