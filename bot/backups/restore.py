"""Puts a backup into an empty database and an empty data directory, of this machine or another, of either database.

Everything is checked against its hash as it is read. The rows come last and in one transaction, so a restore that was
broken off leaves an empty database, and files that are the backup's own: it can simply be run again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import IO, TYPE_CHECKING

from bot.backups.archive import CHUNK, BackupError, Refused, file_member, opened, table_member
from storage import portable, refill
from storage.files.blobs import SHA256
from storage.portable import BATCH, Shape
from storage.refill import Filler, NotEmpty, UnknownRevision

if TYPE_CHECKING:
    import zipfile
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from bot.backups.archive import Manifest, Table
    from storage.database import Database, Session
    from storage.files.blobs import Blobs

    Told = Callable[[str, int, int], None]
    """Is told what is worked on, how much of it is done, and how much there is."""


async def restore(path: Path, database: Database, blobs: Blobs, progress: Told) -> Manifest:
    """Restore a backup. Raises Refused, BackupError, OSError, Unavailable; no row is there then."""
    with opened(path) as (archive, manifest):
        await _check_tables(archive, manifest, progress)
        hashes = _hashes(archive)
        _nothing_else(blobs, hashes)
        async with database.begin() as db:
            await _prepare(db, manifest)  # refuses before anything is copied
        for number, sha256 in enumerate(hashes, 1):
            with archive.open(file_member(sha256)) as member:
                stored = await blobs.put(_chunks(member))
            if stored.sha256 != sha256:
                await blobs.delete(stored.sha256)
                raise _changed(file_member(sha256))
            progress("files", number, len(hashes))
        async with database.begin() as db:
            await _prepare(db, manifest)
            for table in manifest.tables:
                await _fill(db, archive, table, progress)
            await refill.finish(db)
            _, passing = await portable.files(db)
            for sha256 in passing.intersection(hashes):
                blobs.pass_on(sha256)  # or nobody would ever sweep it
    return manifest


async def check(path: Path, progress: Told) -> Manifest:
    """Read all of a backup and hold it against its hashes, changing nothing. Raises BackupError, OSError."""
    with opened(path) as (archive, manifest):
        await _check_tables(archive, manifest, progress)
        hashes = _hashes(archive)
        for number, sha256 in enumerate(hashes, 1):
            if await asyncio.to_thread(_digest, archive, file_member(sha256)) != sha256:
                raise _changed(file_member(sha256))
            progress("files", number, len(hashes))
    return manifest


async def _check_tables(archive: zipfile.ZipFile, manifest: Manifest, progress: Told) -> None:
    for number, table in enumerate(manifest.tables, 1):
        if await asyncio.to_thread(_digest, archive, table_member(table.name)) != table.sha256:
            raise _changed(table_member(table.name))
        progress("tables checked", number, len(manifest.tables))


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as member:
        while chunk := member.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _changed(name: str) -> BackupError:
    return BackupError(f"The backup is damaged: {name} is not what was written. Use another one.")


def _hashes(archive: zipfile.ZipFile) -> list[str]:
    hashes = [name.removeprefix("files/") for name in archive.namelist() if name.startswith("files/")]
    if strange := [one for one in hashes if not SHA256.fullmatch(one)]:
        raise BackupError(f"The backup holds a file that is not named by a hash: {strange[0][:80]!r}.")
    return hashes


def _nothing_else(blobs: Blobs, hashes: list[str]) -> None:
    """Refuse a folder with files of another history."""
    ours = {place for one in hashes for place in (blobs.path(one), blobs.find(one))}
    for one in blobs.root.rglob("*"):
        if one.is_file() and one not in ours and one.suffix != ".part":
            raise Refused(f"There are files in {blobs.root} already. Restore into an empty data directory.")


async def _prepare(db: Session, manifest: Manifest) -> None:
    try:
        await refill.prepare(db, manifest.revision)
    except NotEmpty as error:
        raise Refused(f"The database is not empty: {error} has rows. Restore into a new one.") from error
    except UnknownRevision as error:
        raise Refused(
            f"The backup is of revision {error} (Xundu {manifest.program}), which this version does not know. "
            "Restore it with a newer version."
        ) from error


async def _fill(db: Session, archive: zipfile.ZipFile, table: Table, progress: Told) -> None:
    rows = 0
    with archive.open(table_member(table.name)) as member:
        try:
            filler = await Filler.of(db, Shape.from_data(json.loads(member.readline())))
            while lines := await asyncio.to_thread(_lines, member):
                await filler.add([json.loads(line) for line in lines])
                rows += len(lines)
                progress(table.name, rows, table.rows)
        except (ValueError, KeyError, TypeError) as error:
            raise BackupError(f"The backup's table {table.name} cannot be read.") from error
    if rows != table.rows:
        raise BackupError(f"The backup's table {table.name} has {rows} rows, not {table.rows}.")
    await filler.close(table.highest)


def _lines(member: IO[bytes]) -> list[bytes]:
    return [line for _ in range(BATCH) if (line := member.readline())]


async def _chunks(member: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(member.read, CHUNK):
        yield chunk
