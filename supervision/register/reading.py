"""Reads a whole register: every table of a file, what it says, and all that is wrong with it.

Pure, but for what it costs: it is run in a process of its own (bot/background/apart.py). It applies nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from supervision.register import groups as tables
from supervision.register import tree, workbook
from supervision.register.areas import covering, within
from supervision.register.faults import Fault, What
from supervision.register.headers import Kind, find, other
from supervision.register.model import GroupLine, Register, fold
from supervision.register.units import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from supervision.register.headers import Table
    from supervision.register.model import RoundLine, Seat, Standing, UnitLine
    from supervision.register.terms import Terms
    from supervision.register.tree import Seen
    from supervision.register.workbook import Sheet

FEW: Final = 5
"""Unknown columns that are named one by one; an office's own register may have fifty."""

NAMES: Final = 120
"""Characters of their names when there are more."""


def read(content: bytes, terms: Terms, standing: Standing) -> Register:
    """Read a file as a register of the campaign that has these words and this standing; never raises for a bad file."""
    try:
        sheets = workbook.read(content)
    except workbook.Unreadable as error:
        return Register(faults=(error.fault,))
    return _Whole(terms, standing).read(sheets)


@dataclass(slots=True)
class _Whole:
    """One reading of all tables of a file."""

    terms: Terms
    standing: Standing
    faults: list[Fault] = field(default_factory=list)
    groups: list[GroupLine] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    rounds: list[RoundLine] = field(default_factory=list)
    units: list[UnitLine] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    columns: dict[str, Mapping[str, int]] = field(default_factory=dict)
    named: list[tuple[str, str]] = field(default_factory=list)
    several: set[str] = field(default_factory=set)
    """Names that several units have."""
    called: dict[str, str] = field(default_factory=dict)
    """What each group is called, however the file writes it."""

    def read(self, sheets: list[Sheet]) -> Register:
        self.called |= {tables.same(one.name): one.name for one in self.standing.groups}
        found = self._tables(sheets)
        for table in found:
            self._headers(table)
            self._beside(table)
        usable = [one for one in found if not one.missing]
        for table in usable:
            if table.kind is Kind.groups:
                groups, seats, faults = tables.seats(table, self.terms.areas, self.called)
                self.groups += groups
                self.seats += seats
                self.faults += faults
            elif table.kind is Kind.rounds:
                rounds, faults = tables.rounds(table, self.terms.areas, self.standing.starts_on)
                self.rounds += rounds
                self.faults += faults
        self._units([one for one in usable if one.kind is Kind.units])
        self._rounds()
        if found and not self.faults and not (self.seen or self.groups or self.rounds):
            self.faults.append(Fault(What.empty))
        units, by_area = self._grouped()
        order = {sheet.name: at for at, sheet in enumerate(sheets)}
        self.faults.sort(key=lambda one: (one.remark, order.get(one.sheet, -1), one.row, one.column))
        columns = frozenset(one for columns in self.columns.values() for one in columns)
        return Register(
            units, tuple(self.groups), tuple(self.seats), tuple(self.rounds), columns, by_area, tuple(self.faults)
        )

    # --- finding tables ---

    def _tables(self, sheets: list[Sheet]) -> list[Table]:
        found = []
        for sheet in sheets:
            if sheet.hidden:
                if sheet.rows:
                    self.faults.append(Fault(What.sheet_hidden, sheet.name, remark=True))
                continue
            table = find(sheet)
            if table is not None:
                found.append(table)
            elif any(sum(one is not None for one in row) > 2 for row in sheet.rows):  # noqa: PLR2004 - more than lines of text
                self.faults.append(Fault(What.sheet_ignored, sheet.name, remark=True))
        if not found:
            self.faults = [Fault(What.no_table)]
        return found

    def _headers(self, table: Table) -> None:
        sheet, row = table.sheet.name, table.header + 1
        self.faults += [Fault(What.no_column, sheet, row, 0, {"field": one}) for one in table.missing]
        self.faults += [Fault(What.column_twice, sheet, row, at + 1, {"name": words}) for at, words in table.twice]
        if len(table.unknown) > FEW:
            names = "、".join(words for _, words in table.unknown)
            values: dict[str, str | int] = {
                "count": len(table.unknown),
                "names": names if len(names) <= NAMES else f"{names[:NAMES]}…",
            }
            self.faults.append(Fault(What.columns_ignored, sheet, row, 0, values, remark=True))
            return
        self.faults += [
            Fault(What.column_ignored, sheet, row, at + 1, {"name": words}, remark=True) for at, words in table.unknown
        ]

    def _beside(self, table: Table) -> None:
        """Name what else is in the sheet that nobody might think of: a second table, rows that are not to be seen."""
        sheet = table.sheet
        second = other(table)
        if second:
            self.faults.append(Fault(What.second_table, sheet.name, second))
        unseen = [one for one in sheet.unseen if one > table.first]
        if unseen:
            values: dict[str, str | int] = {"count": len(unseen), "first": unseen[0]}
            self.faults.append(Fault(What.rows_hidden, sheet.name, values=values, remark=True))

    # --- units ---

    def _units(self, found: list[Table]) -> None:
        known = self.called
        for table in found:
            reading = Reading(table, self.terms, dict(known), open_groups=not known)
            reading.run()
            self.units += reading.units
            self.faults += reading.faults
            self.named += reading.named
            self.columns[table.sheet.name] = table.columns
            column = table.columns
            parent = column.get("parent", column.get("parent_name", -1)) + 1
            self.seen += [
                (table.sheet.name, row, code, above, column["code"] + 1, parent) for code, row, above in reading.codes
            ]
        if not known:
            named = dict.fromkeys(one.group for one in self.units if one.group)
            self.groups = [GroupLine(one) for one in named]
        self._named_superiors()
        self._once()
        stored = self.standing.units
        repeated = tree.twice(self.seen)
        again = {(one.sheet, one.row) for one in repeated}
        self.faults += repeated
        self.faults += tree.superiors([one for one in self.seen if one[:2] not in again], stored, self.several)
        wrong = (What.parent_cycle, What.code_twice)
        astray_rows = {(one.sheet, one.row) for one in self.faults if one.what in wrong}
        placed = [one for one in self.units if (one.sheet, one.row) not in astray_rows]
        self.faults += tree.levels(placed, stored, self.columns)
        self.faults += tree.names(self.units, self.columns)
        self.faults += tree.serials(self.units, self.columns)

    def _named_superiors(self) -> None:
        """Put the code where a superior is named in words: where no unit has that code, and one alone that name.

        A name in the file goes before one that is stored.
        """
        own = {fold(one[2]) for one in self.seen} | self.standing.units.keys()
        codes: dict[str, set[str]] = {}
        for one in self.standing.units.values():
            codes.setdefault(one.name, set()).add(one.code)
        here: dict[str, set[str]] = {}
        for called, code in self.named:
            here.setdefault(called, set()).add(code)
        codes |= here
        self.several = {called for called, found in codes.items() if len(found) > 1}
        meant = {called: min(found) for called, found in codes.items() if len(found) == 1 and fold(called) not in own}
        self.units = [tree.with_parent(one, meant) if one.parent in meant else one for one in self.units]
        self.seen = [(*one[:3], meant[one[3]], *one[4:]) if one[3] in meant else one for one in self.seen]

    def _once(self) -> None:
        """Take a unit once that stands word for word on several sheets: each area's sheet repeats who is above it."""
        first: dict[str, UnitLine] = {}
        again: dict[tuple[str, int], UnitLine] = {}
        for one in self.units:
            known = first.setdefault(fold(one.code), one)
            if known is not one and known.sheet != one.sheet and known == one:
                again[one.sheet, one.row] = known
        self.units = [one for one in self.units if (one.sheet, one.row) not in again]
        self.seen = [one for one in self.seen if one[:2] not in again]
        for (sheet, row), known in again.items():
            column = self.columns[sheet].get("code", -1) + 1
            values: dict[str, str | int] = {"row": known.row, "sheet": known.sheet}
            self.faults.append(Fault(What.unit_again, sheet, row, column, values, remark=True))

    def _grouped(self) -> tuple[tuple[UnitLine, ...], tuple[str, ...]]:
        """Give units that name no group the one of their area, and remark a group that does not answer for the area."""
        places = {
            area: one.name for one in ({g.name: g for g in (*self.standing.groups, *self.groups)}).values()
            for area in one.areas
        }  # fmt: skip
        if not places:
            return tuple(self.units), ()
        of_group: dict[str, list[str]] = {}
        for area, name in places.items():
            of_group.setdefault(name, []).append(area)
        made, given = [], []
        doubted = {
            (one.sheet, one.row)
            for one in self.faults
            if one.what in (What.area_unknown, What.area_like, What.area_gap)
        }
        for one in self.units:
            unit = one
            if not one.group and one.area and "group" in self.columns.get(one.sheet, {}):
                by_area = covering(one.area, places)
                if by_area and fold(one.code) not in self.standing.units:
                    unit = replace(one, group=by_area)
                    given.append(one.code)
            elif one.group in of_group and one.area and (one.sheet, one.row) not in doubted:
                self._elsewhere(one, of_group[one.group])
            made.append(unit)
        return tuple(made), tuple(given)

    def _elsewhere(self, unit: UnitLine, areas: list[str]) -> None:
        if any(within(unit.area, area) or within(area, unit.area) for area in areas):
            return
        column = self.columns[unit.sheet].get("group", -1) + 1
        values = {"area": unit.area, "group": unit.group}
        self.faults.append(Fault(What.area_elsewhere, unit.sheet, unit.row, column, values, remark=True))

    # --- rounds ---

    def _rounds(self) -> None:
        every = {one.number: one for one in (*self.standing.rounds, *self.rounds)}
        ours = {one.number for one in self.rounds}
        last: RoundLine | None = None
        for one in sorted(every.values(), key=lambda one: (one.starts_on, one.number)):
            if last is not None and one.starts_on <= last.ends_on and {one.number, last.number} & ours:
                values = {"first": last.number, "second": one.number}
                self.faults.append(Fault(What.rounds_overlap, values=values, remark=True))
            last = one
        first, end = self.standing.starts_on, self.standing.ends_on
        for one in self.rounds:
            if (first and one.starts_on < first) or (end and one.ends_on > end):
                self.faults.append(Fault(What.round_outside, values={"number": one.number}, remark=True))
