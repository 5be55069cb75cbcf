"""Who has seen the briefing of a visit, and as what it was: nothing is shown twice that has not changed since.

A mark beside the work, and no record of it: it goes with the person.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import Entity, Session, Whom, insert_into


class Briefing(Entity):
    """The briefing as one person last saw it; ``looks`` tells it from another one."""

    __tablename__ = "briefings"
    __table_args__ = (sa.Index("ix_briefings_person_id", "person_id"),)

    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    looks: Mapped[str]
    at: Mapped[datetime]

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person has seen."""
        return cls.person_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Forget it."""
        del now
        return sa.delete(cls).where(cls.person_id == whom.id)


async def seen(db: Session, visit_id: int, person_id: int) -> str:
    """Return what the briefing looked like when the person last saw it; '' when they never did."""
    query = sa.select(Briefing.looks).where(Briefing.visit_id == visit_id, Briefing.person_id == person_id)
    return await db.scalar(query) or ""


async def see(db: Session, visit_id: int, person_id: int, looks: str, now: datetime) -> None:
    """Note that the person has seen it."""
    row = {"looks": looks, "at": now}
    statement = insert_into(db, Briefing).values(row | {"visit_id": visit_id, "person_id": person_id})
    await db.execute(statement.on_conflict_do_update(index_elements=["visit_id", "person_id"], set_=row))
