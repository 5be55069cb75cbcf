"""The tables of groups and rounds in a register, and what is wrong in them.

Pure. People stand here only by name and duties: they come in by invitation, never by a table.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from supervision.register.across import ROLES_ACROSS, people, window
from supervision.register.cells import ERRORS, LOST, beside, day, name, optional, several, text
from supervision.register.faults import Fault, What
from supervision.register.headers import word
from supervision.register.model import GroupLine, RoundLine, Seat
from supervision.register.numbers import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from supervision.register.areas import Areas
    from supervision.register.cells import Value
    from supervision.register.headers import Table

ROLES: Final = {
    word(one): role
    for role, words in {
        "leader": "组长 督导组长 督导组组长 leader groupleader head",
        "deputy": "副组长 副职 督导组副组长 deputy deputyleader",
        "inspector": "组员 成员 督导员 督导组成员 inspector member",
        "liaison": "联络员 片区联络员 驻地联络员 联络 liaison liaisonofficer",
    }.items()
    for one in words.split()
}
"""What roles in a group are called in a register."""

LONGEST_NAME: Final = 60
LONGEST_DUTIES: Final = 300
MOST_ROUNDS: Final = 99
_ROUND: Final = re.compile(
    r"(?:第|round|r)?([\d一二三四五六七八九十]+)(?:轮|批|轮次|批次)?(?:督导|巡回督导)?(?:[(（].*[)）])?", re.IGNORECASE
)


_GROUP: Final = re.compile(r"(?:第|督导)*([\d一二三四五六七八九十]+)(?:督导|巡回督导)?组")


def same(group: str) -> str:
    """Return a group's name as it is compared: 第一组, 一组, 1组 and 第一督导组 are one."""
    found = _GROUP.fullmatch(group.replace(" ", ""))
    number = in_words(found[1]) if found is not None else None
    return f"{number}组" if number else group.casefold()


def seats(table: Table, areas: Areas, called: dict[str, str]) -> tuple[list[GroupLine], list[Seat], list[Fault]]:
    """Read a table of groups: who is to be what in which, and which areas a group answers for.

    ``called`` are the names of the groups there are, by :func:`same`; new ones are put down in it.
    """
    found: list[Seat] = []
    of_group: dict[str, list[str]] = {}
    faults: list[Fault] = []
    group = ""
    for at, row in _rows(table):
        faults += formulas(table, row, at)
        written = name(_of(table, row, "group"))
        if not written and not group:
            faults.append(_fault(What.group_missing, table, at, "group"))
            continue
        group = called.setdefault(same(written), written) if written else group  # written once beside its people
        places = _areas(table, row, at, areas, faults)
        of_group.setdefault(group, []).extend(one for one in places if one not in of_group.get(group, ()))
        read = _beside if table.across else _seats
        for seat in read(table, row, at, group, places, faults):
            if any((one.group, one.role, one.name) == (seat.group, seat.role, seat.name) for one in found):
                faults.append(_fault(What.person_twice, table, at, "person", name=seat.name, group=group))
            else:
                found.append(seat)
    groups = [GroupLine(one, tuple(places)) for one, places in of_group.items()]
    return groups, found, faults + _shared(table, groups) + _leading(table, groups, found)


def _seats(
    table: Table, row: Sequence[Value], at: int, group: str, places: tuple[str, ...], faults: list[Fault]
) -> list[Seat]:
    """Read a row with one role: as a rule of one person, but several may stand in the cell."""
    called, written = people(_of(table, row, "person")), optional(_of(table, row, "role"))
    duties = optional(_of(table, row, "duties"))
    if not called and not written and places:
        return []  # a row that only says which areas the group has
    before = len(faults)
    if not called:
        faults.append(_fault(What.person_missing, table, at, "person"))
    if not written:
        faults.append(_fault(What.role_missing, table, at, "role"))
    role = ROLES.get(word(written), "")
    if written and not role:
        faults.append(_fault(What.role_unknown, table, at, "role", value=written[:40]))
    for person, aside in called:
        said = (("person", person, LONGEST_NAME), ("duties", duties or aside, LONGEST_DUTIES))
        faults += _lengths(table, at, said)
    if len(faults) != before:
        return []
    return [Seat(group, role, person, duties or aside, places if role == "liaison" else ()) for person, aside in called]


def _lengths(table: Table, at: int, said: Iterable[tuple[str, str, int]]) -> list[Fault]:
    return [
        _fault(What.too_long, table, at, field, length=len(words), most=most)
        for field, words, most in said
        if len(words) > most
    ]


def _beside(
    table: Table, row: Sequence[Value], at: int, group: str, places: tuple[str, ...], faults: list[Fault]
) -> list[Seat]:
    """Read a row that has a column for each role; what a person looks after stands in brackets behind the name."""
    found = []
    for field, role in ROLES_ACROSS.items():
        for person, duties in people(_of(table, row, field)):
            long = _lengths(table, at, ((field, person, LONGEST_NAME), (field, duties, LONGEST_DUTIES)))
            faults += long
            if not long:
                found.append(Seat(group, role, person, duties, places if role == "liaison" else ()))
    return found


def _areas(table: Table, row: Sequence[Value], at: int, areas: Areas, faults: list[Fault]) -> tuple[str, ...]:
    paths = []
    for written in several(_of(table, row, "areas") or ""):
        province, city, county = areas.split(written)
        known = areas.province(province)
        if known is None:
            faults.append(_fault(What.area_unknown, table, at, "areas", remark=True, value=written[:40]))
        paths.append("/".join(filter(None, (known or province, city, county))))
    return tuple(dict.fromkeys(paths))


