"""What waits to be done in the background is handed out for a while: whoever dies with it loses nothing.

A table of such work has ``id``, a ``state`` that is 'waiting' until it is done, and ``retry_at``: nobody is given the
row before that moment. Whoever hands a row out moves it to the end of the lease.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_attribute

from storage.entity import Entity, Session

E = TypeVar("E", bound=Entity)


def waits(entity: type[Entity], now: datetime) -> sa.ColumnElement[bool]:
    """Name the rows that can be handed out now."""
    columns = sa.inspect(entity).local_table.c
    # A bound value would keep SQLite, and PostgreSQL's generic plans, from using an index on what waits.
    waiting = columns.state == sa.literal_column("'waiting'")
    return sa.and_(waiting, sa.or_(columns.retry_at.is_(None), columns.retry_at <= now))


def due(entity: type[E], now: datetime, limit: int) -> sa.Select[E]:
    """Ask for what can be handed out now, the longest waiting first; what another process holds is passed over."""
    return (
        sa.select(entity)
        .where(waits(entity, now))
        .order_by(sa.inspect(entity).local_table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


async def any_due(db: Session, entity: type[Entity], now: datetime) -> bool:
    """Tell whether there is anything to be handed out; costs no write."""
    found = sa.select(sa.inspect(entity).local_table.c.id).where(waits(entity, now)).limit(1)
    return await db.scalar(found) is not None


async def handed_out(db: Session, entity: type[E], now: datetime, limit: int, lease: timedelta) -> Sequence[E]:
    """Hand out what is due, the longest waiting first; each is the caller's until ``now + lease``.

    Whoever stops in the middle loses nothing, it is handed out again.
    """
    found = (await db.scalars(due(entity, now, limit))).all()
    for one in found:
        set_attribute(one, "retry_at", now + lease)
    return found
