"""What a register says, once it has been understood: units, groups with their people, rounds.

Frozen data, no rules. A unit's superior and group are named by code and name, because neither may be stored yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from supervision.register.faults import Fault


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit as a register has it; ``area`` is a path, ``row`` where it stands, from 1, 0 for one that is stored.

    ``latitude`` and ``longitude`` are degrees, both or neither.
    """

    code: str
    name: str
    level: int
    parent: str = ""
    area: str = ""
    tags: tuple[str, ...] = ()
    group: str = ""
    members: int | None = None
    contact: str = ""
    phone: str = ""
    note: str = ""
    latitude: float | None = None
    longitude: float | None = None
    row: int = field(default=0, compare=False)
    sheet: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Seat:
    """One place in a group: who is to have which role there, with what duties and, for a liaison, which areas."""

    group: str
    role: str
    name: str
    duties: str = ""
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group and the areas it answers for."""

    name: str
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round: both days belong to it; ``areas`` () means everywhere."""

    number: int
    starts_on: date
    ends_on: date
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """All that a file says; with any fault that is no remark it is not to be used.

    ``columns`` are the fields the file has a column for: what has none stays as it is stored.
    """

    units: tuple[UnitLine, ...] = ()
    groups: tuple[GroupLine, ...] = ()
    seats: tuple[Seat, ...] = ()
    rounds: tuple[RoundLine, ...] = ()
    columns: frozenset[str] = frozenset()
    by_area: tuple[str, ...] = ()
    """Codes of units that name no group and were given the one of their area."""
    faults: tuple[Fault, ...] = ()

    @property
    def wrong(self) -> tuple[Fault, ...]:
        """Return what stops the import."""
        return tuple(one for one in self.faults if not one.remark)

    @property
    def remarks(self) -> tuple[Fault, ...]:
        """Return what is worth knowing and stops nothing."""
        return tuple(one for one in self.faults if one.remark)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stored of a campaign already, as far as a register touches it."""

    units: Mapping[str, UnitLine] = field(default_factory=dict)
    """By the code as it is compared (see :func:`fold`); retired units are not here."""
    groups: tuple[GroupLine, ...] = ()
    rounds: tuple[RoundLine, ...] = ()
    seats: tuple[Seat, ...] = ()
    retired: frozenset[str] = frozenset()
    """Codes, as they are compared, of units that had dropped out."""
    starts_on: date | None = None
    ends_on: date | None = None


def fold(code: str) -> str:
    """Return a code as it is compared."""
    return code.casefold()


def plain_register(register: Register) -> dict[str, Any]:
    """Return what a register says, without its faults, as plain JSON data; :func:`register_of` reads it again."""
    return {
        "units": [[getattr(one, name) for name in UnitLine.__slots__] for one in register.units],
        "groups": [[one.name, one.areas] for one in register.groups],
        "seats": [[one.group, one.role, one.name, one.duties, one.areas] for one in register.seats],
        "rounds": [
            [one.number, one.starts_on.isoformat(), one.ends_on.isoformat(), one.areas] for one in register.rounds
        ],
        "columns": sorted(register.columns),
        "by_area": register.by_area,
    }


def register_of(data: Mapping[str, Any]) -> Register:
    """Read what :func:`plain_register` wrote."""
    return Register(
        units=tuple(_unit(one) for one in data["units"]),
        groups=tuple(GroupLine(name, tuple(areas)) for name, areas in data["groups"]),
        seats=tuple(_seat(one) for one in data["seats"]),
        rounds=tuple(
            RoundLine(number, date.fromisoformat(first), date.fromisoformat(last), tuple(areas))
            for number, first, last, areas in data["rounds"]
        ),
        columns=frozenset(data["columns"]),
        by_area=tuple(data["by_area"]),
    )


def _unit(values: list[Any]) -> UnitLine:
    named = dict(zip(UnitLine.__slots__, values, strict=True))
    return UnitLine(**named | {"tags": tuple(named["tags"])})


def _seat(values: list[Any]) -> Seat:
    group, role, name, duties, areas = values
    return Seat(group, role, name, duties, tuple(areas))
