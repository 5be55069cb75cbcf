"""Cells that hold several things at once: the people of a group side by side, a window of days in one cell.

Pure. A table with a column for each role, 「王五（理论学习）、赵六」 in a cell, 「10月16日至30日」: as offices write
them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from supervision.register.cells import day, name, optional, text

if TYPE_CHECKING:
    from datetime import date

    from supervision.register.cells import Value

ROLES_ACROSS: Final = {"leader": "leader", "deputy": "deputy", "person": "inspector", "liaison": "liaison"}
"""Columns of a table that has one for each role, and the role of whoever stands there."""

_ONE: Final = re.compile(r"([^、,，;；|/\n()（）]+)(?:[（(]([^）)]*)[）)])?")
_BETWEEN: Final = re.compile(r"(?<=[\u3400-\u9fff]{2}) +(?=[\u3400-\u9fff]{2})")
_WINDOW: Final = re.compile(r"\s*(?:至|到|—+|－|–|~|～|\bto\b|-{1,2})\s*")
_LAST: Final = re.compile(r"(\d{1,2})\s*[日号]?")
_MONTH: Final = re.compile(r"(.*?\d{1,2}\s*[月./])\s*\d{1,2}\s*[日号]?")


def people(value: Value) -> list[tuple[str, str]]:
    """Return the people named in a cell, each with what stands in brackets behind the name."""
    if not optional(value):
        return []
    written = _BETWEEN.sub("、", str(value).replace("\r", "\n"))
    return [(called, text(found[2])) for found in _ONE.finditer(written) if (called := name(found[1]))]


def window(value: Value, year: int) -> tuple[date, date] | None:
    """Return the first and the last day of a window written in one cell; None when it is none."""
    written = text(value)
    for cut in _WINDOW.finditer(written):  # a dash may also stand within a date
        first = day(written[: cut.start()], year)
        if first is None:
            continue
        rest = written[cut.end() :]
        month = _MONTH.fullmatch(written[: cut.start()])
        short = _LAST.fullmatch(rest)
        last = day(f"{month[1]}{short[1]}日" if month and short else rest, first.year)
        if last is not None:
            return first, last
    return None
