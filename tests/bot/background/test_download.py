"""Evidence files come home: stored by their content, tried again, or given up with a reason."""

from __future__ import annotations

import asyncio
import errno
import io
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.background.download import Downloader
from bot.drivers.errors import BadToken, Rejected, RetryLater, TooLarge, Unreachable
from handlers.chat import Attachment
from storage.campaign import forms
from storage.campaign.campaigns import Campaign, Group, Unit
from storage.files import evidence
from storage.files.blobs import Blobs
from storage.files.evidence import PAUSES, Evidence, State
from storage.people import Person
from storage.visit import visits
from storage.visit.visits import Visit
from tests.bot.conftest import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.drivers.driver import Driver
    from sandbox.client import Phone
    from storage.database import Database
    from tests.bot.conftest import Clock


class Home:
    """A visit, the evidence attached to it, and the downloader."""

    def __init__(self, database: Database, driver: Driver, clock: Clock, folder: Path) -> None:
        self.database = database
        self.driver = driver
        self.clock = clock
        self.blobs = Blobs(folder)
        self.downloader = Downloader(database, driver, self.blobs, clock)
        self.visit_id = self.person_id = 0

    async def settle_in(self) -> None:
        now = self.clock()
        async with self.database.begin() as db:
            campaign = Campaign(name="t", title={"en": "T"}, starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 31))
            db.add(campaign)
            await db.flush()
            group = Group(campaign_id=campaign.id, name="二组")
            person = Person(telegram_id=4242, name="督导员01", created_at=now)
            db.add_all([group, person])
            await db.flush()
            unit = Unit(campaign_id=campaign.id, code="1", name="x", level=5, group_id=group.id)
            form = await forms.publish(
                db, form_id="f", version="1", title="F", xform="<x/>", source=b"", source_name="f.md", now=now
            )
            db.add(unit)
            await db.flush()
            visit = await visits.plan(
                db, Visit(unit_id=unit.id, group_id=group.id, form_version_id=form.id, created_at=now)
            )
            self.visit_id, self.person_id = visit.id, person.id

    async def attach(self, file_id: str, *, kind: str = "file", size: int = 0, mime: str = "") -> int:
        async with self.database.begin() as db:
            one = Evidence(visit_id=self.visit_id, path="/data/a", kind=kind, file_id=file_id, size=size, mime=mime,
                           sender_id=self.person_id, sent_at=self.clock())  # fmt: skip
            return (await evidence.attach(db, one)).id

    async def get(self, number: int) -> Evidence:
        async with self.database.read() as db:
            found = await evidence.get(db, number)
        assert found is not None
        return found


@pytest.fixture
async def home(sqlite_database: Database, one_driver: Driver, clock: Clock, tmp_path: Path) -> Home:
    made = Home(sqlite_database, one_driver, clock, tmp_path / "evidence")
    await made.settle_in()
    return made


def picture(**more: object) -> bytes:
    drawn = io.BytesIO()
    exif = Image.Exif()
    exif[0x0110] = "Phone 7"
    Image.new("RGB", (64, 48), "red").save(drawn, "JPEG", exif=exif, **more)
    return drawn.getvalue()


async def sent(home: Home, phone: Phone, kind: str, content: bytes, name: str, mime: str = "") -> Attachment:
    await phone.send(kind, content, name, mime=mime)
    event = home.driver.event((await home.driver.fetch(0, 0))[-1])
    assert isinstance(event, Attachment)
    return event


async def test_a_picture_sent_as_a_file_is_stored_byte_for_byte_with_what_it_says_of_itself(
    home: Home, phone: Phone
) -> None:
    content = picture()
    event = await sent(home, phone, "document", content, "IMG_1.jpg", "image/jpeg")
    number = await home.attach(event.file_id, mime=event.mime, size=event.size)
    assert await home.downloader.run_due() == 1
    one = await home.get(number)
    assert one.state is State.stored
    assert one.size == len(content)
    assert home.blobs.path(one.blob_sha256 or "").read_bytes() == content
    assert (one.exif or {})["camera"] == "Phone 7"
    assert await home.downloader.run_due() == 0


async def test_a_picture_that_cannot_be_opened_is_kept_all_the_same(home: Home, phone: Phone) -> None:
    event = await sent(home, phone, "document", b"\xff\xd8 not a picture", "IMG_1.jpg", "image/jpeg")
    number = await home.attach(event.file_id, mime="image/jpeg")
    await home.downloader.run_due()
    one = await home.get(number)
    assert (one.state, one.exif) == (State.stored, None)


async def test_many_files_all_come_home(home: Home, phone: Phone) -> None:
    numbers = []
    for index in range(11):
        event = await sent(home, phone, "document", b"%d" % index * 1000, f"{index}.txt")
        numbers.append(await home.attach(event.file_id))
    assert await home.downloader.run_due() == 11
    for index, number in enumerate(numbers):
        assert home.blobs.path((await home.get(number)).blob_sha256 or "").read_bytes() == b"%d" % index * 1000


