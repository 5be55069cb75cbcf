"""Writes a chat down as people would read it over somebody's shoulder.

``✎`` is what the person sends, ``👆`` a tap, ``(→)`` a message edited in place, ``[…]`` an inline button, ``⌨`` the
reply keyboard. Pure: it is shown the messages on the screen and writes what has changed since it last looked.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_TAG = re.compile(r"<[^>]+>")
INDENT = "    "


class Transcript:
    """One conversation on paper."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._seen: dict[int, list[str]] = {}
        self._keyboard: list[str] = []

    def did(self, what: str) -> None:
        """Write down what the person does: ``✎ …`` or ``👆 […]``."""
        if self.lines:
            self.lines.append("")
        self.lines.extend(what.splitlines())

    def look(self, messages: Sequence[dict[str, Any]], keyboard: Sequence[Sequence[str]] = (), toast: str = "") -> None:
        """Write down what has changed on the screen; ``messages`` are the bot's own that are still there."""
        if toast:
            self.lines.append(f"{INDENT}‹{toast}›")
        for message in messages:
            drawn = draw(message)
            before = self._seen.get(message["id"])
            if before == drawn:
                continue
            mark = "(→) " if before is not None else "    "
            self.lines.extend((mark if at == 0 else INDENT) + line for at, line in enumerate(drawn))
            self._seen[message["id"]] = drawn
        keys = ["⌨ " + "   ".join(row) for row in keyboard]
        if keys and keys != self._keyboard:
            self.lines.extend(INDENT + line for line in keys)
        self._keyboard = keys or self._keyboard

    def __str__(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines) + "\n"


def plain(text: str) -> str:
    """Return Telegram HTML as the words a person sees."""
    return html.unescape(_TAG.sub("", text))


def draw(message: dict[str, Any]) -> list[str]:
    """Return one message as lines: what it carries, its words, its buttons."""
    lines = [f"🖼 {kind}" for kind in ("photo", "document", "voice", "video") if message.get(kind)]
    words = message.get("text_html") or message.get("caption_html") or ""
    lines.extend(plain(words).splitlines() or [])
    lines.extend(" ".join(f"[{button['text']}]" for button in row) for row in message.get("buttons") or ())
    return lines
