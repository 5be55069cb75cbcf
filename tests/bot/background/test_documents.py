"""Files of the library are read apart, so that their words are found, and nothing in them holds up anything else."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from openpyxl import Workbook
from pypdf import PageObject, PdfWriter

from bot.background import apart
from bot.background.document_work import LONGEST, words_of
from bot.background.documents import DocumentReader
from bot.drivers.errors import Rejected, Unreachable
from handlers.library.adding import READABLE
from storage.voices import library, library_files
from storage.voices.library_files import LibraryFile, State
from tests.storage.voices.test_library import put

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from storage.database import Database
    from tests.bot.conftest import Clock

RULE = "督导期间不得接受宴请。"


def docx(*paragraphs: str) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{one}</w:t></w:r></w:p>" for one in paragraphs)
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return packed({"word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>".encode()})


def packed(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def xlsx(*rows: tuple[object, ...]) -> bytes:
    book, content = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(content)
    return content.getvalue()


def pdf(*lines: str) -> bytes:
    """A page of Chinese as a word processor writes it: a composite font, a line after the other."""
    shown = " ".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -20 Td" for line in lines)
    stream = f"BT /F1 12 Tf 72 700 Td {shown} ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /CIDSystemInfo << /Registry (A) /Ordering (GB1) /Supplement 2 >> >>",
    ]
    made, places = b"%PDF-1.4\n", []
    for at, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (at, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1, table, len(objects) + 1, len(made),
    )  # fmt: skip


READ = {
    "rules.txt": RULE.encode(),
    "gbk.txt": RULE.encode("gb18030"),
    "wide.TXT": RULE.encode("utf-16"),
    "rules.md": f"# 纪律\n\n{RULE}".encode(),
    "rules.csv": f"条,内容\n1,{RULE}".encode("utf-8-sig"),
    "rules.docx": docx("第一条", RULE),
    "rules.pptx": packed({"ppt/slides/slide1.xml": f'<p xmlns:a="a"><a:t>{RULE}</a:t></p>'.encode()}),
    "rules.xlsx": xlsx(("条", "内容"), (1, RULE)),
    "rules.pdf": pdf("纪律", RULE[:5], RULE[5:]),  # the line ends in the middle of the sentence
}


@pytest.mark.parametrize("name", READ)
def test_the_words_of_every_kind_of_document_are_read(name: str):
    assert RULE in words_of(name, READ[name])


def test_there_is_a_reader_for_all_that_is_handed_to_one():
    assert {"." + name.rpartition(".")[2].lower() for name in READ} == set(READABLE)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.txt", b""),
        ("none.pdf", pdf()),
        ("torn.pdf", READ["rules.pdf"][:200]),
        ("torn.docx", READ["rules.docx"][:100]),
        ("other.docx", packed({"mimetype": b"application/epub"})),
        ("torn.xlsx", b"PK\x03\x04"),
        ("wrong.xlsx", RULE.encode()),
        ("broken.docx", packed({"word/document.xml": b"<w:document"})),
    ],
)
def test_what_has_no_words_or_cannot_be_read_has_none(name: str, content: bytes):
    assert words_of(name, content) == ""


def test_what_cannot_be_read_hides_nothing_that_can(monkeypatch: pytest.MonkeyPatch):
    slide = f"<a:p xmlns:a='a'><a:t>{RULE}</a:t></a:p>".encode()
    torn = packed({"ppt/slides/slide1.xml": slide, "ppt/slides/slide2.xml": b"<a:p"})
    assert words_of("torn.pptx", torn) == RULE

    def choking(page: PageObject) -> str:
        if page.page_number == 0:
            raise ValueError
        return RULE

    two = PdfWriter()
    for _ in range(2):
        two.add_blank_page(100, 100)
    content = io.BytesIO()
    two.write(content)
    monkeypatch.setattr(PageObject, "extract_text", choking)
    assert words_of("odd.pdf", content.getvalue()) == RULE


def test_an_entity_of_a_document_is_not_followed():
    evil = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d><p><t>a&x;b</t></p></d>'
    assert "root" not in words_of("evil.docx", packed({"word/document.xml": evil}))


def test_what_unpacks_without_end_is_not_unpacked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.background.document_work.MEMBER", 100)
    assert words_of("bomb.docx", docx("一" * 200)) == ""


def test_a_long_document_is_read_as_far_as_is_kept():
    read = words_of("long.txt", ("条文\n" * LONGEST).encode())
    assert len(read) <= LONGEST
    assert read.startswith("条文条文")


def test_what_no_database_keeps_is_left_out():
    assert words_of("odd.txt", "a\0b\fc\ud83dd".encode("utf-16", "surrogatepass")) == "a b\nc\ufffdd"


class Desk:
    """A reader, what lies at Telegram, and an item with files in the library."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.files: dict[str, bytes | Exception] = {}
        self.reader = DocumentReader(database, self, clock, run=self.run)  # type: ignore[arg-type] # it only downloads

    async def download(self, file_id: str) -> AsyncIterator[bytes]:
        found = self.files[file_id]
        if isinstance(found, Exception):
            raise found
        yield found

    async def run(self, seconds: float, function: Callable[[str, bytes], str], name: str, content: bytes) -> str:
        assert seconds > 1
        return function(name, content)

    async def item(self, **files: bytes | Exception) -> int:
        self.files.update(files)
        async with self.database.begin() as db:
            item_id = await put(db, "纪律要求", "见附件。")
            await library_files.add(db, [LibraryFile(item_id=item_id, file_id=one, name=f"{one}.txt") for one in files])
        return item_id

    async def found(self, phrase: str) -> list[int]:
        async with self.database.read() as db:
            return [one.id for one in await library.search(db, phrase, internal=True, limit=5)]

    async def states(self) -> list[State]:
        async with self.database.read() as db:
            return list(await db.scalars(sa.select(LibraryFile.state).order_by(LibraryFile.id)))


