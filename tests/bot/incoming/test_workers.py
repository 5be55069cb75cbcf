"""Turns run in order within a chat, side by side between chats, and a poison update stops nobody."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bot.incoming.receive import Intake
from bot.incoming.workers import TURNS_AT_A_TIME, Workers
from storage.chat import inbox
from storage.chat.inbox import State
from storage.database import Database
from tests.bot import raw
from tests.bot.conftest import now, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import pytest

    from tests.bot.conftest import Clock


class Turns:
    """Works off the inbox as the engine does: lock, oldest first, one commit; fails on the text 'poison'."""

    def __init__(self, database: Database, pause: float = 0.0, clock: Callable[[], datetime] = now) -> None:
        self.database = database
        self.pause = pause
        self.clock = clock
        self.tried = 0
        self.done: defaultdict[int, list[str]] = defaultdict(list)
        self.running: set[int] = set()
        self.asked: set[int] = set()
        self.most = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, chat_id: int) -> bool:
        assert chat_id not in self.running, "two turns of one chat at a time"
        self.running.add(chat_id)
        self.asked.add(chat_id)
        self.most = max(self.most, len(self.running))
        try:
            await self.gate.wait()
            await asyncio.sleep(self.pause)
            return await self._turn(chat_id)
        finally:
            self.running.discard(chat_id)

    async def _turn(self, chat_id: int) -> bool:
        async with self.database.begin() as db:
            if not await self.database.try_lock_chat(db, chat_id):
                return False
            row = await inbox.next_for(db, chat_id, self.clock())
            if row is None:
                return False
            text = (row.payload or {})["message"]["text"]
            if text == "poison":
                self.tried += 1
                row.fail("Poison at journey.py:7", self.clock())
            else:
                row.done(self.clock())
        if text != "poison":
            self.done[chat_id].append(text)
        return True


def updates(chats: int, each: int) -> list[dict[str, object]]:
    """Make messages of several chats, interleaved, numbered within each chat."""
    return [
        raw.message(number * 1000 + chat, chat=raw.CHAT | {"id": chat}, text=str(number))
        for number in range(each)
        for chat in range(1, chats + 1)
    ]


async def running(workers: Workers) -> asyncio.Task[None]:
    return asyncio.create_task(workers.run())


async def test_every_chat_is_worked_off_in_order_and_chats_run_side_by_side(database: Database) -> None:
    turns = Turns(database, pause=0.001)
    workers = Workers(database, turns, now, at_once=4)
    task = await running(workers)
    await Intake(database, workers.wake, now).store(updates(6, 15))
    await until(lambda: sum(map(len, turns.done.values())) == 90)
    assert all(texts == [str(number) for number in range(15)] for texts in turns.done.values())
    assert 1 < turns.most <= 4
    workers.stop()
    await task


async def test_what_waited_at_the_start_is_taken_up(database: Database) -> None:
    await Intake(database, lambda _: None, now).store(updates(2, 2))
    turns = Turns(database)
    workers = Workers(database, turns, now)
    task = await running(workers)
    await until(lambda: dict(turns.done) == {1: ["0", "1"], 2: ["0", "1"]})
    workers.stop()
    await task


async def test_a_poison_update_is_set_aside_and_its_chat_and_the_others_go_on(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.incoming.workers.POLL_SECONDS", 0.01)
    turns = Turns(database, clock=clock)
    workers = Workers(database, turns, clock)
    task = await running(workers)
    mine = [raw.message(91, text="poison"), raw.message(92, text="after")]
    await Intake(database, workers.wake, clock).store([*mine, *updates(1, 1)])
    await until(lambda: turns.done[1] == ["0"])
    assert turns.done[4242] == [], "order is kept while the update is tried again"
    for tried, pause in ((1, 0.5), (2, 2.0)):
        await until(lambda tried=tried: turns.tried == tried and not turns.running)  # type: ignore[misc]
        clock.forward(pause)
    await until(lambda: turns.done[4242] == ["after"])
    async with database.read() as db:
        (aside,) = await inbox.set_aside(db)
    assert (aside.update_id, aside.state, aside.attempts) == (91, State.aside, 3)
    workers.stop()
    await task


async def test_a_stop_finishes_the_turn_in_hand_and_begins_no_other(sqlite_database: Database) -> None:
    turns = Turns(sqlite_database)
    turns.gate.clear()
    workers = Workers(sqlite_database, turns, now, at_once=2)
    task = await running(workers)
    await Intake(sqlite_database, workers.wake, now).store(updates(3, 2))
    await until(lambda: len(turns.running) == 2)
    workers.stop()
    await asyncio.sleep(0.05)
    assert not task.done()
    turns.gate.set()
    await task
    assert sorted(turns.done.values()) == [["0"], ["0"]]
    async with sqlite_database.read() as db:
        assert (await inbox.depth(db)).waiting == 4


async def test_one_chats_flood_does_not_hold_up_another(sqlite_database: Database) -> None:
    turns = Turns(sqlite_database)
    workers = Workers(sqlite_database, turns, now, at_once=1)
    task = await running(workers)
    flood = [raw.message(number, chat=raw.CHAT | {"id": 7}, text=str(number)) for number in range(200)]
    await Intake(sqlite_database, workers.wake, now).store([*flood, raw.message(900, text="please")])
    await until(lambda: turns.done[4242] == ["please"])
    assert len(turns.done[7]) <= 2 * TURNS_AT_A_TIME
    workers.stop()
    await task


async def test_a_turn_that_breaks_is_come_back_to(sqlite_database: Database) -> None:
    turns = Turns(sqlite_database)
    broken = [True]

    async def turn(chat_id: int) -> bool:
        if broken:
            broken.clear()
            raise OSError("the disk hiccuped")
        return await turns(chat_id)

    workers = Workers(sqlite_database, turn, now)
    task = await running(workers)
    await Intake(sqlite_database, workers.wake, now).store(updates(1, 1))
    await until(lambda: turns.done[1] == ["0"])
    workers.stop()
    await task


async def test_two_processes_on_one_database_share_the_work_without_doubling_it(postgres_url: str) -> None:
    databases = [Database(postgres_url), Database(postgres_url)]
    turns = [Turns(one, pause=0.002) for one in databases]
    workers = [Workers(one, turn, now, at_once=3) for one, turn in zip(databases, turns, strict=True)]
    tasks = [await running(one) for one in workers]

    def wake_all(chats: object) -> None:
        for one in workers:
            one.wake(list(chats))  # type: ignore[call-overload]

    await Intake(databases[0], wake_all, now).store(updates(5, 10))
    await until(lambda: sum(len(texts) for one in turns for texts in one.done.values()) >= 50)
    for chat_id in range(1, 6):
        both = sorted(turns[0].done[chat_id] + turns[1].done[chat_id], key=int)
        assert both == [str(number) for number in range(10)]
    for one in workers:
        one.stop()
    await asyncio.gather(*tasks)
    for database in databases:
        await database.close()


async def test_chats_another_process_works_on_take_no_connection_of_ours(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.incoming.workers.POLL_SECONDS", 0.05)
    theirs, ours = Database(postgres_url, connections=20), Database(postgres_url, connections=4)
    turns = Turns(ours)
    workers = Workers(ours, turns, now)
    async with AsyncExitStack() as held:
        for chat_id in range(1, 21):
            db = await held.enter_async_context(theirs.begin())
            assert await theirs.try_lock_chat(db, chat_id)
        task = await running(workers)
        await Intake(ours, workers.wake, now).store(updates(20, 1))
        await until(lambda: turns.asked >= set(range(1, 21)))
        async with asyncio.timeout(30), ours.read() as db:
            assert len(await inbox.waiting_chats(db, now())) == 20
        assert not turns.done
    await until(lambda: len(turns.done) == 20)
    workers.stop()
    await task
    for database in (theirs, ours):
        await database.close()
