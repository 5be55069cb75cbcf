"""What a backup is: one zip file that any system can look into, the same from either database.

    manifest.json         when, by which version, at which revision, and every table's rows and SHA-256
    tables/<name>.jsonl   one line that names the columns, then one row a line
    files/<sha256>        evidence, and what waits to be sent: each named by its own hash
    damaged/<sha256>      files that were not what their name says when the backup was made; never restored

The tables stand in the order in which they can be filled. Nothing is written or restored here.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT = "xundu-backup"
VERSION = 1
MANIFEST = "manifest.json"
CHUNK = 1024 * 1024


class BackupError(Exception):
    """The file is no backup, or not a whole one; the message says what is wrong with it."""


class Refused(Exception):
    """The backup cannot be put here; the message says why and what to do."""


def table_member(name: str) -> str:
    """Return where a table's rows are."""
    return f"tables/{name}.jsonl"


def file_member(sha256: str) -> str:
    """Return where a stored file is."""
    return f"files/{sha256}"


@dataclass(frozen=True, slots=True)
class Table:
    """One table as it was written: ``size`` in bytes, ``highest`` the highest number it ever gave a row, if any."""

    name: str
    rows: int
    size: int
    sha256: str
    highest: int | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the backup holds: ``files`` and ``size`` (bytes) of what is whole; hashes of what is missing or damaged."""

    made_at: str
    program: str
    revision: str
    tables: tuple[Table, ...]
    files: int
    size: int
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Count the rows of all tables."""
        return sum(one.rows for one in self.tables)

    def written(self) -> bytes:
        """Write it as JSON that people can read, too."""
        return json.dumps({"format": FORMAT, "version": VERSION, **asdict(self)}, indent=1).encode()

    @classmethod
    def read(cls, written: bytes) -> Manifest:
        """Read what :meth:`written` wrote; raises BackupError."""
        try:
            data: dict[str, Any] = json.loads(written)
            if data.pop("format") != FORMAT:
                raise BackupError("This is not a backup of Xundu.")
            if (version := data.pop("version")) != VERSION:
                raise BackupError(f"This backup has format {version}, which this version does not know.")
            tables = tuple(Table(**one) for one in data.pop("tables"))
            return cls(tables=tables, missing=tuple(data.pop("missing")), damaged=tuple(data.pop("damaged")), **data)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupError("The backup's manifest cannot be read.") from error


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Open a backup to be read; whatever turns out to be wrong with the file is raised as BackupError."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive, _manifest(archive)
    except FileNotFoundError as error:
        if error.filename != str(path):
            raise
        raise BackupError(f"There is no file {path}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise BackupError(f"{path} is damaged or not a backup: {error}") from error


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    if MANIFEST not in archive.NameToInfo:
        raise BackupError("This is not a backup of Xundu: it has no manifest.")
    manifest = Manifest.read(archive.read(MANIFEST))
    names = archive.namelist()
    if absent := [one.name for one in manifest.tables if table_member(one.name) not in archive.NameToInfo]:
        raise BackupError(f"The backup is not whole: {', '.join(absent)} is missing.")
    if (held := sum(name.startswith("files/") for name in names)) != manifest.files:
        raise BackupError(f"The backup is not whole: {held} files of {manifest.files}.")
    return manifest
