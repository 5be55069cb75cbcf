"""Which units a round has covered, which are planned, and which are left: by level, area and group, each by name.

Pure. Covered is a visit handed in; under way is one begun; planned one with a day; all else is uncovered. A unit that
dropped out counts nowhere and says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


K = TypeVar("K")


class Stand(StrEnum):
    """How far a unit is in a round."""

    covered = "covered"
    under_way = "under_way"
    planned = "planned"
    uncovered = "uncovered"


ORDER: Final = {one: at for at, one in enumerate(Stand)}


@dataclass(frozen=True, slots=True)
class Line:
    """One unit of a round's scope and how far it is."""

    unit_id: int
    name: str
    level: int
    area: str
    group_id: int | None
    stand: Stand


@dataclass(frozen=True, slots=True)
class Count:
    """How many of some units are how far."""

    covered: int = 0
    under_way: int = 0
    planned: int = 0
    uncovered: int = 0

    @property
    def total(self) -> int:
        """Return how many there are."""
        return self.covered + self.under_way + self.planned + self.uncovered


def best(stands: Iterable[Stand]) -> Stand:
    """Return the furthest of several visits of one unit; uncovered when there is none."""
    return min(stands, key=ORDER.__getitem__, default=Stand.uncovered)


def count(lines: Iterable[Line]) -> Count:
    """Count units by how far they are."""
    found = dict.fromkeys(Stand, 0)
    for one in lines:
        found[one.stand] += 1
    return Count(**{stand.value: number for stand, number in found.items()})


def counted(lines: Iterable[Line], by: Callable[[Line], K]) -> Mapping[K, Count]:
    """Count units by how far they are, in parts: by level, area or group."""
    parts: dict[K, list[Line]] = {}
    for one in lines:
        parts.setdefault(by(one), []).append(one)
    return {part: count(found) for part, found in parts.items()}


def province(line: Line) -> str:
    """Return the first part of a unit's area."""
    return line.area.partition("/")[0]
