"""Where the hostile meet the bot: the real way in, the real engine and a real database, with people at work in it.

Updates come as raw JSON through the intake; what the engine says is read as strictly as Telegram reads it, and then
counts as sent, so that its buttons can be pressed.
"""

from __future__ import annotations

import itertools
import json
import os
import resource
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.drivers.aiogram_driver import AiogramDriver
from bot.drivers.ptb_driver import PtbDriver
from bot.incoming.receive import Intake
from bot.offline.seed import seed
from handlers.chat import Card, Change, Commands, load
from handlers.engine import Engine, Outcome
from handlers.journeys import JOURNEYS
from handlers.registry import Registry
from handlers.shelf import Shelf
from handlers.turn import Kit
from storage.campaign import campaigns
from storage.chat import inbox, outbox, timers
from storage.files.blobs import Blobs
from storage.people import Person, Role
from tests.handlers.phone import BOT, MORNING, drain
from tests.handlers.screen import Shown
from tests.hostile.updates import Actor

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from storage.database import Database

TOKEN = "700000000:AAhostileHOSTILEhostileHOSTILEhosti"
DRIVERS = {"aiogram": AiogramDriver, "ptb": PtbDriver}

GROUP_ROLES = (Role.leader, Role.deputy, Role.inspector, Role.liaison, Role.contact, Role.member)

DOMAIN = ("answers", "evidence", "visits", "visit_members", "invitations", "roles", "people", "audit", "units", "forms")
"""Tables whose rows are somebody's doing."""


def many(otherwise: int) -> int:
    """How many: what HOSTILE says, or so many that a test takes seconds."""
    return int(os.environ.get("HOSTILE", "0")) or otherwise


LONG = "HOSTILE" in os.environ


def memory() -> float:
    """MiB this process holds now."""
    with open("/proc/self/statm") as statm:  # noqa: PTH123 - it is no file
        return int(statm.read().split()[1]) * resource.getpagesize() / 2**20


