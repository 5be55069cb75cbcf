"""An itinerary as rows of a workbook: written with a row a unit, read again with every fault named by its cell.

Pure; reading a file is supervision/register/workbook.py, in a process of its own. What a file leaves out stays as it
is; a file with a fault changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from supervision.register import cells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from supervision.register.cells import Value

HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("单位编码", "党组织编码", "编码", "code"),
    "day": ("日期", "督导日期", "day", "date"),
    "people": ("人员", "督导人员", "people", "who goes"),
}
"""How the columns that are read can be called."""

GUIDANCE: Final = ("个性指导方案", "指导方案", "guidance plan", "guidance")
"""How the column of guidance plans can be called; a file need not have it."""

MOST_POINTS: Final = 12
LONGEST_POINT: Final = 200
LONGEST_CELL: Final = 2000
"""Characters of a cell that are read; see register/workbook.py."""

_NUMBERED: Final = re.compile(r"^[(（]?\d{1,2}[)）.、．]\s*")
SEARCHED: Final = 20
"""Rows among which the header is looked for: a title may stand above it."""


class What(StrEnum):
    """What can be wrong with a cell or with the file."""

    unreadable = "unreadable"
    too_large = "too_large"
    columns = "columns"
    unit = "unit"
    twice = "twice"
    begun = "begun"
    day = "day"
    day_off = "day_off"
    person = "person"
    leave = "leave"
    nobody = "nobody"
    guide = "guide"
    points = "points"
    point = "point"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its cell ('' for the file), what it is, and the values its sentence names."""

    cell: str
    what: What
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What a row may say: units by code (id, group, begun), people by group and name, days, who is away when."""

    units: Mapping[str, tuple[int, int, bool]]
    people: Mapping[int, Mapping[str, tuple[int, ...]]]
    days: frozenset[date]
    away: Mapping[int, frozenset[date]]
    standing: Mapping[int, tuple[date, tuple[int, ...]]]
    guidance: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """The points of each unit's guidance plan."""
    guides: frozenset[int] = frozenset()
    """The groups whose guidance plans the sender writes."""


@dataclass(slots=True)
class Read:
    """What a workbook says: unit -> day and people, None for a day that was emptied; and its faults.

    ``guidance``: unit -> the points that go and those that come, where a plan was changed.
    """

    stops: dict[int, tuple[date, tuple[int, ...]] | None] = field(default_factory=dict)
    guidance: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def rows_of(sheets: Sequence[Sequence[tuple[Value, ...]]], known: Known) -> Read:
    """Read the first sheet that has the columns; raises nothing for a bad one."""
    for rows in sheets:
        for at, row in enumerate(rows[:SEARCHED]):
            columns = _columns(row)
            if columns is not None:
                return _Reading(known, columns).read(rows, at + 1)
    return Read(faults=[Fault("", What.columns)])


def _columns(row: tuple[Value, ...]) -> dict[str, int] | None:
    found: dict[str, int] = {}
    for at, value in enumerate(row):
        written = cells.text(value).casefold().replace(" ", "")
        for name, heads in HEADS.items():
            if written in {head.replace(" ", "") for head in heads}:
                found.setdefault(name, at)
        if written in {head.replace(" ", "") for head in GUIDANCE}:
            found.setdefault("guidance", at)
    return found if found.keys() >= HEADS.keys() else None


def _letters(at: int) -> str:
    """Return what a spreadsheet calls a column: 0 is A, 26 is AA."""
    above, place = divmod(at, 26)
    return (_letters(above - 1) if above else "") + chr(ord("A") + place)


