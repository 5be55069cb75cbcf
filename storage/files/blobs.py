"""Files by their content: each is kept once, under its SHA-256, complete or not at all.

Whose file it is and what it is called stands in the database; nothing a sender says ever becomes a path here.
"""

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

SHA256 = re.compile(r"[0-9a-f]{64}")
"""How a hash is written, and with it the name of a file."""


def _clear(files: Iterable[Path], before: datetime) -> int:
    """Delete those of the files that have not been touched since; another process may be doing the same."""
    cleared = 0
    for one in files:
        with suppress(FileNotFoundError):
            if one.stat().st_mtime < before.timestamp():
                one.unlink()
                cleared += 1
    return cleared


class BlobTooLarge(Exception):
    """The file is larger than allowed; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is safely here; ``size`` in bytes."""

    sha256: str
    size: int


class Blobs:
    """The files under one folder, which is made when the first one comes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        """Return where the file with that hash lies, or would. Raises ValueError for anything that is no hash."""
        if not SHA256.fullmatch(sha256):
            raise ValueError("a blob is named by 64 lower-case hexadecimal digits")
        return self.root / sha256[:2] / sha256[2:]

    def exists(self, sha256: str) -> bool:
        """Tell whether the file is here."""
        return self.path(sha256).is_file()

    async def put(self, chunks: AsyncIterator[bytes], *, limit: int | None = None) -> Stored:
        """Store a file as it comes in; ``limit`` in bytes. Raises :class:`BlobTooLarge`, or what the source raises.

        It appears under its name only when all of it is on the disk; whatever goes wrong leaves nothing behind.
        """
        digest, size = hashlib.sha256(), 0
        file, name = await asyncio.to_thread(self._open)
        try:
            async for chunk in chunks:
                size += len(chunk)
                if limit is not None and size > limit:
                    raise BlobTooLarge(f"over {limit} bytes")
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
            sha256 = digest.hexdigest()
            await asyncio.to_thread(self._keep, file, name, self.path(sha256))
        finally:
            file.close()
            name.unlink(missing_ok=True)
        return Stored(sha256, size)

    async def put_bytes(self, data: bytes) -> Stored:
        """Store a file that is in memory."""

        async def once() -> AsyncIterator[bytes]:
            yield data

        return await self.put(once())

    async def put_once(self, data: bytes) -> Stored:
        """Store a file that is made to be sent and then forgotten, apart from those that are kept."""
        return await self._once.put_bytes(data)

    def pass_on(self, sha256: str) -> None:
        """Put a file that is kept among those that are made to be sent and then forgotten."""
        made = self._once.path(sha256)
        made.parent.mkdir(parents=True, exist_ok=True)
        self.path(sha256).replace(made)

    def find(self, sha256: str) -> Path:
        """Return where a file lies that is to be sent, whether it is kept or was made for sending."""
        made = self._once.path(sha256)
        return made if made.is_file() else self.path(sha256)

    async def delete(self, sha256: str) -> bool:
        """Delete a file; return whether it was there."""
        try:
            await asyncio.to_thread(self.path(sha256).unlink)
        except FileNotFoundError:
            return False
        return True

    def clear_unfinished(self, before: datetime) -> int:
        """Delete what a kill left half-written before a moment of the machine's clock; return how many."""
        return sum(_clear(root.glob("unfinished/*.part"), before) for root in (self.root, self._once.root))

    def clear_once(self, before: datetime) -> int:
        """Delete what was made for sending before a moment of the machine's clock; return how many."""
        return _clear(self._once.root.glob("[0-9a-f][0-9a-f]/*"), before)

    @property
    def _once(self) -> "Blobs":
        return Blobs(self.root / "once")

    @property
    def _unfinished(self) -> Path:
        return self.root / "unfinished"

    def _open(self) -> tuple[BinaryIO, Path]:
        self._unfinished.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(suffix=".part", dir=self._unfinished)
        return os.fdopen(handle, "wb"), Path(name)

    @staticmethod
    def _keep(file: BinaryIO, name: Path, target: Path) -> None:
        file.flush()
        os.fsync(file.fileno())
        target.parent.mkdir(parents=True, exist_ok=True)
        name.replace(target)
        # The rename itself is on the disk only when the folder is.
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
