"""Reads a workbook or a CSV into plain rows: merged cells filled, errors of formulas kept, whatever the file is.

Meant for a process of its own (bot/background/apart.py): it loads openpyxl and xlrd, and a file may be made to hurt.
What the rows mean is decided elsewhere.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final

import openpyxl
from lxml import etree
from openpyxl.utils.cell import coordinate_to_tuple

from supervision.register import binary, headers
from supervision.register.cells import LOST
from supervision.register.faults import Fault, What

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from supervision.register.cells import Value

MAX_BYTES: Final = 40 * 1024 * 1024
MAX_UNPACKED: Final = 600 * 1024 * 1024
MAX_PARTS: Final = 2000
MAX_ROWS: Final = 200_000
"""Rows of one sheet; no register is as long."""

MAX_COLUMNS: Final = 100
MAX_CELL: Final = 2000
DELIMITERS: Final = (",", "\t", ";", "|", "，", "；")
MAX_MERGED: Final = 5_000
"""Merged areas that are filled; a register has a few, a picture made of cells has more."""

_EMPTY: Final = 5_000
"""After so many empty rows a sheet is over: formats without content can reach down to the last row there is."""

_MERGED: Final = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]+\d+):([A-Z]+\d+)\"")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s>/]")
_ROW: Final = re.compile(rb"<(?:\w+:)?row\s[^>]*?\shidden=[^>]*>")
_HIDDEN: Final = re.compile(rb"\shidden=[\"'](?:1|true)[\"']")
_NUMBER: Final = re.compile(rb"\sr=[\"'](\d+)[\"']")
_CONTROLS: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])
_STRICT: Final = b"http://purl.oclc.org/ooxml/"
_FOREIGN: Final = re.compile(rb"\s*(?:\xef\xbb\xbf)?(?:<[!?a-z]|MIME-Version:|%PDF-|\{\\rtf)", re.IGNORECASE)
"""How a web page, a table as XML, a PDF or a text document begins, whatever the file is called."""

_CHUNK: Final = 1 << 20
_OVERLAP: Final = 200


class Unreadable(Exception):
    """The file cannot be read; ``fault`` says why."""

    def __init__(self, what: What, **values: str | int) -> None:
        super().__init__(what.value)
        self.fault = Fault(what, values=values)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows from the first, each as long as it is filled; ``name`` is '' for a CSV."""

    name: str
    rows: list[tuple[Value, ...]]
    hidden: bool = False
    unseen: tuple[int, ...] = ()
    """Rows with something in them that are hidden or filtered out, counted from 1; they are read like the others."""


