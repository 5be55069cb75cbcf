"""A notice to everybody while the serving process is killed: the ledger adds up, nobody is missed or told twice.

Except where nobody can know: a send whose answer was withheld, or that was under way when the process was killed, is
made again. How often that happened is counted apart. Some people have shut the bot out or are no more, which the bot
has to find out, and some have been erased and cannot be written to.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from benchmarks.proof.scene import BRISK
from benchmarks.proof.serving import free_port
from benchmarks.proof.verdict import at_rest
from benchmarks.proof.witness import heard
from sandbox.faults import Settings
from sandbox.ledger import Entry
from storage.database import Database
from storage.people import Person, Role
from storage.voices import deliveries, notices
from storage.voices.deliveries import Delivery
from storage.voices.deliveries import State as Fate
from storage.voices.notices import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.proof.scene import Scene
    from benchmarks.proof.serving import Serving

FIRST = 6_000_000
BLOCKED, ERASED = 0.1, 0.005
"""Shares of the audience: shut out or gone, without the bot's knowing; known to have no address any more."""

CHANCES = {"http_500": 0.01, "http_502": 0.01, "reset": 0.01, "lost_reply": 0.01, "cut_reply": 0.01, "flood": 0.001}
"""One send in twenty goes wrong for a moment, one in a thousand is told to wait a second."""

AT_A_TIME = 2_000
LOOK = 0.1
FINISH_SECONDS = 900.0
UNSETTLED = (Fate.waiting, Fate.queued)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many people, how many kills; ``often`` makes faults so much more frequent, for a short run."""

    people: int
    kills: int
    often: float = 1.0


@dataclass(slots=True)
class Outcome:
    """What was found: figures, counts of what must not be, and ``faults``, the first of them in words."""

    fates: Mapping[Fate, int] = field(default_factory=dict)
    seconds: float = 0.0
    looks: int = 0
    off: int = 0
    """Looks at which the ledger did not add up to the audience, or something settled was unsettled again."""
    misjudged: int = 0
    """People whom the ledger says something else of than what became of them."""
    missed: int = 0
    """People who could be reached and got nothing."""
    withheld: int = 0
    """A figure: messages repeated because a fault withheld Telegram's answer."""
    unheard: int = 0
    """A figure: messages repeated because the process was killed before it had heard the answer."""
    twice: int = 0
    """Messages repeated although the answer was heard."""
    tracebacks: int = 0
    refused: int = 0
    """A figure: 429s met."""
    stumbled: int = 0
    """A figure: calls that failed for a moment."""
    finished: bool = False
    """The notice itself says that it is sent."""
    faults: list[str] = field(default_factory=list)

    @property
    def bad(self) -> int:
        """How many things are not as they must be."""
        return self.off + self.misjudged + self.missed + self.twice + self.tracebacks + (not self.finished)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who is written to, as Telegram ids, and who of them cannot be reached or has no id any more (person ids)."""

    notice_id: int
    reachable: frozenset[int]
    shut: frozenset[int]
    erased: frozenset[int]

    @property
    def size(self) -> int:
        """The audience."""
        return len(self.reachable) + len(self.shut) + len(self.erased)


async def broadcast(scene: Scene, seed: int, plan: Plan) -> Outcome:
    """Run it once."""
    dice = random.Random(seed)  # noqa: S311 - dice of an experiment
    chances = {name: chance * plan.often for name, chance in CHANCES.items()}
    about = {"seed": seed, "retry_after": 1, "methods": ["sendmessage"], **chances}
    scene.telegram.trouble.put(Settings.model_validate(about))
    serving, found = scene.serving("serve.log", free_port(), **BRISK), Outcome()
    database = Database(scene.database_url)
    try:
        crowd = await _gather(scene, database, dice, plan.people)
        await serving.start()
        await serving.ready()
        began = time.monotonic()
        people = await _send(database, crowd)
        watching = asyncio.create_task(_watch(database, crowd, found))
        try:
            await _kill(serving, database, crowd, plan, dice)
            async with asyncio.timeout(FINISH_SECONDS):
                while any(found.fates.get(one, 1) for one in UNSETTLED):
                    serving.check()
                    await asyncio.sleep(LOOK)
            found.seconds = time.monotonic() - began
            await at_rest(scene)
            found.finished = await _is_sent(database, crowd.notice_id)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        await serving.stop()
        await _judge(scene, database, crowd, people, found)
    finally:
        await database.close()
        await serving.end()
    counts = scene.telegram.trouble.faults.counts
    found.refused, found.tracebacks = counts["flood"], serving.tracebacks()
    found.stumbled = sum(counts[name] for name in CHANCES) - found.refused
    return found


# --- what happens ---


async def _gather(scene: Scene, database: Database, dice: random.Random, count: int) -> Crowd:
    """Put everybody into the database and on Telegram's side, and write the notice."""
    now, world = datetime.now(UTC), scene.telegram.world
    everybody = list(range(FIRST, FIRST + count))
    odd = dice.sample(everybody, int(count * BLOCKED) + max(1, int(count * ERASED)))
    shut, erased = set(odd[: int(count * BLOCKED)]), set(odd[int(count * BLOCKED) :])
    for at in everybody:
        phone = world.add_phone(at, f"成员{at}", "zh-hans", "", None)
        phone.started, phone.blocked, phone.deactivated = True, at in shut and at % 2 == 0, at in shut and at % 2 == 1
    gone: list[Person] = []
    for start in range(0, count, AT_A_TIME):
        async with database.begin() as db:
            some = [
                Person(telegram_id=None if at in erased else at, name=f"成员{at}", created_at=now)
                for at in everybody[start : start + AT_A_TIME]
            ]
            db.add_all(some)
            await db.flush()
            gone += [one for one in some if one.telegram_id is None]
    async with database.begin() as db:
        author = Person(telegram_id=1, name="王主任", created_at=now)
        author.appoint(Role.admin, now)
        db.add(author)
        await db.flush()
        notice = await notices.add(db, author.id, now)
        notice.body = {"parts": [{"message": 1, "html": "<b>请阅</b>：本周五上午九点开会。"}], "captioned": False}
    reachable = frozenset(everybody) - shut - erased
    return Crowd(notice.id, reachable, frozenset(shut), frozenset(one.id for one in gone))