@dataclass(slots=True)
class _Reading:
    """One reading of the rows below a header."""

    known: Known
    columns: Mapping[str, int]
    found: Read = field(default_factory=Read)
    seen: dict[int, int] = field(default_factory=dict)

    def read(self, rows: Sequence[tuple[Value, ...]], first: int) -> Read:
        for at in range(first, len(rows)):
            code = cells.code(self._value(rows[at], "code"))
            if code:
                self._row(rows[at], at + 1, code)
        return self.found

    def _value(self, row: tuple[Value, ...], name: str) -> Value:
        at = self.columns.get(name, len(row))
        return row[at] if at < len(row) else None

    def _wrong(self, row: int, name: str, what: What, **values: str | int) -> None:
        cell = f"{_letters(self.columns[name])}{row}"
        self.found.faults.append(Fault(cell, what, values))

    def _row(self, row: tuple[Value, ...], number: int, code: str) -> None:
        known = self.known.units.get(code) or self.known.units.get(code.upper())
        if known is None:
            self._wrong(number, "code", What.unit, words=code[:40])
            return
        unit, group, begun = known
        if unit in self.seen:
            self._wrong(number, "code", What.twice, words=code[:40], first=self.seen[unit])
            return
        self.seen[unit] = number
        self._guidance(row, number, unit, group)
        before = len(self.found.faults)
        stop = self._stop(row, number, unit, group)
        if begun:
            if stop != self.known.standing.get(unit):
                self.found.faults[before:] = []
                self._wrong(number, "day", What.begun, words=code[:40])
        elif len(self.found.faults) == before:
            self.found.stops[unit] = stop

    def _stop(self, row: tuple[Value, ...], number: int, unit: int, group: int) -> tuple[date, tuple[int, ...]] | None:
        written = self._value(row, "day")
        names = cells.several(self._value(row, "people"))
        if not cells.optional(written):
            return None
        day = self._day(written)
        if day is None:
            self._wrong(number, "day", What.day, words=cells.text(written)[:40])
            return None
        standing = self.known.standing.get(unit)
        if day not in self.known.days and (standing is None or standing[0] != day):
            self._wrong(number, "day", What.day_off, words=day.isoformat())
            return None
        people = self._people(names, number, group, day)
        if not names and (standing is None or standing != (day, ())):
            self._wrong(number, "people", What.nobody)
        return day, people

    def _day(self, written: Value) -> date | None:
        """Return a day; one that is written without its year is meant in that of the round."""
        years = sorted({one.year for one in self.known.days}) or [0]
        found = [cells.day(written, year) for year in years]
        return next((one for one in found if one in self.known.days), found[0])

    def _guidance(self, row: tuple[Value, ...], number: int, unit: int, group: int) -> None:
        """Take a unit's plan, a line for each point; an empty cell leaves it as it is, 「无」 empties it."""
        value = self._value(row, "guidance")
        standing = self.known.guidance.get(unit, ())
        points = points_of(value)
        if value is None or points == standing:
            return
        if group not in self.known.guides:
            self._wrong(number, "guidance", What.guide)
        elif len(points) > MOST_POINTS:
            self._wrong(number, "guidance", What.points, most=MOST_POINTS)
        elif any(len(each) > LONGEST_POINT for each in points) or len(str(value)) >= LONGEST_CELL:
            self._wrong(number, "guidance", What.point, most=LONGEST_POINT)
        else:
            gone = tuple(each for each in standing if each not in points)
            come = tuple(each for each in points if each not in standing)
            if gone or come:
                self.found.guidance[unit] = (gone, come)

    def _people(self, names: Sequence[str], number: int, group: int, day: date) -> tuple[int, ...]:
        found = set()
        known = self.known.people.get(group, {})
        for name in (each for one in names for each in _parted(one, known)):
            ids = known.get(name, ())
            if len(ids) != 1:
                self._wrong(number, "people", What.person, words=name[:40])
            elif day in self.known.away.get(ids[0], ()):
                self._wrong(number, "people", What.leave, words=name[:40])
            else:
                found.add(ids[0])
        return tuple(sorted(found))


def _parted(written: str, known: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Return the names in a piece of a cell: 「王强/李敏」 and 「王强 李敏」 are two where both are known."""
    parts = [one for one in re.split(r"[\s/／]+", written) if one]
    return parts if written not in known and all(one in known for one in parts) else [written]


def points_of(value: Value) -> tuple[str, ...]:
    """Return the points of a guidance plan in a cell: a line each, or parted by semicolons, numbered or not."""
    parts = re.split(r"[\n\r;；]+", str(value)) if isinstance(value, str) else [cells.text(value)]
    plain = (cells.optional(_NUMBERED.sub("", cells.text(each))) for each in parts)
    return tuple(dict.fromkeys(each for each in plain if each))
