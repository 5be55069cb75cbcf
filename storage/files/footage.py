"""Takes time and place out of a video or a sound recording as telephones write it: MP4, QuickTime, M4A, 3GP.

What tells them is overwritten where it stands, so that everything else stays at its place and no picture or sound
changes. Kept are only the boxes it takes to play the file; whatever else a maker put in goes. A file with a track that
is neither picture nor sound has no copy: cameras write where they were, second by second, into such tracks.
"""

import struct
from collections.abc import Iterator

_STARTS = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"})
"""Boxes that such a file begins with; the older ones have no ``ftyp``."""

_PICTURES = frozenset(
    {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis", b"crx "}
)
"""Brands of pictures in the same kind of boxes, which are laid out in another way."""

_KEPT = {
    b"": frozenset({b"ftyp", b"moov", b"mdat", b"wide"}),
    b"moov": frozenset({b"mvhd", b"trak", b"iods"}),
    b"trak": frozenset({b"tkhd", b"edts", b"mdia", b"tref", b"tapt"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf"}),
    b"minf": frozenset({b"vmhd", b"smhd", b"hdlr", b"dinf", b"stbl"}),
    b"stbl": frozenset(
        {
            *(b"stsd", b"stts", b"ctts", b"cslg", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss", b"stps"),
            *(b"sdtp", b"sbgp", b"sgpd", b"subs"),
        }
    ),
}
"""What is kept in each box that is looked into; '' is the file."""

_TIMED = frozenset({b"mvhd", b"tkhd", b"mdhd"})
_IN_PIECES = frozenset({b"moof", b"mvex"})
_TRACKS = frozenset({b"vide", b"soun"})


class Strange(Exception):
    """The file is not what its first bytes promise, or holds more than can be taken out."""


def is_footage(head: bytes) -> bool:
    """Tell from the first 12 bytes whether a file is of this kind."""
    return head[4:8] in _STARTS and not (head[4:8] == b"ftyp" and head[8:12] in _PICTURES)


def cleaned(data: bytes) -> bytes:
    """Return the file without what it says of time, place and maker. Raises Strange, or struct.error for a torn one."""
    made = bytearray(data)
    _clean(made, b"", 0, len(made))
    if not any(kind == b"moov" for kind, *_ in _boxes(made, 0, len(made))):
        raise Strange
    return bytes(made)


def _boxes(data: bytearray, at: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Take a stretch apart: (kind, where the box begins, where its content begins, where it ends)."""
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        inner = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, inner)
            inner += 8
        elif size == 0:
            size = end - at
        if at + size > end or at + size < inner:
            raise Strange
        yield kind, at, inner, at + size
        at += size
    data[at:end] = bytes(end - at)  # no box has room there


def _clean(data: bytearray, within: bytes, at: int, end: int) -> None:
    for kind, begins, inner, ends in _boxes(data, at, end):
        if kind in _IN_PIECES:
            raise Strange
        if kind not in _KEPT[within]:
            data[begins + 4 : begins + 8] = b"free"
            data[inner:ends] = bytes(ends - inner)
        elif kind in _KEPT:
            _clean(data, kind, inner, ends)
        elif kind in _TIMED:
            width = 8 if data[inner] else 4  # of each of the two moments: when it was made and changed
            data[inner + 4 : inner + 4 + 2 * width] = bytes(2 * width)
        elif kind == b"hdlr" and within == b"mdia" and bytes(data[inner + 8 : inner + 12]) not in _TRACKS:
            raise Strange
