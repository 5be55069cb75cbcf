"""The inbox: everything that arrives is a row here before it is confirmed, and leaves only when its turn is done.

This is what makes a kill at any moment harmless. It does not read the payload: what an update means is the driver's
business.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import Entity, Json, Session, Whom, insert_into
from storage.vault.sealed import SealedJson

ATTEMPTS = 3
"""So often is an update tried before it is set aside."""

BACK_OFF = (timedelta(seconds=0.5), timedelta(seconds=2))
"""The pause after the first and after the second failure."""


class Source(StrEnum):
    """The door an arrival came in by."""

    telegram = "telegram"
    timer = "timer"


class State(StrEnum):
    """Where an arrival stands: waiting, worked off, or put aside for a person to look at."""

    new = "new"
    done = "done"
    aside = "aside"


class Arrival(Entity):
    """One update or timer; ``id`` is the order of arrival, ``payload`` is None once it is worked off."""

    __tablename__ = "inbox"
    __table_args__ = (
        sa.Index(
            "ix_inbox_waiting",
            "chat_id",
            "id",
            sqlite_where=sa.text("state = 'new'"),
            postgresql_where=sa.text("state = 'new'"),
        ),
        sa.Index(
            "ix_inbox_aside",
            "id",
            sqlite_where=sa.text("state = 'aside'"),
            postgresql_where=sa.text("state = 'aside'"),
        ),
        sa.Index("ix_inbox_received_at", "received_at"),
        {"sqlite_autoincrement": True},
    )
    secret = frozenset({"payload"})  # it may hold what was said in an interview

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    source: Mapped[Source]
    update_id: Mapped[int | None] = mapped_column(default=None, unique=True)
    chat_id: Mapped[int]
    received_at: Mapped[datetime]
    payload: Mapped[Json | None] = mapped_column(SealedJson("inbox.payload"))
    state: Mapped[State] = mapped_column(default=State.new)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(default=None)
    retry_at: Mapped[datetime | None] = mapped_column(default=None)

    def is_due(self, now: datetime) -> bool:
        """Tell whether it can be worked on now, or waits for a retry."""
        return self.retry_at is None or self.retry_at <= now

    def done(self, now: datetime) -> None:
        """Mark it worked off and drop what it carried."""
        del now
        self.state, self.payload, self.retry_at = State.done, None, None

    def fail(self, error: str, now: datetime) -> None:
        """Count a failed attempt: its chat waits 0.5 s, then 2 s; the third failure sets it aside."""
        self.attempts += 1
        self.error = error
        if self.attempts >= ATTEMPTS:
            self.state, self.retry_at = State.aside, None
        else:
            self.retry_at = now + BACK_OFF[self.attempts - 1]

    def replay(self) -> None:
        """Put an arrival that was set aside back into line; being the oldest of its chat, it is the next one."""
        if self.state is not State.aside:
            raise ValueError(f"only what was set aside can be replayed; arrival {self.id} is {self.state}")
        self.state, self.attempts, self.error, self.retry_at = State.new, 0, None, None

    def drop(self) -> None:
        """Give up an arrival that was set aside; its error stays readable until the row is pruned."""
        if self.state is not State.aside:
            raise ValueError(f"only what was set aside can be dropped; arrival {self.id} is {self.state}")
        self.state, self.payload = State.done, None

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name all that arrived from the person's own chat."""
        return cls.chat_id == whom.telegram_id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Update:
        """Cut what is no longer waiting loose from the chat; update ids stay, so that no update is taken twice."""
        del now
        return (
            sa.update(cls)
            .where(cls.chat_id == whom.telegram_id, cls.state != State.new)
            .values(chat_id=0, payload=None, error=None, state=State.done)
        )


# A bound value would keep SQLite, and PostgreSQL's generic plans, from using the indices on these states.
WAITS = Arrival.state == sa.literal_column("'new'")
_ASIDE = Arrival.state == sa.literal_column("'aside'")


