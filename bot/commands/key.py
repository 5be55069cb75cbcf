"""What ``xundu key new``, ``list`` and ``rotate`` do: keys for what is sealed, and changing them while the bot works.

A key is written to a file that only its owner may read, or to the terminal; never to a log or an error.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot import hold
from bot.progress import Progress
from storage.database import Database
from storage.vault import rotation, sealing

if TYPE_CHECKING:
    from pathlib import Path

    from bot.config import Settings

NONE = "There is no key: set XUNDU_KEY or XUNDU_KEY_FILE. 'xundu key new FILE' makes one."


def made(file: Path | None) -> str:
    """Make a key; with a file, put it first there, before the keys it holds already. Raises CommandError, OSError."""
    key = sealing.new_key()
    if file is None:
        return key
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    try:
        older = sealing.Keyring.parse(before).ids if before.strip() else ()
    except sealing.BadKey as error:
        raise hold.CommandError(f"{file} is there and holds no keys; nothing was changed.") from error
    put(file, f"{key}\n{before}")
    name = sealing.Keyring.parse(key).ids[0]
    if not older:
        return f"{file} holds the key {name}. Keep a copy of it apart from the backups."
    return (
        f"{file} holds the new key {name}, before {', '.join(older)}. "
        "Restart the bot, run 'xundu key rotate', and take the old key out once 'xundu key list' shows it unused."
    )


def key_of(folder: Path) -> Path:
    """Return the file with the key of a folder that is tried out in; it is made the first time."""
    file = folder / "xundu.key"
    if not file.exists():
        put(file, sealing.new_key() + "\n")
    return file


def put(file: Path, text: str) -> None:
    """Write a file that only its owner may read, complete or not at all."""
    unfinished = file.with_name(file.name + ".part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as written:
        written.write(text)
        written.flush()
        os.fsync(written.fileno())
    unfinished.replace(file)


async def listed(settings: Settings) -> str:
    """Say which keys there are by their ids, how much each one seals, and what none of them opens."""
    keyring = settings.keyring()
    held = keyring.ids if keyring else ()
    database = Database(settings.database.reveal())
    try:
        found = await rotation.counted(database)
    finally:
        await database.close()
    lines = [
        f"{name}  seals {found[name]:,} values{' and all that is new' if name == held[0] else ''}" for name in held
    ]
    lines += [
        f"{name}  is not here: {count:,} values cannot be read without it"
        for name, count in sorted(found.items())
        if name not in {*held, rotation.CLEAR}
    ]
    if found[rotation.CLEAR]:
        lines.append(f"{found[rotation.CLEAR]:,} values are not sealed; 'xundu key rotate' seals them.")
    return "\n".join(lines if held else [NONE, *lines])


async def rotated(settings: Settings) -> tuple[str, list[str]]:
    """Seal everything with the first key; return what was done and what to warn of. Raises CommandError."""
    keyring = settings.keyring()
    if keyring is None:
        raise hold.CommandError(NONE)
    database, progress = Database(settings.database.reveal(), keyring=keyring), Progress(sys.stderr)
    try:
        done = await rotation.rotate(database, keyring, datetime.now(UTC), progress)
    finally:
        progress.end()
        await database.close()
    warnings = []
    if done.unreadable:
        warnings = [f"{done.unreadable:,} values open with none of the keys {', '.join(keyring.ids)}; left alone."]
    if done.left and database.embedded:
        warnings.append("The file is in use, so freed pages may still hold what the old key opens: run this again.")
    elif done.left:
        warnings.append("Freed pages may still hold what the old key opens: let the administrator run VACUUM FULL.")
    return f"{done.changed:,} values sealed anew with the key {keyring.ids[0]}.", warnings
