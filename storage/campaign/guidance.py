"""Guidance plans: what to look at in one unit in one round, a point at a time, written by whoever leads its group.

A point that is carried over says from where; what could be carried over is only offered, never put in by itself. One
that is taken back is kept for an undo, and counts for nothing. A point is about a unit, not about a person.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.campaign.campaigns import Round, Unit
from storage.entity import Entity, Session, Whom

LONGEST = 200
"""Characters of a point: more is not read on the way."""

MOST = 12
"""Points of a plan: more of them guide nobody."""


class GuidancePoint(Entity):
    """One thing to look at in a unit in a round.

    ``origin`` is where it was carried over from, '' for one that was written here: ``point:7`` an earlier round's,
    ``answer:9:item15`` what visit 9 found wanting.
    """

    __tablename__ = "guidance_points"
    __table_args__ = (
        sa.Index("ix_guidance_points_unit_id", "unit_id", "round_id"),
        sa.Index("ix_guidance_points_round_id", "round_id"),
        sa.Index("ix_guidance_points_by_id", "by_id"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("units.id"))
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id"))
    text: Mapped[str]
    origin: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def standing(cls) -> sa.ColumnElement[bool]:
        """Name the points that were not taken back."""
        return cls.removed_at.is_(None)

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person wrote; it is a record of the work and stays."""
        return cls.by_id == whom.id


async def of(db: Session, unit_id: int, round_id: int | None) -> Sequence[GuidancePoint]:
    """Return the guidance plan of a unit for a round, in the order it was written; nothing without a round."""
    if round_id is None:
        return ()
    query = sa.select(GuidancePoint).where(
        GuidancePoint.unit_id == unit_id, GuidancePoint.round_id == round_id, GuidancePoint.standing()
    )
    return (await db.scalars(query.order_by(GuidancePoint.id))).all()


async def before(db: Session, unit_id: int, one: Round) -> Sequence[GuidancePoint]:
    """Return the plan of the last round before this one that had any for the unit, of the same campaign."""
    earlier = (
        sa.select(sa.func.max(Round.number))
        .join(GuidancePoint, GuidancePoint.round_id == Round.id)
        .where(Round.campaign_id == one.campaign_id, Round.number < one.number)
        .where(GuidancePoint.unit_id == unit_id, GuidancePoint.standing())
    )
    query = (
        sa.select(GuidancePoint)
        .join(Round, Round.id == GuidancePoint.round_id)
        .where(Round.campaign_id == one.campaign_id, Round.number == earlier.scalar_subquery())
        .where(GuidancePoint.unit_id == unit_id, GuidancePoint.standing())
    )
    return (await db.scalars(query.order_by(GuidancePoint.id))).all()


async def texts(db: Session, round_id: int) -> dict[int, tuple[str, ...]]:
    """Return the points of every unit that has any in a round, by unit, in the order they were written."""
    query = sa.select(GuidancePoint.unit_id, GuidancePoint.text).where(
        GuidancePoint.round_id == round_id, GuidancePoint.standing()
    )
    return _by_unit((await db.execute(query.order_by(GuidancePoint.id))).all())


async def texts_before(db: Session, one: Round) -> dict[int, tuple[str, ...]]:
    """Return of every unit the points of the last round before this one that had any for it, by unit."""
    query = (
        sa.select(Round.number, GuidancePoint.unit_id, GuidancePoint.text)
        .join(Round, Round.id == GuidancePoint.round_id)
        .where(Round.campaign_id == one.campaign_id, Round.number < one.number, GuidancePoint.standing())
    )
    rows = (await db.execute(query.order_by(GuidancePoint.id))).all()
    last: dict[int, int] = {}
    for number, unit_id, _ in rows:
        last[unit_id] = max(number, last.get(unit_id, 0))
    return _by_unit([(unit_id, text) for number, unit_id, text in rows if number == last[unit_id]])


def _by_unit(rows: Iterable[Any]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for unit_id, text in rows:
        found.setdefault(unit_id, []).append(text)
    return {unit_id: tuple(each) for unit_id, each in found.items()}


async def get(db: Session, point_id: int) -> GuidancePoint | None:
    """Return one point, also one that was taken back."""
    return await db.get(GuidancePoint, point_id)


async def add(db: Session, point: GuidancePoint) -> GuidancePoint:
    """Put a point into a plan; its id is known afterwards."""
    db.add(point)
    await db.flush()
    return point


async def counts(db: Session, round_id: int, group_id: int) -> dict[int, int]:
    """Return how many points the units of a group have in a round, by unit; those without any are left out."""
    query = (
        sa.select(GuidancePoint.unit_id, sa.func.count())
        .join(Unit, Unit.id == GuidancePoint.unit_id)
        .where(GuidancePoint.round_id == round_id, Unit.group_id == group_id, GuidancePoint.standing())
        .group_by(GuidancePoint.unit_id)
    )
    return dict((await db.execute(query)).all())
