"""What was said at a meeting comes home and stays, though Telegram forgets it, refuses it or is away for a while."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.background.minute_files import MinuteFiles
from bot.drivers.errors import Rejected, TooLarge, Unreachable
from handlers import campaign as packs
from storage.campaign import meetings
from storage.campaign.meetings import PAUSES, Fetched, Meeting, Minute
from storage.database import Database
from storage.files.blobs import Blobs
from storage.people import Person, Role
from tests.bot.background.spoken import SPOKEN, Telegram
from tests.bot.conftest import until
from tests.handlers.setting_up import begun

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.handlers.phone import Bench


@pytest.fixture
async def bench(sqlite_template, tmp_path):
    made = await begun(sqlite_template, tmp_path, datetime(2026, 9, 9, 1, 0, tzinfo=UTC))
    leader = await made.let_in("二组组长", Role.leader, group="二组")
    async with made.database.begin() as db:
        await meetings.add(db, Meeting(campaign_id=1, group_id=2, starts_at=made.now))
    await leader.press("meeting.open:1", 1)
    await leader.text("先说台账")
    await leader.voice()
    yield made
    await made.database.close()


def files_of(bench: Bench, telegram: Telegram) -> MinuteFiles:
    return MinuteFiles(bench.database, telegram, bench.blobs, lambda: bench.now)  # type: ignore[arg-type]


async def spoken(bench: Bench) -> Minute | None:
    async with bench.database.read() as db:
        return next((one for one in await meetings.minutes_of(db, 1) if one.kind), None)


async def test_a_voice_note_comes_home_byte_for_byte_and_words_are_not_asked_for(bench):
    telegram = Telegram()
    assert await files_of(bench, telegram).run_due() == 1
    assert await files_of(bench, telegram).run_due() == 0
    assert telegram.asked == 1
    one = await spoken(bench)
    assert one.state is Fetched.stored
    assert bench.blobs.path(one.blob_sha256).read_bytes() == SPOKEN


async def test_what_telegram_refuses_is_asked_for_again_and_given_up_in_the_end(bench):
    telegram = Telegram([Rejected("gone")])
    files = files_of(bench, telegram)
    for pause in (timedelta(), *PAUSES):
        bench.now += pause
        assert await files.run_due() == 0
    assert (await spoken(bench)).state is Fetched.failed
    bench.now += timedelta(days=1)
    assert await files.run_due() == 0
    assert telegram.asked == len(PAUSES) + 1


async def test_what_is_too_large_is_given_up_at_once_and_keeps_its_place_at_telegram(bench):
    telegram = Telegram([TooLarge()])
    assert await files_of(bench, telegram).run_due() == 0
    one = await spoken(bench)
    assert (one.state, one.attempts) == (Fetched.failed, 1)
    assert one.file_id


async def test_an_outage_loses_nothing_and_a_fetcher_that_died_leaves_it_to_the_next(bench):
    telegram = Telegram([Unreachable("down", fate_unknown=False), SPOKEN])
    assert await files_of(bench, telegram).run_due() == 0
    assert (await spoken(bench)).state is Fetched.waiting
    async with bench.database.begin() as db:
        bench.now += timedelta(minutes=1)
        assert len(await meetings.files_waiting(db, bench.now)) == 1  # and dies
    assert await files_of(bench, telegram).run_due() == 0
    bench.now += meetings.LEASE + timedelta(seconds=1)
    assert await files_of(bench, telegram).run_due() == 1


async def test_what_is_taken_back_while_it_is_fetched_stays_taken_back(bench):
    class Slow(Telegram):
        async def download(self, file_id: str) -> AsyncIterator[bytes]:
            async with bench.database.begin() as db:
                await db.delete(await meetings.minute(db, 2))
            yield SPOKEN

    await files_of(bench, Slow()).run_due()
    assert await spoken(bench) is None
    assert await files_of(bench, Slow()).run_due() == 0


async def test_what_another_process_takes_back_at_the_same_moment_is_no_trouble(postgres_url, tmp_path):
    """The note is still there when it is looked for, and gone when it would be written."""
    database, now = Database(postgres_url), datetime(2026, 9, 9, 1, 0, tzinfo=UTC)
    async with database.begin() as db:
        made = await packs.start(db, "theme-education", now=now, starts_on=date(2026, 9, 7))
        who = Person(telegram_id=1, name="督导员01", created_at=now)
        db.add(who)
        meeting = Meeting(campaign_id=made.campaign.id, starts_at=now)
        await meetings.add(db, meeting)
        for number in (1, 2):
            note = Minute(meeting_id=meeting.id, person_id=who.id, kind="voice", file_id=f"file-{number}", at=now)
            note.state = Fetched.waiting
            await meetings.add(db, note)
    taking, gone = AsyncExitStack(), asyncio.Event()

    class Slow(Telegram):
        async def download(self, file_id: str) -> AsyncIterator[bytes]:
            if file_id == "file-1":
                other = await taking.enter_async_context(database.begin())
                await other.delete(await meetings.minute(other, 1))
                await other.flush()
                gone.set()
            yield SPOKEN

    files = MinuteFiles(database, Slow(), Blobs(tmp_path), lambda: now)  # type: ignore[arg-type]
    running = asyncio.create_task(files.run_due())
    await gone.wait()
    await until(lambda: waits_for_a_lock(database))
    await taking.aclose()
    await running
    async with database.read() as db:
        assert [(one.id, one.state) for one in await meetings.minutes_of(db, 1)] == [(2, Fetched.stored)]
    await database.close()


async def waits_for_a_lock(database: Database) -> bool:
    async with database.read() as db:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(await db.scalar(sa.text(waiting)))