async def _send(database: Database, crowd: Crowd) -> dict[int, int]:
    """Send the notice as the button does; return the Telegram id of every person it is for."""
    everybody = crowd.reachable | crowd.shut
    async with database.begin() as db:
        rows = await db.execute(sa.select(Person.id, Person.telegram_id))
        ids = {person: known for person, known in rows if known in everybody}
        notice = await notices.get(db, crowd.notice_id, lock=True)
        assert notice is not None
        await notices.send(db, notice, [*ids, *crowd.erased], datetime.now(UTC))
    return ids


async def _kill(serving: Serving, database: Database, crowd: Crowd, plan: Plan, dice: random.Random) -> None:
    """Kill the process when so many copies are settled, and start it again."""
    for goal in sorted(dice.uniform(0.05, 0.9) for _ in range(plan.kills)):
        async with asyncio.timeout(FINISH_SECONDS):
            while await _settled(database, crowd) < goal * crowd.size:
                serving.check()
                await asyncio.sleep(LOOK / 2)
        await serving.kill()
        await serving.start()
        await serving.ready()


async def _settled(database: Database, crowd: Crowd) -> int:
    async with database.read() as db:
        found, _ = await deliveries.counts(db, crowd.notice_id)
    return sum(count for fate, count in found.items() if fate not in UNSETTLED)


async def _watch(database: Database, crowd: Crowd, found: Outcome) -> None:
    """Look at the ledger again and again: it adds up to the audience, and what is settled stays settled."""
    settled = 0
    while True:
        async with database.read() as db:
            fates, _ = await deliveries.counts(db, crowd.notice_id)
        found.looks += 1
        found.fates = fates
        now = sum(count for fate, count in fates.items() if fate not in UNSETTLED)
        if sum(fates.values()) != crowd.size or now < settled:
            found.off += 1
            found.faults.append(f"the ledger of {crowd.size}: {fates}, {settled} settled before")
        settled = now
        await asyncio.sleep(LOOK)


async def _is_sent(database: Database, notice_id: int) -> bool:
    """Wait for the last tick, which notes that nothing is left to be done."""
    for _ in range(100):
        async with database.read() as db:
            notice = await notices.get(db, notice_id)
        if notice is not None and notice.state is State.sent:
            return True
        await asyncio.sleep(LOOK)
    return False


# --- what became of it ---


async def _judge(scene: Scene, database: Database, crowd: Crowd, people: Mapping[int, int], found: Outcome) -> None:
    """Compare the ledger with Telegram's."""
    got = defaultdict[int, list[Entry]](list)
    for one in scene.telegram.world.ledger.since(0, scene.telegram.world.ledger.total):
        if one.method == "sendmessage" and one.chat_id >= FIRST:
            got[one.chat_id].append(one)
    async with database.read() as db:
        rows = sa.select(Delivery.person_id, Delivery.state, Delivery.message_id)
        ledger = (await db.execute(rows.where(Delivery.notice_id == crowd.notice_id))).all()
    for person, state, message in ledger:
        chat = people.get(person, 0)
        due = Fate.skipped if person in crowd.erased else Fate.blocked if chat in crowd.shut else Fate.sent
        arrived = {one.message_id for one in got.get(chat, ())}
        if state is not due or (due is Fate.sent) != (message in arrived):
            found.misjudged += 1
            found.faults.append(f"person {person}: {state} as {message}, {sorted(arrived)} arrived, should be {due}")
    found.missed = len(crowd.reachable - got.keys())
    found.misjudged += len(got.keys() - crowd.reachable)
    _repeats(got, {message for _, _, message in ledger}, heard(scene.folder), found)


def _repeats(got: Mapping[int, list[Entry]], kept: set[int | None], known: set[int], found: Outcome) -> None:
    """Say why copies came that the ledger knows nothing of any more, or came again."""
    for chat, copies in got.items():
        for one in copies:
            if one.message_id in kept:
                continue
            if one.reply != "answered":
                found.withheld += 1
            elif one.message_id in known:
                found.twice += 1
                found.faults.append(f"chat {chat} got {one.message_id} again, although its answer was heard")
            else:
                found.unheard += 1