@pytest.fixture
def desk(sqlite_database: Database, clock: Clock) -> Desk:
    return Desk(sqlite_database, clock)


async def test_words_in_files_are_found_once_they_are_read(desk: Desk):
    item_id = await desk.item(a=RULE.encode(), b="出差自理食宿".encode())
    assert await desk.found("宴请") == []
    assert await desk.reader.run_due() == 2
    for phrase in ("宴请", "不得接受", "食宿", "宴请 食宿", "附件"):
        assert await desk.found(phrase) == [item_id]
    assert await desk.reader.run_due() == 0
    async with desk.database.read() as db:
        item = await library.get(db, item_id)
    assert item is not None
    assert item.words.count("宴请") == 1


async def test_what_telegram_does_not_hand_out_or_takes_too_long_is_left_and_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    item_id = await desk.item(a=Rejected("file is too big"), b=b"slow", c=RULE.encode())

    async def run(seconds: float, function: Callable[[str, bytes], str], name: str, content: bytes) -> str:
        if content == b"slow":
            raise apart.Overrun
        return await Desk.run(desk, seconds, function, name, content)

    monkeypatch.setattr(desk.reader, "_run", run)
    assert await desk.reader.run_due() == 3
    assert await desk.states() == [State.refused, State.refused, State.read]
    assert await desk.found("宴请") == [item_id]
    async with desk.database.read() as db:
        assert await library_files.unread(db, item_id) == ["a.txt", "b.txt"]


async def test_a_file_waits_for_the_network_and_is_read_then(desk: Desk):
    item_id = await desk.item(a=Unreachable("down", fate_unknown=False))
    assert await desk.reader.run_due() == 0
    desk.files["a"] = RULE.encode()
    assert await desk.reader.run_due() == 0  # it rests
    desk.clock.forward(60)
    assert await desk.reader.run_due() == 1
    assert await desk.found("宴请") == [item_id]


async def test_a_document_is_read_in_a_process_of_its_own():
    assert await apart.run(30, words_of, "rules.docx", READ["rules.docx"]) == f"第一条{RULE}"