@dataclass(slots=True)
class Arena:
    """An engine that reads with one driver, and a clock that moves a second with every batch."""

    database: Database
    intake: Intake
    engine: Engine
    blobs: Blobs
    actors: dict[str, Actor] = field(default_factory=dict)
    now: datetime = MORNING
    woken: set[int] = field(default_factory=set)
    outcomes: list[Outcome] = field(default_factory=list)
    said: list[tuple[int, str]] = field(default_factory=list)
    toasts: list[str] = field(default_factory=list)
    turns: int = 0
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(900_000_000))
    unwell: bool = False
    """Whether anything is left in the inbox that should not be; :meth:`broken` says what."""
    _sent: int = 100_000
    _next_due: datetime | None = None

    @classmethod
    async def on(cls, database: Database, folder: Path, driver: str, actors: dict[str, Actor] | None = None) -> Arena:
        """The demonstration campaign, and in each of its two groups one person of every role.

        ``actors`` are those of an earlier arena, whose database this is.
        """
        blobs = Blobs(folder / "blobs")
        engine = Engine(
            database=database,
            registry=Registry(JOURNEYS),
            kit=Kit(bot_username=BOT, blobs=blobs, shelf=Shelf()),
            parse=DRIVERS[driver](TOKEN, "http://127.0.0.1:9", lambda: arena.now).event,
            clock=lambda: arena.now,
            after=lambda outcome: arena.outcomes.append(outcome),  # noqa: PLW0108 - the arena is made below
        )
        intake = Intake(database, lambda chats: arena.woken.update(chats), lambda: arena.now)  # noqa: PLW0108 - likewise
        arena = cls(database, intake, engine, blobs)
        if actors is not None:
            arena.actors |= actors
            return arena
        async with database.begin() as db:
            phones = await seed(db, "theme-education", MORNING)
            campaign = (await campaigns.all_campaigns(db))[0]
            groups = await campaigns.groups_of(db, campaign.id)
            for at, one in enumerate(groups):
                for number, role in enumerate(Role):
                    await arena._let_in(db, f"{role}-{at + 1}", 8000 + at * 100 + number, role, one.id)
        arena.actors |= {one.role + str(one.id): Actor(one.id, one.name) for one in phones}
        for number in range(3):
            arena.actors[f"stranger{number}"] = Actor(9001 + number, "路人")
        return arena

    async def _let_in(self, db: Any, key: str, number: int, role: Role, group_id: int) -> None:
        person = Person(telegram_id=number, name=f"人{number}", created_at=MORNING)
        person.appoint(role, MORNING, group_id=group_id if role in GROUP_ROLES else None)
        db.add(person)
        self.actors[key] = Actor(number, person.name)

    # --- what happens ---

    async def feed(self, updates: list[dict[str, Any]]) -> None:
        """Take updates in, run all the turns they make, and take what is said as sent."""
        self.now += timedelta(seconds=1)
        await self.intake.store(updates)
        if self._next_due is None or self._next_due <= self.now:
            async with self.database.begin() as db:
                self.woken.update(await timers.fire_due(db, self.now))
        for chat_id in sorted(self.woken):
            self.turns += await drain(self.engine, chat_id)
        self.woken.clear()
        await self.settle()

    async def settle(self) -> None:
        """Read what the bot said as Telegram would, and remember the buttons."""
        self.toasts += [one.toast.text for one in self.outcomes if one.callback_id]
        self.outcomes.clear()
        by_id = {actor.id: actor for actor in self.actors.values()}
        async with self.database.begin() as db:
            more = True
            while more:
                rows = await outbox.pending(db, self.now, limit=500)
                fates, more = [], len(rows) == 500
                for row in rows:
                    self._sent += 1
                    fates.append((row.id, "sent", self._read(row, by_id.get(row.chat_id)), None))
                await outbox.settle(db, fates, self.now)
            self._next_due = await timers.next_due(db) or self.now + timedelta(days=1)
            self.unwell = bool(await db.scalar(sa.text("select 1 from inbox where state <> 'done' limit 1")))

    def _read(self, row: Any, actor: Actor | None) -> int:
        json.dumps(row.reply, ensure_ascii=False).encode()  # what goes out is text that can be encoded
        reply = load(row.reply)
        if isinstance(reply, Commands):
            return self._sent
        message_id = reply.message_id if isinstance(reply, Change) else self._sent
        files = ("picture", "document") if isinstance(reply, Card) else ("picture", "document", "media")
        more = {} if isinstance(reply, Change) else {name: getattr(reply, name) for name in files}
        shown = Shown(message_id, mine=False, html=reply.text, buttons=reply.buttons, **more)
        shown.check()
        self.said.append((row.chat_id, shown.text))
        if actor is not None:
            actor.seen += [(message_id, button.data) for line in reply.buttons for button in line if button.data]
            del actor.seen[:-2000]
        return message_id

    def another_minute(self) -> None:
        """Let as much time pass as it takes to be heard again after shouting."""
        self.now += timedelta(minutes=1)

    # --- what must be so ---

    async def broken(self) -> list[tuple[str, Any]]:
        """What was set aside or is stuck: (error, payload), which must be nothing."""
        async with self.database.read() as db:
            found = [(str(row.error), row.payload) for row in await inbox.set_aside(db)]
            stuck = await db.execute(sa.text("select error, payload from inbox where state = 'new'"))
            return found + [(str(error), payload) for error, payload in stuck]

    async def mend(self) -> None:
        """Let time pass for what is tried again."""
        for _ in range(4):
            self.now += timedelta(seconds=5)
            async with self.database.read() as db:
                self.woken.update(await inbox.waiting_chats(db, self.now))
            await self.feed([])

    async def rows(self, *tables: str) -> dict[str, list[Any]]:
        """Every row of these tables, for comparing before and after."""
        async with self.database.read() as db:
            return {
                table: [tuple(row) for row in await db.execute(sa.text(f"select * from {table} order by 1, 2"))]  # noqa: S608 - our own names
                for table in tables or DOMAIN
            }

    async def count(self, table: str, where: str = "true") -> int:
        async with self.database.read() as db:
            return int(await db.scalar(sa.text(f"select count(*) from {table} where {where}")) or 0)  # noqa: S608 - our own names
