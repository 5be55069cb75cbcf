"""Forms that are sent in come home and are read: apart from the bot, told by a timer, and never out of date."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.background import apart, reading
from bot.background.bundle import Read, Sent, read
from bot.background.reading import Reader
from bot.drivers.errors import Rejected, Unreachable
from storage.campaign import drafts
from storage.campaign.drafts import DraftFile, FormDraft, State
from storage.chat.timers import Timer
from storage.people import Person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from storage.database import Database
    from tests.bot.conftest import Clock

FORM = b"""
| survey |
| | type | name | label |
| | select_one_from_file towns.csv | town | Town |
| | text | why | Why |
| settings |
| | form_id | form_title | version |
| | towns | Towns | 2 |
"""
TOWNS = b"name,label\nyh,Yuhang\nlp,Linping\n"


class Shelf:
    """Stands where Telegram's file server stands: hands out what lies there, or what is wrong."""

    def __init__(self, **files: bytes | Exception) -> None:
        self.files: dict[str, bytes | Exception] = dict(files)
        self.handed_out: list[str] = []

    async def download(self, file_id: str) -> AsyncIterator[bytes]:
        self.handed_out.append(file_id)
        found = self.files[file_id]
        if isinstance(found, Exception):
            raise found
        for at in range(0, len(found), 1000):
            yield found[at : at + 1000]


class Desk:
    """A reader, what lies at Telegram, and the drafts that were sent in."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.shelf = Shelf()
        self.reader = Reader(database, self.shelf, clock)  # type: ignore[arg-type] # of the driver it only downloads

    async def send(self, name: str, content: bytes | Exception) -> int:
        self.shelf.files[name] = content
        now = self.clock()
        async with self.database.begin() as db:
            person = await db.scalar(sa.select(Person))
            if person is None:
                person = Person(telegram_id=4242, name="王主任", created_at=now)
                db.add(person)
                await db.flush()
            draft = FormDraft(person_id=person.id, chat_id=4242, name=name, created_at=now, asked_at=now)
            return (await drafts.add(db, draft, DraftFile(draft_id=0, name=name, file_id=name))).id

    async def put(self, draft_id: int, name: str, content: bytes) -> None:
        self.shelf.files[name] = content
        async with self.database.begin() as db:
            draft = await drafts.get(db, draft_id)
            assert draft is not None
            file = DraftFile(draft_id=0, name=name, file_id=name, beside=True)
            await drafts.put(db, draft, file, self.clock())

    async def draft(self, draft_id: int) -> FormDraft:
        async with self.database.read() as db:
            found = await drafts.get(db, draft_id)
        assert found is not None
        return found

    async def timers(self) -> list[tuple[str, datetime]]:
        async with self.database.read() as db:
            found = await db.scalars(sa.select(Timer).order_by(Timer.id))
            return [(one.name, one.due_at) for one in found]


@pytest.fixture
def desk(sqlite_database: Database, clock: Clock) -> Desk:
    return Desk(sqlite_database, clock)


async def test_a_form_that_is_sent_in_is_read_and_its_sender_is_told(desk: Desk, clock: Clock):
    number = await desk.send("towns.md", FORM)
    assert await desk.reader.run_due() == 1
    draft = await desk.draft(number)
    assert (draft.state, draft.form_id, draft.title, draft.version) == (State.read, "towns", "Towns", "2")
    assert draft.found["wanted"] == ["towns.csv"]
    assert (await desk.timers())[-1] == ("publishing.read", clock())
    assert await desk.reader.run_due() == 0


async def test_the_list_it_asked_for_is_put_into_the_form_and_nothing_is_fetched_twice(desk: Desk, clock: Clock):
    number = await desk.send("towns.md", FORM)
    await desk.reader.run_due()
    clock.forward(60)
    await desk.put(number, "towns.csv", TOWNS)
    assert await desk.reader.run_due() == 1
    assert (await desk.draft(number)).found["wanted"] == []
    async with desk.database.read() as db:
        assert "Linping" in await drafts.xform_of(db, number)
    assert desk.shelf.handed_out == ["towns.md", "towns.csv"]


async def test_of_files_that_came_together_the_workbook_or_text_is_the_form():
    assert read([Sent("towns.csv", TOWNS), Sent("form.md", FORM)]).wanted == ()
    assert read([Sent("form.md", FORM), Sent("extra.md", b"x", beside=True)]).name == "form.md"


async def test_what_is_no_form_is_refused_with_its_reason(desk: Desk):
    number = await desk.send("cat.xlsx", b"\x89PNG\r\n\x1a\n\x00\x00")
    await desk.reader.run_due()
    draft = await desk.draft(number)
    assert draft.state is State.refused
    assert "not a form" in draft.found["problems"][0]["what"]


async def test_a_zip_bomb_is_refused_unopened(desk: Desk):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (120 * 2**20))
    number = await desk.send("bomb.xlsx", packed.getvalue())
    await desk.reader.run_due()
    assert "unpacks to more" in (await desk.draft(number)).found["problems"][0]["what"]


async def test_when_telegram_is_away_the_form_is_read_later(desk: Desk, clock: Clock):
    number = await desk.send("towns.md", Unreachable("no network", fate_unknown=False))
    assert await desk.reader.run_due() == 0
    assert (await desk.draft(number)).state is State.waiting
    desk.shelf.files["towns.md"] = FORM
    assert await desk.reader.run_due() == 0
    clock.forward(60)
    assert await desk.reader.run_due() == 1


async def test_a_file_telegram_refuses_is_told_and_not_asked_for_again(desk: Desk):
    number = await desk.send("towns.md", Rejected("wrong file_id"))
    assert await desk.reader.run_due() == 1
    assert (await desk.draft(number)).found["problems"][0]["what"] == reading.NOT_HANDED_OUT.what
    assert await desk.reader.run_due() == 0


async def test_what_was_read_of_files_that_have_changed_since_is_not_kept(desk: Desk, clock: Clock):
    number = await desk.send("towns.md", FORM)
    async with desk.database.begin() as db:
        (taken,) = await drafts.waiting(db, clock())
    clock.forward(1)
    await desk.put(number, "towns.csv", TOWNS)
    await desk.reader._keep(taken, Read("towns.md", xform="<old/>"))
    assert (await desk.draft(number)).state is State.waiting
    assert await desk.timers() == []


async def test_a_reading_that_takes_long_is_told_of(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "SLOW_SECONDS", 0.0)
    await desk.send("towns.md", FORM)
    await desk.reader.run_due()
    assert [name for name, _ in await desk.timers()] == ["publishing.slow", "publishing.read"]


async def test_what_runs_apart_is_ended_when_its_time_is_up():
    with pytest.raises(apart.Overrun):
        await apart.run(0.01, time.sleep, 60)


async def test_what_wants_too_much_memory_ends_without_a_result():
    with pytest.raises(apart.Overrun):
        await apart.run(30, bytes, 2 * apart.MEMORY)


async def test_old_drafts_are_swept_away(desk: Desk, clock: Clock):
    number = await desk.send("towns.md", FORM)
    clock.forward((drafts.KEEP + timedelta(days=1)).total_seconds())
    async with desk.database.begin() as db:
        assert await drafts.prune(db, clock() - drafts.KEEP) == 1
        assert await drafts.get(db, number) is None
