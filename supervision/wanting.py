"""What makes an answer one that was found wanting, and which of those findings are still open.

The pack says it with the sign that a choice begins with. A later visit settles a matter by answering better, and only a
visit that was handed in counts. Pure: storage/visit/findings.py asks a database the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class Grade(IntEnum):
    """How an item was found, the worse the higher; what does not apply has no grade."""

    fine = 0
    partly = 1
    missing = 2


SIGNS: Final = {
    "✅": Grade.fine,
    "✓": Grade.fine,
    "◐": Grade.partly,
    "❌": Grade.missing,
    "✗": Grade.missing,
    "✘": Grade.missing,
}
"""What a choice begins with, and what it says of the item."""


def grade_of(sign: str) -> Grade | None:
    """Return what the sign of an answer says; None where it says nothing, as — and · do."""
    return SIGNS.get(sign)


@dataclass(frozen=True, slots=True)
class Found:
    """One item of a unit as a visit that was handed in found it; ``item`` names it across visits and form versions."""

    unit_id: int
    item: str
    visit_id: int
    at: datetime
    grade: Grade


def still_open(found: Iterable[Found]) -> list[Found]:
    """Return the matters that are open: of each item of each unit what its latest graded visit found, where wanting.

    So a matter found twice is one matter, and ◐ after ❌ is a better answer that is wanting itself.
    """
    latest: dict[tuple[int, str], list[Found]] = {}
    for one in found:
        before = latest.get((one.unit_id, one.item))
        if before is None or (before[0].at, before[0].visit_id) < (one.at, one.visit_id):
            latest[one.unit_id, one.item] = [one]
        elif before[0].visit_id == one.visit_id:
            before.append(one)
    return [one for group in latest.values() for one in group if one.grade is not Grade.fine]
