"""One row of a table by its number: read, held for a change, kept, thrown away.

What may be read, changed or thrown away is each aggregate's own business; this is only how it is done.
"""

from typing import TypeVar

import sqlalchemy as sa

from storage.entity import Entity, Session

E = TypeVar("E", bound=Entity)


async def get(db: Session, entity: type[E], number: int, *, lock: bool = False) -> E | None:
    """Return a row; with ``lock`` as it is now, and nobody else changes it until this transaction ends."""
    query = sa.select(entity).where(sa.inspect(entity).local_table.c.id == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await db.scalar(query)


async def add(db: Session, row: E) -> E:
    """Keep a new row; its number is known afterwards."""
    db.add(row)
    await db.flush()
    return row


async def drop(db: Session, row: Entity) -> None:
    """Throw a row away."""
    await db.delete(row)
    await db.flush()
