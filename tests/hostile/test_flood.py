"""One stranger who shouts, and many who call: people at work notice nothing, and next to nothing is kept of it."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.app import App
from bot.config import Secret, Settings
from bot.drivers.driver import Me, utc_now
from bot.drivers.ptb_driver import PtbDriver
from bot.incoming.doorkeeper import STRANGERS_A_MINUTE, Doorkeeper
from bot.offline.seed import seed
from storage.chat.inbox import Arrival
from storage.chat.outbox import Outgoing, State
from storage.people import Person, Role
from tests.bot import raw
from tests.bot.conftest import Clock, until
from tests.hostile.arena import LONG, TOKEN, memory

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path

    from handlers.chat import Event, Rows, Say
    from storage.database import Database
    from storage.entity import Entity

INSPECTOR, STRANGER = 4242, 6666


class Quiet:
    """A Telegram that takes everything at once, and remembers who was answered."""

    def __init__(self) -> None:
        self._reads = PtbDriver(TOKEN, "http://127.0.0.1:9").event
        self._ids = itertools.count(1000)
        self.answered: dict[int, int] = {}
        self.buttons: list[tuple[int, str]] = []
        self.heard = asyncio.Event()

    async def start(self) -> Me:
        return Me(1, "xundu_test_bot")

    async def close(self) -> None:
        pass

    def event(self, update: dict[str, Any]) -> Event | None:
        return self._reads(update)

    def _said(self, chat_id: int, message_id: int, buttons: Rows) -> None:
        self.answered[chat_id] = self.answered.get(chat_id, 0) + 1
        if chat_id == INSPECTOR:
            self.buttons = [(message_id, one.data) for row in buttons for one in row if one.data]
            self.heard.set()

    async def send(self, chat_id: int, say: Say, files: object) -> int:
        message_id = next(self._ids)
        self._said(chat_id, message_id, say.buttons)
        return message_id

    async def edit(self, chat_id: int, message_id: int, text: str, buttons: Rows) -> None:
        self._said(chat_id, message_id, buttons)

    caption = edit

    async def strip(self, chat_id: int, message_id: int) -> None:
        pass

    delete = strip

    async def toast(self, callback_id: str, text: str, *, alert: bool = False) -> None:
        pass

    async def commands(self, chat_id: int, pairs: object) -> None:
        pass

    async def describe(self, language: str, text: str, short: str) -> None:
        pass


class Work:
    """A whole bot with one inspector in front of a checklist."""

    def __init__(self, app: App, driver: Quiet) -> None:
        self.app = app
        self.driver = driver
        self.numbers = itertools.count(1)

    async def say(self, chat_id: int, text: str) -> None:
        about = {"chat": raw.CHAT | {"id": chat_id}, "from": raw.PERSON | {"id": chat_id}}
        await self.app.take([raw.message(next(self.numbers), text=text, **about)])

    async def answer(self, prefix: str) -> float:
        """Press the inspector's next button of a kind; returns the seconds until the card has changed."""
        message_id, data = next(one for one in self.driver.buttons if one[1].startswith(prefix))
        shown = {"message_id": message_id, "date": raw.AT, "chat": raw.CHAT, "text": "x"}
        self.driver.heard.clear()
        began = time.perf_counter()
        await self.app.take([raw.tap(next(self.numbers), data, message=shown)])
        await asyncio.wait_for(self.driver.heard.wait(), 60)
        return time.perf_counter() - began

    async def walk(self, steps: int, pause: float = 0.0) -> list[float]:
        """Turn the pages of the checklist to and fro."""
        spent = []
        for step in range(steps):
            spent.append(await self.answer(("checklist.overview", "checklist.go")[step % 2]))
            await asyncio.sleep(pause)
        return spent

    async def count(self, entity: type[Entity], which: sa.ColumnElement[bool]) -> int:
        async with self.app.database.read() as db:
            return int(await db.scalar(sa.select(sa.func.count()).select_from(entity).where(which)) or 0)


@asynccontextmanager
async def working(folder: Path, url: str, **more: Any) -> AsyncIterator[Work]:
    driver = Quiet()
    settings = Settings(
        bot_token=Secret(TOKEN), data_dir=folder, database_url=Secret(url), rate_chat=1000.0, burst_chat=1000, **more
    )
    async with App(settings, driver=driver) as app:  # type: ignore[arg-type] # it is asked for no more than it has
        async with app.database.begin() as db:
            await seed(db, "theme-education", utc_now())
            person = Person(telegram_id=INSPECTOR, name="督导员01", created_at=utc_now())
            person.appoint(Role.inspector, utc_now(), group_id=2)
            db.add(person)
        work = Work(app, driver)
        await work.say(INSPECTOR, "/todo")
        await until(lambda: bool(driver.buttons))
        await work.answer("visit.open")
        yield work


