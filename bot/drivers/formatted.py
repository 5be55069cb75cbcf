"""The formatting of what people wrote, as the HTML we send: both libraries hand over the same entities.

Offsets count UTF-16 units, as Telegram does. What only the client knows (custom emoji) and what a reader's own client
finds by itself (addresses, hashtags) needs no mark.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    import aiogram.types
    import telegram

    AnyEntity = aiogram.types.MessageEntity | telegram.MessageEntity

TAGS: Final = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}


def html_of(text: str, entities: Sequence[AnyEntity] | None) -> str:
    """Return the text as Telegram HTML; '' when nothing in it is formatted, and the text says it all."""
    marks = [
        (one.offset, one.offset + one.length, tags[0], tags[1]) for one in entities or () if (tags := _tags(one))[0]
    ]
    if not marks:
        return ""
    units = text.encode("utf-16-le")
    # The longer begins first and ends last, so that every mark lies whole in the one around it.
    marks.sort(key=lambda one: (one[0], -one[1]))
    cuts = sorted({0, len(units) // 2, *(at for one in marks for at in one[:2])})
    written, open_now = [], list[tuple[int, str, str]]()
    for start, end in zip(cuts, [*cuts[1:], cuts[-1]], strict=True):
        again = list[tuple[int, str, str]]()
        while any(one[0] <= start for one in open_now):  # what crosses the end of another is closed and opened again
            last = open_now.pop()
            written.append(last[2])
            if last[0] > start:
                again.append(last)
        begin = [(upto, opens, closes) for at, upto, opens, closes in marks if at == start and upto > start]
        for upto, opens, closes in [*reversed(again), *begin]:
            written.append(opens)
            open_now.append((upto, opens, closes))
        written.append(escape(units[start * 2 : end * 2].decode("utf-16-le", "replace"), quote=False))
    written += [one[2] for one in reversed(open_now)]
    return "".join(written)


def _tags(entity: AnyEntity) -> tuple[str, str]:
    kind = str(getattr(entity.type, "value", entity.type))
    if kind == "text_link" and entity.url:
        return f'<a href="{escape(entity.url)}">', "</a>"
    tag = TAGS.get(kind, "")
    return (f"<{tag}>", f"</{tag}>") if tag else ("", "")
