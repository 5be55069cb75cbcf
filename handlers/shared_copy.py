"""A file as somebody else may see it: of a picture a copy that says nothing of place and time, or none at all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from handlers.once import put_once
from handlers.text import mark
from storage.files.scrubbing import scrubbed

if TYPE_CHECKING:
    from handlers.turn import Turn
    from storage.files.evidence import Evidence

STAYS = mark("The time and place in this kind of picture cannot be taken out. Please ask whoever took it for a photo.")


async def shared_copy(turn: Turn, piece: Evidence) -> str | None:
    """Return the SHA-256 of what may be sent; None when nothing may, which is then said.

    Its sender sees it as it is.
    """
    sha256 = piece.blob_sha256 or ""
    if not piece.is_picture or piece.sender_id == turn.who.id:
        return sha256
    clean = await asyncio.to_thread(scrubbed, turn.kit.blobs.path(sha256))
    if clean is not None:
        return await put_once(turn, clean)
    turn.toast(turn.label(STAYS), alert=True)
    return None
