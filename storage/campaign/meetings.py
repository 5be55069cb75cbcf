"""Regular meetings and single ones: when and where, what was said, and what was decided, by whom, until when.

A weekly meeting is a series; each time it is held is a meeting of its own, made when the one before has begun. When it
is next is worked out in supervision/meetings; what is on the agenda is drawn from other records, never stored.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage import leases, single
from storage.entity import Entity, Session, Whom


class State(StrEnum):
    """How far a meeting is."""

    planned = "planned"
    held = "held"
    cancelled = "cancelled"


class MeetingSeries(Entity):
    """A weekly meeting of a group, or (no group) of the office with those who lead; ``clock`` is HH:MM there."""

    __tablename__ = "meeting_series"

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaigns.id"))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"), default=None)
    weekday: Mapped[int]
    clock: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the weekly meetings the person set."""
        return cls.by_id == whom.id


class Meeting(Entity):
    """One meeting; ``series_id`` when it is one of a weekly one."""

    __tablename__ = "meetings"
    __table_args__ = (
        sa.Index("ix_meetings_campaign_id", "campaign_id", "group_id", "starts_at"),
        sa.Index("ix_meetings_series_id", "series_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaigns.id"))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"), default=None)
    series_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting_series.id"), default=None)
    starts_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(default="")
    state: Mapped[State] = mapped_column(default=State.planned)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the meetings the person called."""
        return cls.by_id == whom.id


class Fetched(StrEnum):
    """How far the file of a note is; words need none."""

    none = "none"
    waiting = "waiting"
    stored = "stored"
    failed = "failed"


PAUSES = tuple(timedelta(seconds=s) for s in (2, 10, 60, 300, 1800, 7200))
"""The pauses after a failed download; when they are used up a file that is refused has failed for good."""

LEASE = timedelta(minutes=10)
"""So long a file that was handed out belongs to whoever fetches it."""

_WAITING = sa.text("state = 'waiting'")


class Minute(Entity):
    """Something written down at a meeting: words, or a file with words beside it, fetched in the background.

    ``file_id`` is where the file lies at Telegram, ``blob_sha256`` its content once it has come home.
    """

    __tablename__ = "meeting_minutes"
    __table_args__ = (
        sa.Index("ix_meeting_minutes_meeting_id", "meeting_id"),
        sa.Index("ix_meeting_minutes_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    words: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="")
    file_id: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    state: Mapped[Fetched] = mapped_column(default=Fetched.none)
    blob_sha256: Mapped[str | None] = mapped_column(default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None] = mapped_column(default=None)

    def stored(self, sha256: str) -> None:
        """Note that its file has come home."""
        self.state, self.blob_sha256, self.retry_at = Fetched.stored, sha256, None

    def refused(self, now: datetime, *, for_good: bool = False) -> None:
        """Note that its file was refused: it is asked for again after a pause, or never where that is of no use."""
        if for_good or self.attempts >= len(PAUSES):
            self.state, self.retry_at = Fetched.failed, None
        else:
            self.retry_at = now + PAUSES[self.attempts]
        self.attempts += 1

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person wrote down."""
        return cls.person_id == whom.id


