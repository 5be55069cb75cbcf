"""Reads a list of names that was sent as a file.

For a process of its own (bot/background/apart.py), so it imports next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from supervision.draw_list import of_rows, of_text

if TYPE_CHECKING:
    from supervision.draw_list import Pairs


def pairs_of(content: bytes, name: str) -> Pairs | None:
    """Return the names in a file, None when it cannot be read; for a process of its own."""
    from supervision.register import workbook  # noqa: PLC0415 - it loads openpyxl, which the bot itself has no use for

    try:
        if name.lower().endswith(".txt"):
            return of_text(_decoded(content))
        return of_rows(workbook.read(content)[0].rows)
    except (workbook.Unreadable, IndexError):
        return None


def _decoded(content: bytes) -> str:
    if b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):  # sixteen bits, and no mark of it
        little = content[1::2].count(0) >= content[::2].count(0)
        return content.decode("utf-16-le" if little else "utf-16-be", "replace")
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "replace")
