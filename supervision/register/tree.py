"""What units are to one another: codes that stand twice, superiors that are missing, circles, levels that contradict.

Pure. Every row is named by itself, also each row of a circle.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from supervision.register.faults import Fault, What
from supervision.register.model import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from supervision.register.model import UnitLine

Seen = tuple[str, int, str, str, int, int]
"""A code that a row has: the sheet, the row, the code, the superior's code, the columns of the two."""


def twice(seen: Sequence[Seen]) -> list[Fault]:
    """Name every row whose code stood before, with the row where it did."""
    first: dict[str, tuple[str, int]] = {}
    faults = []
    for sheet, row, code, _, column, _ in seen:
        known = first.setdefault(fold(code), (sheet, row))
        if known != (sheet, row):
            values: dict[str, str | int] = {"code": code, "row": known[1], "sheet": known[0]}
            faults.append(Fault(What.code_twice, sheet, row, column, values))
    return faults


def superiors(seen: Sequence[Seen], stored: Mapping[str, UnitLine], several: Collection[str] = ()) -> list[Fault]:
    """Name every row whose superior is nowhere, is itself, or comes round in a circle to it.

    ``several`` are names that more than one unit has: such a one is no superior's.
    """
    parents = {fold(code): fold(parent) for _, _, code, parent, _, _ in seen}
    circles = _in_circles(parents)
    faults = []
    for sheet, row, code, parent, _, column in seen:
        if not parent:
            continue
        above = fold(parent)
        if above == fold(code):
            faults.append(Fault(What.parent_self, sheet, row, column, {"code": code}))
        elif above not in parents:
            if above not in stored:
                what = What.parent_several if parent in several else What.parent_unknown
                faults.append(Fault(what, sheet, row, column, {"code": parent}))
            else:
                faults.append(Fault(What.parent_kept, sheet, row, column, {"code": parent}, remark=True))
        elif fold(code) in circles:
            faults.append(Fault(What.parent_cycle, sheet, row, column, {"code": code, "parent": parent}))
    return faults


def _in_circles(parents: Mapping[str, str]) -> set[str]:
    """Return the codes that are their own superior by way of others; each code is walked from once."""
    done: set[str] = set()
    circles: set[str] = set()
    for start in parents:
        path: dict[str, int] = {}
        code = start
        while code in parents and code not in done and code not in path:
            path[code] = len(path)
            code = parents[code]
        if code in path:
            circles.update(list(path)[path[code] :])
        done.update(path)
    return circles


def levels(
    units: Sequence[UnitLine], stored: Mapping[str, UnitLine], columns: Mapping[str, Mapping[str, int]]
) -> list[Fault]:
    """Name every unit that does not stand below its superior, and remark those that have none."""
    found = {fold(one.code): one for one in units}
    top = min((one.level for one in units), default=1)
    faults = []
    for one in units:
        column = columns.get(one.sheet, {}).get("parent", columns.get(one.sheet, {}).get("parent_name", -1)) + 1
        above = found.get(fold(one.parent)) or stored.get(fold(one.parent)) if one.parent else None
        if above is not None and above is not one and above.level >= one.level:
            values: dict[str, str | int] = {"level": one.level, "parent": above.name, "above": above.level}
            faults.append(Fault(What.parent_level, one.sheet, one.row, column, values))
        if not one.parent and one.level > top:
            faults.append(Fault(What.parent_missing, one.sheet, one.row, column, {"level": one.level}, remark=True))
    return faults


def names(units: Sequence[UnitLine], columns: Mapping[str, Mapping[str, int]]) -> list[Fault]:
    """Remark two units of one name under one superior: often it is the same one with a second code."""
    first: dict[tuple[str, str], UnitLine] = {}
    faults = []
    for one in units:
        known = first.setdefault((one.name, fold(one.parent)), one)
        if known is not one:
            column = columns.get(one.sheet, {}).get("name", -1) + 1
            values: dict[str, str | int] = {"name": one.name, "code": known.code, "row": known.row}
            faults.append(Fault(What.name_twice, one.sheet, one.row, column, values, remark=True))
    return faults


def serials(units: Sequence[UnitLine], columns: Mapping[str, Mapping[str, int]]) -> list[Fault]:
    """Remark codes that only count the rows: with a row more in between, each would be another unit next time."""
    counted = [str(at) for at in range(1, len(units) + 1)]
    if len(units) < 2 or [one.code for one in units] != counted:  # noqa: PLR2004 - one alone counts nothing
        return []
    first = units[0]
    column = columns.get(first.sheet, {}).get("code", -1) + 1
    return [Fault(What.code_serial, first.sheet, first.row, column, remark=True)]


def with_parent(unit: UnitLine, codes: Mapping[str, str]) -> UnitLine:
    """Return a unit whose superior is a code, where a name stood."""
    return replace(unit, parent=codes.get(unit.parent, unit.parent)) if unit.parent else unit
