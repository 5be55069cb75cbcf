"""Recordings come home sealed, or their interviewer is told; nothing clear ever touches the disk."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.background.fetching import Fetcher
from bot.drivers.errors import Rejected, RetryLater, Unreachable
from handlers.chat import MAX_FILE_BYTES
from storage.visit import interviews, recordings
from storage.visit.interviews import Entry, Fetched
from tests.bot.background.spoken import SPOKEN, Telegram
from tests.handlers.confidence import confidence

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.handlers.confidence import Confidence


@pytest.fixture
async def talk(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Confidence]:
    made = await confidence(sqlite_url, tmp_path)
    await made.begin()
    await made.inspector.voice(duration=35)
    yield made
    await made.bench.database.close()


def fetcher(talk: Confidence, telegram: Telegram) -> Fetcher:
    bench = talk.bench
    return Fetcher(bench.database, telegram, bench.blobs, lambda: bench.now)  # type: ignore[arg-type]


async def entry(talk: Confidence) -> Entry:
    async with talk.bench.database.read() as db:
        return (await interviews.entries(db, 1))[0]


async def test_a_recording_comes_home_sealed_and_opens_with_the_interviews_key_alone(talk: Confidence) -> None:
    telegram = Telegram()
    assert await fetcher(talk, telegram).run_due() == 1
    found = await entry(talk)
    lying = talk.bench.blobs.path(found.blob_sha256).read_bytes()
    assert b"what was said" not in lying
    async with talk.bench.database.read() as db:
        box = interviews.box_of(db, await interviews.get(db, 1))
    assert box.open(lying, f"recording {found.id}") == SPOKEN
    assert all(b"what was said" not in one.read_bytes() for one in talk.bench.blobs.root.rglob("*") if one.is_file())
    assert await fetcher(talk, telegram).run_due() == 0
    assert telegram.asked == 1


@pytest.mark.parametrize("trouble", [Unreachable("down", fate_unknown=False), RetryLater(5), OSError("disk full")])
async def test_trouble_on_the_way_passes(talk: Confidence, trouble: Exception) -> None:
    telegram = Telegram([trouble, SPOKEN])
    assert await fetcher(talk, telegram).run_due() == 0
    assert (await entry(talk)).state is Fetched.waiting
    talk.bench.now += timedelta(minutes=1)
    assert await fetcher(talk, telegram).run_due() == 1


async def test_a_list_to_draw_from_waits_as_long_as_telegram_asks(talk: Confidence) -> None:
    await talk.inspector.text("/draw")
    await talk.inspector.file(name="名单.txt", size=len(SPOKEN))
    telegram = Telegram([SPOKEN, RetryLater(90), "张三\n李四".encode()])
    assert await fetcher(talk, telegram).run_due() == 1, "the recording"
    talk.bench.now += timedelta(minutes=1)
    assert await fetcher(talk, telegram).run_due() == 0
    assert telegram.asked == 2, "it was asked before the time"
    talk.bench.now += timedelta(minutes=1)
    assert await fetcher(talk, telegram).run_due() == 1


async def test_a_recording_that_is_refused_for_good_is_told_to_the_interviewer(talk: Confidence) -> None:
    telegram = Telegram([Rejected("gone")])
    for _ in range(len(interviews.PAUSES) + 1):
        await fetcher(talk, telegram).run_due()
        talk.bench.now += timedelta(hours=3)
    assert (await entry(talk)).state is Fetched.failed
    await talk.bench.wait(seconds=1)
    assert "没能从 Telegram 取回（语音1段（0:35））" in talk.inspector.last.text
    await talk.inspector.press("interview.play:1:1", 1)
    assert "没能从 Telegram 取回" in talk.inspector.toast


async def test_one_that_turns_out_too_large_is_given_up_at_once(talk: Confidence) -> None:
    await fetcher(talk, Telegram([bytes(MAX_FILE_BYTES + 1)])).run_due()
    assert (await entry(talk)).state is Fetched.failed


async def test_the_sealed_file_of_an_erased_interview_is_deleted(talk: Confidence) -> None:
    telegram = Telegram()
    await fetcher(talk, telegram).run_due()
    path = talk.bench.blobs.path((await entry(talk)).blob_sha256)
    await talk.inspector.press("interview.erased:1", 1)
    async with talk.bench.database.read() as db:
        assert await recordings.any_waiting(db, talk.bench.now)
    await fetcher(talk, telegram).run_due()
    assert not path.exists()
    async with talk.bench.database.read() as db:
        assert not await recordings.any_waiting(db, talk.bench.now)


async def test_a_recording_of_an_interview_that_is_erased_meanwhile_is_not_kept(talk: Confidence) -> None:
    class Slow(Telegram):
        async def download(self, file_id: str) -> AsyncIterator[bytes]:
            async with talk.bench.database.begin() as db:
                await interviews.erase(db, await interviews.get(db, 1), talk.bench.now)
            yield SPOKEN

    assert await fetcher(talk, Slow()).run_due() == 0
    assert [one for one in talk.bench.blobs.root.rglob("*") if one.is_file()] == []
