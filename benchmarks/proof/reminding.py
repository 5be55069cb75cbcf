"""Several processes on one PostgreSQL and one clock that is moved from timer to timer: whatever is due is told once.

What a visit's people have to be told, and when, is worked out here anew, from its day and the calendar alone. Of the
other reminders it is asked that everything due was told, and in one message a person and moment. Nobody does anything
meanwhile, so nothing becomes needless; one of the processes is killed and replaced now and then, just when it tells.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from benchmarks.proof import digesting
from benchmarks.proof.scene import BRISK
from benchmarks.proof.serving import free_port
from benchmarks.proof.timepiece import VARIABLE, Timepiece
from benchmarks.proof.verdict import at_rest
from benchmarks.proof.witness import heard
from handlers.text import speech
from sandbox.faults import Settings
from storage.campaign import calendars, campaigns
from storage.campaign.reminders import Reminder, State
from storage.chat import timers
from storage.database import Database
from storage.people import Person, Role
from storage.visit import agenda
from storage.visit.visits import Visit
from supervision.calendar import moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.proof.scene import Scene
    from benchmarks.proof.serving import Serving
    from sandbox.ledger import Entry
    from storage.database import Session

BEGINS = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)
"""A Monday morning at nine, with three weeks of ordinary days after it."""

FIRST = 7_500_000
TEAM = 3
"""Inspectors of a group; each group has a leader besides."""

_HOURS = {"tomorrow": (-1, time(17, 30)), "start": (0, time(17))}
"""Worked days from a visit's day, and the hour, at which its own people are told: as the packs say."""

_MOST = 60
SETTLE = timedelta(seconds=1)
BETWEEN = 3
"""Moves of the clock from one death to the next."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many processes and deaths, and how many hours the clock goes on; the groups are the scene's."""

    processes: int
    kills: int
    hours: float


@dataclass(slots=True)
class Outcome:
    """What was found: figures, counts of what must not be, and ``faults``, the first of them in words."""

    people: int = 0
    moves: int = 0
    """A figure: how often the clock was moved."""
    kills: int = 0
    """A figure: SIGKILLs just when something was due."""
    told: int = 0
    """A figure: reminders that were told."""
    messages: int = 0
    """A figure: messages they came in."""
    expected: int = 0
    """A figure: of the reminders, those of visits, which were worked out apart from the bot."""
    missing: int = 0
    """Due and not told, or worked out and never planned."""
    wrong: int = 0
    """Told at another moment than it was due."""
    twice: int = 0
    """Told to the same person at the same moment in more than one message, or in one that says another number."""
    digests: int = 0
    """A figure: digests that were due, to leaders and to a group chat."""
    unheard: int = 0
    """A figure: messages repeated because the process was killed before it had heard that they were sent."""
    tracebacks: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def bad(self) -> int:
        """How many things are not as they must be."""
        return self.missing + self.wrong + self.twice + self.tracebacks

    def fault(self, kind: str, what: str) -> None:
        """Count a fault and keep its words."""
        setattr(self, kind, getattr(self, kind) + 1)
        self.faults.append(f"{kind}: {what}")


@dataclass(frozen=True, slots=True)
class Move:
    """One time at which the clock was moved: when from, when to (all was told by then), and what was sent."""

    begins: datetime
    ends: datetime
    sent: Sequence[Entry]


