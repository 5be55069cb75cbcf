"""The ticker fires what is due, once, however late, and tidies up."""

from __future__ import annotations

import asyncio
import logging
import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.background.jobs import KEEP, KEEP_NAMED, Jobs
from storage.chat import inbox, outbox, timers
from storage.chat.inbox import Source
from storage.chat.outbox import State
from storage.database import Database
from storage.files.blobs import Blobs
from tests.bot.conftest import until

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.bot.conftest import Clock


class Bench:
    """Jobs, and what they woke."""

    def __init__(self, database: Database, clock: Clock, folder: Path) -> None:
        self.database = database
        self.clock = clock
        self.woken: list[int] = []
        self.downloads = 0
        self.readings = 0
        self.jobs = Jobs(database, self._wake, self._download, clock, Blobs(folder), self._read)

    def _wake(self, chats: Iterable[int]) -> None:
        self.woken.extend(chats)

    def _download(self) -> None:
        self.downloads += 1

    def _read(self) -> None:
        self.readings += 1

    async def plan(self, key: str, seconds: float, chat_id: int = 1) -> None:
        async with self.database.begin() as db:
            due = self.clock() + timedelta(seconds=seconds)
            await timers.plan(db, key, due, chat_id, "visit.remind", {"visit": 7})


@pytest.fixture
def bench(database: Database, clock: Clock, tmp_path: Path) -> Bench:
    return Bench(database, clock, tmp_path / "evidence")


async def test_a_timer_that_is_due_comes_in_by_the_same_door_as_a_message_and_once(bench: Bench, clock: Clock) -> None:
    await bench.plan("a", 10)
    assert await bench.jobs.fire_timers() == 0
    clock.forward(3600)
    assert await bench.jobs.fire_timers() == 1
    assert await bench.jobs.fire_timers() == 0
    assert bench.woken == [1]
    async with bench.database.read() as db:
        row = await inbox.next_for(db, 1, clock())
    assert row is not None
    assert row.source is Source.timer
    assert row.payload == {"timer": {"name": "visit.remind", "args": {"visit": 7}}}


async def test_a_night_of_timers_all_fire(sqlite_database: Database, clock: Clock, tmp_path: Path) -> None:
    bench = Bench(sqlite_database, clock, tmp_path)
    for number in range(250):
        await bench.plan(f"{number}", number, chat_id=number + 1)
    clock.forward(3600)
    await bench.jobs.fire_timers()
    assert sorted(bench.woken) == list(range(1, 251))


async def test_two_processes_fire_a_timer_once(postgres_url: str, clock: Clock, tmp_path: Path) -> None:
    benches = [Bench(Database(postgres_url), clock, tmp_path) for _ in range(2)]
    for number in range(60):
        await benches[0].plan(f"{number}", 0, chat_id=number + 1)
    await asyncio.gather(*(bench.jobs.fire_timers() for bench in benches for _ in range(3)))
    assert sorted(benches[0].woken + benches[1].woken) == list(range(1, 61))
    for bench in benches:
        await bench.database.close()


async def test_the_ticker_ticks_by_itself_and_stops(sqlite_database: Database, clock: Clock, tmp_path: Path) -> None:
    bench = Bench(sqlite_database, clock, tmp_path)
    await bench.plan("a", 0)
    bench.jobs.start()
    await until(lambda: bench.woken == [1] and bench.downloads > 0)
    await bench.jobs.stop()


async def test_a_stop_lets_the_tick_in_hand_finish_and_logs_no_error(
    sqlite_database: Database, clock: Clock, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    bench = Bench(sqlite_database, clock, tmp_path)
    await bench.plan("a", 0)
    async with sqlite_database.begin():  # the tick has to wait for its turn to write
        bench.jobs.start()
        await until(lambda: bench.downloads > 0)
        stopping = asyncio.create_task(bench.jobs.stop())
        await asyncio.sleep(0.05)
        assert not stopping.done()
    await stopping
    assert bench.woken == [1]
    assert [one.message for one in caplog.records if one.levelno >= logging.ERROR] == []


async def test_old_rows_that_are_worked_off_are_deleted_and_what_waits_stays(bench: Bench, clock: Clock) -> None:
    async with bench.database.begin() as db:
        await inbox.store(db, [(1, 1, {"a": 1}), (2, 2, {"a": 2})], clock())
        done = await inbox.next_for(db, 1, clock())
        assert done is not None
        done.done(clock())
        rows = await outbox.put(db, 1, [{"kind": "say", "text": "a"}, {"kind": "say", "text": "b"}], now=clock())
        await db.flush()
        await outbox.settle(db, [(rows[0].id, State.sent, 5, None)], clock())
    clock.moment += KEEP + timedelta(hours=1)
    await bench.jobs.prune()
    async with bench.database.read() as db:
        assert await inbox.waiting_chats(db, clock()) == [2]
        assert await inbox.get(db, done.id) is None
        assert (await outbox.counts(db)) == {State.pending: 1} | dict.fromkeys(set(State) - {State.pending}, 0)


async def test_fired_timers_and_messages_with_a_key_go_after_a_month(bench: Bench, clock: Clock) -> None:
    await bench.plan("old", 0)
    await bench.jobs.fire_timers()
    async with bench.database.begin() as db:
        (row,) = await outbox.put(db, 1, [{"kind": "say", "text": "a"}], now=clock(), key="k")
        await db.flush()
        await outbox.settle(db, [(row.id, State.sent, 5, None)], clock())
    await bench.plan("waits", 10**9)
    for wait, left in ((KEEP, (2, 1)), (KEEP_NAMED, (1, 0))):
        clock.moment += wait + timedelta(hours=1)
        await bench.jobs.prune()
        async with bench.database.read() as db:
            stand = [
                await db.scalar(sa.select(sa.func.count()).select_from(one)) for one in (timers.Timer, outbox.Outgoing)
            ]
        assert tuple(stand) == left


async def test_files_made_for_sending_and_half_written_ones_are_swept_when_they_are_a_day_old(
    sqlite_database: Database, clock: Clock, tmp_path: Path
) -> None:
    bench, blobs = Bench(sqlite_database, clock, tmp_path), Blobs(tmp_path)
    young, old, kept = await blobs.put_once(b"young"), await blobs.put_once(b"old"), await blobs.put_bytes(b"kept")
    half = tmp_path / "unfinished" / "left.part"
    half.write_bytes(b"half")
    for path in (blobs.find(old.sha256), half, blobs.path(kept.sha256)):
        os.utime(path, (0, 0))
    await bench.jobs.sweep()
    assert [blobs.find(one.sha256).is_file() for one in (young, old, kept)] == [True, False, True]
    assert not half.exists()
