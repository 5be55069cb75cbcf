"""A file that is no good is not passed over: its sender is told, by the same door as any message, once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.drivers.errors import TooLarge
from storage.chat import inbox, timers
from storage.files import evidence
from storage.files.evidence import Evidence, State
from tests.bot.background.test_download import Home, failing, picture, sent
from tests.transcripts.stages import sandbox_stage

if TYPE_CHECKING:
    from pathlib import Path

    from bot.drivers.driver import Driver
    from sandbox.client import Phone
    from storage.database import Database
    from tests.bot.conftest import Clock

CHAT = 4242


@pytest.fixture
async def home(sqlite_database: Database, one_driver: Driver, clock: Clock, tmp_path: Path) -> Home:
    made = Home(sqlite_database, one_driver, clock, tmp_path / "evidence")
    await made.settle_in()
    return made


async def attach(home: Home, file_id: str, *, kind: str = "photo", mime: str = "", chat_id: int | None = CHAT) -> int:
    async with home.database.begin() as db:
        one = Evidence(visit_id=home.visit_id, path="/data/a", kind=kind, file_id=file_id, mime=mime, chat_id=chat_id,
                       message_id=1, sender_id=home.person_id, sent_at=home.clock())  # fmt: skip
        return (await evidence.attach(db, one)).id


async def told(home: Home) -> list[dict[str, object]]:
    """What has come into the chat's inbox by the timers' door."""
    async with home.database.begin() as db:
        await timers.fire_due(db, home.clock())
    found = []
    async with home.database.begin() as db:
        while (row := await inbox.next_for(db, CHAT, home.clock())) is not None:
            found.append((row.payload or {})["timer"])
            row.done(home.clock())
            await db.flush()
    return found


@pytest.mark.parametrize(("kind", "mime"), [("photo", ""), ("file", "image/jpeg"), ("file", "image/png")])
async def test_whoever_sent_a_damaged_picture_is_told_once(home: Home, phone: Phone, kind: str, mime: str) -> None:
    event = await sent(home, phone, "document", b"\xff\xd8 not a picture", "IMG_1.jpg", "image/jpeg")
    number = await attach(home, event.file_id, kind=kind, mime=mime)
    await home.downloader.run_due()
    one = await home.get(number)
    assert (one.state, one.is_usable) == (State.stored, False)
    assert await told(home) == [{"name": "checklist.unreadable", "args": {"evidence": number, "why": "corrupt"}}]
    await home.downloader.run_due()
    assert await told(home) == []


@pytest.mark.parametrize(
    ("content", "name", "mime"),
    [
        (picture(), "IMG_1.jpg", "image/jpeg"),
        (b"\x00\x00\x00\x18ftypheic", "IMG_1.HEIC", "image/heic"),  # whole, though nothing here can open it
        (b"PK not a picture", "a.docx", ""),
    ],
)
async def test_nobody_is_told_that_a_good_file_is_damaged(
    home: Home, phone: Phone, content: bytes, name: str, mime: str
) -> None:
    event = await sent(home, phone, "document", content, name, mime)
    number = await attach(home, event.file_id, kind="file", mime=mime)
    await home.downloader.run_due()
    assert (await home.get(number)).is_usable
    assert await told(home) == []


async def test_whoever_sent_a_file_that_is_given_up_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(home, monkeypatch, TooLarge("Bad Request: file is too big"))
    number = await attach(home, "big", kind="video")
    await home.downloader.run_due()
    assert not (await home.get(number)).is_usable
    assert await told(home) == [{"name": "checklist.unreadable", "args": {"evidence": number, "why": "missing"}}]


async def test_nobody_is_looked_for_who_has_been_erased(home: Home, phone: Phone) -> None:
    event = await sent(home, phone, "document", b"\xff\xd8 not a picture", "IMG_1.jpg", "image/jpeg")
    await attach(home, event.file_id, chat_id=None)
    await home.downloader.run_due()
    assert await told(home) == []


async def test_the_whole_bot_asks_for_another_picture(sqlite_url: str, tmp_path: Path) -> None:
    """From the photo to the sentence: sandbox, driver, inbox, turn, download, timer, turn, delivery."""
    async with sandbox_stage(tmp_path, "ptb", sqlite_url) as stage:
        for kind, words in (("start", ""), ("say", "今日督导"), ("tap", "浙江省区域"), ("say", "5"), ("tap", "❌")):
            await stage.do(7003, kind, words)
        phone = stage._phone(7003)
        await phone.send("document", b"\xff\xd8 not a picture", "IMG_1.jpg", "", "image/jpeg")
        for _ in range(200):
            shown, _, _ = await stage.screen(7003)
            if "打不开" in shown[-1]["text_html"]:
                break
            await asyncio.sleep(0.05)
        assert "浙江省区域管理公司党委 第5题\n这张图片打不开，请重新拍一张。前面的内容都在。" in shown[-1]["text_html"]
        await stage.do(7003, "tap", "去第5题")
        shown, _, _ = await stage.screen(7003)
        assert "请拍一张能说明问题的照片" in shown[-1]["text_html"]
