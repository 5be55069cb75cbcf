"""Notices: what is said to many, to whom, from when until when, and how far it has come.

Whom it reaches is fixed at the moment it is sent, as rows in deliveries.py. How a copy looks and in which words is
the business of handlers/notice; nothing here sends.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.campaign.campaigns import Group, Unit
from storage.chat import outbox
from storage.entity import Entity, Json, Session, Whom
from storage.people import Appointment, Person
from storage.vault.sealed import SealedJson
from storage.voices import deliveries
from supervision.audience import Belongs


class State(StrEnum):
    """Where a notice stands; ``held``: whoever wrote it may no longer send, and somebody who may has to decide."""

    draft = "draft"
    planned = "planned"
    sending = "sending"
    held = "held"
    sent = "sent"
    stopped = "stopped"
    expired = "expired"


class Notice(Entity):
    """One notice. ``body`` is its parts as they were sent in, ``audience`` what was chosen (supervision/audience.py).

    ``version`` counts corrections, ``chased`` reminders. ``at_work``: copies, corrections or reminders are still to be
    produced. ``card`` is the message in the author's chat that shows how far it is, ``shown`` what it showed last.
    """

    __tablename__ = "notices"
    __table_args__ = (sa.Index("ix_notices_author_id", "author_id"),)

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    state: Mapped[State] = mapped_column(default=State.draft)
    body: Mapped[Json] = mapped_column(SealedJson("notices.body"), default_factory=lambda: {"parts": []})
    audience: Mapped[Json] = mapped_column(default_factory=dict)
    urgent: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    send_at: Mapped[datetime | None] = mapped_column(default=None)
    read_by: Mapped[datetime | None] = mapped_column(default=None)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    corrected_at: Mapped[datetime | None] = mapped_column(default=None)
    chased_at: Mapped[datetime | None] = mapped_column(default=None)
    size: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    chased: Mapped[int] = mapped_column(default=0)
    at_work: Mapped[bool] = mapped_column(default=False)
    card: Mapped[int | None] = mapped_column(default=None)
    shown: Mapped[str] = mapped_column(default="")
    shown_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def topic(self) -> str:
        """The name its messages have in the outbox."""
        return f"notice:{self.id}"

    @property
    def unsent(self) -> bool:
        """Whether nothing of it has gone out and it may still be changed."""
        return self.state in (State.draft, State.planned)

    @property
    def out(self) -> bool:
        """Whether it has been sent, wholly or in part, and still holds."""
        return self.state in (State.sending, State.held, State.sent, State.stopped)

    def plan(self, at: datetime) -> None:
        """Have it sent at that moment."""
        self.state, self.send_at = State.planned, at

    def unplan(self) -> None:
        """Make it a draft again."""
        self.state, self.send_at = State.draft, None

    def start(self, size: int, now: datetime) -> None:
        """Begin to send to an audience of that size; raises ValueError for one of nobody, or a second start."""
        if not self.unsent or size <= 0:
            raise ValueError(f"notice {self.id} cannot be sent: {self.state}, {size} people")
        self.state, self.started_at, self.size, self.at_work = State.sending, now, size, True

    def hold(self) -> None:
        """Stop producing copies until somebody who may send decides."""
        self.state, self.at_work = State.held, False

    def go_on(self, person_id: int) -> None:
        """Go on after it was held, in somebody else's name."""
        self.state, self.at_work, self.author_id, self.card = State.sending, True, person_id, None

    def correct(self, body: Json, now: datetime) -> None:
        """Say something else from now on; what was delivered is changed, and is to be read anew."""
        self.body, self.corrected_at, self.version, self.at_work = body, now, self.version + 1, True

    def chase(self, now: datetime) -> None:
        """Remind those who have not read it."""
        self.chased_at, self.chased, self.at_work = now, self.chased + 1, True

    def expire(self, now: datetime) -> None:
        """Let it hold no longer; delivered copies are marked."""
        self.state, self.ended_at, self.version, self.at_work = State.expired, now, self.version + 1, True

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the notices the person wrote."""
        return cls.author_id == whom.id


async def get(db: Session, notice_id: int, *, lock: bool = False) -> Notice | None:
    """Return a notice; with ``lock`` nobody else changes it until this transaction ends."""
    query = sa.select(Notice).where(Notice.id == notice_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await db.scalar(query)


async def add(db: Session, author_id: int, now: datetime) -> Notice:
    """Begin a notice; its id is known afterwards."""
    made = Notice(author_id=author_id, created_at=now)
    db.add(made)
    await db.flush()
    return made


async def drop(db: Session, notice: Notice) -> None:
    """Throw an unsent notice away."""
    await db.delete(notice)
    await db.flush()


async def by(db: Session, person_id: int | None, limit: int) -> Sequence[Notice]:
    """Return the notices somebody wrote, or everybody's, the latest first."""
    query = sa.select(Notice)
    if person_id is not None:
        query = query.where(Notice.author_id == person_id)
    return (await db.scalars(query.order_by(Notice.id.desc()).limit(limit))).all()