def tell(what: str, spent: list[float]) -> None:
    p99 = sorted(spent)[int(len(spent) * 0.99)]
    print(f"\n{what}: p50 {statistics.median(spent) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms of {len(spent)}")  # noqa: T201 - figures


async def test_ten_thousand_messages_a_minute_of_a_stranger_disturb_nobody(tmp_path: Path, sqlite_url: str) -> None:
    count = 10_000 if LONG else 3_000
    async with working(tmp_path, sqlite_url, rate_overall=1000.0) as work:
        quiet = await work.walk(60 if LONG else 20, pause=0.01)
        before, processor = memory(), time.process_time()

        async def shout() -> None:
            for number in range(count):
                await work.say(STRANGER, f"{number} 你好")
                await asyncio.sleep(max(0.0, began + number * 60 / 10_000 - time.monotonic()) if LONG else 0)

        began = time.monotonic()
        shouting = asyncio.create_task(shout())
        busy: list[float] = []
        while not shouting.done():
            busy += await work.walk(2, pause=0.5 if LONG else 0.05)
        await shouting
        if LONG:
            tell("an inspector's turn in a quiet house", quiet)
            tell(f"while a stranger sends {count} in {time.monotonic() - began:.0f} s", busy)
            print(f"processor {time.process_time() - processor:.1f} s, memory {memory() - before:+.0f} MiB")  # noqa: T201 - figures
        assert busy
        await work.app.settled()
        most = (2 + (time.monotonic() - began) // 60) * STRANGERS_A_MINUTE  # of every calendar minute it touched
        assert await work.count(Arrival, Arrival.chat_id == STRANGER) <= most
        assert await work.count(Outgoing, Outgoing.chat_id == STRANGER) <= most
        assert work.driver.answered[STRANGER] <= most
        assert memory() - before < 64
        assert len(work.app._intake.door._brought) <= 2


async def test_answers_to_many_strangers_wait_for_those_to_people_at_work(tmp_path: Path, sqlite_url: str) -> None:
    async with working(tmp_path, sqlite_url, rate_overall=20.0) as work:
        for stranger in range(10_000, 10_200):
            await work.say(stranger, "/help")
        await work.walk(6)
        pending = await work.count(Outgoing, Outgoing.state == State.pending)
        told = sum(chat_id >= 10_000 for chat_id in work.driver.answered)
        assert pending > 50, "the strangers' answers are still waiting"
        assert told < 150


# --- the doorkeeper ---


async def let_in(door: Doorkeeper, chat_id: int, count: int) -> int:
    return len(await door.let_in([(number, chat_id, {}) for number in range(count)]))


async def invite(database: Database, telegram_id: int, now: datetime) -> None:
    async with database.begin() as db:
        db.add(Person(telegram_id=telegram_id, name="督导员01", created_at=now))


async def test_a_person_may_send_as_much_as_they_like(database: Database, clock: Clock) -> None:
    await invite(database, INSPECTOR, clock())
    door = Doorkeeper(database, clock)
    assert await let_in(door, INSPECTOR, 100) == 100
    assert await let_in(door, INSPECTOR, 1) == 1
    assert door.turned_away == 0


async def test_a_stranger_is_heard_again_in_the_next_minute(database: Database, clock: Clock) -> None:
    door = Doorkeeper(database, clock)
    assert await let_in(door, STRANGER, 100) == STRANGERS_A_MINUTE
    assert await let_in(door, STRANGER, 1) == 0
    assert await let_in(door, STRANGER + 1, 1) == 1
    clock.forward(60)
    assert await let_in(door, STRANGER, 1) == 1
    assert door.turned_away == 101 - STRANGERS_A_MINUTE


async def test_whoever_is_let_in_is_heard_a_second_later(database: Database, clock: Clock) -> None:
    door = Doorkeeper(database, clock)
    await let_in(door, STRANGER, 100)
    await invite(database, STRANGER, clock())
    clock.forward(1)
    assert await let_in(door, STRANGER, 50) == 50


async def test_the_first_that_a_stranger_sends_are_the_ones_that_count(database: Database, clock: Clock) -> None:
    door = Doorkeeper(database, clock)
    rows = [(number, STRANGER if number % 2 else INSPECTOR + number, {}) for number in range(200)]
    taken = await door.let_in(rows)
    assert taken == [row for row in rows if row[1] != STRANGER or row[0] < 2 * STRANGERS_A_MINUTE]


async def test_what_the_doorkeeper_remembers_is_one_minute(database: Database, clock: Clock) -> None:
    door = Doorkeeper(database, clock)
    await door.let_in([(number, number, {}) for number in range(1, 5000)])
    clock.forward(60)
    await let_in(door, STRANGER, 1)
    assert list(door._brought) == [STRANGER]
