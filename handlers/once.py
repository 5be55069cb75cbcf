"""Files that are made to be sent once: kept for a day so that delivery can be tried again, then swept away by age.

An export of somebody's data and the picture of an invitation are as delicate as what they show, so they lie apart from
evidence and none stays: not even one whose turn was undone after it was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handlers.turn import Turn


async def put_once(turn: Turn, content: bytes) -> str:
    """Store a file for sending; returns its SHA-256."""
    stored = await turn.kit.blobs.put_once(content)
    return stored.sha256
