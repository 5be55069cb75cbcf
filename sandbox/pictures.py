"""Makes of a picture what Telegram makes of a photo: JPEG copies in a few sizes, upright, without metadata.

The work is done in a thread, and a picture is judged by its header before any pixel of it is unpacked.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from sandbox.errors import BadRequestError

SIDES = (90, 320, 800, 1280)
LARGEST_SUM = 10_000
LARGEST_RATIO = 20
QUALITY = 87


@dataclass(frozen=True, slots=True)
class Picture:
    """One JPEG copy; sizes in pixels."""

    width: int
    height: int
    content: bytes


def make_sizes(content: bytes) -> list[Picture]:
    """Return the copies of a picture, smallest first; raises BadRequestError when it is none or out of bounds."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content)) as opened:
                _check(*opened.size)
                upright = ImageOps.exif_transpose(opened)
                whole = upright.convert("RGB")
    except BadRequestError:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, Image.DecompressionBombError) as error:
        raise BadRequestError("IMAGE_PROCESS_FAILED") from error
    longest = max(whole.size)
    return [_copy(whole, side) for index, side in enumerate(SIDES) if index == 0 or SIDES[index - 1] < longest]


def _check(width: int, height: int) -> None:
    too_long = min(width, height) * LARGEST_RATIO < max(width, height)
    if width + height > LARGEST_SUM or min(width, height) < 1 or too_long:
        raise BadRequestError("PHOTO_INVALID_DIMENSIONS")


def _copy(whole: Image.Image, side: int) -> Picture:
    size = whole.copy()
    size.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    size.info.clear()
    out = io.BytesIO()
    size.save(out, "JPEG", quality=QUALITY, optimize=False)
    return Picture(size.width, size.height, out.getvalue())
