"""What an import would do: units added, changed, dropped out and come back; groups, seats and rounds likewise.

Pure: two pictures go in, the difference comes out, and the same function serves the look before and the deed itself.
Units are matched by code alone, so a new name or another superior is a change.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from supervision.register.model import fold
from supervision.register.terms import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from supervision.register.model import GroupLine, Register, RoundLine, Seat, Standing, UnitLine
    from supervision.register.terms import Terms

COLUMNS: Final = {
    "name": ("name",),
    "level": ("level",),
    "parent": ("parent", "parent_name"),
    "area": ("province", "city", "county", "area"),
    "tags": (*FAMILIES, "tags"),
    "group": ("group",),
    "members": ("members",),
    "contact": ("contact", "department"),
    "phone": ("phone",),
    "note": ("note",),
    "latitude": ("latitude", "longitude"),
    "longitude": ("latitude", "longitude"),
}
"""Fields of a unit and the columns that say something about each."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One unit that is known and is to be otherwise; ``fields`` are those that differ."""

    before: UnitLine
    after: UnitLine
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """All that an import would do; nothing in it when the file says what is stored."""

    added: tuple[UnitLine, ...] = ()
    returned: tuple[UnitLine, ...] = ()
    """Units that had dropped out and are in the register again."""
    changed: tuple[Changed, ...] = ()
    dropped: tuple[UnitLine, ...] = ()
    groups_added: tuple[GroupLine, ...] = ()
    groups_changed: tuple[GroupLine, ...] = ()
    seats: tuple[Seat, ...] | None = None
    """The places of the groups the file names, all of them; None: the file says nothing of people."""
    seats_changed: int = 0
    rounds_added: tuple[RoundLine, ...] = ()
    rounds_changed: tuple[RoundLine, ...] = ()

    @property
    def nothing(self) -> bool:
        """Tell whether all stays as it is."""
        units = self.added or self.returned or self.changed or self.dropped
        return not (units or self.groups_added or self.groups_changed or self.seats_changed or self.rounds_added
                    or self.rounds_changed)  # fmt: skip

    def kept(self) -> Changes:
        """Return the same without taking out what the file does not name."""
        return replace(self, dropped=())

    @property
    def digest(self) -> str:
        """Return a few letters that are others as soon as the changes are: what was shown is what is done."""
        parts = [self.added, self.returned, self.dropped, self.groups_added, self.groups_changed, self.seats,
                 self.rounds_added, self.rounds_changed,
                 [(one.before, one.after) for one in self.changed]]  # fmt: skip
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def compare(register: Register, standing: Standing, terms: Terms) -> Changes:
    """Return what applying a register to what is stored would do."""
    added: list[UnitLine] = []
    returned: list[UnitLine] = []
    changed: list[Changed] = []
    named = set()
    for unit in register.units:
        code = fold(unit.code)
        named.add(code)
        before = standing.units.get(code)
        if before is None:
            (returned if code in standing.retired else added).append(unit)
            continue
        after = _merged(before, unit, register.columns, terms)
        fields = tuple(field for field in COLUMNS if getattr(before, field) != getattr(after, field))
        if fields:
            changed.append(Changed(before, after, fields))
    superiors = {fold(one.parent) for one in register.units if one.parent}
    needed = _above(superiors - named, standing)
    dropped = [] if not register.units else [
        one for code, one in standing.units.items() if code not in named and code not in needed
    ]  # fmt: skip
    groups = {one.name: one for one in standing.groups}
    rounds = {one.number: one for one in standing.rounds}
    return Changes(
        tuple(added),
        tuple(returned),
        tuple(changed),
        tuple(dropped),
        tuple(one for one in register.groups if one.name not in groups),
        tuple(
            one for one in register.groups if one.name in groups and one.areas and one.areas != groups[one.name].areas
        ),
        *_seats(register, standing),
        rounds_added=tuple(one for one in register.rounds if one.number not in rounds),
        rounds_changed=tuple(one for one in register.rounds if one.number in rounds and one != rounds[one.number]),
    )


def _merged(before: UnitLine, unit: UnitLine, columns: frozenset[str], terms: Terms) -> UnitLine:
    """Return the unit as it will be: what has no column, and a group that is left blank, stay as they are."""
    silent = [field for field, its in COLUMNS.items() if columns.isdisjoint(its)]
    after = replace(unit, code=before.code, **{field: getattr(before, field) for field in silent})
    if not after.group:
        after = replace(after, group=before.group)
    if after.latitude is None:  # it may have been said where the unit is since the register was written
        after = replace(after, latitude=before.latitude, longitude=before.longitude)
    if fold(after.parent) == fold(before.parent):
        after = replace(after, parent=before.parent)
    if "tags" not in silent:
        said = {one for one in FAMILIES if one in columns} | ({""} if "tags" in columns else set())
        stay = tuple(one for one in before.tags if terms.family_of(one) not in said)
        tags = tuple(dict.fromkeys((*after.tags, *stay)))
        after = replace(after, tags=before.tags if set(tags) == set(before.tags) else tags)
    return after


def _above(codes: set[str], standing: Standing) -> set[str]:
    """Return these stored units and all above them: whoever has units in the register stays in it."""
    found: set[str] = set()
    for start in codes:
        code = start
        while code in standing.units and code not in found:
            found.add(code)
            code = fold(standing.units[code].parent)
    return found


def _seats(register: Register, standing: Standing) -> tuple[tuple[Seat, ...] | None, int]:
    if not register.seats:
        return None, 0
    ours = {one.name for one in register.groups}
    before: Sequence[Seat] = [one for one in standing.seats if one.group in ours]
    return register.seats, len(set(before) ^ set(register.seats))