async def next_at_work(db: Session, after: int = 0) -> Notice | None:
    """Return the next notice that has something to be produced, locked; one another process has is passed over.

    Urgent ones come first only among rows of the outbox: here each has its turn.
    """
    query = sa.select(Notice).where(Notice.at_work == sa.true(), Notice.id > after).order_by(Notice.id).limit(1)
    return await db.scalar(query.with_for_update(skip_locked=True).execution_options(populate_existing=True))


async def any_at_work(db: Session) -> bool:
    """Tell whether a notice has something to be produced."""
    return await db.scalar(sa.select(Notice.id).where(Notice.at_work == sa.true()).limit(1)) is not None


async def watched(db: Session, since: datetime) -> Sequence[Notice]:
    """Return the notices whose cards may have to change: on their way, or out and started since that moment."""
    out = sa.and_(Notice.state.in_((State.sending, State.sent, State.stopped)), Notice.started_at >= since)
    query = sa.select(Notice).where(Notice.card.is_not(None), sa.or_(Notice.at_work == sa.true(), out))
    return (await db.scalars(query.order_by(Notice.id))).all()


async def stop(db: Session, notice: Notice, now: datetime) -> None:
    """Send no further copy: what waits here and in the outbox is skipped, what is out stays."""
    await deliveries.skip_waiting(db, notice.id, now)
    await outbox.skip_topic(db, notice.topic, now)
    notice.state, notice.ended_at, notice.at_work = State.stopped, now, False


async def belongings(
    db: Session, now: datetime, groups: Collection[int] | None = None, person_id: int | None = None
) -> list[Belongs]:
    """Return every role held now by somebody who can be written to, with its place; ``groups``: only in these.

    Erased people have no place to be written to. Whoever shut the bot out is there: they count as blocked.
    """
    query = (
        sa.select(
            Appointment.person_id,
            Appointment.role,
            Appointment.group_id,
            sa.case((Unit.id.is_(None), Group.areas), else_=None),
            Unit.area,
            Unit.level,
            Unit.tags,
        )
        .join(Person, Person.id == Appointment.person_id)
        .join(Group, Group.id == Appointment.group_id, isouter=True)
        .join(Unit, Unit.id == Appointment.unit_id, isouter=True)
        .where(Appointment.holding(now), Person.telegram_id.is_not(None))
    )
    if person_id is not None:
        query = query.where(Appointment.person_id == person_id)
    if groups is not None:
        query = query.where(Appointment.group_id.in_(groups))
    return [
        Belongs(
            person=person,
            role=str(role.value),
            group=group or 0,
            areas=tuple([area] if area else areas or ()),
            level=level or 0,
            tags=frozenset(tags or ()),
        )
        for person, role, group, areas, area, level, tags in await db.execute(query)
    ]


async def send(db: Session, notice: Notice, people: Collection[int], now: datetime) -> None:
    """Fix the audience and begin: from now on the ledger holds everybody, and copies are produced batch by batch."""
    notice.start(len(people), now)
    await db.flush()
    await deliveries.open_for(db, notice.id, people)
