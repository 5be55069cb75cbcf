"""What ``xundu sign`` does: writes the heads of days so that they can be given out, and makes the key for signing."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

from bot.commands import signing
from bot.hold import CommandError
from storage.database import Database
from storage.vault import custody

if TYPE_CHECKING:
    from pathlib import Path

    from bot.config import Settings


async def signed(settings: Settings, day: str = "") -> str:
    """Return the heads of all days, or of one, a line each; signed where there is a key. Raises CommandError."""
    try:
        wanted = date.fromisoformat(day) if day else None
    except ValueError:
        raise CommandError(f"--day: a day is written 2026-10-21, not {day!r}.") from None
    key = signing.private_key(settings.signing_key) if settings.signing_key else None
    database = Database(settings.database.reveal(), keyring=settings.keyring())
    try:
        async with database.read() as db:
            heads = await custody.heads(db)
    finally:
        await database.close()
    if wanted is not None:
        heads = {one: head for one, head in heads.items() if one == wanted}
    if not heads:
        raise CommandError("There is no head of that day." if wanted else "No day has a head yet.")
    made = [signing.sign(key, one, head) if key else signing.Head(one, head) for one, head in heads.items()]
    return "\n".join(one.line() for one in made)


def new_key(path: Path) -> str:
    """Make a key where there is none; raises CommandError."""
    public = path.with_name(f"{path.name}.pub")
    private_pem, public_pem = signing.new_pair()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(private_pem)
        public.write_bytes(public_pem)
    except OSError as error:
        raise CommandError(f"--new: {path} cannot be made: {error.strerror}.") from None
    return (
        f"{path} is the key: keep it to yourself and set XUNDU_SIGNING_KEY={path}\n{public} is what others check with."
    )
