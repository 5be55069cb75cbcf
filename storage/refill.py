"""Puts rows of storage/portable.py into an empty database, of either kind, of the version they come from.

All of it happens in the caller's one transaction: the tables are made, filled and migrated, or nothing is there.
"""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from storage import schema, upgrading
from storage.entity import Session
from storage.portable import KINDS, Row, Shape
from storage.voices import library


class NotEmpty(Exception):
    """The database holds rows: restoring into it would mix two histories."""


class UnknownRevision(Exception):
    """The rows come from a version of the program that this one does not know."""


async def prepare(db: Session, wanted: str) -> None:
    """Bring an empty database to the revision the rows are from. Raises NotEmpty, UnknownRevision."""
    await (await db.connection()).run_sync(_prepare, wanted)


def _prepare(connection: sa.Connection, wanted: str) -> None:
    config = upgrading.config(connection)
    try:
        ScriptDirectory.from_config(config).get_revision(wanted)
    except CommandError as error:
        raise UnknownRevision(wanted) from error
    for name in _tables(connection):
        if connection.scalar(sa.select(sa.exists().select_from(sa.table(name)))):
            raise NotEmpty(name)
    if schema.current(connection) not in (None, wanted):
        command.downgrade(config, "base")
    command.upgrade(config, wanted)


def _tables(connection: sa.Connection) -> list[str]:
    """Return the tables that hold rows of ours; the index of trigrams is made and filled by the database itself."""
    names = sa.inspect(connection).get_table_names()
    return [one for one in names if one != schema.VERSION_TABLE and not one.startswith(library.INDEX)]


async def finish(db: Session) -> None:
    """Bring what was restored up to this version of the program."""
    await (await db.connection()).run_sync(upgrading.upgrade)


class Filler:
    """Fills one empty table; rows may refer to rows of the same table that come later."""

    def __init__(self, db: Session, shape: Shape, own: Mapping[str, str]) -> None:
        self._db = db
        self._shape = shape
        self._own = own
        self._readers = [KINDS[kind].read for _, kind in shape.columns]
        self._table = sa.table(shape.name, *(sa.column(name, KINDS[kind].type) for name, kind in shape.columns))
        self._later: list[dict[str, object]] = []

    @classmethod
    async def of(cls, db: Session, shape: Shape) -> "Filler":
        """Make one for a table of this session's database; raises ValueError when it has no such columns."""
        connection = await db.connection()
        columns, own = await connection.run_sync(_looks, shape.name)
        if strange := [name for name, _ in shape.columns if name not in columns]:
            raise ValueError(f"table {shape.name} has no columns {', '.join(strange)}")
        return cls(db, shape, own)

    async def add(self, batch: Iterable[Row]) -> None:
        """Insert rows as :func:`rows` gave them."""
        made = []
        for row in batch:
            values = [None if value is None else read(value) for read, value in zip(self._readers, row, strict=True)]
            made.append(dict(zip((name for name, _ in self._shape.columns), values, strict=True)))
        for row_made in made if self._own else ():
            late = {name: row_made[name] for name in self._own if row_made[name] is not None}
            if late:
                self._later.append({f"key_{to}": row_made[to] for to in set(self._own.values())} | late)
                row_made.update(dict.fromkeys(late))
        if made:
            await self._db.execute(self._table.insert(), made)

    async def close(self, highest_number: int | None) -> None:
        """Let rows refer to one another, and see to it that no number is given twice."""
        for late in self._later:
            keys = {name.removeprefix("key_"): late[name] for name in late if name.startswith("key_")}
            where = [self._table.c[name] == value for name, value in keys.items()]
            await self._db.execute(
                self._table.update().where(*where).values({name: late[name] for name in self._own if name in late})
            )
        if highest_number:
            await self._number_from(highest_number)

    async def _number_from(self, highest_number: int) -> None:
        name = self._shape.name
        if self._db.get_bind().dialect.name == "postgresql":
            sequence = sa.func.pg_get_serial_sequence(name, "id")
            await self._db.execute(sa.select(sa.func.setval(sequence, highest_number)))
            return
        # SQLite keeps count only for tables that never give a number twice; one that is empty has no row there yet.
        values = {"seq": highest_number, "name": name}
        for statement in (
            "UPDATE sqlite_sequence SET seq = max(seq, :seq) WHERE name = :name",
            """INSERT INTO sqlite_sequence (name, seq) SELECT name, :seq FROM sqlite_master
               WHERE type = 'table' AND name = :name AND sql LIKE '%AUTOINCREMENT%'
               AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = :name)""",
        ):
            await self._db.execute(sa.text(statement), values)


def _looks(connection: sa.Connection, table: str) -> tuple[set[str], dict[str, str]]:
    """Return a table's columns, and those of them that refer to the table itself with what they refer to."""
    look = sa.inspect(connection)
    own = {
        column: to
        for key in look.get_foreign_keys(table)
        if key["referred_table"] == table
        for column, to in zip(key["constrained_columns"], key["referred_columns"], strict=True)
    }
    return {column["name"] for column in look.get_columns(table)}, own