async def test_a_file_over_the_limit_is_never_asked_for(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def download(file_id: str) -> AsyncIterator[bytes]:
        raise AssertionError(file_id)

    monkeypatch.setattr(home.driver, "download", download)
    number = await home.attach("big", size=20 * 1024 * 1024 + 1)
    await home.downloader.run_due()
    one = await home.get(number)
    assert one.state is State.failed
    assert "20 MB" in (one.error or "")


async def test_a_file_telegram_does_not_hand_out_is_given_up_at_once(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(home, monkeypatch, TooLarge("Bad Request: file is too big"))
    number = await home.attach("big")
    await home.downloader.run_due()
    assert (await home.get(number)).state is State.failed


def failing(home: Home, monkeypatch: pytest.MonkeyPatch, *errors: Exception) -> list[str]:
    """Let downloads fail with these errors, one after the other, the last for ever; returns what was asked for."""
    left, asked, download = list(errors), [], home.driver.download

    async def fails(file_id: str) -> AsyncIterator[bytes]:
        asked.append(file_id)
        if left:
            yield b"some of it"
            raise left.pop(0) if len(left) > 1 else left[0]
        async for chunk in download(file_id):
            yield chunk

    monkeypatch.setattr(home.driver, "download", fails)
    return asked


async def test_a_file_telegram_keeps_refusing_is_given_up_with_its_reason_and_leaves_nothing_behind(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = failing(home, monkeypatch, Rejected("Bad Request: wrong file_id"))
    number = await home.attach("f")
    for pause in PAUSES:
        await home.downloader.run_due()
        assert (await home.get(number)).state is State.waiting
        await home.downloader.run_due()
        home.clock.forward(pause.total_seconds())
    await home.downloader.run_due()
    one = await home.get(number)
    assert (one.state, one.error) == (State.failed, "Bad Request: wrong file_id")
    assert len(asked) == len(PAUSES) + 1
    assert [path for path in home.blobs.root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "error",
    [Unreachable("the server answered 500", fate_unknown=True), OSError(errno.ENOSPC, "full"), ZeroDivisionError("?")],
    ids=["5xx", "disk full", "bug"],
)
async def test_trouble_of_a_week_gives_no_file_up_and_asks_ever_more_rarely(
    home: Home, phone: Phone, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    event = await sent(home, phone, "document", b"x" * 100, "a.txt")
    number = await home.attach(event.file_id)
    with monkeypatch.context() as trouble:
        asked = failing(home, trouble, error)
        for _ in range(7 * 12):
            await home.downloader.run_due()
            home.clock.forward(2 * 3600)
        assert len(asked) == 7 * 12
    assert (await home.get(number)).state is State.waiting
    await home.downloader.run_due()
    assert (await home.get(number)).state is State.stored


async def test_a_file_that_trips_over_a_bug_does_not_stop_the_others(
    home: Home, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await sent(home, phone, "document", b"x" * 100, "a.txt")
    numbers = [await home.attach(event.file_id) for _ in range(9)]
    download, left = home.driver.download, [True]

    async def fails_once(file_id: str) -> AsyncIterator[bytes]:
        if left:
            left.clear()
            raise ZeroDivisionError
        async for chunk in download(file_id):
            yield chunk

    monkeypatch.setattr(home.driver, "download", fails_once)
    assert await home.downloader.run_due() == 8
    assert sorted([(await home.get(number)).state for number in numbers]) == [State.stored] * 8 + [State.waiting]


async def test_a_slow_file_does_not_hold_up_the_others(
    home: Home, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await sent(home, phone, "document", b"x" * 100, "a.txt")
    slow, *quick = [await home.attach(file_id) for file_id in ("slow", *[event.file_id] * 9)]
    download, gate = home.driver.download, asyncio.Event()

    async def dawdles(file_id: str) -> AsyncIterator[bytes]:
        if file_id == "slow":
            await gate.wait()
            yield b"at last"
            return
        async for chunk in download(file_id):
            yield chunk

    async def home_now(*numbers: int) -> bool:
        return all([(await home.get(number)).state is State.stored for number in numbers])

    monkeypatch.setattr(home.driver, "download", dawdles)
    running = asyncio.create_task(home.downloader.run_due())
    await until(lambda: home_now(*quick))
    late = await home.attach(event.file_id)
    home.downloader.wake()
    await until(lambda: home_now(late))
    assert not running.done()
    gate.set()
    assert await running == 11
    assert await home_now(slow)


async def test_a_file_that_turns_out_to_be_too_large_is_not_read_to_its_end(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = 0

    async def endless(_: str) -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 1
            yield bytes(1 << 20)

    monkeypatch.setattr(home.driver, "download", endless)
    number = await home.attach("f", size=5)
    await home.downloader.run_due()
    one = await home.get(number)
    assert (one.state, given) == (State.failed, 21)
    assert "20 MB" in (one.error or "")


@pytest.mark.parametrize(
    ("error", "pause"),
    [(RetryLater(7), 7), (Unreachable("no route", fate_unknown=False), 30), (BadToken("revoked"), 30)],
    ids=["429", "outage", "revoked"],
)
async def test_what_is_nobodys_fault_counts_against_no_file(
    home: Home, monkeypatch: pytest.MonkeyPatch, error: Exception, pause: int
) -> None:
    asked = failing(home, monkeypatch, error)
    number = await home.attach("f")
    for _ in range(len(PAUSES) + 3):
        before = len(asked)
        await home.downloader.run_due()
        await home.downloader.run_due()
        assert len(asked) == before + 1
        home.clock.forward(pause)
    one = await home.get(number)
    assert (one.state, one.attempts) == (State.waiting, 0)


async def test_a_download_that_was_cut_off_by_a_kill_is_taken_up_again(home: Home, phone: Phone) -> None:
    event = await sent(home, phone, "document", b"x" * 100, "a.txt")
    number = await home.attach(event.file_id)
    async with home.database.begin() as db:
        await evidence.waiting(db, home.clock())  # handed out to someone who died
    assert await home.downloader.run_due() == 0
    home.clock.moment += evidence.LEASE + timedelta(seconds=1)
    assert await home.downloader.run_due() == 1
    assert (await home.get(number)).state is State.stored


async def test_it_can_be_woken(home: Home, phone: Phone) -> None:
    event = await sent(home, phone, "document", b"x", "a.txt")
    number = await home.attach(event.file_id)
    home.downloader.wake()
    (task,) = home.downloader._tasks
    await task
    assert (await home.get(number)).state is State.stored
    await home.downloader.close()
