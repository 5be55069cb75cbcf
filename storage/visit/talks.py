"""How many people of a unit are to be talked with, and with whom it was done: 谈心谈话全覆盖, n of m.

The leader says how many; a list of names may be given and is then sealed like the names of those who were interviewed.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import Entity, Session, Whom
from storage.people import Person
from storage.vault import sealed
from storage.vault.custody import Kept
from storage.vault.sealed import SealedBytes
from storage.visit.visits import Visit


class Coverage(Kept, Entity):
    """How many people are to be talked with on a visit; ``roster`` their sealed names, where they were given."""

    in_custody: ClassVar[str] = "coverage"
    keyed_by: ClassVar[str] = "visit_id"
    kept: ClassVar[tuple[str, ...]] = ("visit_id", "due", "roster", "by_id", "at")

    __tablename__ = "interview_coverage"
    secret = frozenset({"roster"})

    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"), primary_key=True)
    due: Mapped[int]
    roster: Mapped[bytes | None] = mapped_column(SealedBytes("interview_coverage.roster"), default=None)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[datetime]

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person set."""
        return cls.by_id == whom.id


async def set_due(db: Session, visit: Visit, due: int, by: Person, now: datetime, names: Sequence[str] = ()) -> None:
    """Say how many are to be talked with, and who where that is known. Raises NoKey for names without a key."""
    roster = sealed.need(db).seal(json.dumps(list(names)).encode(), "interview_coverage.roster") if names else None
    await db.execute(sa.select(Visit.id).where(Visit.id == visit.id).with_for_update(key_share=True))  # one at a time
    found = await db.get(Coverage, visit.id, populate_existing=True)
    if found is None:
        db.add(Coverage(visit_id=visit.id, due=due, roster=roster, by_id=by.id, at=now))
    else:
        found.due, found.roster, found.by_id, found.at = due, roster, by.id, now
    await db.flush()


async def of_visit(db: Session, visit: Visit) -> Coverage | None:
    """Return what was set for a visit, else for the latest one of the same unit, else None."""
    query = (
        sa.select(Coverage)
        .join(Visit, Visit.id == Coverage.visit_id)
        .where(Visit.unit_id == visit.unit_id)
        .order_by(sa.case((Coverage.visit_id == visit.id, 0), else_=1), Coverage.at.desc())
        .limit(1)
    )
    return await db.scalar(query)


def names_in(db: Session, coverage: Coverage | None) -> list[str]:
    """Return the names that were given, none where only a number was. Raises NoKey, KeyLost or Damaged."""
    if coverage is None or coverage.roster is None:
        return []
    return [str(one) for one in json.loads(sealed.need(db).open(coverage.roster, "interview_coverage.roster"))]
