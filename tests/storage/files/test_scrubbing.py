"""The copy of a picture that may leave the house says nothing of when, where and with what it was taken."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import ExifTags, Image, ImageCms, ImageOps, PngImagePlugin

from storage.files.exif import exif_of
from storage.files.scrubbing import scrubbed

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = (b"Hangzhou", b"Kamera", b"2026:10", b"ns.adobe.com/xap", b"Photoshop")


def picture() -> Image.Image:
    made = Image.radial_gradient("L").convert("RGB").crop((0, 0, 200, 120))
    made.putpixel((3, 4), (255, 0, 0))
    return made


def told(orientation: int = 6) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "Kamera"
    exif[ExifTags.Base.DateTime] = "2026:10:12 08:00:00"
    exif[ExifTags.Base.ImageDescription] = "Hangzhou"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (30.0, 15.0, 30.0)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (120.0, 10.0, 0.0)
    return exif.tobytes()


def saved(kind: str, **more: object) -> bytes:
    file = io.BytesIO()
    picture().save(file, kind, exif=told(), **more)
    return file.getvalue()


def files() -> dict[str, bytes]:
    words = PngImagePlugin.PngInfo()
    words.add_text("Location", "Hangzhou")
    words.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>Photoshop</x:xmpmeta>")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b"<x:xmpmeta>Photoshop</x:xmpmeta>"
    return {
        "baseline": saved("JPEG", quality=90, comment=b"Hangzhou", icc_profile=profile),
        "progressive": saved("JPEG", quality=90, progressive=True, xmp=xmp),
        "restarts": saved("JPEG", quality=90, restart_marker_blocks=2),
        "trailer": saved("JPEG", quality=90) + saved("JPEG", quality=20),
        "png": saved("PNG", pnginfo=words),
        "webp": saved("WEBP", quality=90, xmp=xmp),
        "webp lossless": saved("WEBP", lossless=True),
    }


@pytest.mark.parametrize("name", list(files()))
def test_a_copy_shows_the_same_and_tells_nothing(tmp_path: Path, name: str):
    original = tmp_path / "original"
    original.write_bytes(files()[name])
    clean = scrubbed(original)
    assert clean is not None
    assert [secret for secret in SECRETS if secret in clean] == []
    copy = tmp_path / "copy"
    copy.write_bytes(clean)
    found = exif_of(copy)
    assert found is not None
    assert set(found) == {"width", "height"}
    with Image.open(original) as before, Image.open(copy) as after:
        assert after.getexif().get_ifd(ExifTags.IFD.GPSInfo) == {}
        if "webp" not in name:  # of a WebP which way up it is goes, too
            assert ImageOps.exif_transpose(after).size == (120, 200)
        assert before.convert("RGB").tobytes() == after.convert("RGB").tobytes()
        assert before.info.get("icc_profile") == after.info.get("icc_profile")
    assert scrubbed(copy) == clean


@pytest.mark.parametrize("cut", [1, 3, 10, 50, 200, -1, -3])
def test_a_broken_picture_has_no_copy_and_does_no_harm(tmp_path: Path, cut: int):
    for name, data in files().items():
        if name == "trailer":
            continue
        file = tmp_path / "broken"
        file.write_bytes(data[:cut])
        clean = scrubbed(file)
        assert clean is None or not [secret for secret in SECRETS if secret in clean], name


def test_what_is_no_picture_we_know_has_no_copy(tmp_path: Path):
    file = tmp_path / "file"
    for data in (b"", b"%PDF-1.7", b"\x00\x00\x00\x18ftypheic", b"GIF89a"):
        file.write_bytes(data)
        assert scrubbed(file) is None