class Decision(Entity):
    """Something decided at a meeting: who does it, until when; open until it is done."""

    __tablename__ = "meeting_decisions"
    __table_args__ = (
        sa.Index("ix_meeting_decisions_meeting_id", "meeting_id"),
        sa.Index("ix_meeting_decisions_owner_id", "owner_id"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meetings.id"))
    words: Mapped[str]
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    due_on: Mapped[date]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    done_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person is to do, decided or did."""
        return sa.or_(cls.owner_id == whom.id, cls.by_id == whom.id, cls.done_by_id == whom.id)


def _of(campaign_id: int, group_id: int | None) -> sa.ColumnElement[bool]:
    group = Meeting.group_id.is_(None) if group_id is None else Meeting.group_id == group_id
    return sa.and_(Meeting.campaign_id == campaign_id, group)


async def get(db: Session, meeting_id: int, *, lock: bool = False) -> Meeting | None:
    """Return one meeting; with ``lock`` nobody else changes it until this transaction ends."""
    query = sa.select(Meeting).where(Meeting.id == meeting_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await db.scalar(query)


async def series(db: Session, campaign_id: int, group_id: int | None) -> MeetingSeries | None:
    """Return the weekly meeting of a group (None: of the office) that has not ended."""
    group = MeetingSeries.group_id.is_(None) if group_id is None else MeetingSeries.group_id == group_id
    query = sa.select(MeetingSeries).where(MeetingSeries.campaign_id == campaign_id, group)
    return await db.scalar(query.where(MeetingSeries.ended_at.is_(None)).order_by(MeetingSeries.id.desc()).limit(1))


async def weekly(db: Session, series_id: int) -> MeetingSeries | None:
    """Return one weekly meeting, ended or not."""
    return await db.get(MeetingSeries, series_id)


async def planned(db: Session, campaign_id: int, group_id: int | None) -> Sequence[Meeting]:
    """Return the meetings of a group (None: of the office) that have not been held, the next first."""
    query = sa.select(Meeting).where(_of(campaign_id, group_id), Meeting.state == State.planned)
    return (await db.scalars(query.order_by(Meeting.starts_at, Meeting.id))).all()


async def all_planned(db: Session, campaign_id: int) -> Sequence[Meeting]:
    """Return every meeting of a campaign that has not been held."""
    query = sa.select(Meeting).where(Meeting.campaign_id == campaign_id, Meeting.state == State.planned)
    return (await db.scalars(query.order_by(Meeting.starts_at, Meeting.id))).all()


async def held(db: Session, campaign_id: int, group_id: int | None, limit: int) -> Sequence[Meeting]:
    """Return the meetings of a group (None: of the office) that were held, the last first."""
    query = sa.select(Meeting).where(_of(campaign_id, group_id), Meeting.state == State.held)
    return (await db.scalars(query.order_by(Meeting.starts_at.desc(), Meeting.id.desc()).limit(limit))).all()


async def following(db: Session, series_id: int, after: datetime) -> Meeting | None:
    """Return the meeting of a weekly one that is planned after a moment."""
    query = sa.select(Meeting).where(Meeting.series_id == series_id, Meeting.starts_at > after)
    return await db.scalar(query.order_by(Meeting.starts_at).limit(1))


async def cancel_series(db: Session, one: MeetingSeries, now: datetime) -> list[int]:
    """End a weekly meeting and call off those of it still to come; return which."""
    one.ended_at = now
    statement = (
        sa.update(Meeting)
        .where(Meeting.series_id == one.id, Meeting.state == State.planned, Meeting.starts_at > now)
        .values(state=State.cancelled)
        .returning(Meeting.id)
    )
    return list(await db.scalars(statement))


async def add(db: Session, entity: Entity) -> None:
    """Add a series, a meeting, a minute or a decision; its id is known afterwards."""
    db.add(entity)
    await db.flush()


async def minutes_of(db: Session, meeting_id: int) -> Sequence[Minute]:
    """Return what was written down at a meeting, in order."""
    return (await db.scalars(sa.select(Minute).where(Minute.meeting_id == meeting_id).order_by(Minute.id))).all()


async def minute(db: Session, minute_id: int, *, lock: bool = False) -> Minute | None:
    """Return one thing that was written down; with ``lock`` nobody takes it back until this transaction ends."""
    return await single.get(db, Minute, minute_id, lock=lock)


async def any_file_waiting(db: Session, now: datetime) -> bool:
    """Tell whether the file of a note waits to be fetched; costs no write."""
    return await leases.any_due(db, Minute, now)


async def files_waiting(db: Session, now: datetime, limit: int = 20) -> Sequence[Minute]:
    """Hand out the notes whose files wait, the longest waiting first; each is the caller's for a while."""
    return await leases.handed_out(db, Minute, now, limit, LEASE)


async def last_minute(db: Session, meeting_id: int, person_id: int) -> Minute | None:
    """Return what a person wrote down last at a meeting."""
    query = sa.select(Minute).where(Minute.meeting_id == meeting_id, Minute.person_id == person_id)
    return await db.scalar(query.order_by(Minute.id.desc()).limit(1))


async def decision(db: Session, decision_id: int, *, lock: bool = False) -> Decision | None:
    """Return one decision; with ``lock`` nobody else changes it until this transaction ends."""
    query = sa.select(Decision).where(Decision.id == decision_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await db.scalar(query)


async def decisions_of(db: Session, meeting_id: int) -> Sequence[Decision]:
    """Return what was decided at a meeting, in order."""
    query = sa.select(Decision).where(Decision.meeting_id == meeting_id).order_by(Decision.id)
    return (await db.scalars(query)).all()


async def undone(db: Session, campaign_id: int, group_id: int | None) -> Sequence[Decision]:
    """Return what a group (None: the office) has decided and not done, the earliest deadline first."""
    query = sa.select(Decision).join(Meeting, Meeting.id == Decision.meeting_id)
    query = query.where(_of(campaign_id, group_id), Decision.done_at.is_(None))
    return (await db.scalars(query.order_by(Decision.due_on, Decision.id))).all()


async def all_undone(db: Session, campaign_id: int) -> Sequence[tuple[Decision, int | None]]:
    """Return everything decided in a campaign and not done, each with its group."""
    query = sa.select(Decision, Meeting.group_id).join(Meeting, Meeting.id == Decision.meeting_id)
    query = query.where(Meeting.campaign_id == campaign_id, Decision.done_at.is_(None))
    return [(one, group) for one, group in await db.execute(query.order_by(Decision.due_on, Decision.id))]