@dataclass(frozen=True, slots=True)
class Depth:
    """How full the inbox is; ``oldest`` is when the longest waiting arrival came."""

    waiting: int
    aside: int
    oldest: datetime | None


async def store(db: Session, updates: Iterable[tuple[int, int, Json]], now: datetime) -> list[int]:
    """Store (update_id, chat_id, raw update) rows in the order given and return the chats that have something new.

    An update_id that is known already is passed over. The caller confirms to Telegram only after the commit.
    """
    rows: list[dict[str, object]] = [
        {"source": Source.telegram, "update_id": update_id, "chat_id": chat_id, "received_at": now, "payload": raw}
        for update_id, chat_id, raw in updates
    ]
    return await _insert(db, rows)


async def store_timers(db: Session, fired: Sequence[tuple[int, Json]], now: datetime) -> list[int]:
    """Store (chat_id, payload) rows that a timer brings, and return their chats."""
    rows: list[dict[str, object]] = [
        {"source": Source.timer, "update_id": None, "chat_id": chat_id, "received_at": now, "payload": payload}
        for chat_id, payload in fired
    ]
    return await _insert(db, rows)


async def _insert(db: Session, rows: list[dict[str, object]]) -> list[int]:
    if not rows:
        return []
    fresh = [row | {"state": State.new, "attempts": 0} for row in rows]
    statement = insert_into(db, Arrival).on_conflict_do_nothing(index_elements=["update_id"])
    found = await db.scalars(statement.returning(Arrival.chat_id), fresh)
    return list(dict.fromkeys(found))


async def next_for(db: Session, chat_id: int, now: datetime) -> Arrival | None:
    """Return the oldest waiting arrival of the chat; None when there is none or the chat has to wait for a retry."""
    query = sa.select(Arrival).where(Arrival.chat_id == chat_id, WAITS).order_by(Arrival.id).limit(1)
    found = await db.scalar(query)
    return found if found is not None and found.is_due(now) else None


async def get(db: Session, arrival_id: int, *, lock: bool = False) -> Arrival | None:
    """Return one arrival, as when a failure is to be written down; with ``lock`` nobody else changes it meanwhile."""
    return await db.get(Arrival, arrival_id, with_for_update=True if lock else None, populate_existing=lock)


async def waiting_chats(db: Session, now: datetime, limit: int = 1000) -> list[int]:
    """Return chats whose oldest arrival can be worked on now, the longest waiting first."""
    latest = sa.func.max(Arrival.retry_at)
    query = (
        sa.select(Arrival.chat_id)
        .where(WAITS)
        .group_by(Arrival.chat_id)
        .having(sa.or_(latest.is_(None), latest <= now))
        .order_by(sa.func.min(Arrival.id))
        .limit(limit)
    )
    return list(await db.scalars(query))


async def set_aside(db: Session, limit: int = 100) -> list[Arrival]:
    """Return what was set aside, the oldest first."""
    query = sa.select(Arrival).where(_ASIDE)
    return list(await db.scalars(query.order_by(Arrival.id).limit(limit)))


async def depth(db: Session) -> Depth:
    """Count what waits and what was set aside."""
    waiting, oldest = (
        await db.execute(sa.select(sa.func.count(), sa.func.min(Arrival.received_at)).where(WAITS))
    ).one()
    aside = await db.scalar(sa.select(sa.func.count()).select_from(Arrival).where(_ASIDE))
    return Depth(waiting=waiting, aside=aside or 0, oldest=oldest)


async def prune(db: Session, before: datetime) -> int:
    """Delete what was worked off and came before the moment given; return how many.

    Keep at least 48 hours: Telegram repeats updates for 24, and a row here is what makes the repeat harmless.
    """
    gone = await db.execute(
        sa.delete(Arrival)
        .where(Arrival.received_at < before, Arrival.state == State.done)
        .returning(Arrival.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
