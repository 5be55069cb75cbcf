"""Which visits their units have been told of beforehand; a visit without a row here is an unannounced one.

Being unannounced is the rule and asks for nothing. What was told cannot be taken back, only told anew for another day.
"""

from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column

from storage.entity import Entity, Session, Whom
from storage.people import Appointment, Person, Role
from storage.vault.custody import Kept


class Announcement(Kept, Entity):
    """A unit has been told of a visit: by whom, when, for which day; ``told`` counts contacts the bot told itself."""

    in_custody: ClassVar[str] = "announcement"
    keyed_by: ClassVar[str] = "visit_id"
    kept: ClassVar[tuple[str, ...]] = ("visit_id", "by_id", "at", "day", "told")

    __tablename__ = "announcements"
    __table_args__ = (sa.Index("ix_announcements_by_id", "by_id"),)

    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"), primary_key=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[datetime]
    day: Mapped[date | None]
    told: Mapped[int] = mapped_column(default=0)

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person announced; it is a record of the visit and stays."""
        return cls.by_id == whom.id


async def of_visit(db: Session, visit_id: int) -> Announcement | None:
    """Return what a unit was told of a visit, None for an unannounced one."""
    return await db.get(Announcement, visit_id)


async def announce(db: Session, visit_id: int, by: Person, day: date | None, told: int, now: datetime) -> None:
    """Note that a unit has been told, for this day. Whoever calls has locked the visit."""
    found = await of_visit(db, visit_id)
    if found is None:
        db.add(Announcement(visit_id=visit_id, by_id=by.id, at=now, day=day, told=told))
    else:
        found.by_id, found.at, found.day, found.told = by.id, now, day, told
    await db.flush()


async def contacts(db: Session, unit_id: int, now: datetime) -> list[Person]:
    """Return who is the contact of a unit at that moment and can be told, by id: nobody who has shut the bot out."""
    holds = sa.select(Appointment.person_id).where(
        Appointment.role == Role.contact, Appointment.unit_id == unit_id, Appointment.holding(now)
    )
    reached = sa.and_(Person.telegram_id.is_not(None), Person.blocked_at.is_(None))
    query = sa.select(Person).where(Person.id.in_(holds), reached).order_by(Person.id)
    return list((await db.scalars(query.options(joinedload(Person.roles)))).unique())
