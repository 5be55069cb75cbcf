"""The outbox: a reply is a row here in the same commit as the turn that made it, until its fate is known.

It guarantees that nothing said is lost; how fast and to whom it goes is the dispatcher's business. One dispatcher at
a time reads it (see ``Database.leader``).
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import Entity, Json, Moment, Session, Whom, Words, insert_into, storable
from storage.people import Person
from storage.vault.sealed import SealedJson
from storage.voices import deliveries


class Priority(IntEnum):
    """Replies outrank reminders, reminders outrank answers to strangers, and all of them bulk."""

    reply = 0
    reminder = 1
    stranger = 2
    bulk = 3


class State(StrEnum):
    """The fate of a message; only pending ones are still to be sent."""

    pending = "pending"
    sent = "sent"
    failed = "failed"
    blocked = "blocked"
    skipped = "skipped"


_PENDING = sa.text("state = 'pending'")


class Outgoing(Entity):
    """One message to be sent; ``reply`` is None once it is settled, ``topic`` groups the messages of one broadcast."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.Index("ix_outbox_pending", "priority", "id", sqlite_where=_PENDING, postgresql_where=_PENDING),
        sa.Index("ix_outbox_chat", "chat_id", "id", sqlite_where=_PENDING, postgresql_where=_PENDING),
        sa.Index("ix_outbox_topic", "topic", "state"),
        sa.Index("ix_outbox_settled_at", "settled_at"),
        {"sqlite_autoincrement": True},
    )
    secret = frozenset({"reply"})  # it may hold what was said in an interview

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    chat_id: Mapped[int]
    priority: Mapped[int] = mapped_column(default=Priority.reply)
    reply: Mapped[Json | None] = mapped_column(SealedJson("outbox.reply"))
    key: Mapped[str | None] = mapped_column(default=None, unique=True)
    topic: Mapped[str | None] = mapped_column(default=None)
    state: Mapped[State] = mapped_column(default=State.pending)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None] = mapped_column(default=None)
    message_id: Mapped[int | None] = mapped_column(default=None)
    error: Mapped[str | None] = mapped_column(default=None)

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what was or will be said to the person."""
        return cls.chat_id == whom.telegram_id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Update:
        """Cut what is settled loose from the chat; the goodbye itself still has to go out."""
        del now
        settled = sa.and_(cls.chat_id == whom.telegram_id, cls.state != State.pending)
        return sa.update(cls).where(settled).values(chat_id=0, key=None)


# A bound value would keep SQLite, and PostgreSQL's generic plans, from using the indices on what is pending.
_LITERALLY_PENDING: sa.ColumnElement[str] = sa.literal_column("'pending'")
_WAITS = Outgoing.state == _LITERALLY_PENDING


class Card(Entity):
    """The message that is the chat's live card now."""

    __tablename__ = "cards"

    chat_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    message_id: Mapped[int]

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the card in the person's own chat."""
        return cls.chat_id == whom.telegram_id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Delete it: the next card is a new message."""
        del now
        return sa.delete(cls).where(cls.chat_id == whom.telegram_id)


async def put(
    db: Session,
    chat_id: int,
    replies: Sequence[Json],
    *,
    now: datetime,
    priority: int = Priority.reply,
    key: str | None = None,
    topic: str | None = None,
    not_before: datetime | None = None,
) -> list[Outgoing]:
    """Put replies (``chat.dump`` data) in line and return the rows, whose ids are known after the next flush.

    With ``key`` a reply that was put before under the same key is passed over (the second reply of a call has the
    key ``key:1``, and so on); the rows returned are then only the new ones.
    """
    if key is None:
        rows = [
            Outgoing(
                chat_id=chat_id, reply=reply, created_at=now, priority=priority, topic=topic, not_before=not_before
            )
            for reply in replies
        ]
        db.add_all(rows)
        return rows
    if not replies:
        return []
    fields = {"chat_id": chat_id, "created_at": now, "priority": priority, "topic": topic, "not_before": not_before}
    fields |= {"state": State.pending, "attempts": 0}
    keyed = [fields | {"reply": one, "key": f"{key}:{n}" if n else key} for n, one in enumerate(replies)]
    statement = insert_into(db, Outgoing).on_conflict_do_nothing(index_elements=["key"]).returning(Outgoing)
    return sorted(await db.scalars(statement, keyed), key=lambda row: row.id)


async def put_many(
    db: Session, messages: Sequence[tuple[int, Json, str]], *, now: datetime, priority: int, topic: str
) -> list[int]:
    """Put (chat id, reply, key) in line, many at once, and return the ids of the rows in that order.

    Raises IntegrityError for a key that was used before: whoever produces many locks what they are produced from.
    """
    fields = {"created_at": now, "priority": priority, "topic": topic, "state": State.pending, "attempts": 0}
    rows = [fields | {"chat_id": chat_id, "reply": reply, "key": key} for chat_id, reply, key in messages]
    statement = sa.insert(Outgoing).returning(Outgoing.id, sort_by_parameter_order=True)
    return list(await db.scalars(statement, rows)) if rows else []


async def put_copies(
    db: Session, replies: Sequence[Json], person_ids: Collection[int], *, now: datetime, priority: int, topic: str
) -> None:
    """Put the same replies in line for each of these people; those without an address are passed over.

    The last one has the key ``topic:person``, those ahead of it ``topic:person:1`` and so on. One statement, however
    many people. Raises IntegrityError for a key that was used before.
    """
    to = deliveries.among(db, Person.id, person_ids)
    key = sa.literal(f"{topic}:", Words()) + sa.cast(Person.id, sa.Text)
    copies = [
        sa.select(
            Person.id.label("person"),
            sa.literal(at, sa.Integer()).label("at"),
            Person.telegram_id.label("chat_id"),
            sa.literal(reply, _REPLY).label("reply"),
            (key if at == len(replies) else key + sa.literal(f":{at}", Words())).label("key"),
        ).where(to, Person.telegram_id.is_not(None))
        for at, reply in enumerate(replies, 1)
    ]
    one = sa.union_all(*copies).subquery() if len(copies) > 1 else copies[0].subquery()
    same = {"priority": int(priority), "topic": topic, "state": State.pending, "attempts": 0, "created_at": now}
    rows = sa.select(one.c.chat_id, one.c.reply, one.c.key, *(sa.literal(v, _TABLE.c[k].type) for k, v in same.items()))
    columns = ["chat_id", "reply", "key", *same]
    await db.execute(sa.insert(_TABLE).from_select(columns, rows.order_by(one.c.person, one.c.at)))


async def say(db: Session, replies: Sequence[tuple[int, Json]], *, now: datetime, priority: int) -> None:
    """Put the replies of a turn in line, each for the chat it is for; no rows are returned."""
    rows = [
        {"chat_id": chat_id, "reply": reply, "created_at": now, "priority": priority}
        | {"state": State.pending, "attempts": 0}
        for chat_id, reply in replies
    ]
    if rows:
        await db.execute(_SAID, rows)


# Tables and not classes from here on: no object is wanted of what was said or of what waits.
_TABLE: Final[sa.Table] = Outgoing.__table__  # type: ignore[assignment] # it is a Table
_SAID = sa.insert(_TABLE)
_REPLY = SealedJson("outbox.reply")


class Waiting(NamedTuple):
    """A message that waits to be sent; those that say the same share their ``reply``, so nobody may change it."""

    id: int
    chat_id: int
    priority: int
    attempts: int
    created_at: datetime
    reply: Json | None


def _sendable() -> sa.Select[int, int, int, int, datetime, str | None]:
    """Put the question together that the dispatcher asks all the time."""
    row, earlier, now = _TABLE.c, _TABLE.alias().c, sa.bindparam("now", type_=Moment())
    held = (
        sa.exists()
        .where(earlier.chat_id == row.chat_id, earlier.state == _LITERALLY_PENDING)
        .where(earlier.id < row.id, earlier.priority <= row.priority, earlier.not_before > now)
    )
    return (
        sa.select(row.id, row.chat_id, row.priority, row.attempts, row.created_at, sa.cast(row.reply, sa.Text))
        .where(row.state == _LITERALLY_PENDING)
        .where(sa.or_(row.not_before.is_(None), row.not_before <= now), ~held)
        .order_by(row.priority, row.id)
        .limit(sa.bindparam("most"))
    )


_SENDABLE = _sendable()
_SENDABLE_BUT = _SENDABLE.where(_TABLE.c.chat_id.not_in(sa.bindparam("exclude", expanding=True)))


async def pending(db: Session, now: datetime, limit: int = 100, exclude: Collection[int] = ()) -> list[Waiting]:
    """Return what can be sent now, by priority and then in order, without the chats in ``exclude``.

    What waits for its ``not_before`` holds back later messages of its chat that are no more urgent: order is kept.
    """
    asked = {"now": now, "most": limit}
    if exclude:
        found = await db.execute(_SENDABLE_BUT, asked | {"exclude": list(exclude)})
    else:
        found = await db.execute(_SENDABLE, asked)
    dialect, read = db.get_bind().dialect, dict[str | None, Json | None]({None: None})
    rows = []
    for row_id, chat_id, priority, attempts, made, stored in found:
        if stored is not None and stored not in read:  # copies of a broadcast are one text: it is opened and read once
            read[stored] = _REPLY.process_result_value(json.loads(stored), dialect)
        rows.append(Waiting(row_id, chat_id, priority, attempts, made, read[stored]))
    return rows


async def still_pending(db: Session, row_ids: Collection[int]) -> dict[int, datetime]:
    """Return when those of the rows were made that are still to be sent: id -> moment."""
    found = await db.execute(sa.select(Outgoing.id, Outgoing.created_at).where(Outgoing.id.in_(row_ids), _WAITS))
    return dict(found.all())


def _settling(part: Callable[[str], sa.ColumnElement[str]]) -> sa.Update:
    """Put together what settles many messages at once; ``part`` gives a field of each of the fates told."""
    return (
        sa.update(_TABLE)
        .where(_TABLE.c.id == sa.cast(part("row"), sa.BigInteger()))
        .values(
            state=part("state"),
            settled_at=sa.bindparam("at", type_=Moment()),
            message_id=sa.cast(part("message"), sa.BigInteger()),
            error=part("error"),
            reply=sa.null(),
        )
    )


# As one bound value: a parameter for every field of every row would cost more than the writing.
_TOLD = sa.bindparam("told", type_=sa.Text())
_EACH = sa.func.json_each(_TOLD).table_valued("value")
_EACH_POSTGRES = sa.func.json_array_elements(sa.cast(_TOLD, sa.JSON())).table_valued("value")
_SETTLED = _settling(lambda name: sa.func.json_extract(_EACH.c.value, f"$.{name}"))
_SETTLED_POSTGRES = _settling(lambda name: _EACH_POSTGRES.c.value.op("->>")(sa.literal_column(f"'{name}'")))


async def settle(db: Session, fates: Iterable[tuple[int, State | str, int | None, str | None]], now: datetime) -> None:
    """Write down the fate of messages: (id, state, message id at Telegram, error). The text itself is dropped."""
    settled = list(fates)
    rows = [
        {"row": row_id, "state": State(state).value, "message": message_id, "error": error and storable(error)}
        for row_id, state, message_id, error in settled
    ]
    if rows:
        statement = _SETTLED_POSTGRES if db.get_bind().dialect.name == "postgresql" else _SETTLED
        await db.execute(statement, {"told": json.dumps(rows), "at": now})
        await deliveries.follow(db, [row_id for row_id, *_ in settled])


async def defer(db: Session, row_id: int, until: datetime, error: str) -> None:
    """Count a failed attempt and try the message again not before ``until``."""
    await db.execute(
        sa.update(Outgoing)
        .where(Outgoing.id == row_id, _WAITS)
        .values(attempts=Outgoing.attempts + 1, not_before=until, error=error)
    )


async def settle_chat(db: Session, chat_id: int, state: State, now: datetime, error: str | None = None) -> int:
    """Give all that still waits for one chat the same fate (``blocked``: the person shut us out); return how many."""
    statement = (
        sa.update(Outgoing)
        .where(Outgoing.chat_id == chat_id, _WAITS)
        .values(state=state, settled_at=now, reply=None, error=error)
        .returning(Outgoing.id)
    )
    settled = list(await db.scalars(statement))
    if settled:
        await deliveries.follow(db, settled)
    return len(settled)


async def skip_topic(db: Session, topic: str, now: datetime) -> int:
    """Take back what has not gone out yet of a broadcast; return how many."""
    statement = (
        sa.update(Outgoing)
        .where(Outgoing.topic == topic, _WAITS)
        .values(state=State.skipped, settled_at=now, reply=None)
        .returning(Outgoing.id)
    )
    skipped = len((await db.execute(statement)).all())
    await deliveries.follow(db)
    return skipped


async def counts(db: Session, topic: str | None = None) -> dict[State, int]:
    """Count messages by fate, of one broadcast or of all that is stored; every state is a key."""
    query = sa.select(Outgoing.state, sa.func.count()).group_by(Outgoing.state)
    if topic is not None:
        query = query.where(Outgoing.topic == topic)
    found = dict((await db.execute(query)).all())
    return {state: found.get(state, 0) for state in State}


async def waiting(db: Session, topic: str) -> int:
    """Return how many messages of a topic are still to be sent."""
    return await db.scalar(sa.select(sa.func.count()).where(Outgoing.topic == topic, _WAITS)) or 0


async def waits(db: Session, chat_id: int) -> bool:
    """Tell whether anything is still to be sent to a chat."""
    return bool(await db.scalar(sa.select(sa.exists().where(Outgoing.chat_id == chat_id, _WAITS))))


async def backlog(db: Session, now: datetime) -> tuple[dict[Priority, int], datetime | None]:
    """Return how many messages wait by priority, every one a key, and when the oldest that is due was made.

    What is planned for later and has not been tried is not due; what is put off after a failure is.
    """
    found = dict(
        (await db.execute(sa.select(Outgoing.priority, sa.func.count()).where(_WAITS).group_by("priority"))).all()
    )
    due = sa.or_(Outgoing.not_before.is_(None), Outgoing.not_before <= now, Outgoing.attempts > 0)
    oldest = await db.scalar(sa.select(sa.func.min(Outgoing.created_at)).where(_WAITS, due))
    return {priority: found.get(priority, 0) for priority in Priority}, oldest


async def prune(db: Session, before: datetime, named_before: datetime) -> int:
    """Delete messages that were settled before the moment given; return how many.

    Those with a topic or key stay until ``named_before``: a broadcast's figures are looked at later, and a key that is
    gone can be said again.
    """
    plain = sa.and_(Outgoing.topic.is_(None), Outgoing.key.is_(None))
    statement = (
        sa.delete(Outgoing)
        .where(Outgoing.settled_at < before, sa.or_(plain, Outgoing.settled_at < named_before))
        .returning(Outgoing.id)
        .execution_options(synchronize_session=False)
    )
    return len((await db.execute(statement)).all())


async def card_of(db: Session, chat_id: int) -> int | None:
    """Return the message id of the chat's live card, or None."""
    return await db.scalar(sa.select(Card.message_id).where(Card.chat_id == chat_id))


async def cards_of(db: Session, chat_ids: Collection[int]) -> dict[int, int]:
    """Return the live cards of several chats: chat id -> message id."""
    found = await db.execute(sa.select(Card.chat_id, Card.message_id).where(Card.chat_id.in_(chat_ids)))
    return dict(found.all())


async def set_card(db: Session, chat_id: int, message_id: int | None) -> None:
    """Remember which message is the chat's live card; None: there is none now."""
    if message_id is None:
        await db.execute(sa.delete(Card).where(Card.chat_id == chat_id))
        return
    statement = insert_into(db, Card).values(chat_id=chat_id, message_id=message_id)
    await db.execute(
        statement.on_conflict_do_update(index_elements=["chat_id"], set_={"message_id": statement.excluded.message_id})
    )
