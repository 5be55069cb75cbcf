"""Answers that somebody would have given and let a colleague's stand: kept in the history, never the current ones.

Such a row is superseded at the moment it is made, and its link in the chain of custody says that it was set aside, so
that it can be told from one that stood and was hidden (storage/vault/verification.py).
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from storage import audit
from storage.audit import Audit
from storage.entity import Session, storable
from storage.people import Person
from storage.visit.visits import Answer, Visit
from supervision.custody import SET_ASIDE

_NEVER_STOOD = sa.exists().where(
    Audit.subject == sa.literal("answer:") + sa.cast(Answer.id, sa.Text), Audit.action == f"answer.{SET_ASIDE}"
)


async def keep(db: Session, visit: Visit, path: str, value: str, by: Person, now: datetime) -> Answer:
    """Keep what somebody would have answered."""
    made = Answer(
        visit_id=visit.id, path=path, value=storable(value), by_id=by.id, at=now, superseded_at=now
    )  # its message goes on to bring what it brings: taking that back does not touch what never stood
    db.add(made)
    await db.flush()
    audit.record(db, f"answer.{SET_ASIDE}", now=now, person_id=by.id, of=made)
    return made


async def of_paths(db: Session, visit_id: int, paths: Sequence[str]) -> Sequence[Answer]:
    """Return what was set aside for some questions of a visit, the oldest first."""
    query = sa.select(Answer).where(Answer.visit_id == visit_id, Answer.path.in_(paths), _NEVER_STOOD)
    return (await db.scalars(query.order_by(Answer.id))).all()


async def history(db: Session, visit_id: int, path: str) -> Sequence[Answer]:
    """Return every answer to one question that once stood, the oldest first."""
    query = sa.select(Answer).where(Answer.visit_id == visit_id, Answer.path == path, ~_NEVER_STOOD)
    return (await db.scalars(query.order_by(Answer.id))).all()
