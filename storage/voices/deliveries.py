"""The ledger of notices: one row for every person a notice is for, from the moment it is sent until its fate is known.

At every moment the rows of a notice are its whole audience, so waiting + queued + sent + failed + blocked + skipped is
the audience, whatever stops in between. Only the outbox knows what became of a message; :func:`follow` brings that home
in the transaction in which the outbox learns it. Which notice says what is in notices.py, which nothing here imports:
the outbox itself calls on this module.
"""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from storage.entity import Entity, Moment, Session, Whom, Words
from storage.people import Person

_QUEUED = sa.text("state = 'queued'")
_OUTBOX = sa.table(
    "outbox",
    sa.column("id"),
    sa.column("key", Words()),
    sa.column("state", Words()),
    sa.column("message_id", sa.BigInteger()),
    sa.column("error", Words()),
    sa.column("settled_at", Moment()),
)
"""Said in words of its own: the outbox imports this module, not the other way round."""


class State(StrEnum):
    """How far a copy is: not produced yet, in the outbox, or settled."""

    waiting = "waiting"
    queued = "queued"
    sent = "sent"
    failed = "failed"
    blocked = "blocked"
    skipped = "skipped"


class Delivery(Entity):
    """One copy of a notice for one person.

    ``outbox_id`` is the message that carries the button; ``version`` and ``chased`` are the last correction and the
    last reminder that were produced for the person, ``read_at`` when they said that they have read the last version.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        sa.Index("ix_deliveries_notice_id", "notice_id", "state"),
        sa.Index("ix_deliveries_person_id", "person_id"),
        sa.Index("ix_deliveries_queued", "outbox_id", sqlite_where=_QUEUED, postgresql_where=_QUEUED),
    )

    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("notices.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), primary_key=True, autoincrement=False)
    state: Mapped[State] = mapped_column(default=State.waiting)
    outbox_id: Mapped[int | None] = mapped_column(default=None)
    message_id: Mapped[int | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=0)
    chased: Mapped[int] = mapped_column(default=0)
    read_at: Mapped[datetime | None] = mapped_column(default=None)
    settled_at: Mapped[datetime | None] = mapped_column(default=None)
    error: Mapped[str | None] = mapped_column(default=None)

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the notices that were for the person, and when they were read."""
        return cls.person_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Update:
        """Produce none any more; the row stays, unnamed, or the figures would no longer add up."""
        waits = sa.and_(cls.person_id == whom.id, cls.state == State.waiting)
        return sa.update(cls).where(waits).values(state=State.skipped, settled_at=now)


_TABLE: Final[sa.Table] = Delivery.__table__  # type: ignore[assignment] # it is a Table
# Put together once: asked at every settling. The word stands in it, or no partial index would do.
_FOLLOW = (
    sa.update(_TABLE)
    .where(_TABLE.c.state == sa.literal_column("'queued'"))
    .where(_OUTBOX.c.id == _TABLE.c.outbox_id, _OUTBOX.c.state != sa.literal_column("'pending'"))
    .values(
        state=_OUTBOX.c.state,
        message_id=_OUTBOX.c.message_id,
        error=_OUTBOX.c.error,
        settled_at=_OUTBOX.c.settled_at,
    )
)
_THESE = sa.bindparam("these", type_=sa.Text())
_LISTED = sa.select(sa.func.json_each(_THESE).table_valued("value").c.value)
_FOLLOW_THESE = _FOLLOW.where(_TABLE.c.outbox_id.in_(_LISTED))
_FOLLOW_THESE_POSTGRES = _FOLLOW.where(
    _TABLE.c.outbox_id == sa.any_(sa.bindparam("these", type_=ARRAY(sa.BigInteger())))
)


async def follow(db: Session, messages: Collection[int] | None = None) -> None:
    """Write down here what became of copies that the outbox has settled: of these messages, or of all there are.

    All cost one look at what is queued.
    """
    if messages is None:
        await db.execute(_FOLLOW)
    elif db.get_bind().dialect.name == "postgresql":
        await db.execute(_FOLLOW_THESE_POSTGRES, {"these": list(messages)})
    else:
        await db.execute(_FOLLOW_THESE, {"these": json.dumps(list(messages))})


def among(db: Session, column: InstrumentedAttribute[int], ids: Collection[int]) -> sa.ColumnElement[bool]:
    """Say that a column is one of these ids, however many, as one bound value."""
    if db.get_bind().dialect.name == "postgresql":
        return column == sa.any_(sa.cast(list(ids), ARRAY(sa.BigInteger())))
    listed = sa.func.json_each(json.dumps(list(ids))).table_valued("value")
    return column.in_(sa.select(listed.c.value))


async def open_for(db: Session, notice_id: int, person_ids: Collection[int]) -> None:
    """Open the ledger of a notice: a row a person; whoever has shut the bot out is not written to and counts so.

    One statement, however many people: 20,000 rows made one by one would keep everybody waiting.
    """
    state = sa.case((Person.blocked_at.is_not(None), State.blocked.value), else_=State.waiting.value)
    rows = sa.select(sa.literal(notice_id, sa.BigInteger()), Person.id, state, sa.literal(0), sa.literal(0))
    columns = ["notice_id", "person_id", "state", "version", "chased"]
    which = among(db, Person.id, person_ids)
    await db.execute(sa.insert(Delivery).from_select(columns, rows.where(which), include_defaults=False))


