"""Reads a workbook of the kind Excel wrote until 2003 (.xls) into plain cells, as offices still send it.

Meant for a process of its own, like the rest of reading. What merged areas mean and how long a sheet may be is decided
in ``workbook.py``.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import xlrd  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
"""What a container holds whose workbook is opened with a password."""


class Locked(Exception):
    """The workbook is opened with a password."""


@dataclass(frozen=True, slots=True)
class Plain:
    """One sheet: its cells row by row, the areas that are merged as (top, bottom, column) counted from 1."""

    name: str
    rows: Iterator[tuple[object, ...]]
    merged: tuple[tuple[int, int, int], ...]
    hidden: bool


def sheets(content: bytes) -> list[Plain]:
    """Return every sheet of an .xls; raises Locked, and for a damaged file whatever its reader raises."""
    if LOCKED in content:
        raise Locked
    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise Locked from error
        raise
    return [
        Plain(
            str(sheet.name),
            _rows(sheet, book.datemode),
            tuple((top + 1, bottom, left + 1) for top, bottom, left, _ in sheet.merged_cells),
            bool(sheet.visibility),
        )
        for sheet in book.sheets()
    ]


def _rows(sheet: xlrd.sheet.Sheet, datemode: int) -> Iterator[tuple[object, ...]]:
    for at in range(sheet.nrows):
        yield tuple(_value(cell, datemode) for cell in sheet.row(at))


def _value(cell: xlrd.sheet.Cell, datemode: int) -> object:
    """Return what a cell holds: a date as one, an error of a formula by its text, nothing as None."""
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#VALUE!"))
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate.xldate_as_datetime(cell.value, datemode)
        except (OverflowError, ValueError, xlrd.xldate.XLDateError):
            return float(cell.value)
    value: object = cell.value
    return value
