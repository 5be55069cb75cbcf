"""The codes in a picture: bar codes, QR codes, as text.

A hostile file is expected: nothing here raises, and a large picture is looked at smaller. Reading takes up to half a
second and lets go of the interpreter meanwhile: meant for a thread.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

LARGEST = 2400
"""Pixels of the longer side that are looked at; a code on a photographed label is still read at that size."""

MOST = 20
"""Codes of one picture."""

LONGEST = 500
"""Characters of one code; a QR code may hold thousands, and an answer would not."""


def codes_in(picture: Path | BinaryIO) -> list[str]:
    """Return the codes of a picture, each once, from the top; none when it cannot be opened."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - it is large, and a process that serves needs it for pictures only

    from storage.files.exif import FORMATS, MOST_PIXELS  # noqa: PLC0415 - likewise

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(picture, formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    return []
                image.draft("L", (LARGEST, LARGEST))
                grey = ImageOps.exif_transpose(image).convert("L")
        grey.thumbnail((LARGEST, LARGEST))
        return _read(grey)
    except Exception:  # noqa: BLE001 - as with what a picture says of itself: it fails in every way there is
        return []


def _read(image: Image.Image) -> list[str]:
    import zxingcpp  # noqa: PLC0415 - wanted for the few pictures that were sent for a code

    found = sorted(zxingcpp.read_barcodes(image), key=lambda one: one.position.top_left.y)
    texts = (" ".join(one.text.split()) for one in found)
    return list(dict.fromkeys(text for text in texts if 0 < len(text) <= LONGEST))[:MOST]