def read(content: bytes) -> list[Sheet]:
    """Read every sheet of an .xlsx or .xls, or a CSV in whatever encoding; raises :class:`Unreadable`."""
    if len(content) > MAX_BYTES:
        raise Unreadable(What.too_large, most=MAX_BYTES // 2**20)
    if content.startswith(b"PK\x03\x04"):
        return _workbook(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _old(content)
    if _FOREIGN.match(content):
        raise Unreadable(What.unreadable)
    return [Sheet("", list(_lines(_decoded(content))))]


# --- workbooks ---


def _old(content: bytes) -> list[Sheet]:
    """Read the format that Excel wrote until 2003."""
    found = []
    try:
        for plain in binary.sheets(content):
            rows = _rows(plain.rows)
            if len(plain.merged) <= MAX_MERGED:
                _fill(rows, plain.merged)
            found.append(Sheet(plain.name, rows, hidden=plain.hidden))
    except (Unreadable, MemoryError):
        raise
    except binary.Locked as error:
        raise Unreadable(What.locked) from error
    except Exception as error:  # as below
        raise Unreadable(What.unreadable) from error
    return found


def _workbook(content: bytes) -> list[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if sum(one.file_size for one in parts) > MAX_UNPACKED or len(parts) > MAX_PARTS:
                raise Unreadable(What.too_large, most=MAX_UNPACKED // 2**20)  # noqa: TRY301 - told from damage below
            if _STRICT in archive.read("xl/workbook.xml"):
                raise Unreadable(What.unreadable)  # noqa: TRY301 - "Strict Open XML", in which no sheet would be found
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of Excel features that no register uses
            return _sheets(content)
    except Unreadable:
        raise
    except MemoryError:
        raise
    except Exception as error:  # whatever a damaged file makes a reader raise, it is a damaged file
        raise Unreadable(What.unreadable) from error


def _sheets(content: bytes) -> list[Sheet]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    found: list[Sheet] = []
    for sheet in book.worksheets:
        part = str(sheet._worksheet_path)  # type: ignore[attr-defined]  # noqa: SLF001 - nothing else says which part it is
        seen = _looked_through(content, part)
        sheet.reset_dimensions()  # some programs write that a sheet has one cell
        rows = _rows(sheet.iter_rows(values_only=True))
        _fill(rows, [_spanned(*one) for one in seen.merged])
        if seen.formula:
            _mark_lost(content, part, rows)
        unseen = tuple(one for one in seen.unseen if one <= len(rows) and rows[one - 1])
        found.append(Sheet(str(sheet.title), rows, sheet.sheet_state != "visible", unseen))
    book.close()
    return found


def _rows(source: Iterator[tuple[object, ...]]) -> list[tuple[Value, ...]]:
    rows: list[tuple[Value, ...]] = []
    full = 0
    for row in source:
        values = [_value(one) for one in row[:MAX_COLUMNS]]
        while values and values[-1] is None:
            values.pop()
        rows.append(tuple(values))
        if values:
            full = len(rows)
        if full > MAX_ROWS:
            raise Unreadable(What.too_many_rows, most=MAX_ROWS)
        if len(rows) - full > _EMPTY:
            break
    del rows[full:]
    return rows


def _value(value: object) -> Value:
    if isinstance(value, str):
        plain = value if value.isprintable() else value.translate(_CONTROLS)
        return plain[:MAX_CELL] if plain.strip() else None
    if value is None or isinstance(value, bool | int | float | datetime | date):
        return value
    return value.isoformat() if isinstance(value, time) else str(value)[:MAX_CELL]


@dataclass(slots=True)
class _Seen:
    """What reading row by row does not tell: merged areas, whether there are formulas, which rows are hidden."""

    merged: list[tuple[str, str]] = field(default_factory=list)
    formula: bool = False
    unseen: list[int] = field(default_factory=list)


def _looked_through(content: bytes, part: str) -> _Seen:
    found, tail = _Seen(), b""
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(part.lstrip("/")) as source:
        while chunk := source.read(_CHUNK):
            seen = tail + chunk
            found.formula = found.formula or _FORMULA.search(seen) is not None
            new = [one for one in _MERGED.finditer(seen) if one.end() > len(tail)]
            found.merged += [(one[1].decode(), one[2].decode()) for one in new]
            hidden = [one for one in _ROW.finditer(seen) if one.end() > len(tail) and _HIDDEN.search(one[0])]
            found.unseen += [int(number[1]) for one in hidden if (number := _NUMBER.search(one[0]))]
            tail = seen[-_OVERLAP:]
    if len(found.merged) > MAX_MERGED:
        found.merged = []
    return found


def _spanned(first: str, last: str) -> tuple[int, int, int]:
    """Return the rows of a merged area and its first column."""
    (top, left), (bottom, _) = coordinate_to_tuple(first), coordinate_to_tuple(last)
    return top, bottom, left


def _fill(rows: list[tuple[Value, ...]], merged: Iterable[tuple[int, int, int]]) -> None:
    """Put what stands in a merged area into each of its rows: a province is written once beside its units.

    Only down, not across: a title over the whole table must not look like a row of it.
    """
    for top, last, left in merged:
        bottom = min(last, len(rows))
        if top >= bottom or left > MAX_COLUMNS or len(rows[top - 1]) < left:
            continue
        value = rows[top - 1][left - 1]
        for at in range(top, bottom):
            row = list(rows[at]) + [None] * (left - len(rows[at]))
            if row[left - 1] is None and any(one is not None for one in row):
                row[left - 1] = value
                rows[at] = tuple(row)


def _mark_lost(content: bytes, part: str, rows: list[tuple[Value, ...]]) -> None:
    """Put :data:`LOST` where a formula has no result: the program that wrote the file never worked it out.

    A result that is no text at all, as of ``=IF(A3="","",A3)``, is one: Excel calls it ``str`` and writes nothing.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(part.lstrip("/")) as source:
        tags = ("{*}c", "{*}row")
        for _, element in etree.iterparse(source, tag=tags, resolve_entities=False, no_network=True, load_dtd=False):
            if str(element.tag).endswith("}row"):
                element.clear(keep_tail=False)
                while element.getprevious() is not None:
                    del element.getparent()[0]
            elif element.find("{*}f") is not None and not element.findtext("{*}v") and element.get("t") != "str":
                row, column = coordinate_to_tuple(element.get("r", "A1"))
                if row <= len(rows) and column <= MAX_COLUMNS:
                    filled = list(rows[row - 1]) + [None] * (column - len(rows[row - 1]))
                    filled[column - 1] = LOST if filled[column - 1] is None else filled[column - 1]
                    rows[row - 1] = tuple(filled)


# --- CSV ---


def _decoded(content: bytes) -> str:
    """Read bytes as UTF-8 or UTF-16 where they say so or fit, else as GB 18030, which is what Excel writes in China."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            found = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in found:
            break
        return found
    raise Unreadable(What.unreadable)


def _delimiter(sample: str) -> str:
    """Return what parts the cells: whatever makes most headers of the first lines, else what there is most of."""
    lines = sample.splitlines()[: headers.SEARCHED]
    named = {each: max((headers.known(tuple(line.split(each))) for line in lines), default=0) for each in DELIMITERS}
    return max(DELIMITERS, key=lambda each: (named[each] if named[each] > 1 else 0, sample.count(each)))


def _lines(written: str) -> Iterator[tuple[Value, ...]]:
    delimiter = _delimiter(written[:20_000])
    csv.field_size_limit(MAX_CELL * 10)
    try:
        for at, row in enumerate(csv.reader(io.StringIO(written, newline=""), delimiter=delimiter)):
            if at >= MAX_ROWS:
                raise Unreadable(What.too_many_rows, most=MAX_ROWS)
            yield tuple(_value(one) for one in row[:MAX_COLUMNS])
    except csv.Error as error:
        raise Unreadable(What.unreadable) from error
