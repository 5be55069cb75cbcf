"""What waits to be done in the background is handed out for a while: whoever dies with it loses nothing.

A table of such work has ``id``, a ``state`` that is 'waiting' until it is done, and ``retry_at``: nobody is given the
row before that moment. Whoever hands a row out moves it to the end of the lease.
"""

from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from storage.entity import Entity

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
