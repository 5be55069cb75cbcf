"""Finds what Telegram marks in any text without being asked: commands, mentions, hashtags, links, e-mail addresses.

Bots rely on it: a command that carries no ``bot_command`` entity is not a command to most libraries. Text inside
code or inside a link is left alone.
"""

from __future__ import annotations

import re
from typing import Any

COMMAND = re.compile(r"(?<![^\s(\"'«,.])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/@])")
MENTION = re.compile(r"(?<![\w@/])@[A-Za-z0-9_]{3,32}(?!\w)")
HASHTAG = re.compile(r"(?<![\w#/])#(?=\w*[^\W\d])\w{1,256}")
EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?![\w-])")
URL = re.compile(
    r"(?<![\w@/.])(?:https?://[^\s<>\"'，。；、）】」》（]+|(?:[a-z0-9-]+\.)+(?:com|org|net|io|me|cn|ru|dev)\b(?:/[^\s<>\"'，。；]*)?)",
    re.IGNORECASE,
)
TRAILING = ".,;:!?)]}'\""

Span = tuple[int, int]


def detect(text: str, taken: list[Span]) -> list[dict[str, Any]]:
    """Return the entities found in ``text`` outside the ``taken`` spans; offsets and spans in UTF-16 code units."""
    found: list[tuple[str, int, int]] = []
    if "@" in text:
        found += [("email", *match.span()) for match in EMAIL.finditer(text)]
    if "." in text or "://" in text:
        found += [("url", match.start(), _end_of_url(match)) for match in URL.finditer(text)]
    for mark, kind, pattern in (("/", "bot_command", COMMAND), ("@", "mention", MENTION), ("#", "hashtag", HASHTAG)):
        if mark in text:
            found += [(kind, *match.span()) for match in pattern.finditer(text)]
    if not found:
        return []
    return _keep(text, found, taken)


def _end_of_url(match: re.Match[str]) -> int:
    return match.start() + len(match.group().rstrip(TRAILING))


def _keep(text: str, found: list[tuple[str, int, int]], taken: list[Span]) -> list[dict[str, Any]]:
    entities = []
    taken = list(taken)
    for kind, start, end in found:
        left = len(text[:start].encode("utf-16-le", "surrogatepass")) // 2
        right = left + len(text[start:end].encode("utf-16-le", "surrogatepass")) // 2
        if right > left and all(right <= other_left or left >= other_right for other_left, other_right in taken):
            taken.append((left, right))
            entities.append({"type": kind, "offset": left, "length": right - left})
    return entities
