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
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final

import openpyxl
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


def read(content: bytes) -> list[Sheet]:
    """Read every sheet of an .xlsx or .xls, or a CSV in whatever encoding; raises :class:`Unreadable`."""
    if len(content) > MAX_BYTES:
        raise Unreadable(What.too_large, most=MAX_BYTES // 2**20)
    if content.startswith(b"PK\x03\x04"):
        return _workbook(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _old(content)
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
    formulas: dict[int, int] = {}
    for at, sheet in enumerate(book.worksheets):
        merged, formula = _looked_through(content, str(sheet._worksheet_path))  # type: ignore[attr-defined]  # noqa: SLF001 - nothing else says which part it is
        sheet.reset_dimensions()  # some programs write that a sheet has one cell
        rows = _rows(sheet.iter_rows(values_only=True))
        _fill(rows, [_spanned(*one) for one in merged])
        if formula:
            formulas[at] = len(rows)
        found.append(Sheet(str(sheet.title), rows, hidden=sheet.sheet_state != "visible"))
    book.close()
    if formulas:
        _mark_lost(content, found, set(formulas))
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
        return value[:MAX_CELL] if value.strip() else None
    if value is None or isinstance(value, bool | int | float | datetime | date):
        return value
    return value.isoformat() if isinstance(value, time) else str(value)[:MAX_CELL]


def _looked_through(content: bytes, part: str) -> tuple[list[tuple[str, str]], bool]:
    """Return the merged areas of a sheet, and whether it has formulas; reading row by row tells neither."""
    merged: list[tuple[str, str]] = []
    formula, tail = False, b""
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(part.lstrip("/")) as source:
        while chunk := source.read(_CHUNK):
            seen = tail + chunk
            formula = formula or _FORMULA.search(seen) is not None
            merged += [
                (found[1].decode(), found[2].decode()) for found in _MERGED.finditer(seen) if found.end() > len(tail)
            ]
            if len(merged) > MAX_MERGED:
                return [], formula
            tail = seen[-_OVERLAP:]
    return merged, formula


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


def _mark_lost(content: bytes, sheets: list[Sheet], where: set[int]) -> None:
    """Put :data:`LOST` where a formula has no result: the program that wrote the file never worked it out."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    for at, sheet in enumerate(book.worksheets):
        if at not in where:
            continue
        sheet.reset_dimensions()
        rows = sheets[at].rows
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_row=max(1, len(rows)))):
            lost = [
                column
                for column, value in enumerate(row[:MAX_COLUMNS])
                if isinstance(value, str)
                and value.startswith("=")
                and (column >= len(rows[number]) or rows[number][column] is None)
            ]
            if lost:
                filled = list(rows[number]) + [None] * (max(lost) + 1 - len(rows[number]))
                for column in lost:
                    filled[column] = LOST
                rows[number] = tuple(filled)
    book.close()


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