def _shared(table: Table, groups: Sequence[GroupLine]) -> list[Fault]:
    """Name every area that two groups answer for: then nobody does."""
    first: dict[str, str] = {}
    faults = []
    for one in groups:
        for area in one.areas:
            known = first.setdefault(area, one.name)
            if known != one.name:
                row = _row_of(table, one.name)
                faults.append(_fault(What.area_twice, table, row, "areas", area=area, first=known, second=one.name))
    return faults


def _leading(table: Table, groups: Sequence[GroupLine], found: Sequence[Seat]) -> list[Fault]:
    faults = []
    for one in groups:
        leaders = [seat for seat in found if seat.group == one.name and seat.role == "leader"]
        if len(leaders) != 1:
            what = What.leader_twice if leaders else What.leader_missing
            faults.append(_fault(what, table, _row_of(table, one.name), "role", remark=True, group=one.name))
    where: dict[str, str] = {}
    for seat in found:
        known = where.setdefault(seat.name, seat.group)
        if known != seat.group:
            values = {"name": seat.name, "first": known, "second": seat.group}
            faults.append(
                _fault(What.person_elsewhere, table, _row_of(table, seat.group), "person", remark=True, **values)
            )
    return faults


def _row_of(table: Table, group: str) -> int:
    found = (at for at, row in _rows(table) if same(name(_of(table, row, "group"))) == same(group))
    return next(found, table.first + 1)


# --- rounds ---


def rounds(table: Table, areas: Areas, starts_on: date | None) -> tuple[list[RoundLine], list[Fault]]:
    """Read a table of rounds; a day without a year is in that of the round's beginning, or of the campaign's."""
    found: list[RoundLine] = []
    faults: list[Fault] = []
    ends = "days" if table.across else "ends"
    for at, row in _rows(table):
        before = len(faults)
        faults += formulas(table, row, at)
        number = _number(table.of(row, "round"))
        if number is None:
            faults.append(_fault(What.round_unclear, table, at, "round", value=text(_of(table, row, "round"))[:40]))
        first, last = _window(table, row, at, starts_on.year if starts_on else 0, faults)
        if first and last and last < first and (table.across or day(_of(table, row, "ends")) is None):
            last = last.replace(year=last.year + 1)  # 20 December to 10 January
        if first and last and last < first:
            faults.append(_fault(What.ends_before, table, at, ends, first=first.isoformat(), last=last.isoformat()))
        if any(one.number == number for one in found):
            faults.append(_fault(What.round_twice, table, at, "round", number=number or 0))
        places = _areas(table, row, at, areas, faults)
        if number is not None and first and last and not any(not one.remark for one in faults[before:]):
            found.append(RoundLine(number, first, last, places))
    return found, faults


def _window(
    table: Table, row: Sequence[Value], at: int, year: int, faults: list[Fault]
) -> tuple[date | None, date | None]:
    """Return the first and the last day of a row, whether they stand in two cells or in one."""
    if not table.across:
        first = _day(table, row, at, "starts", year, faults)
        return first, _day(table, row, at, "ends", first.year if first else 0, faults)
    value = _of(table, row, "days")
    found = window(value, year)
    if found is None and (value is not None or table.of(row, "days") is None):
        what = What.day_missing if value is None else What.day_unclear
        faults.append(_fault(what, table, at, "days", value=text(value)[:40]))
    return found or (None, None)


def _day(table: Table, row: Sequence[Value], at: int, field: str, year: int, faults: list[Fault]) -> date | None:
    value = _of(table, row, field)
    if value is None:
        if table.of(row, field) is None:
            faults.append(_fault(What.day_missing, table, at, field))
        return None
    found = day(value, year)
    if found is None:
        faults.append(_fault(What.day_unclear, table, at, field, value=text(value)[:40]))
    return found


def _number(value: Value) -> int | None:
    written = text(value).replace(" ", "")
    found = _ROUND.fullmatch(written)
    if found is None:
        return None
    number = in_words(found[1])
    return number if number and 0 < number <= MOST_ROUNDS else None


# --- what both share ---


def _rows(table: Table) -> Iterator[tuple[int, Sequence[Value]]]:
    """Give the rows of a table with their numbers, but not those that say nothing: empty, remarks, headers."""
    for at, row in enumerate(table.sheet.rows[table.first :], table.first + 1):
        said = [column for column, one in enumerate(row) if one is not None]
        lone = len(said) == 1 and said[0] != table.columns.get("person", -1)
        if said and not lone and not table.repeats(row) and not beside(row[said[0]]):
            yield at, row


def _of(table: Table, row: Sequence[Value], field: str) -> Value:
    value = table.of(row, field)
    return None if isinstance(value, str) and value.strip() in ERRORS else value


def formulas(table: Table, row: Sequence[Value], at: int) -> list[Fault]:
    """Name every cell of a row whose formula has no result."""
    found = []
    for field, column in table.columns.items():
        value = row[column] if column < len(row) else None
        if field != "number" and isinstance(value, str) and value.strip() in ERRORS:
            what = What.formula_lost if value == LOST else What.formula
            found.append(_fault(what, table, at, field, value=value.strip()))
    return found


def _fault(what: What, table: Table, at: int, field: str, *, remark: bool = False, **values: str | int) -> Fault:
    return Fault(what, table.sheet.name, at, table.columns.get(field, -1) + 1, values, remark)
