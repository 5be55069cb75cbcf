"""Fingerprints of pictures, and what is asked about a picture that was used before, is older or from elsewhere.

A row waits for its fingerprint from the moment the file is here; the fingerprint is taken in a process of its own
(bot/background/comparing.py). Whether two fingerprints are near each other is said in supervision/doubts.py.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.campaign.campaigns import Unit
from storage.entity import Entity, Json, Session, Whom, insert_into
from storage.files.evidence import Evidence
from storage.vault.custody import Kept
from storage.visit.visits import Visit
from supervision import doubts
from supervision.doubts import Print

LEASE = timedelta(minutes=5)
"""So long pictures that were handed out belong to whoever took them."""

ATTEMPTS = 3
"""So often a picture is tried: one that no process survives is left alone."""

MOST = 3
"""Earlier uses that a question names."""

_SIGN = 1 << 63
_WAITING = sa.text("done_at IS NULL")


class Fingerprint(Entity):
    """The fingerprint of one piece of evidence; ``bits`` is None where there is none to be had, as of a place.

    ``wide`` is 64 hexadecimal digits; the bands are those of ``bits``, to be found by.
    """

    __tablename__ = "fingerprints"
    __table_args__ = (
        *(sa.Index(f"ix_fingerprints_band{at}", f"band{at}") for at in range(doubts.BANDS)),
        sa.Index("ix_fingerprints_waiting", "evidence_id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    evidence_id: Mapped[int] = mapped_column(sa.ForeignKey("evidence.id"), primary_key=True, autoincrement=False)
    bits: Mapped[int | None] = mapped_column(default=None)
    wide: Mapped[str | None] = mapped_column(default=None)
    band0: Mapped[int | None] = mapped_column(default=None)
    band1: Mapped[int | None] = mapped_column(default=None)
    band2: Mapped[int | None] = mapped_column(default=None)
    band3: Mapped[int | None] = mapped_column(default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None] = mapped_column(default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)

    def taken(self, found: Print | None, now: datetime) -> None:
        """Note the fingerprint; None: this is no picture that one can be taken of."""
        self.done_at, self.retry_at = now, None
        if found is not None:
            self.bits = found.bits - (1 << 64) if found.bits & _SIGN else found.bits
            self.wide = f"{found.wide:064x}"
            self.band0, self.band1, self.band2, self.band3 = doubts.bands(found.bits)


class Doubt(Kept, Entity):
    """What was asked about one piece of evidence, and what its sender said; ``why`` is a list of what was noticed.

    ``answer`` is '' until there is one, then 'kept' or 'withdrawn'.
    """

    in_custody: ClassVar[str] = "doubt"
    kept: ClassVar[tuple[str, ...]] = (
        "id", "visit_id", "evidence_id", "why", "asked_at", "answer", "answered_at", "answered_by"
    )  # fmt: skip

    __tablename__ = "doubts"
    __table_args__ = (
        sa.Index("ix_doubts_visit_id", "visit_id"),
        sa.Index("ix_doubts_answered_by", "answered_by"),
        sa.UniqueConstraint("evidence_id"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"))
    evidence_id: Mapped[int] = mapped_column(sa.ForeignKey("evidence.id"))
    why: Mapped[Json]
    asked_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)

    def noticed(self, changed: frozenset[str]) -> str:
        """Name the deed that changed these columns."""
        return "answered" if changed else "asked"

    def answered(self, answer: str, by: int, now: datetime) -> None:
        """Keep what the sender said; a later answer takes the place of an earlier one, which its link keeps."""
        self.answer, self.answered_at, self.answered_by = answer, now, by

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person said of pictures."""
        return cls.answered_by == whom.id


class Advice(Entity):
    """What a person has been told once and is not told again."""

    __tablename__ = "advice"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(primary_key=True)
    given_at: Mapped[datetime]

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person was told."""
        return cls.person_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Delete it."""
        del now
        return sa.delete(cls).where(cls.person_id == whom.id)


