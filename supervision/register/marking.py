"""A copy of a register with its faults written into it: cells coloured, a remark on each, a list at the front.

For a process of its own, like reading: it loads a whole workbook. The original is never changed.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Final

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from supervision.register import workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MOST_BYTES: Final = 4 * 2**20
"""A larger workbook is not marked: loading all of it takes fifty times its size."""

MOST: Final = 2000
"""Faults that are marked."""

_RED: Final = PatternFill("solid", fgColor="FFFFC7CE")
_YELLOW: Final = PatternFill("solid", fgColor="FFFFEB9C")

Mark = tuple[str, int, int, str, bool]
"""Sheet, row, column (0: the row's first cell), the sentence, whether it is only a remark."""


Listed = tuple[str, str, str, int, int]
"""A line of the list: where, what, and sheet, row and column to go to."""


def marked(content: bytes, marks: Sequence[Mark], title: str, heads: tuple[str, str]) -> bytes | None:
    """Return the workbook with the marks in it, a list of them as its first sheet; None when it is too large."""
    if len(content) > MOST_BYTES:
        return None
    book = _opened(content)
    first = book.worksheets[0]
    sheets = {one.title: one for one in book.worksheets}
    listed: list[Listed] = []
    for name, row, column, words, remark in marks[:MOST]:
        sheet = sheets.get(name, first)
        if row:
            _mark(sheet, row, column or 1, words, remark=remark)
        listed.append(
            (
                f"{name} {get_column_letter(column) if column else ''}{row or ''}".strip(),
                words,
                sheet.title,
                row,
                column,
            )
        )
    _list(book, listed, title, heads)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _opened(content: bytes) -> Workbook:
    """Open a workbook; a CSV or an .xls becomes one."""
    if content.startswith(b"PK"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl cannot keep of a workbook is not what matters here
            return openpyxl.load_workbook(io.BytesIO(content))
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for one in workbook.read(content):
        sheet = book.create_sheet(one.name or None)
        sheet.sheet_state = "hidden" if one.hidden else "visible"
        for row in one.rows:
            sheet.append(list(row))
            for cell in sheet[sheet.max_row]:
                cell.data_type = "s" if cell.data_type == "f" else cell.data_type  # what was text does not reckon
    return book


def _mark(sheet: Worksheet, row: int, column: int, words: str, *, remark: bool) -> None:
    cell = sheet.cell(row, column)
    for merged in sheet.merged_cells.ranges:
        if cell.coordinate in merged:
            cell = sheet.cell(merged.min_row, merged.min_col)
            break
    cell.fill = _YELLOW if remark else _RED
    before = f"{cell.comment.text}\n" if cell.comment else ""
    cell.comment = Comment(before + words, "Xundu", height=90, width=260)


def _list(book: Workbook, listed: list[Listed], title: str, heads: tuple[str, str]) -> None:
    sheet = book.create_sheet(title, 0)
    sheet.append(list(heads))
    for at, (place, words, target, row, column) in enumerate(listed, 2):
        sheet.append([place, words])
        if row:
            quoted = target.replace("'", "''")
            sheet.cell(at, 1).hyperlink = f"#'{quoted}'!{get_column_letter(column or 1)}{row}"
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.column_dimensions["A"].width = 18
    sheet.column_dimensions["B"].width = 70
    for one in sheet["B"]:
        one.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    book.active = 0
