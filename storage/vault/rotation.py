"""Changes keys: brings every sealed value to the first key of the keyring, a few rows at a time.

Each batch is one commit, so a kill half-way leaves every value whole and sealed with the one key or the other: run it
again. The bot may go on meanwhile. What was stored before there was a key is sealed, too. Of a row in custody the bytes
are others afterwards, which is linked into its chain with it (``interview.resealed``). Nothing here prints.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from storage import schema
from storage.database import Database
from storage.entity import Session
from storage.vault import custody, sealed
from storage.vault.custody import Kept
from storage.vault.reading import table_of
from storage.vault.sealed import SealedBytes, SealedJson
from storage.vault.sealing import CannotOpen, Keyring, key_of

BATCH: Final = 200
"""Rows changed in one commit: others wait for so many at the most."""

_PATIENCE: Final = 30.0
"""Seconds to wait for whoever is writing."""

CLEAR: Final = ""
"""What stands in place of a key's id for a value that is not sealed."""

Told = Callable[[str, int, int], None]
"""Is told which table is worked on, how many of its rows are done, and how many there are."""


@dataclass(slots=True)
class Rotated:
    """What came of it: how many values were sealed anew, and how many do not open with any key.

    ``left``: bytes that the old keys open may still lie in the database's own files, in pages that were freed.
    """

    changed: int = 0
    unreadable: int = 0
    left: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """A table and its sealed columns with their purposes, read and written as they lie there."""

    table: sa.TableClause
    keys: tuple[sa.ColumnClause[Any], ...]
    """What tells its rows apart."""

    purposes: dict[str, str] = field(default_factory=dict)
    kind: type[Kept] | None = None
    """What is in custody there, if anything is."""

    @property
    def filled(self) -> sa.ColumnElement[bool]:
        return sa.or_(*(self.table.c[name].is_not(None) for name in self.purposes))


def _places() -> list[_Place]:
    found = []
    kept = {table_of(one): one for one in custody.kinds()}
    for table in schema.METADATA.sorted_tables:
        purposes = {one.name: one.type.purpose for one in table.c if isinstance(one.type, SealedJson | SealedBytes)}
        if not purposes:
            continue
        keys = [sa.column(one.name, one.type) for one in table.primary_key.columns]
        raw = [sa.column(name, _raw(table.c[name])) for name in purposes]
        found.append(_Place(sa.table(table.name, *keys, *raw), tuple(keys), purposes, kept.get(table)))
    return found


def _raw(column: sa.Column[Any]) -> sa.types.TypeEngine[Any]:
    return sa.JSON(none_as_null=True) if isinstance(column.type, SealedJson) else sa.LargeBinary()


async def rotate(database: Database, keyring: Keyring, now: datetime, told: Told = lambda *_: None) -> Rotated:
    """Seal everything with the first key of the keyring; what does not open is counted and left as it is.

    On SQLite the file is then written anew and its log emptied, so that nothing stays behind of what was sealed before,
    nor of what had been deleted by then; unless somebody is reading all the while. On PostgreSQL it stays until the
    tables are written anew (VACUUM FULL).
    """
    done = Rotated()
    for place in _places():
        async with database.read() as db:
            total = await db.scalar(sa.select(sa.func.count()).select_from(place.table).where(place.filled)) or 0
        last: Sequence[Any] = ()
        rows = 0
        while True:
            async with database.begin() as db:
                batch = await _batch(db, place, last, lock=True)
                renewed = [row[0] for row in batch if await _renew(db, place, row, keyring, done)]
                if place.kind is not None:
                    await custody.resealed(db, place.kind, renewed, now)
            if not batch:
                break
            last, rows = batch[-1], rows + len(batch)
            told(place.table.name, rows, total)
    done.left = not database.embedded or not await asyncio.to_thread(_written_anew, str(database.url.database))
    return done


def _written_anew(path: str) -> bool:
    """Write SQLite's file anew without its freed pages and cut its log; False when somebody is in the way of it.

    Daily work leaves freed pages as they are: what was deleted lies there, sealed with the key of its day.
    """
    try:
        with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as connection:
            connection.execute("VACUUM")
            (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:  # somebody writes all the while, or the disk is full
        return False
    return not busy


async def _batch(db: Session, place: _Place, last: Sequence[Any], *, lock: bool) -> Sequence[sa.Row[Any]]:
    """Read rows behind the ``last`` that was read: what tells them apart, then what is sealed."""
    query = sa.select(*place.keys, *(place.table.c[name] for name in place.purposes)).where(place.filled)
    if last:
        behind = [sa.literal(value, key.type) for key, value in zip(place.keys, last, strict=False)]
        query = query.where(sa.tuple_(*place.keys) > sa.tuple_(*behind))
    query = query.order_by(*place.keys).limit(BATCH)
    return (await db.execute(query.with_for_update() if lock else query)).all()


async def _renew(db: Session, place: _Place, row: sa.Row[Any], keyring: Keyring, done: Rotated) -> bool:
    """Seal what is to be sealed anew in one row; tells whether anything was."""
    anew = {}
    values: Sequence[object] = row[len(place.keys) :]
    for (name, purpose), value in zip(place.purposes.items(), values, strict=True):
        try:
            made = _anew(keyring, value, purpose)
        except CannotOpen:
            done.unreadable += 1
            continue
        if made is not None:
            anew[name] = made
    if anew:
        this = [key == value for key, value in zip(place.keys, row, strict=False)]
        await db.execute(sa.update(place.table).where(*this).values(anew))
        done.changed += len(anew)
    return bool(anew)


def _anew(keyring: Keyring, value: object, purpose: str) -> object:
    """Return a value sealed with the first key; None where there is nothing to do."""
    if isinstance(value, dict):
        return sealed.sealed_json(keyring, value, purpose)
    if isinstance(value, str):
        made = keyring.sealed_anew(sealed.unwrapped(value), purpose)
        return None if made is None else sealed.wrapped(made)
    return keyring.sealed_anew(value, purpose) if isinstance(value, bytes) else None


async def counted(database: Database) -> Counter[str]:
    """Count sealed values by the id of their key, :data:`CLEAR` for those that are not sealed."""
    found: Counter[str] = Counter()
    for place in _places():
        async for row in _rows(database, place):
            values: Sequence[object] = row[len(place.keys) :]
            for value in values:
                raw = sealed.unwrapped(value) if isinstance(value, str) else value
                if raw is not None:
                    found[key_of(raw) if isinstance(raw, bytes) else CLEAR] += 1
    return found


async def _rows(database: Database, place: _Place) -> AsyncIterator[sa.Row[Any]]:
    last: Sequence[Any] = ()
    while True:
        async with database.read() as db:
            batch = await _batch(db, place, last, lock=False)
        for row in batch:
            yield row
        if not batch:
            return
        last = batch[-1]
