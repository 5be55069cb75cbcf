"""Takes the fingerprints of pictures.

To be run apart (bot/background/apart.py): what it needs is large and slow to load. A hostile file is expected:
whatever cannot be read has no fingerprint.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

SIDE = 512
"""Pixels of the longer side that are looked at: more would cost time and change no bit worth having."""


def fingerprints(paths: list[str]) -> list[tuple[str, str] | None]:
    """Return for each file 16 and 64 hexadecimal digits (pHash over 8 x 8 and 16 x 16), None where there is none."""
    import imagehash  # noqa: PLC0415 - it brings numpy and scipy, which a serving process must never load

    found: list[tuple[str, str] | None] = []
    for path in paths:
        try:
            picture = _opened(path)
            if picture is None:
                found.append(None)
            else:
                found.append((str(imagehash.phash(picture)), str(imagehash.phash(picture, hash_size=16))))
        except Exception:  # noqa: BLE001 - Pillow's formats fail in every way there is, and none of them is our trouble
            found.append(None)
    return found


def _opened(path: str) -> Image.Image | None:
    """Return the picture, small and upright; None for one that is too large to be unpacked or shows one colour only."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - as above: whoever only asks for this to be run loads none of it

    from storage.files.exif import FORMATS, MOST_PIXELS, UNPACK_PIXELS  # noqa: PLC0415 - likewise

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(path, formats=FORMATS) as image:
            pixels = image.width * image.height
            if pixels > MOST_PIXELS or (image.format not in {"JPEG", "MPO"} and pixels > UNPACK_PIXELS):
                return None
            image.draft("L", (SIDE, SIDE))
            image.thumbnail((SIDE, SIDE))
            upright = ImageOps.exif_transpose(image).convert("L")
    low, high = upright.getextrema()
    # The hash of a plain wall or a black frame is noise: all such pictures would look alike, or none.
    return upright if isinstance(low, int) and isinstance(high, int) and high - low >= 16 else None  # noqa: PLR2004
