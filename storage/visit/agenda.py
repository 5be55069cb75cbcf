"""Which visits there are to be done, by whom and in which order: the lists that people and the bot work from.

Reads only. What a visit is, and who may work on it, is ``visits``'.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from storage.campaign import campaigns
from storage.campaign.campaigns import Unit
from storage.entity import Session
from storage.people import Person
from storage.visit.visits import State, Visit, VisitMember


async def planned_for(db: Session, person: Person, now: datetime, limit: int = 50) -> list[Visit]:
    """Return the visits a person may work on and that are not handed in, with unit and members.

    Those that others alone were put on come last. Of the rest those that are open come first, then those planned for
    today, as the day is in the visit's campaign, then by planned day, undated ones last.
    """
    put_on = sa.select(VisitMember.visit_id).where(VisitMember.visit_id == Visit.id)
    others = sa.and_(put_on.exists(), ~put_on.where(VisitMember.person_id == person.id).exists())
    today = [
        sa.and_(Visit.planned_on == day, Unit.campaign_id.in_(ids))
        for day, ids in (await campaigns.on_day(db, now)).items()
    ]
    query = (
        sa.select(Visit)
        .join(Visit.unit)
        .where(Visit.of(person, now), Visit.awaited())
        .options(contains_eager(Visit.unit), joinedload(Visit.members), joinedload(Visit.parts))
        .order_by(
            sa.case((others, 1), else_=0),
            sa.case((Visit.state == State.open, 0), (sa.or_(sa.false(), *today), 1), else_=2),
            Visit.planned_on.asc().nulls_last(),
            Visit.id,
        )
        .limit(limit)
    )
    return list((await db.scalars(query)).unique())


async def unfinished(db: Session, campaign_id: int, ids: Collection[int] | None = None) -> list[Visit]:
    """Return the visits of a campaign that are not handed in, with unit, members and parts; of ``ids`` alone, if given.

    Whoever wants to know of some asks for those: a campaign has thousands.
    """
    if ids is not None and not ids:
        return []
    query = (
        sa.select(Visit)
        .join(Visit.unit)
        .where(Unit.campaign_id == campaign_id, Unit.standing(), Visit.awaited())
        .where(Visit.id.in_(ids) if ids is not None else sa.true())
        .options(contains_eager(Visit.unit), joinedload(Visit.members), joinedload(Visit.parts))
        .order_by(Visit.id)
    )
    return list((await db.scalars(query)).unique())


async def handed_in(db: Session, person: Person, now: datetime, since: datetime, limit: int = 20) -> list[Visit]:
    """Return the visits a person may look at that were handed in since a moment, with unit and members, in order."""
    query = (
        sa.select(Visit)
        .where(Visit.of(person, now), Visit.state == State.submitted, Visit.submitted_at >= since)
        .options(joinedload(Visit.unit), joinedload(Visit.members), joinedload(Visit.parts))
        .order_by(Visit.submitted_at, Visit.id)
        .limit(limit)
    )
    return list((await db.scalars(query)).unique())
