"""A file as somebody else may see it: of a picture or a video a copy that tells no place and time, or none at all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from handlers.once import put_once
from handlers.text import mark
from storage.files.scrubbing import scrubbed, tells_of_itself

if TYPE_CHECKING:
    from handlers.turn import Turn
    from storage.files.evidence import Evidence

STAYS = mark(
    "The time and place in this file cannot be taken out, so only its sender sees it. Please ask whoever sent it for a "
    "photo or video sent as such."
)


async def shared_copy(turn: Turn, piece: Evidence) -> str | None:
    """Return the SHA-256 of what may be sent; None when nothing may, which is then said.

    Its sender sees it as it is.
    """
    sha256 = piece.blob_sha256 or ""
    path = turn.kit.blobs.path(sha256)
    if piece.sender_id == turn.who.id:
        return sha256
    shown = piece.kind == "video" or piece.mime.startswith(("image/", "video/"))
    if not shown and not await asyncio.to_thread(tells_of_itself, path):
        return sha256
    clean = await asyncio.to_thread(scrubbed, path)
    if clean is not None:
        return await put_once(turn, clean)
    turn.toast(turn.label(STAYS), alert=True)
    return None
