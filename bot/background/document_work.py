"""Reads the words of a document, so that they are found: work for a process of its own.

Imports little at the top: it is named by the serving process, which has no use for what reads documents. What it reads
was made by strangers to the program, so time and memory are bounded by bot/background/apart.py, and here what is taken
out of an archive, and how much text.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdf import PageObject

LONGEST: Final = 200_000
"""Characters that are kept of one document: 300 pages of Chinese."""

MEMBER: Final = 64 * 2**20
"""Bytes that are unpacked of one file in an archive."""

CELL: Final = " · "
_WORDS: Final = re.compile(r"word/(document|footnotes)\.xml|ppt/slides/slide\d+\.xml")
_NUMBER: Final = re.compile(r"\d+")
_WIDE: Final = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uff60]"
_BROKEN: Final = re.compile(rf"(?<={_WIDE})\s+(?={_WIDE})")
"""Where a line ends within Chinese words, which have no spaces of their own."""


def words_of(name: str, content: bytes) -> str:
    """Return the words of a document by the ending of its name: up to where it cannot be read, '' where it has none."""
    reader = _READERS.get(name.rpartition(".")[2].lower())
    return _gathered(_readable(reader(content))) if reader is not None else ""


def _readable(pieces: Iterator[str]) -> Iterator[str]:
    """Yield what comes before a reader chokes on what it was given: what is bad must not hide what is good."""
    try:
        yield from pieces
    except Exception as error:
        if isinstance(error, MemoryError | RecursionError):
            raise


def _gathered(pieces: Iterator[str]) -> str:
    """Put pieces together until there are enough, without breaks within Chinese words and what no database keeps."""
    kept: list[str] = []
    count = 0
    for piece in pieces:
        flat = " ".join(piece.replace("\0", " ").split())
        if flat:
            kept.append(flat)
            count += len(flat) + 1
        if count > LONGEST:
            break
    whole = _BROKEN.sub("", "\n".join(kept))[:LONGEST]
    return whole.encode("utf-8", "ignore").decode("utf-8")  # half a character of two cannot be stored


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _text(content: bytes) -> Iterator[str]:
    yield from _decoded(content).splitlines()


def _csv(content: bytes) -> Iterator[str]:
    import csv  # noqa: PLC0415 - wanted only in this process

    for row in csv.reader(StringIO(_decoded(content))):
        yield CELL.join(cell for cell in row if cell)


def _office(content: bytes) -> Iterator[str]:
    """Yield the paragraphs of a .docx or .pptx, notes behind the text and slides in their order."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = [one for one in archive.namelist() if _WORDS.fullmatch(one)]
        for name in sorted(names, key=lambda one: [int(at) for at in _NUMBER.findall(one)]):
            with archive.open(name) as file:
                member = file.read(MEMBER + 1)
            if len(member) > MEMBER:
                raise ValueError(name)
            yield from _paragraphs(member)


def _paragraphs(xml: bytes) -> Iterator[str]:
    from lxml import etree  # noqa: PLC0415 - wanted only in this process

    said: list[str] = []
    events = etree.iterparse(BytesIO(xml), events=("end",), resolve_entities=False, no_network=True, load_dtd=False)
    for _, element in events:
        tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        if tag == "t":
            said.append(element.text or "")
        elif tag in ("tab", "br", "cr"):
            said.append(" ")
        elif tag == "p":
            yield "".join(said)
            said.clear()
            element.clear()


def _workbook(content: bytes) -> Iterator[str]:
    from openpyxl import load_workbook  # noqa: PLC0415 - wanted only in this process

    book = load_workbook(BytesIO(content), read_only=True, data_only=True)
    for sheet in book.worksheets:
        yield sheet.title
        for row in sheet.iter_rows(values_only=True):
            yield CELL.join(str(cell) for cell in row if cell is not None)


def _pdf(content: bytes) -> Iterator[str]:
    from pypdf import PdfReader  # noqa: PLC0415 - wanted only in this process

    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted:
        reader.decrypt("")  # many forbid no more than printing, and open without a password
    for page in reader.pages:
        yield from _readable(_page(page))


def _page(page: PageObject) -> Iterator[str]:
    yield from page.extract_text().splitlines()


_READERS: Final = {
    "txt": _text,
    "md": _text,
    "csv": _csv,
    "docx": _office,
    "pptx": _office,
    "xlsx": _workbook,
    "pdf": _pdf,
}
