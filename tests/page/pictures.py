"""Pictures for tests, made when they are needed."""

import io
from pathlib import Path

from PIL import Image


def jpeg(path: Path, colour: str, size: tuple[int, int] = (640, 480), camera: str = "") -> Path:
    """Write a picture of one colour; with ``camera`` it says in its EXIF what took it."""
    exif = Image.Exif()
    if camera:
        exif[0x0110] = camera
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, "JPEG", exif=exif)
    path.write_bytes(stream.getvalue())
    return path
