"""Reads text that came as bytes: as UTF-8, as UTF-16 with its mark, or as Chinese Windows writes it."""

from __future__ import annotations


def decoded(data: bytes) -> str:
    """Give the text; bytes that fit nowhere become the replacement character."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")
