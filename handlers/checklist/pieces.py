"""A piece of evidence, or of words, as plain data: what is kept of a message until there is a place for it.

Makes the record of a piece once there is one, and says what waits. Where a piece belongs is ``filing``'s to find out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from handlers.chat import MAX_FILE_BYTES, Attachment, Place, Text
from handlers.checklist.card import counted
from handlers.errors import UserError
from handlers.progress import brief, listed
from handlers.text import mark
from storage.files.evidence import Evidence

if TYPE_CHECKING:
    from handlers.sheet import Sheet
    from handlers.turn import Turn

MOST: Final = 100
"""Pieces that may wait; an evening's photos, not an archive."""

MOST_WORDS: Final = 20_000
"""Characters that may wait in all: they lie in the conversation, which is written anew at every turn."""

QUOTED: Final = 3
"""Sentences that a receipt repeats."""

TOO_MANY = mark("{most} pieces are waiting to be filed already; please file them first. This one was not kept.")

TOO_LARGE = mark(
    "This file is {size} MB; {most} MB can be fetched. Please send a smaller copy or a photo of it. Nothing was lost."
)

KEPT: Final = (
    "file_id", "unique_id", "album_id", "name", "mime", "size", "caption",
    "latitude", "longitude", "message_id", "forwarded",
)  # fmt: skip
"""What is kept of a message that brings a piece, besides its kind and time."""

_DEGREES: Final = ("latitude", "longitude")
"""Kept when they are nought too: the equator and the meridian of Greenwich are places."""


def described(sent: Attachment | Place | Text) -> dict[str, Any]:
    """Return a piece as plain data, as it can wait in a conversation; UserError when it can never be fetched."""
    if isinstance(sent, Text):
        return {"kind": "text", "caption": sent.text, "message_id": sent.message_id, "at": sent.at.isoformat()}
    if isinstance(sent, Attachment) and sent.size > MAX_FILE_BYTES:
        raise UserError(TOO_LARGE, size=round(sent.size / 1024 / 1024), most=MAX_FILE_BYTES // 1024 // 1024)
    kept = {name: value for name, value in asdict(sent).items() if name in KEPT and (value or name in _DEGREES)}
    kind = sent.kind if isinstance(sent, Attachment) else "place"
    return kept | {"kind": kind, "at": sent.at.isoformat()}


def keep(turn: Turn, sent: Attachment | Place | Text, **more: int) -> None:
    """Let a piece wait, with ``more`` that is to be remembered about it; UserError when too much waits already."""
    waiting = turn.waiting
    words = sum(len(kept.get("caption", "")) for kept in waiting)
    if len(waiting) >= MOST or words > MOST_WORDS:
        raise UserError(TOO_MANY, most=len(waiting))
    turn.keep_waiting([*waiting, described(sent) | more])


def summed(turn: Turn, pieces: list[dict[str, Any]]) -> Markup:
    """Return how many pieces of each kind these are, and what the words among them say."""
    kinds = Counter(kept["kind"] for kept in pieces)
    what = Markup.escape(listed(turn, (counted(turn, kind, count) for kind, count in kinds.items())))
    said = [kept["caption"] for kept in pieces if kept["kind"] == "text"]
    words = quoted(turn, said)
    return turn.t("{what} {words}", what=what, words=words) if words else what


def quoted(turn: Turn, said: list[str]) -> Markup:
    """Return the first of some words in quotation marks, and a sign that there are more."""
    said = list(dict.fromkeys(words.strip() for words in said if words.strip()))
    shown = Markup("").join(turn.t("“{line}”", line=brief(words)) for words in said[:QUOTED])
    return shown + ("…" if len(said) > QUOTED else "")


def where_to(turn: Turn) -> Markup:
    """Ask which item what waits belongs to."""
    return turn.t("{what} not filed yet. Tap the item it belongs to.", what=summed(turn, turn.waiting))


def made(turn: Turn, sheet: Sheet, kept: dict[str, Any], path: str = "") -> Evidence:
    """Make the record of a piece from what was kept of its message."""
    fields = {name: kept[name] for name in KEPT if name in kept}
    return Evidence(
        visit_id=sheet.visit.id,
        path=path,
        kind=kept["kind"],
        sender_id=turn.who.id,
        sent_at=datetime.fromisoformat(kept["at"]),
        chat_id=turn.chat_id,
        **fields,
    )
