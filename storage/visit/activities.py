"""Activities of a visit besides its checklist: symposia, sitting in, documents read, sites walked, lectures given.

Recorded when they happen; the tally (M16) is counted from them and never typed. Photos of an activity are evidence of
the visit whose path is :func:`path_of`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import Entity, Session, Whom
from storage.people import Person
from storage.vault.custody import Kept
from storage.visit.interviews import Interview
from storage.visit.visits import Visit

MOST_COUNTED: Final = 100_000


class Kind(StrEnum):
    """What was done."""

    symposium = "symposium"
    sit_in = "sit_in"
    documents = "documents"
    site = "site"
    lecture = "lecture"


class Activity(Kept, Entity):
    """One activity; ``count`` is people, for documents how many were read, None while nobody has said."""

    in_custody: ClassVar[str] = "activity"
    kept: ClassVar[tuple[str, ...]] = (
        "id", "visit_id", "kind", "place", "count", "points", "by_id", "at", "changed_at", "removed_at", "removed_by"
    )  # fmt: skip

    __tablename__ = "activities"
    __table_args__ = (sa.Index("ix_activities_visit_id", "visit_id", "id"), sa.Index("ix_activities_by_id", "by_id"))

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"))
    kind: Mapped[Kind]
    place: Mapped[str] = mapped_column(default="")
    count: Mapped[int | None] = mapped_column(default=None)
    points: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[datetime]
    changed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    removed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)

    def remove(self, by: Person, now: datetime) -> None:
        """Take it out of the visit and the tally; the record of it stays."""
        if self.removed_at is None:
            self.removed_at, self.removed_by = now, by.id

    def restore(self) -> None:
        """Put it back."""
        self.removed_at, self.removed_by = None, None

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person recorded."""
        return cls.by_id == whom.id


def path_of(activity: Activity) -> str:
    """Return the path under which the evidence of an activity lies with its visit."""
    return f"activity:{activity.id}"


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something was done, and with how many people or documents altogether."""

    times: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Tallies:
    """What was done on some visits: by kind, every one a key; and how many interviews were held."""

    kinds: dict[Kind, Tally]
    interviews: int
    visits: int

    @property
    def empty(self) -> bool:
        """Tell whether nothing was recorded."""
        return not self.interviews and not any(one.times for one in self.kinds.values())


async def add(db: Session, visit: Visit, kind: Kind, by: Person, now: datetime, place: str = "") -> Activity:
    """Record an activity."""
    made = Activity(visit_id=visit.id, kind=kind, place=place, by_id=by.id, at=now, changed_at=now)
    db.add(made)
    await db.flush()
    return made


async def get(db: Session, activity_id: int, *, lock: bool = False) -> Activity | None:
    """Return one activity."""
    return await db.get(Activity, activity_id, with_for_update=True if lock else None, populate_existing=lock)


async def of_visit(db: Session, visit_id: int) -> Sequence[Activity]:
    """Return the activities of a visit that were not removed, in order."""
    query = sa.select(Activity).where(Activity.visit_id == visit_id, Activity.removed_at.is_(None))
    return (await db.scalars(query.order_by(Activity.id))).all()


async def tally_of_visit(db: Session, visit_id: int) -> Tallies:
    """Count what was done on one visit."""
    return await _tally(db, Visit.id == visit_id)


async def tally_of_group(db: Session, group_ids: Iterable[int], round_id: int | None = None) -> Tallies:
    """Count what some groups did, in one round or in all."""
    which = Visit.group_id.in_(list(group_ids))
    return await _tally(db, which if round_id is None else sa.and_(which, Visit.round_id == round_id))


async def _tally(db: Session, which: sa.ColumnElement[bool]) -> Tallies:
    visits = sa.select(Visit.id).where(which)
    counted = (
        sa.select(Activity.kind, sa.func.count(), sa.func.coalesce(sa.func.sum(Activity.count), 0))
        .where(Activity.visit_id.in_(visits), Activity.removed_at.is_(None))
        .group_by(Activity.kind)
    )
    kinds = {Kind(kind): Tally(times, int(total or 0)) for kind, times, total in await db.execute(counted)}
    talks = sa.select(sa.func.count()).where(Interview.visit_id.in_(visits), Interview.ended_at.is_not(None))
    begun = sa.select(sa.func.count()).where(which, Visit.opened_at.is_not(None))
    return Tallies(
        {kind: kinds.get(kind, Tally()) for kind in Kind}, await db.scalar(talks) or 0, await db.scalar(begun) or 0
    )
