"""What ``xundu backup`` and ``xundu restore`` say and show, around those who do it. No archive is known here."""

from __future__ import annotations

import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot import hold
from bot.backups.archive import BackupError
from bot.backups.backup import back_up
from bot.backups.restore import check, restore
from bot.progress import Progress
from storage.database import Database
from storage.files.blobs import Blobs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path

    from bot.backups.archive import Manifest
    from bot.config import Settings

Said = tuple[str, list[str]]
"""What was done, and what the operator is to be warned of."""


async def backed_up(settings: Settings, file: Path, now: datetime) -> Said:
    """Make a backup. Raises BackupError, Unavailable."""
    async with _at_work(settings, "No backup was made") as (database, progress):
        made = await back_up(database, Blobs(settings.evidence_dir), file, now, progress)
    warnings = [
        f"{len(hashes)} evidence files are {what} in {settings.evidence_dir}: {', '.join(hashes[:3])} …"
        for what, hashes in (("missing", made.missing), ("damaged", made.damaged))
        if hashes
    ]
    return f"{file} holds {_contents(made)}.", warnings


async def restored(settings: Settings, file: Path) -> Said:
    """Restore a backup. Raises BackupError, CommandError, Refused, Unavailable."""
    hold.folder(settings.data_dir)
    async with _at_work(settings, "The backup was not restored") as (database, progress):
        with hold.database(settings):
            made = await restore(file, database, Blobs(settings.evidence_dir), progress)
    lost = len(made.missing) + len(made.damaged)
    why = f"{lost} evidence files were missing or damaged when the backup was made; its manifest.json names them."
    return f"Restored {_contents(made)}, as of {made.made_at}.", [why] if lost else []


async def checked(file: Path) -> Said:
    """Read a backup through. Raises BackupError."""
    progress = Progress(sys.stderr)
    try:
        found = await check(file, progress)
    except OSError as error:
        raise BackupError(f"The backup cannot be read: {error}") from error
    finally:
        progress.end()
    return f"{file} is whole: {_contents(found)}, of {found.made_at}.", []


@asynccontextmanager
async def _at_work(settings: Settings, failed: str) -> AsyncIterator[tuple[Database, Progress]]:
    database, progress = Database(settings.database.reveal(), keyring=settings.keyring()), Progress(sys.stderr)
    try:
        yield database, progress
    except OSError as error:  # no room, no right, no such folder
        raise BackupError(f"{failed}: {error}") from error
    finally:
        progress.end()
        await database.close()


def _contents(manifest: Manifest) -> str:
    return f"{manifest.rows:,} rows and {manifest.files:,} files ({manifest.size / 1e6:,.1f} MB)"