async def advise(db: Session, person_id: int, name: str, now: datetime) -> bool:
    """Note that a person is told something; False when they have been told before."""
    statement = insert_into(db, Advice).values(person_id=person_id, name=name, given_at=now).on_conflict_do_nothing()
    return (await db.execute(statement.returning(Advice.person_id))).first() is not None


# --- fingerprints ---


async def put_in_line(db: Session, evidence_id: int) -> None:
    """Let a picture, or a place, wait to be looked at; once is enough."""
    await db.execute(insert_into(db, Fingerprint).values(evidence_id=evidence_id, attempts=0).on_conflict_do_nothing())


async def anything_due(db: Session, now: datetime) -> bool:
    """Tell whether anything waits to be looked at."""
    waits = sa.exists().where(_WAITING, sa.or_(Fingerprint.retry_at.is_(None), Fingerprint.retry_at <= now))
    return bool(await db.scalar(sa.select(waits)))


async def due(db: Session, now: datetime, limit: int) -> list[Evidence]:
    """Hand out what waits to be looked at, the longest waiting first; each is this caller's for a while."""
    query = (
        sa.select(Fingerprint)
        .where(_WAITING, sa.or_(Fingerprint.retry_at.is_(None), Fingerprint.retry_at <= now))
        .order_by(Fingerprint.evidence_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    rows = (await db.scalars(query)).all()
    mine = []
    for one in rows:
        one.attempts, one.retry_at = one.attempts + 1, now + LEASE
        if one.attempts > ATTEMPTS:
            one.taken(None, now)
        else:
            mine.append(one.evidence_id)
    return list(await db.scalars(sa.select(Evidence).where(Evidence.id.in_(mine)).order_by(Evidence.id)))


async def fingerprint(db: Session, evidence_id: int) -> Fingerprint | None:
    """Return the fingerprint of a piece of evidence, waiting ones too."""
    return await db.get(Fingerprint, evidence_id)


async def lookalikes(db: Session, found: Print, campaign_id: int) -> list[Evidence]:
    """Return the evidence of a campaign whose pictures look like this one, the earliest first, removed pieces too."""
    columns = (Fingerprint.band0, Fingerprint.band1, Fingerprint.band2, Fingerprint.band3)
    candidates: dict[int, Print] = {}
    for column, band in zip(columns, doubts.bands(found.bits), strict=True):
        query = sa.select(Fingerprint.evidence_id, Fingerprint.bits, Fingerprint.wide)
        for number, bits, wide in await db.execute(query.where(column.in_(doubts.neighbours(band)))):
            if bits is not None and wide is not None:
                candidates[number] = Print(bits & ((1 << 64) - 1), int(wide, 16))
    near = [number for number, one in candidates.items() if found.is_near(one)]
    return await _of_campaign(db, Evidence.id.in_(near), campaign_id) if near else []


async def copies(db: Session, sha256: str, campaign_id: int) -> list[Evidence]:
    """Return the evidence of a campaign with exactly this file, the earliest first, removed pieces too."""
    return await _of_campaign(db, Evidence.blob_sha256 == sha256, campaign_id)


async def _of_campaign(db: Session, which: sa.ColumnElement[bool], campaign_id: int) -> list[Evidence]:
    query = sa.select(Evidence).join(Visit, Visit.id == Evidence.visit_id).join(Unit, Unit.id == Visit.unit_id)
    return list(await db.scalars(query.where(which, Unit.campaign_id == campaign_id).order_by(Evidence.id)))


# --- doubts ---


async def doubt(db: Session, doubt_id: int) -> Doubt | None:
    """Return what was asked."""
    return await db.get(Doubt, doubt_id)


async def doubts_of(db: Session, visit_id: int) -> Sequence[Doubt]:
    """Return all that was asked about a visit's evidence, with the answers, in order."""
    return (await db.scalars(sa.select(Doubt).where(Doubt.visit_id == visit_id).order_by(Doubt.id))).all()
