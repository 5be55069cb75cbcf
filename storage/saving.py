"""Writes the rows that every turn changes, one statement each, without the unit of work's planning.

For a few rows that are known by name at the very end; everything else is written by the session itself, as ever. It
took three times as long for an update that is done and a conversation that has moved on.
"""

from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session as SyncSession

from storage.entity import Entity, Session


async def save(db: Session, *rows: Entity) -> None:
    """Write what has changed of these rows, and let go of them: what is changed in them later is not written.

    One that is not in the database yet is left to the session. Not for entities with a version number.
    """
    await db.run_sync(_save, rows)


def _save(session: SyncSession, rows: tuple[Entity, ...]) -> None:
    connection = session.connection()
    for row in rows:
        state = sa.inspect(row)
        if not state.persistent or state.identity is None:
            continue
        names = tuple(state.committed_state)
        if names:
            values = {f"new_{name}": getattr(row, name) for name in names}
            connection.execute(_update(type(row), names), {"row_id": state.identity[0], **values})
        session.expunge(row)


@lru_cache(maxsize=64)
def _update(entity: type[Entity], names: tuple[str, ...]) -> sa.Update:
    mapper = sa.inspect(entity)
    (key,) = mapper.primary_key
    # By the table and not by the class: an update by class looks for rows of the session that it may concern.
    columns = mapper.local_table.c
    values = {name: sa.bindparam(f"new_{name}", type_=columns[name].type) for name in names}
    return sa.update(key.table).where(key == sa.bindparam("row_id")).values(values)
