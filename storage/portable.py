"""Every row in a form that any database of ours takes back: what a backup is made of.

Rows are plain JSON data. Each table says what kinds its columns are, so that rows of an older version can be put into
the tables of that version and be migrated afterwards (storage/refill.py). Nothing here knows a file or an archive.
"""

import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage import schema
from storage.chat.outbox import Outgoing, State
from storage.entity import Moment, Session, Words
from storage.files.blobs import SHA256
from storage.vault.sealed import SealedBytes, SealedJson

Row = Sequence[object]
"""The values of a row in the order of its table's columns, as JSON knows them."""

BATCH = 500
"""Rows read or written together."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of column is written as JSON and read back, and the type it is given to a database as."""

    type: sa.types.TypeEngine[Any]
    write: Callable[[Any], object] = lambda value: value
    read: Callable[[Any], object] = lambda value: value


KINDS: Mapping[str, Kind] = {
    "integer": Kind(sa.BigInteger()),
    "real": Kind(sa.Double()),
    "text": Kind(Words()),
    "boolean": Kind(sa.Boolean()),
    "json": Kind(sa.JSON(none_as_null=True)),
    "moment": Kind(Moment(), datetime.isoformat, datetime.fromisoformat),
    "date": Kind(sa.Date(), date.isoformat, date.fromisoformat),
    "bytes": Kind(sa.LargeBinary(), lambda value: base64.b64encode(value).decode(), base64.b64decode),
}

_TYPES: tuple[tuple[type[sa.types.TypeEngine[Any]], str], ...] = (
    (Moment, "moment"),
    (Words, "text"),
    (SealedJson, "json"),
    (SealedBytes, "bytes"),
    (sa.JSON, "json"),
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.Numeric, "real"),
    (sa.Float, "real"),
    (sa.Date, "date"),
    (sa.LargeBinary, "bytes"),
    (sa.String, "text"),
)


def kind_of(column: sa.Column[Any]) -> str:
    """Return the kind of a column; raises TypeError for a type that nobody has thought of here."""
    for known, kind in _TYPES:
        if isinstance(column.type, known):
            return kind
    raise TypeError(f"{column} has a type that cannot be backed up: {column.type!r}")


@dataclass(frozen=True, slots=True)
class Shape:
    """A table's name, and its columns with their kinds in order."""

    name: str
    columns: tuple[tuple[str, str], ...]

    def as_data(self) -> dict[str, object]:
        """Return it as JSON data, to stand in front of the rows."""
        return {"table": self.name, "columns": [list(one) for one in self.columns]}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Shape":
        """Read what :meth:`as_data` wrote; raises ValueError, KeyError or TypeError for anything else."""
        columns = tuple((str(name), str(kind)) for name, kind in data["columns"])
        if unknown := {kind for _, kind in columns} - KINDS.keys():
            raise ValueError(f"unknown kinds of columns: {sorted(unknown)}")
        return cls(str(data["table"]), columns)


def shapes() -> tuple[Shape, ...]:
    """Return every table of this version of the program, what is referred to before what refers to it."""
    return tuple(
        Shape(table.name, tuple((column.name, kind_of(column)) for column in table.columns))
        for table in schema.METADATA.sorted_tables
    )


async def revision(db: Session) -> str | None:
    """Return the revision the rows of this session's moment are at."""
    return await (await db.connection()).run_sync(schema.current)


async def count(db: Session, shape: Shape) -> int:
    """Count the rows of a table."""
    return await db.scalar(sa.select(sa.func.count()).select_from(sa.table(shape.name))) or 0


async def rows(db: Session, shape: Shape) -> AsyncIterator[list[Row]]:
    """Read a table batch by batch, in the order of its primary key."""
    table = schema.METADATA.tables[shape.name]
    writers = [KINDS[kind].write for _, kind in shape.columns]
    # As they lie there: what is sealed stays sealed, and no key is needed.
    columns = [sa.type_coerce(table.c[name], KINDS[kind].type) for name, kind in shape.columns]
    found = await db.stream(sa.select(*columns).order_by(*table.primary_key.columns).execution_options(yield_per=BATCH))
    async for batch in found.partitions():
        yield [
            [None if value is None else write(value) for write, value in zip(writers, row, strict=True)]
            for row in batch
        ]


async def highest(db: Session, shape: Shape) -> int | None:
    """Return the highest number the table has ever given a row, also a row that is gone; None where it gives none."""
    if ("id", "integer") not in shape.columns:
        return None
    table = sa.table(shape.name, sa.column("id"))
    present = await db.scalar(sa.select(sa.func.max(table.c.id))) or 0
    if db.get_bind().dialect.name == "postgresql":
        sequence = await db.scalar(sa.select(sa.func.pg_get_serial_sequence(shape.name, "id")))
        given = await db.scalar(sa.text("SELECT pg_sequence_last_value(CAST(:name AS regclass))"), {"name": sequence})
    else:
        given = await db.scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": shape.name})
    return max(present, given or 0)


async def files(db: Session) -> tuple[set[str], set[str]]:
    """Return the SHA-256 of every stored file: (those the work refers to, those that only wait to be sent once).

    The work refers to a file by a column called ``blob_sha256``; a message that waits, by any hash it holds.
    """
    kept: set[str] = set()
    for table in schema.METADATA.sorted_tables:
        if "blob_sha256" in table.c:
            kept.update(await db.scalars(sa.select(table.c.blob_sha256).where(table.c.blob_sha256.is_not(None))))
    passing: set[str] = set()
    for reply in await db.scalars(sa.select(Outgoing.reply).where(Outgoing.state == State.pending)):
        passing.update(value for value in (reply or {}).values() if isinstance(value, str) and SHA256.fullmatch(value))
    return kept, passing - kept


def line(data: object) -> bytes:
    """Write JSON data as one line of UTF-8; half a surrogate pair, which UTF-8 has no place for, is escaped."""
    try:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(data, separators=(",", ":")).encode() + b"\n"
