"""Timers: what is due later is a row, and comes in by the same door as a message when its moment has come.

Nothing here sleeps or ticks: whoever ticks calls :func:`fire_due`, in as many processes as there are.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.chat import inbox
from storage.entity import Entity, Json, Session, Whom, insert_into


class Timer(Entity):
    """A moment that is waited for; ``key`` is what makes it the same one when it is planned again."""

    __tablename__ = "timers"
    __table_args__ = (
        sa.Index(
            "ix_timers_due",
            "due_at",
            sqlite_where=sa.text("fired_at IS NULL"),
            postgresql_where=sa.text("fired_at IS NULL"),
        ),
        sa.Index("ix_timers_chat_id", "chat_id"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    due_at: Mapped[datetime]
    chat_id: Mapped[int]
    name: Mapped[str]
    args: Mapped[Json]
    fired_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what would be sent to the person's own chat."""
        return cls.chat_id == whom.telegram_id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Wait for nothing any more."""
        del now
        return sa.delete(cls).where(cls.chat_id == whom.telegram_id)


async def plan(db: Session, key: str, due_at: datetime, chat_id: int, name: str, args: Json) -> None:
    """Plan a timer, or move the one with this key.

    One that has fired is armed again only for a later moment: planning the same reminder twice never fires it twice.
    """
    row = {"key": key, "due_at": due_at, "chat_id": chat_id, "name": name, "args": args, "fired_at": None}
    statement = insert_into(db, Timer).values(row)
    new = statement.excluded
    await db.execute(
        statement.on_conflict_do_update(
            index_elements=["key"],
            set_={one: new[one] for one in ("due_at", "chat_id", "name", "args", "fired_at")},
            where=sa.or_(Timer.fired_at.is_(None), new.due_at > Timer.due_at),
        )
    )


async def soon(db: Session, key: str, due_at: datetime, chat_ids: Collection[int], name: str, args: Json) -> None:
    """Plan a timer in each of some chats, ``key`` and the chat its key; one that waits already keeps its moment.

    However often it is asked for, it fires once, and no later than was said first.
    """
    rows = [
        {"key": f"{key}:{chat_id}", "due_at": due_at, "chat_id": chat_id, "name": name, "args": args, "fired_at": None}
        for chat_id in chat_ids
    ]
    if not rows:
        return
    statement = insert_into(db, Timer)
    new = statement.excluded
    await db.execute(
        statement.on_conflict_do_update(
            index_elements=["key"],
            set_={one: new[one] for one in ("due_at", "name", "args", "fired_at")},
            where=Timer.fired_at.is_not(None),
        ),
        rows,
    )


async def cancel(db: Session, key: str) -> bool:
    """Take back a timer that has not fired; return whether there was one."""
    statement = sa.delete(Timer).where(Timer.key == key, Timer.fired_at.is_(None)).returning(Timer.id)
    return (await db.execute(statement)).first() is not None


async def fire_due(db: Session, now: datetime, limit: int = 100) -> list[int]:
    """Move what is due into the inbox, in this transaction, and return the chats it went to.

    Any number of processes may call this at once: what one of them holds, the others pass over.
    """
    query = (
        sa.select(Timer)
        .where(Timer.fired_at.is_(None), Timer.due_at <= now)
        .order_by(Timer.due_at, Timer.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    due = list(await db.scalars(query))
    for timer in due:
        timer.fired_at = now
    fired = [(timer.chat_id, {"timer": {"name": timer.name, "args": timer.args}}) for timer in due]
    return await inbox.store_timers(db, fired, now)


async def waiting(db: Session, name: str) -> list[Timer]:
    """Return the timers of a name that have not fired, the earliest first."""
    query = sa.select(Timer).where(Timer.fired_at.is_(None), Timer.name == name).order_by(Timer.due_at, Timer.id)
    return list(await db.scalars(query))


async def next_due(db: Session) -> datetime | None:
    """Return the moment of the next timer, or None."""
    return await db.scalar(sa.select(sa.func.min(Timer.due_at)).where(Timer.fired_at.is_(None)))


async def prune(db: Session, before: datetime) -> int:
    """Delete timers that fired before the moment given; return how many.

    A key that is pruned can fire again if it is planned again for its old moment: keep them longer than any plan.
    """
    statement = sa.delete(Timer).where(Timer.fired_at < before).returning(Timer.id)
    return len((await db.execute(statement.execution_options(synchronize_session=False))).all())
