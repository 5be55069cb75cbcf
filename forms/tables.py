"""Brings a table that came as text into the one shape that pyxform reads: commas, and the name of the sheet first.

Offices save CSV with semicolons or tabs, and people send the questions alone, without a row that says ``survey``.
Changes nothing in a table that is already as it must be.
"""

from __future__ import annotations

import csv
import io
import re

_SEPARATORS = ",;\t"
_LOOKED_AT = 4_000
"""Characters from which the separator is told."""
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


def day_of(value: str) -> str:
    """Write a date that a spreadsheet held as a date the way a form does: ``2026-10-16``, or with its time."""
    match = _DATE.fullmatch(value)
    if match is None:
        return value
    return match[1] if match[2] == "00:00:00" else f"{match[1]}T{match[2]}"
