"""Makes the copy of a picture or a video that may leave the house: without the time, place and camera it tells.

The original is never touched. JPEG, PNG and WebP are taken apart and put together again without what is not needed to
show them, so no pixel changes; which way up a picture is stays. What is appended behind a picture goes. Videos are
storage/files/footage.py's. A file is known by its first bytes, whatever its sender called it. A hostile file is
expected: what cannot be taken apart has no copy.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from storage.files import footage

_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14, _COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers of JPEG without a length."""

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    {
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD"),
        *(b"acTL", b"fcTL", b"fdAT"),
    }
)
_WEBP_DROPPED = frozenset({b"EXIF", b"XMP "})
_UPRIGHT = 1
_ORIENTATION = 0x0112
"""The tag of EXIF that says which way up a picture is."""


class _Strange(Exception):
    """The file is not what its first bytes promise."""


def scrubbed(path: Path) -> bytes | None:
    """Return the file without what it says of itself; None for one of a kind that this cannot do, or a broken one."""
    try:
        data = path.read_bytes()
        if data[:2] == b"\xff\xd8":
            return _jpeg(data, _orientation(path))
        if data.startswith(_PNG):
            return _png(data, _orientation(path))
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
        if footage.is_footage(data[:12]):
            return footage.cleaned(data)
    except (_Strange, footage.Strange, OSError, struct.error, IndexError):
        return None
    return None


_MEDIA = (
    *(b"\xff\xd8", _PNG, b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"FUJIFILM", b"8BPS", b"\x00\x00\x01\xba"),
    *(b"\x1a\x45\xdf\xa3", b"FLV", b"\x30\x26\xb2\x75", b"\x00\x00\x01\xb3"),
)
"""How pictures and videos begin that can tell where they were taken, besides those in boxes."""


def tells_of_itself(path: Path) -> bool:
    """Tell whether a file is a picture or a video by its first bytes, and may so tell when and where it was taken."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False
    boxed = head[4:8] == b"ftyp" or footage.is_footage(head)
    riff = head[:4] == b"RIFF" and head[8:12] in {b"WEBP", b"AVI "}
    return boxed or riff or head.startswith(_MEDIA)


def _orientation(path: Path) -> int:
    from PIL import Image  # noqa: PLC0415 - it is large, and a process that serves needs it for pictures only

    try:
        with Image.open(path) as image:
            found = image.getexif().get(_ORIENTATION, _UPRIGHT)
    except Exception:  # noqa: BLE001 - Pillow's formats fail in every way there is; the picture is then shown as it lies
        return _UPRIGHT
    return found if isinstance(found, int) and 1 <= found <= 8 else _UPRIGHT  # noqa: PLR2004 - the eight there are


def _turned(orientation: int) -> bytes:
    """Return EXIF that says nothing but which way up the picture is."""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)
    return b"MM\x00\x2a\x00\x00\x00\x08\x00\x01" + entry + b"\x00\x00\x00\x00"


# --- JPEG ---


def _jpeg(data: bytes, orientation: int) -> bytes:
    made = [b"\xff\xd8"]
    if orientation != _UPRIGHT:
        said = b"Exif\x00\x00" + _turned(orientation)
        made.append(b"\xff\xe1" + struct.pack(">H", len(said) + 2) + said)
    for marker, segment in _segments(data):
        dropped = (0xE0 <= marker <= 0xEF and not _needed(marker, segment)) or marker == _COM  # noqa: PLR2004 - APP0 to APP15
        if not dropped:
            made.append(segment)
    return b"".join(made)


def _needed(marker: int, segment: bytes) -> bool:
    """Tell whether an application's segment is needed to show the picture: its frame, its colours."""
    body = segment[4:]
    return (
        (marker == _APP0 and body.startswith(b"JFIF\x00"))
        or (marker == _APP2 and body.startswith(b"ICC_PROFILE\x00"))
        or (marker == _APP14 and body.startswith(b"Adobe"))
    )


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Take a JPEG apart, up to its end mark and no further: (marker, all its bytes, those of a scan included)."""
    at = 2
    while True:
        if data[at] != 0xFF:  # noqa: PLR2004 - every marker begins with it
            raise _Strange
        while data[at + 1] == 0xFF:  # noqa: PLR2004 - fill bytes
            at += 1
        marker = data[at + 1]
        if marker == _EOI:
            yield marker, b"\xff\xd9"
            return
        if marker in _ALONE:
            yield marker, data[at : at + 2]
            at += 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + length
        if marker == _SOS:
            end = _scan_end(data, end)
        if end > len(data):
            raise _Strange
        yield marker, data[at:end]
        at = end


def _scan_end(data: bytes, at: int) -> int:
    """Return where a scan ends: at the next marker that is neither a stuffed zero nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise _Strange
        follows = data[at + 1]
        if follows == 0 or 0xD0 <= follows <= 0xD7:  # noqa: PLR2004 - RST0 to RST7
            at += 2
        elif follows == 0xFF:  # noqa: PLR2004 - a fill byte
            at += 1
        else:
            return at


# --- PNG and WebP ---


def _png(data: bytes, orientation: int) -> bytes:
    made, at = [_PNG], len(_PNG)
    while True:
        (length,) = struct.unpack_from(">I", data, at)
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data):
            raise _Strange
        if kind == b"IDAT" and orientation != _UPRIGHT:
            made.append(_chunk(b"eXIf", _turned(orientation)))
            orientation = _UPRIGHT
        if kind in _PNG_KEPT:
            made.append(data[at:end])
        if kind == b"IEND":
            return b"".join(made)
        at = end


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _webp(data: bytes) -> bytes:
    made, at = [], 12
    (size,) = struct.unpack_from("<I", data, 4)
    last = min(len(data), size + 8)
    while at + 8 <= last:
        kind = data[at : at + 4]
        (length,) = struct.unpack_from("<I", data, at + 4)
        end = at + 8 + length + length % 2
        if end > last:
            raise _Strange
        chunk = data[at:end]
        if kind == b"VP8X":  # its flags say what is in the file: no EXIF, no XMP any more
            chunk = chunk[:8] + bytes([chunk[8] & ~0x0C]) + chunk[9:]
        if kind not in _WEBP_DROPPED:
            made.append(chunk)
        at = end
    body = b"WEBP" + b"".join(made)
    return b"RIFF" + struct.pack("<I", len(body)) + body
