"""Writes a backup of one moment while the bot goes on working; bot/backups/archive.py says what it looks like.

Every table is read in one transaction that sees one moment and holds nobody up. Files are named by their content and
never change, so those that the rows of that moment refer to can be copied afterwards. The backup appears under its
name only when all of it is on the disk. It holds what people wrote: only its owner may read it.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import zipfile
from contextlib import contextmanager
from importlib.metadata import version
from typing import IO, TYPE_CHECKING

from bot.backups.archive import CHUNK, MANIFEST, Manifest, Table, file_member, table_member
from storage import portable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from storage.database import Database, Session
    from storage.files.blobs import Blobs
    from storage.portable import Shape

    Told = Callable[[str, int, int], None]
    """Is told what is worked on, how much of it is done, and how much there is."""


async def back_up(database: Database, blobs: Blobs, target: Path, now: datetime, progress: Told) -> Manifest:
    """Write a backup to ``target``, which must not exist yet: FileExistsError. Raises OSError, Unavailable."""
    with _new(target) as archive:
        async with database.read() as db:
            revision = await portable.revision(db)
            kept, passing = await portable.files(db)
            tables = [await _table(db, archive, shape, progress) for shape in portable.shapes()]
        files, size, missing, damaged = await _files(archive, blobs, kept, passing, progress)
        manifest = Manifest(
            made_at=now.isoformat(),
            program=version("xundu"),
            revision=str(revision),
            tables=tuple(tables),
            files=files,
            size=size,
            missing=tuple(missing),
            damaged=tuple(damaged),
        )
        archive.writestr(MANIFEST, manifest.written())
    return manifest


@contextmanager
def _new(target: Path) -> Iterator[zipfile.ZipFile]:
    """Open a new archive beside ``target`` and put it there when it is whole; leave nothing otherwise."""
    if target.exists():
        raise FileExistsError(f"There is a file {target} already.")
    unfinished = target.with_name(target.name + ".part")
    handle = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                yield archive
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, target)  # unlike a rename, it does not replace a file that has come meanwhile
    finally:
        unfinished.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


async def _table(db: Session, archive: zipfile.ZipFile, shape: Shape, progress: Told) -> Table:
    total = await portable.count(db, shape)
    digest, size, rows = hashlib.sha256(), 0, 0
    with archive.open(table_member(shape.name), "w", force_zip64=True) as member:

        def write(*lines: object) -> None:
            nonlocal size
            written = b"".join(portable.line(one) for one in lines)
            digest.update(written)
            size += member.write(written)

        write(shape.as_data())
        async for batch in portable.rows(db, shape):
            await asyncio.to_thread(write, *batch)
            rows += len(batch)
            progress(shape.name, rows, total)
    return Table(shape.name, rows, size, digest.hexdigest(), await portable.highest(db, shape))


async def _files(
    archive: zipfile.ZipFile, blobs: Blobs, kept: set[str], passing: set[str], progress: Told
) -> tuple[int, int, list[str], list[str]]:
    """Copy the files; one that is wanted only to be sent may have been sent and deleted meanwhile."""
    files, size = 0, 0
    missing: list[str] = []
    damaged: list[str] = []
    wanted = sorted(kept | passing)
    for number, sha256 in enumerate(wanted, 1):
        try:
            whole, copied = await asyncio.to_thread(_copy, archive, blobs.find(sha256), sha256)
        except FileNotFoundError:
            missing += [sha256] if sha256 in kept else []
        else:
            damaged += [] if whole else [sha256]
            files, size = (files + 1, size + copied) if whole else (files, size)
        progress("files", number, len(wanted))
    return files, size, missing, damaged


def _copy(archive: zipfile.ZipFile, path: Path, sha256: str) -> tuple[bool, int]:
    """Copy one file; return whether it is what its name says, and its size."""
    with path.open("rb") as source:
        whole = hashlib.file_digest(source, "sha256").hexdigest() == sha256
        source.seek(0)
        return whole, _store(archive, source, file_member(sha256) if whole else f"damaged/{sha256}")


def _store(archive: zipfile.ZipFile, source: IO[bytes], name: str) -> int:
    """Add a file as it is: pictures do not become smaller."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_STORED
    size = 0
    with archive.open(info, "w", force_zip64=True) as member:
        while chunk := source.read(CHUNK):
            size += member.write(chunk)
    return size
