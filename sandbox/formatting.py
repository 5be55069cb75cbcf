"""Text with entities: length as Telegram counts, the limits, and what Telegram does to every text it stores.

Offsets and lengths are UTF-16 code units throughout, because that is what the Bot API speaks; a Python index is
right only for text without characters beyond the Basic Multilingual Plane.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.detect import detect

if TYPE_CHECKING:
    from collections.abc import Iterable

Entity = dict[str, Any]
Formatted = tuple[str, list[Entity]]

SPLITTABLE = ("bold", "italic", "underline", "strikethrough", "spoiler")
VERBATIM = ("code", "pre")
ORDER = ("blockquote", "expandable_blockquote", "pre", "code", "text_link", "bold", "italic", "underline")

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def units(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def finish(text: str, entities: list[Entity]) -> Formatted:
    """Return the text as Telegram stores it: trimmed, its entities untangled and sorted, links and commands found."""
    text = _CONTROLS.sub(" ", text).replace("\r", " ") if "\r" in text or _CONTROLS.search(text) else text
    if entities:
        entities = _untangle(entities)
    text, entities = _trim(text, entities)
    taken = [
        (one["offset"], one["offset"] + one["length"]) for one in entities if one["type"] in (*VERBATIM, "text_link")
    ]
    entities.extend(detect(text, taken))
    entities.sort(key=_place)
    return text, entities


def _place(entity: Entity) -> tuple[int, int, int]:
    rank = ORDER.index(entity["type"]) if entity["type"] in ORDER else len(ORDER)
    return entity["offset"], -entity["length"], rank


def _trim(text: str, entities: list[Entity]) -> Formatted:
    kept = text.rstrip()
    end = units(kept)
    first = min((one["offset"] for one in entities), default=end)
    lead = 0
    while lead < len(kept) and lead < first and kept[lead] in " \n\t":
        lead += 1
    cut = []
    for one in entities:
        offset = one["offset"] - lead
        length = min(one["length"], end - lead - offset)
        if length > 0:
            cut.append({**one, "offset": offset, "length": length})
    return kept[lead:], cut


def _untangle(entities: list[Entity]) -> list[Entity]:
    """Join overlapping styles of one kind and keep every style out of code, as Telegram does."""
    verbatim = _union((one["offset"], one["offset"] + one["length"]) for one in entities if one["type"] in VERBATIM)
    result = [one for one in entities if one["type"] not in SPLITTABLE and not _inside_code(one, verbatim)]
    for kind in SPLITTABLE:
        spans = _union((one["offset"], one["offset"] + one["length"]) for one in entities if one["type"] == kind)
        for start, end in spans:
            result.extend(
                {"type": kind, "offset": left, "length": right - left} for left, right in _without(start, end, verbatim)
            )
    return result


def _inside_code(entity: Entity, verbatim: list[tuple[int, int]]) -> bool:
    if entity["type"] in (*VERBATIM, "blockquote", "expandable_blockquote"):
        return False
    start, end = entity["offset"], entity["offset"] + entity["length"]
    return any(start < right and left < end for left, right in verbatim)


def _union(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _without(start: int, end: int, holes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    pieces = []
    for left, right in holes:
        if left >= end or right <= start:
            continue
        if left > start:
            pieces.append((start, left))
        start = max(start, right)
    if start < end:
        pieces.append((start, end))
    return pieces
