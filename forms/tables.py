"""Brings a table that came as text into the one shape that pyxform reads: commas, and the name of the sheet first.

Offices save CSV with semicolons or tabs, and people send the questions alone, without a row that says ``survey``.
Changes nothing in a table that is already as it must be.
"""

from __future__ import annotations

import csv
import io
import re

from forms.problems import FormError, mark, problem

_SEPARATORS = ",;\t"
_LOOKED_AT = 4_000
"""Characters from which the separator is told."""
_RULE = re.compile(r"\s*\|[\s|:-]*-[\s|:-]*\|\s*")
_ROW = re.compile(r"\s*\|(.*)\|")
_PIPE = re.compile(r"(?<!\\)\|")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)")


def as_csv(text: str) -> str:
    """Give a table with commas, each row beginning with a sheet's name or an empty cell."""
    head = text[:_LOOKED_AT]
    separator = max(_SEPARATORS, key=head.count)
    first = [cell.strip().lower() for cell in head.partition("\n")[0].split(separator)]
    bare = "type" in first and "name" in first
    if separator == "," and not bare:
        return text
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error:
        return text
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    if bare:
        writer.writerow(["survey"])
    writer.writerows(["", *row] if bare else row for row in rows)
    return made.getvalue()


def as_markdown(text: str) -> str:
    """Give tables without the lines that part a header from its rows, as Markdown has them and XLSForm has not.

    Raises :class:`forms.problems.FormError` for a row with more cells than its header: a ``|`` that was to be text.
    """
    kept: list[str] = []
    sheet, width, row = "", 0, 0
    for line in text.split("\n"):
        if _RULE.fullmatch(line):
            continue
        kept.append(line)
        match = _ROW.match(line)
        if match is None or line.lstrip().startswith("#"):
            continue
        first, *cells = (cell.strip() for cell in _PIPE.split(match[1]))
        if first:
            sheet, width, row = first, 0, 0
        if any(cells):
            row += 1
            width = width or len(cells)
            if any(cells[width:]):
                said = mark("This row has more cells than the header; a | within a cell ends it.")
                raise FormError(problem(said, mark("Write \\| for a | that is text."), sheet=sheet, row=row))
    return "\n".join(kept)


def day_of(value: str) -> str:
    """Write a date that a spreadsheet held as a date the way a form does: ``2026-10-16``, or with its time."""
    match = _DATE.fullmatch(value)
    if match is None:
        return value
    return match[1] if match[2] == "00:00:00" else f"{match[1]}T{match[2]}"
