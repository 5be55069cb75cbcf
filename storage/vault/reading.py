"""Reads what a check compares as it lies in the database: plain values in big batches, no entity and no type between.

Each column has a teller, which turns what the database gives into the canonical text of supervision/custody.py. What
is sealed is told by the SHA-256 of its sealed bytes, so that nothing here needs a key.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from storage.entity import Moment
from storage.vault.sealed import SealedBytes, SealedJson
from supervision.custody import canonical

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterable

    from storage.entity import Session
    from storage.vault.custody import Kept

Row = Sequence[Any]
"""Values as they come from the database."""

BATCH: Final = 10_000
"""Rows read together."""

_RAW: Final = sa.types.NullType()
_TRUTH: Final[dict[object, str]] = {None: "null", 0: "false", 1: "true"}


def _moment_sqlite(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    written = sa.type_coerce(column, sa.Text)
    return sa.func.replace(written, " ", "T", type_=_RAW) + sa.literal("+00:00", sa.Text)


def _moment_postgres(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.to_char(sa.func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"', type_=_RAW)


def columns(db: Session, table: sa.FromClause, names: Iterable[str]) -> list[sa.ColumnElement[Any]]:
    """Return columns to be read raw: moments in the canonical form, made by the database, JSON and days as text."""
    postgres = db.get_bind().dialect.name == "postgresql"
    found: list[sa.ColumnElement[Any]] = []
    for name in names:
        column = table.c[name]
        if isinstance(column.type, Moment):
            found.append(_moment_postgres(column) if postgres else _moment_sqlite(column))
        elif not postgres and isinstance(column.type, SealedBytes | sa.LargeBinary):
            found.append(sa.cast(column, sa.LargeBinary))  # whatever somebody has made of it there
        elif postgres and isinstance(column.type, sa.JSON | SealedJson | sa.Date):
            found.append(sa.type_coerce(sa.cast(column, sa.Text), _RAW))
        else:
            found.append(sa.type_coerce(column, _RAW))
    return found


async def batches(db: Session, query: sa.Select[Any]) -> AsyncIterator[Sequence[Row]]:
    """Read what a query of raw columns gives, so many rows at a time; nothing else is asked of the session meanwhile.

    From the driver itself: on the way through SQLAlchemy a row costs as much as reading it and hashing it together.
    PostgreSQL, which works elsewhere, is asked for the next rows before those at hand are looked at.
    """
    connection = await db.connection()
    await db.execute(sa.select(1))  # the transaction has begun, also where a driver puts that off
    written = str(query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
    raw = (await connection.get_raw_connection()).driver_connection
    if raw is None:
        raise LookupError("the connection is closed")
    if connection.dialect.name == "postgresql":
        cursor = await raw.cursor(written)
        async for batch in _ahead(lambda: cursor.fetch(BATCH)):
            yield batch
        return
    cursor = await raw.execute(written)
    while batch := await cursor.fetchmany(BATCH):
        yield batch


async def _ahead(read: Callable[[], Coroutine[Any, Any, Sequence[Row]]]) -> AsyncIterator[Sequence[Row]]:
    """Read batches until there is none; the next one is under way while whoever asked works on the last."""
    coming = asyncio.create_task(read())
    try:
        while batch := await coming:
            coming = asyncio.create_task(read())
            await asyncio.sleep(0)  # it is asked for now, and not when there is nothing else to do
            yield batch
    finally:
        coming.cancel()
        await asyncio.wait({coming})


@asynccontextmanager
async def unreadable_as_it_is(db: Session) -> AsyncIterator[None]:
    """Read bytes in SQLite's text that are no text as they are, each as a code point that no text has; it is slower."""
    raw: Any = (await (await db.connection()).get_raw_connection()).driver_connection
    before, raw.text_factory = raw.text_factory, lambda read: read.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = before


