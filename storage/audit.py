"""The audit trail: who did what to what, and when. Rows are only ever added.

Details hold ids, codes and figures; never names, texts or tokens.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import Entity, Json, Session, Whom


class Audit(Entity):
    """One deed; ``action`` is like ``visit.submitted``, ``subject`` like ``visit:7``; None: the system itself."""

    __tablename__ = "audit"
    __table_args__ = (
        sa.Index("ix_audit_subject", "subject", "id"),
        sa.Index("ix_audit_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    details: Mapped[Json] = mapped_column(default_factory=dict)

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person did."""
        return cls.person_id == whom.id


def record(
    db: Session,
    action: str,
    subject: str = "",
    *,
    now: datetime,
    person_id: int | None = None,
    details: Json | None = None,
) -> Audit:
    """Add a deed to the trail; it is written with the rest of the transaction."""
    row = Audit(at=now, person_id=person_id, action=action, subject=subject, details=details or {})
    db.add(row)
    return row


async def of_subject(db: Session, subject: str, limit: int = 100) -> Sequence[Audit]:
    """Return what was done to one subject, the latest first."""
    query = sa.select(Audit).where(Audit.subject == subject).order_by(Audit.id.desc())
    return (await db.scalars(query.limit(limit))).all()
