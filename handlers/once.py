"""Files that are made to be sent once: kept for a day so that delivery can be tried again, then deleted.

An export of somebody's data and the picture of an invitation are as delicate as what they show, so they must not lie in
the file store beside evidence for ever.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from handlers.journey import Journey
from storage import evidence, timers

if TYPE_CHECKING:
    from handlers.chat import Timer
    from handlers.turn import Turn

KEPT: Final = timedelta(days=1)

NOBODY: Final = 0
"""The chat of these timers: nobody's, because somebody who is erased takes the timers of their chat along."""


async def put_once(turn: Turn, content: bytes) -> str:
    """Store a file for sending and plan its deletion; returns its SHA-256."""
    stored = await turn.kit.blobs.put_bytes(content)
    sha256: str = stored.sha256
    await timers.plan(
        turn.db,
        key=f"once.forget:{sha256}",
        due_at=turn.now + KEPT,
        chat_id=NOBODY,
        name="once.forget",
        args={"sha256": sha256},
    )
    return sha256


async def forget(turn: Turn, timer: Timer) -> None:
    """Delete the file, unless somebody has sent the very same bytes back as evidence."""
    sha256 = str(timer.args["sha256"])
    if not await evidence.holds(turn.db, sha256):
        await turn.kit.blobs.delete(sha256)


ONCE = Journey(name="once", timers={"forget": forget})