async def reminding(scene: Scene, seed: int, plan: Plan) -> Outcome:
    """Run it once, on a stage that was set at ``BEGINS``."""
    dice = random.Random(seed)  # noqa: S311 - dice of an experiment
    scene.telegram.trouble.put(Settings())
    clock, database = Timepiece(scene.folder / "clock"), Database(scene.database_url)
    clock.put(BEGINS)
    more = {VARIABLE: str(clock.path), **BRISK}
    running = [scene.serving(f"serve-{at}.log", free_port(), **more) for at in range(plan.processes)]
    found = Outcome()
    try:
        async with database.begin() as db:
            readers = await _hire(scene, db)
        found.people = (TEAM + 1) * len(readers)
        await asyncio.gather(*(one.start() for one in running))
        await asyncio.gather(*(one.ready() for one in running))
        moves = [await _move(scene, clock, None, dice)]  # what is planned at the very beginning
        while (due := await _next(database)) is not None and due <= BEGINS + timedelta(hours=plan.hours):
            dies = len(moves) % BETWEEN == 1 and len(moves) < plan.kills * BETWEEN
            found.kills += dies
            clock.put(max(clock(), due + SETTLE))
            moves.append(await _move(scene, clock, dice.choice(running) if dies else None, dice))
        await asyncio.gather(*(one.stop() for one in running))
        found.moves = len(moves)
        await _judge(scene, database, moves, found)
        await _digests(scene, database, readers, moves, found)
    finally:
        await asyncio.gather(*(one.end() for one in running))
        await database.close()
        clock.close()
    found.tracebacks = sum(one.tracebacks() for one in running)
    return found


# --- what happens ---


async def _hire(scene: Scene, db: Session) -> dict[int, list[int]]:
    """Give every group its people, who have all written to the bot, and visits on the next days.

    Returns the chats that get the digest of each group: its leader's, and of the first a group chat besides.
    """
    campaign = (await campaigns.all_campaigns(db))[0]
    first = campaigns.day_in(campaign.zone, BEGINS)
    number = FIRST
    like = (await db.scalars(sa.select(Visit).limit(1))).one()
    units = {unit.group_id: unit for unit in await db.scalars(sa.select(campaigns.Unit))}
    readers: dict[int, list[int]] = {}
    for group in await campaigns.groups_of(db, campaign.id):
        readers[group.id] = [number]
        for role in (Role.leader, *[Role.inspector] * TEAM):
            person = Person(telegram_id=number, name=f"督导员{number}", created_at=BEGINS)
            person.appoint(role, BEGINS, group_id=group.id)
            db.add(person)
            scene.telegram.world.add_phone(number, person.name, "zh-hans", "", None).started = True
            number += 1
        db.add_all(
            Visit(
                unit_id=units[group.id].id,
                round_id=like.round_id,
                group_id=group.id,
                form_version_id=like.form_version_id,
                planned_on=first + timedelta(days=days),
                created_at=BEGINS,
            )
            for days in (1, 1, 2, 3)
        )
    bound, chats = next(iter(readers.items()))
    chats.append(await digesting.bind(scene, db, bound, campaign.id, chats[0]))
    return readers


async def _next(database: Database) -> datetime | None:
    async with database.read() as db:
        return await timers.next_due(db)


async def _move(scene: Scene, clock: Timepiece, victim: Serving | None, dice: random.Random) -> Move:
    """Now that the clock was moved, perhaps kill a process, and wait until all is told."""
    before, begins = scene.telegram.world.ledger.total, clock() - SETTLE * 2
    if victim is not None:
        await asyncio.sleep(dice.uniform(0.2, 1.5))
        await victim.kill()
        await victim.start()
        await victim.ready()
    await at_rest(scene, clock)
    ledger = scene.telegram.world.ledger
    return Move(begins, clock(), ledger.since(before, ledger.total))


# --- what became of it ---