def table_of(kind: type[Kept]) -> sa.FromClause:
    """Return the table of a kind."""
    found: sa.FromClause = kind.__table__  # type: ignore[attr-defined]  # every kind is a table
    return found


def owned(kind: type[Kept], *, strays: bool = False) -> tuple[sa.FromClause, sa.ColumnElement[Any]]:
    """Return where the rows of a kind stand, and the column there that says to which visit they belong.

    ``strays``: those too that lead to no visit.
    """
    table = table_of(kind)
    if not kind.chained_through:
        return table, table.c[kind.chained_by or kind.keyed_by]
    through = table_of(kind).c[kind.chained_by].foreign_keys
    (visit,) = [one.column.table for one in through]
    return table.join(visit, visit.c.id == table.c[kind.chained_by], isouter=strays), visit.c.visit_id


# --- tellers ---


def _text(value: str | None) -> str:
    return "null" if value is None else canonical(value)


def _texts(values: Sequence[Any]) -> Iterable[str]:
    try:
        return list(map(json.encoder.encode_basestring_ascii, values))
    except TypeError:  # some are not there
        return map(_text, values)


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)


def _numbers(values: Sequence[Any]) -> Iterable[object]:
    return values if None not in values else map(_number, values)


def _float(value: float | None) -> str:
    return "null" if value is None else f'"{value:.7f}"'


def _truth(value: object) -> str:
    return _TRUTH[value]


def _json(value: str | None) -> str:
    return "null" if value is None else canonical(json.loads(value))


def _bytes(value: bytes | None) -> str:
    return "null" if value is None else f'"{hashlib.sha256(value).hexdigest()}"'


def _sealed_json(value: str | None) -> str:
    return "null" if value is None else _bytes(canonical(json.loads(value)).encode("ascii"))


_TELLERS: Final = (
    (SealedJson, _sealed_json),
    (SealedBytes | sa.LargeBinary, _bytes),
    (sa.JSON, _json),
    (sa.Boolean, _truth),
    (sa.Integer, _number),
    (sa.Float, _float),
)


_ALL_AT_ONCE: Final[dict[Callable[[Any], str], Callable[[Sequence[Any]], Iterable[object]]]] = {
    _text: _texts,
    _number: _numbers,
}
"""Tellers of a whole column, for what most columns hold."""


def _teller(column: sa.ColumnElement[Any]) -> Callable[[Any], str]:
    return next((tell for kind, tell in _TELLERS if isinstance(column.type, kind)), _text)


class Digester:
    """Makes the digests of rows of one kind from their raw kept columns, in the order of :attr:`names`."""

    def __init__(self, kind: type[Kept]) -> None:
        self.names = sorted(kind.kept)
        self._tellers = [_teller(table_of(kind).c[name]) for name in self.names]
        inner = ",".join(f'"{name}":%s' for name in self.names)
        self._form = f'["{kind.in_custody}/1",{{{inner}}}]'

    def of(self, values: Sequence[Any]) -> str:
        """Return the digest of one row, '' for one whose columns somebody has filled with what they cannot hold."""
        try:
            said = tuple([tell(value) for tell, value in zip(self._tellers, values, strict=False)])
            return hashlib.sha256((self._form % said).encode("ascii")).hexdigest()
        except (ValueError, TypeError, LookupError):
            return ""

    def of_all(self, columns: Sequence[Row]) -> list[str]:
        """Return the digests of many rows, given column by column: no step of it is taken for each value by itself."""
        try:
            said = [
                _ALL_AT_ONCE[tell](values) if tell in _ALL_AT_ONCE else [tell(one) for one in values]
                for tell, values in zip(self._tellers, columns, strict=True)
            ]
            written = map(self._form.__mod__, zip(*said, strict=True))
            return [hashlib.sha256(one.encode("ascii")).hexdigest() for one in written]
        except (ValueError, TypeError, LookupError):
            return [self.of(row) for row in zip(*columns, strict=True)]
