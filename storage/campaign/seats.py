"""Places in groups: who is to have which role there, with what duties, before and after they have come in.

A place is a plan and gives no right: rights come with an invitation that was used. Names stand here because the office
writes them into its workbook; they go when the person of that name is erased.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.campaign.campaigns import Group
from storage.entity import Entity, Session, Whom
from storage.people import Appointment, Person, Role


class Seat(Entity):
    """One place in a group; ``areas`` are those a liaison looks after, ``duties`` the division of labour in words."""

    __tablename__ = "seats"
    __table_args__ = (sa.Index("ix_seats_group_id", "group_id"),)

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id"))
    role: Mapped[Role]
    name: Mapped[str]
    duties: Mapped[str] = mapped_column(default="")
    areas: Mapped[list[str]] = mapped_column(default_factory=list)

    @classmethod
    def _of(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the places of somebody: in their groups, past ones too, under their name."""
        groups = sa.select(Appointment.group_id).where(Appointment.person_id == whom.id)
        name = sa.select(Person.name).where(Person.id == whom.id).scalar_subquery()
        return sa.and_(cls.group_id.in_(groups), cls.name == name, cls.name != "")

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the places the person has."""
        return cls._of(whom)

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Update:
        """Drop the name; that there is such a place stays."""
        del now
        return sa.update(cls).where(cls._of(whom)).values(name="").execution_options(synchronize_session=False)


async def of_group(db: Session, group_id: int) -> Sequence[Seat]:
    """Return the places of a group in the order they were written."""
    return (await db.scalars(sa.select(Seat).where(Seat.group_id == group_id).order_by(Seat.id))).all()


async def of_campaign(db: Session, campaign_id: int) -> Sequence[Seat]:
    """Return the places of all groups of a campaign."""
    query = sa.select(Seat).join(Group, Group.id == Seat.group_id).where(Group.campaign_id == campaign_id)
    return (await db.scalars(query.order_by(Seat.group_id, Seat.id))).all()


async def get(db: Session, seat_id: int) -> Seat | None:
    """Return one place."""
    return await db.get(Seat, seat_id)


async def of_person(db: Session, group_id: int, role: Role, name: str) -> Seat | None:
    """Return the place somebody of that name has in a group with that role."""
    query = sa.select(Seat).where(Seat.group_id == group_id, Seat.role == role, Seat.name == name)
    return await db.scalar(query.limit(1))


async def add(db: Session, seat: Seat) -> Seat:
    """Add a place; its id is known afterwards."""
    db.add(seat)
    await db.flush()
    return seat


async def members(db: Session, group_id: int, now: datetime) -> list[tuple[int, str, Role]]:
    """Return (id, name, role) of everyone who is in a group at that moment."""
    query = (
        sa.select(Person.id, Person.name, Appointment.role)
        .join(Appointment, Appointment.person_id == Person.id)
        .where(Appointment.group_id == group_id, Appointment.holding(now), Person.erased_at.is_(None))
        .order_by(Person.id)
    )
    return [(person, name, role) for person, name, role in await db.execute(query)]
