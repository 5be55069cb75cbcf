"""Who has left a visit that they were at work on: what they did stays, and somebody has to know of it."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from storage.entity import Session
from storage.people import Person
from storage.visit import agenda
from storage.visit.visits import Visit


async def departed(
    db: Session, campaign_id: int, now: datetime, ids: Collection[int] | None = None
) -> list[tuple[Visit, int, datetime]]:
    """Return who began to work on a visit of a campaign that is not handed in and works on it no more, and since when.

    The visit, one of ``ids`` where they are given, with unit, members and parts; the person's id; the moment their last
    role there ended.
    """
    found = []
    begun = [one for one in await agenda.unfinished(db, campaign_id, ids) if any(part.began_at for part in one.parts)]
    them = {part.person_id for visit in begun for part in visit.parts}
    people = await db.scalars(sa.select(Person).where(Person.id.in_(them)).options(joinedload(Person.roles)))
    known = {one.id: one for one in people.unique()}
    for visit in begun:
        for part in visit.parts:
            person = known[part.person_id]
            if part.began_at is None or visit.open_to(person, now):
                continue
            ended = [one.until for one in person.roles if one.until is not None and one.over(now)]
            found.append((visit, person.id, max(ended, default=now)))
    return found
