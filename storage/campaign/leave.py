"""Leave: who is away on which days. Nobody is sent anywhere on them; why they are away is nobody's business here."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import Entity, Session, Whom


class Leave(Entity):
    """Days on which a person is away, both included; entered by themselves or by who leads their group."""

    __tablename__ = "leave"
    __table_args__ = (
        sa.Index("ix_leave_person_id", "person_id", "last_on"),
        sa.Index("ix_leave_by_id", "by_id"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[datetime]

    @property
    def days(self) -> tuple[date, ...]:
        """Return its days, worked or not."""
        return tuple(self.first_on + timedelta(days=at) for at in range((self.last_on - self.first_on).days + 1))

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the person's own."""
        return cls.person_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Forget it."""
        del now
        return sa.delete(cls).where(cls.person_id == whom.id)


async def of(db: Session, person_ids: Collection[int], first: date, last: date | None = None) -> Sequence[Leave]:
    """Return the leave of some people that touches these days, in order; without a last day all from the first on."""
    query = sa.select(Leave).where(Leave.person_id.in_(person_ids), Leave.last_on >= first)
    if last is not None:
        query = query.where(Leave.first_on <= last)
    return (await db.scalars(query.order_by(Leave.first_on, Leave.person_id, Leave.id))).all()


async def days_of(db: Session, person_ids: Collection[int], first: date, last: date) -> dict[int, set[date]]:
    """Return the days on which some people are away, within some days; who is never away is left out."""
    found: dict[int, set[date]] = {}
    for one in await of(db, person_ids, first, last):
        found.setdefault(one.person_id, set()).update(day for day in one.days if first <= day <= last)
    return found


async def get(db: Session, leave_id: int) -> Leave | None:
    """Return one."""
    return await db.get(Leave, leave_id)


async def add(db: Session, one: Leave) -> Leave:
    """Enter leave; its id is known afterwards."""
    db.add(one)
    await db.flush()
    return one


async def drop(db: Session, one: Leave) -> None:
    """Take leave back."""
    await db.delete(one)
    await db.flush()
