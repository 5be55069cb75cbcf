"""Writes an old Excel workbook (.xls): sheets of text and numbers, as BIFF8 in a compound file.

No library that is installed writes this format, and real ones must be readable for good; so a few records by hand.
"""

from __future__ import annotations

import struct

_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_LEAST = 4096
"""A stream shorter than this would have to lie in the small sectors."""


def workbook(sheets: dict[str, list[list[str | float]]]) -> bytes:
    """Give the bytes of a workbook with these sheets, by name, as rows of cells."""
    bodies = [_sheet(rows) for rows in sheets.values()]
    names = [_record(0x85, b"\0" * 6 + _short(name)) for name in sheets]
    head, end = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)), _record(0x0A, b"")
    at = len(head) + sum(map(len, names)) + len(end)
    found = head
    for name, body in zip(sheets, bodies, strict=True):
        found += _record(0x85, struct.pack("<IH", at, 0) + _short(name))
        at += len(body)
    return _compound(found + end + b"".join(bodies))


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _short(text: str) -> bytes:
    return struct.pack("<BB", len(text), 1) + text.encode("utf-16-le")


def _sheet(rows: list[list[str | float]]) -> bytes:
    found = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            place = struct.pack("<HHH", at, column, 0)
            if isinstance(cell, str):
                text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
                found += _record(0x204, place + text) if cell else b""
            else:
                found += _record(0x203, place + struct.pack("<d", cell))
    return found + _record(0x0A, b"")


def _compound(stream: bytes) -> bytes:
    """Put the one stream ``Workbook`` into a compound file: header, table of sectors, directory, stream."""
    stream = stream.ljust(max(_LEAST, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    table = [_FAT, _END, *range(3, count + 2), _END]
    assert len(table) <= _SECTOR // 4
    fat = b"".join(struct.pack("<I", one) for one in table).ljust(_SECTOR, b"\xff")
    folder = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\0" * 16, 0x3E, 3, 0xFFFE, 9, 6, b"\0" * 6,
        0, 1, 1, 0, _LEAST, _END, 0, _END, 0,
    )  # fmt: skip
    header += struct.pack("<I", 0) + b"\xff\xff\xff\xff" * 108
    return header + fat + folder.ljust(_SECTOR, b"\0") + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ", text, len(text), kind, 1, _FREE, _FREE, child, b"\0" * 16, 0, 0, 0, start, size
    )
