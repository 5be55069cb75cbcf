"""Text and entities written as HTML that a page can show: everything escaped, only Telegram's own tags let through.

What Telegram found by itself (links, commands) is not marked; a page finds it again in its own way.
"""

from __future__ import annotations

import html as stdlib_html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.formatting import Entity

WRITTEN = {"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "spoiler": "tg-spoiler", "code": "code",
           "blockquote": "blockquote", "expandable_blockquote": "blockquote"}  # fmt: skip


def write_html(text: str, entities: list[Entity]) -> str:
    """Return text and entities as HTML that is safe to show; what Telegram found by itself is not marked."""
    marks: list[tuple[int, int, int, str]] = []
    for number, one in enumerate(entities):
        opening, closing = _tags(one)
        if opening:
            start, end = one["offset"], one["offset"] + one["length"]
            marks += [(start, 1, number, opening), (end, 0, -number, closing)]
    if not marks:
        return stdlib_html.escape(text, quote=False)
    encoded = text.encode("utf-16-le", "surrogatepass")
    pieces, at = [], 0
    for place, _, _, tag in sorted(marks):
        piece = encoded[at * 2 : place * 2].decode("utf-16-le", "replace")
        pieces += [stdlib_html.escape(piece, quote=False), tag]
        at = place
    rest = encoded[at * 2 :].decode("utf-16-le", "replace")
    return "".join([*pieces, stdlib_html.escape(rest, quote=False)])


def _tags(entity: Entity) -> tuple[str, str]:
    kind = entity["type"]
    if kind == "text_link":
        return f'<a href="{stdlib_html.escape(entity["url"])}">', "</a>"
    if kind == "text_mention":
        return f'<a href="tg://user?id={entity["user"]["id"]}">', "</a>"
    if kind == "pre":
        language = entity.get("language", "")
        inner = f'<code class="language-{stdlib_html.escape(language)}">' if language else ""
        return f"<pre>{inner}", f"{'</code>' if language else ''}</pre>"
    if kind not in WRITTEN:
        return "", ""
    extra = " expandable" if kind == "expandable_blockquote" else ""
    return f"<{WRITTEN[kind]}{extra}>", f"</{WRITTEN[kind]}>"