async def counts(db: Session, notice_id: int) -> tuple[dict[State, int], int]:
    """Return how many copies are in each state, every one a key, and how many of those sent have been read."""
    read = sa.func.count(Delivery.read_at)
    query = sa.select(Delivery.state, sa.func.count(), read).where(Delivery.notice_id == notice_id)
    found = {state: (count, has_read) for state, count, has_read in await db.execute(query.group_by(Delivery.state))}
    by_state = {state: found.get(state, (0, 0))[0] for state in State}
    return by_state, found.get(State.sent, (0, 0))[1]


async def of(db: Session, notice_id: int, person_id: int, *, lock: bool = False) -> Delivery | None:
    """Return one person's copy."""
    query = sa.select(Delivery).where(Delivery.notice_id == notice_id, Delivery.person_id == person_id)
    return await db.scalar(query.with_for_update() if lock else query)


async def due(db: Session, notice_id: int, limit: int) -> list[tuple[int, str | None]]:
    """Return whose copies are still to be produced, and in which language; None: there is no address any more.

    Lock the notice first.
    """
    query = (
        sa.select(Delivery.person_id, sa.case((Person.telegram_id.is_not(None), Person.language)))
        .join(Person, Person.id == Delivery.person_id)
        .where(Delivery.notice_id == notice_id, Delivery.state == State.waiting)
        .limit(limit)
    )
    return [(person, language) for person, language in await db.execute(query)]


async def queue(db: Session, notice_id: int, person_ids: Collection[int], key: str, version: int, chased: int) -> None:
    """Note that the copies of these people are in the outbox, under the key given and their ids."""
    theirs = sa.literal(f"{key}:", Words()) + sa.cast(Delivery.person_id, sa.Text)
    await db.execute(
        sa.update(Delivery)
        .where(Delivery.notice_id == notice_id, among(db, Delivery.person_id, person_ids), _OUTBOX.c.key == theirs)
        .values(state=State.queued, outbox_id=_OUTBOX.c.id, version=version, chased=chased)
        .execution_options(synchronize_session=False)
    )


async def skip(db: Session, notice_id: int, person_ids: Collection[int], now: datetime) -> None:
    """Produce no copy for these people: they cannot be written to."""
    await db.execute(
        sa.update(Delivery)
        .where(Delivery.notice_id == notice_id, among(db, Delivery.person_id, person_ids))
        .values(state=State.skipped, settled_at=now)
        .execution_options(synchronize_session=False)
    )


async def outdated(db: Session, notice_id: int, version: int, limit: int) -> Sequence[tuple[Delivery, Person]]:
    """Return copies that were delivered in an older version, with their people."""
    old = (Delivery.notice_id == notice_id, Delivery.state == State.sent, Delivery.version < version)
    return await _with_people(db, *old, Delivery.message_id.is_not(None), limit=limit)


async def unread(db: Session, notice_id: int, chased: int, limit: int) -> Sequence[tuple[Delivery, Person]]:
    """Return copies that were delivered, were not read, and have not had the reminder of that number."""
    quiet = (Delivery.notice_id == notice_id, Delivery.state == State.sent, Delivery.chased < chased)
    return await _with_people(db, *quiet, Delivery.read_at.is_(None), limit=limit)


async def _with_people(db: Session, *which: sa.ColumnElement[bool], limit: int) -> Sequence[tuple[Delivery, Person]]:
    query = sa.select(Delivery, Person).join(Person, Person.id == Delivery.person_id).where(*which)
    found = await db.execute(query.order_by(Delivery.person_id).limit(limit))
    return [(delivery, person) for delivery, person in found]


async def names(
    db: Session, notice_id: int, state: State, *, read: bool | None = None, limit: int, skip: int = 0
) -> tuple[int, list[tuple[str, datetime | None]]]:
    """Return how many people a line of the figures stands for, and some of them: (name, when read), by name."""
    which = [Delivery.notice_id == notice_id, Delivery.state == state]
    if read is not None:
        which.append(Delivery.read_at.is_not(None) if read else Delivery.read_at.is_(None))
    count = await db.scalar(sa.select(sa.func.count()).select_from(Delivery).where(*which)) or 0
    query = sa.select(Person.name, Delivery.read_at).join(Delivery, Person.id == Delivery.person_id).where(*which)
    found = await db.execute(query.order_by(Person.name, Person.id).limit(limit).offset(skip))
    return count, [(name, at) for name, at in found]


async def skip_waiting(db: Session, notice_id: int, now: datetime) -> None:
    """Produce no further copy."""
    await db.execute(
        sa.update(Delivery)
        .where(Delivery.notice_id == notice_id, Delivery.state == State.waiting)
        .values(state=State.skipped, settled_at=now)
    )


async def in_line(db: Session, notice_id: int) -> int:
    """Return how many copies are in the outbox and not sent yet."""
    query = sa.select(sa.func.count()).select_from(Delivery)
    return await db.scalar(query.where(Delivery.notice_id == notice_id, Delivery.state == State.queued)) or 0
