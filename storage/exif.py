"""What a picture says about itself: when and where it was taken, and with what.

A hostile file is expected: nothing here raises, and no large picture is unpacked in full.
"""

import math
import warnings
from datetime import datetime
from pathlib import Path

from PIL import ExifTags, Image

from storage.entity import Json

_UNPACK_PIXELS = 25_000_000
"""Pictures up to this size are unpacked to see whether they are whole; JPEG is, at an eighth, whatever its size."""

_MOST_PIXELS = 400_000_000
_MOST_TEXT = 200


def exif_of(path: Path) -> Json | None:
    """Return what a picture says about itself; {} when nothing, None when it cannot be opened as a picture.

    Keys: ``taken_at`` (ISO local time, no zone, as cameras write it), ``latitude`` and ``longitude`` (degrees),
    ``camera``, ``width`` and ``height`` (pixels).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of damaged EXIF and of large pictures; both are handled
            with Image.open(path) as image:
                if image.width * image.height > _MOST_PIXELS:
                    return None
                found = _read(image)
                _unpack(image)
                return found
    except (
        OSError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        SyntaxError,
        ArithmeticError,
        MemoryError,
        EOFError,
        AttributeError,
        NotImplementedError,
        Image.DecompressionBombError,
    ):
        return None


def _unpack(image: Image.Image) -> None:
    if image.format == "JPEG":
        image.draft("RGB", (image.width // 8, image.height // 8))
        image.load()
    elif image.width * image.height <= _UNPACK_PIXELS:
        image.load()


def _read(image: Image.Image) -> Json:
    found: Json = {"width": image.width, "height": image.height}
    exif = image.getexif()
    camera = " ".join(text for tag in (ExifTags.Base.Make, ExifTags.Base.Model) if (text := _text(exif.get(tag))))
    if camera:
        found["camera"] = camera
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    taken = _moment(inner.get(ExifTags.Base.DateTimeOriginal)) or _moment(exif.get(ExifTags.Base.DateTime))
    if taken:
        found["taken_at"] = taken
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    latitude = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S", 90)
    longitude = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W", 180)
    if latitude is not None and longitude is not None:
        found["latitude"], found["longitude"] = latitude, longitude
    return found


def _text(value: object) -> str:
    return "".join(one for one in value if one.isprintable()).strip()[:_MOST_TEXT] if isinstance(value, str) else ""


def _moment(value: object) -> str | None:
    try:
        return datetime.strptime(_text(value), "%Y:%m:%d %H:%M:%S").isoformat()  # noqa: DTZ007 - EXIF has no zone
    except ValueError:
        return None


def _degrees(value: object, reference: object, negative: str, most: int) -> float | None:
    """Turn degrees, minutes, seconds into degrees; None for anything a camera would not write."""
    try:
        degrees, minutes, seconds = (float(part) for part in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    total = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(total) or not 0 <= total <= most:
        return None
    return round(-total if reference == negative else total, 7)