async def _judge(scene: Scene, database: Database, moves: Sequence[Move], found: Outcome) -> None:
    async with database.read() as db:
        rows = list(await db.scalars(sa.select(Reminder)))
        chats = {one.id: one.telegram_id or 0 for one in await db.scalars(sa.select(Person))}
        worked_out = await _worked_out(db, moves[-1].ends)
    planned = {(one.kind, one.matter, one.person_id, one.by): one for one in rows}
    for key, at in worked_out.items():
        if key not in planned:
            found.fault("missing", f"{key} at {at} was never planned")
        elif planned[key].due_at != at:
            found.fault("wrong", f"{key} is due {planned[key].due_at}, should be {at}")
    found.expected = len(worked_out)
    for one in rows:
        if one.due_at <= moves[-1].begins and one.state is not State.told:
            found.fault("missing", f"{one.key} due {one.due_at} is {one.state}")
    told = defaultdict[tuple[int, int], set[str]](set)
    for one in rows:
        if one.told_at is None:
            continue
        found.told += 1
        which = next(which for which, move in enumerate(moves) if one.told_at <= move.ends)
        told[which, chats[one.person_id]].add(one.matter)
        if not moves[which].begins <= one.due_at <= one.told_at:
            found.fault("wrong", f"{one.key} due {one.due_at} was told {one.told_at}")
    _messages(scene, moves, told, found)


async def _worked_out(db: Session, until: datetime) -> dict[tuple[str, str, int, int], datetime]:
    """Work out what the visits' own people have to be told until a moment: (kind, matter, person, step) → when."""
    campaign = (await campaigns.all_campaigns(db))[0]
    calendar = await calendars.calendar_of(db, campaign)
    appointed = (await db.execute(sa.text("select person_id, group_id from roles where group_id is not null"))).all()
    found: dict[tuple[str, str, int, int], datetime] = {}
    for visit in await agenda.unfinished(db, campaign.id):
        assert visit.planned_on is not None
        for kind, (days, hour) in _HOURS.items():
            at = moment(calendar.shifted(visit.planned_on, days), hour, campaign.zone)
            if BEGINS < at <= until:
                team = [person for person, group in appointed if group == visit.group_id]
                found |= {(kind, f"{kind}:{visit.id}", person, days): at for person in team}
    return found


async def _digests(
    scene: Scene, database: Database, readers: dict[int, list[int]], moves: Sequence[Move], found: Outcome
) -> None:
    async with database.read() as db:
        judged = await digesting.judge(db, readers, BEGINS, moves, heard(scene.folder))
    found.digests, found.unheard = judged.expected, found.unheard + judged.unheard
    for kind, what in judged.faults:
        found.fault(kind, what)


def _messages(
    scene: Scene, moves: Sequence[Move], told: defaultdict[tuple[int, int], set[str]], found: Outcome
) -> None:
    """Hold what was told against what arrived: one message for each person and move, which says how much it is."""
    heads, known = _heads(), heard(scene.folder)
    for at, move in enumerate(moves):
        came = defaultdict[int, list[tuple[int, int]]](list)
        others = defaultdict[tuple[int, str], list[int]](list)
        for one in move.sent:
            match = heads.match(one.text)
            if match:
                came[one.chat_id].append((int(match.group(1)), one.message_id))
            elif one.method.startswith("send"):
                others[one.chat_id, one.text].append(one.message_id)
        for (chat, text), ids in others.items():
            if sum(message in known for message in ids[:-1]):
                found.fault("twice", f"{chat} at {move.begins}: {text[:40]}")
        for chat in came.keys() | {chat for when, chat in told if when == at}:
            due, copies = len(told[at, chat]), came.get(chat, [])
            found.messages += len(copies)
            unheard = [message for _, message in copies[:-1] if message not in known]
            found.unheard += len(unheard)
            if not copies:
                found.fault("missing", f"{chat} at {move.begins}: {due} told, and no message")
            elif len(copies) - len(unheard) > 1 or any(count != due for count, _ in copies):
                found.fault("twice", f"{chat} at {move.begins}: {due} told, in messages of {copies}")


def _heads() -> re.Pattern[str]:
    """Return what a message of reminders begins with, its number caught."""
    said = re.sub("<[^>]*>", "", str(speech("zh_CN").n("<b>{count} reminder</b>", "<b>{count} reminders</b>", _MOST)))
    return re.compile(re.escape(said).replace(str(_MOST), r"(\d+)"))
