"""What a picture says about itself: when and where it was taken, and with what.

A hostile file is expected: nothing here raises, and no large picture is unpacked in full.
"""

import math
import warnings
from datetime import datetime
from pathlib import Path

from PIL import (
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from storage.entity import Json

FORMATS = tuple(
    plugin.format
    for plugin in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        WebPImagePlugin.WebPImageFile,
        GifImagePlugin.GifImageFile,
        BmpImagePlugin.BmpImageFile,
        TiffImagePlugin.TiffImageFile,
    )
)
"""What cameras, telephones and screens make (an MPO opens as a JPEG). Some others would start programs to be read."""

UNPACK_PIXELS = 25_000_000
"""Pictures up to this size are unpacked to see whether they are whole, which takes four bytes a pixel."""

MOST_PIXELS = 178_000_000
"""Pillow by itself refuses a few more; said here so that no other setting of Pillow's changes it."""

_MOST_SCANS = 100
"""Passes over a progressive JPEG; cameras make ten."""

_MOST_TEXT = 200


def exif_of(path: Path) -> Json | None:
    """Return what a picture says about itself; {} when nothing, None when it cannot be opened as a picture.

    Keys: ``taken_at`` (ISO local time, no zone, as cameras write it), ``latitude`` and ``longitude`` (degrees),
    ``camera``, ``width`` and ``height`` (pixels). Of a picture too large to unpack only the size is told, unless it is
    a JPEG.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of damaged EXIF and of large pictures; both are handled
            with Image.open(path, formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    return None
                return _looked_at(image, path)
    except Exception:  # noqa: BLE001 - Pillow's formats fail in every way there is, and none of them is our trouble
        return None


def _looked_at(image: Image.Image, path: Path) -> Json | None:
    small = image.width * image.height <= UNPACK_PIXELS
    if image.format in {"JPEG", "MPO"}:
        progressive = "progressive" in image.info or "progression" in image.info
        if progressive and path.read_bytes().count(b"\xff\xda") > _MOST_SCANS:
            return None
        found = _read(image)
        if small or not progressive:  # a progressive one is unpacked whole, whatever the scale that is asked for
            image.draft("RGB", (image.width // 8, image.height // 8))
            image.load()
        return found
    if not small:  # not even its EXIF: for that some formats unpack all that comes before
        return {"width": image.width, "height": image.height}
    found = _read(image)
    image.load()
    return found


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
