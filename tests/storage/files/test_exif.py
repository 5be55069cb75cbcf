"""What pictures say about themselves, hostile ones included."""

import random
import struct
import warnings
import zlib
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from storage.files.exif import exif_of


def _picture(path: Path, **exif: object) -> Path:
    data = Image.Exif()
    data[ExifTags.Base.Make] = exif.get("make", "HUAWEI")
    data[ExifTags.Base.Model] = exif.get("model", "P60")
    data[ExifTags.IFD.Exif] = {ExifTags.Base.DateTimeOriginal: exif.get("taken", "2026:10:18 09:41:07")}
    data[ExifTags.IFD.GPSInfo] = {
        ExifTags.GPS.GPSLatitudeRef: exif.get("ns", "N"),
        ExifTags.GPS.GPSLatitude: exif.get("latitude", (30.0, 11.0, 2.76)),
        ExifTags.GPS.GPSLongitudeRef: exif.get("ew", "E"),
        ExifTags.GPS.GPSLongitude: (120.0, 15.0, 52.56),
    }
    Image.new("RGB", (640, 480), "white").save(path, "JPEG", exif=data)
    return path


def test_a_phones_picture_says_when_where_and_with_what_it_was_taken(tmp_path: Path) -> None:
    assert exif_of(_picture(tmp_path / "a.jpg")) == {
        "taken_at": "2026-10-18T09:41:07",
        "latitude": pytest.approx(30.1841),
        "longitude": pytest.approx(120.2646),
        "camera": "HUAWEI P60",
        "width": 640,
        "height": 480,
    }


def test_south_and_west_are_negative(tmp_path: Path) -> None:
    found = exif_of(_picture(tmp_path / "a.jpg", ns="S", ew="W"))
    assert found is not None
    assert (found["latitude"], found["longitude"]) == (pytest.approx(-30.1841), pytest.approx(-120.2646))


def test_a_picture_without_a_word_is_still_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (3, 2)).save(path)
    assert exif_of(path) == {"width": 3, "height": 2}


@pytest.mark.parametrize(
    "odd",
    [
        {"taken": "0000:00:00 00:00:00"},
        {"taken": "yesterday"},
        {"latitude": (91.0, 0.0, 0.0)},
        {"latitude": (30.0, 11.0)},
        {"make": "\x00\x07bad\x1b[31m", "model": "x" * 5000},
    ],
)
def test_nonsense_in_a_picture_is_left_out(tmp_path: Path, odd: dict[str, object]) -> None:
    found = exif_of(_picture(tmp_path / "a.jpg", **odd))
    assert found is not None
    assert ("taken_at" in found) is ("taken" not in odd)
    assert ("latitude" in found) is ("latitude" not in odd)
    assert str(found["camera"]).isprintable()
    assert len(str(found["camera"])) < 500


def test_a_picture_cut_short_is_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.effect_noise((800, 600), 90).save(path, "JPEG")
    assert exif_of(path) is not None
    path.write_bytes(path.read_bytes()[:-5000])
    assert exif_of(path) is None


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\xff\xd8\xff\xe1", b"%PDF-1.7", b"GIF89a"])
def test_what_is_no_picture_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(content)
    assert exif_of(path) is None


def test_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert exif_of(tmp_path / "nothing.jpg") is None


def _bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    squeeze = zlib.compressobj(9)
    row = bytes(1 + width)
    body = b"".join(squeeze.compress(row) for _ in range(min(height, 2000))) + squeeze.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (2**31 - 1, 2**31 - 1)])
def test_a_decompression_bomb_is_not_unpacked(tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(_bomb(min(width, 30_000), 10)[:16] + struct.pack(">II", width, height) + b"\x08" + b"\x00" * 4)
    assert exif_of(path) is None
    path.write_bytes(_bomb(30_000, 30_000))
    assert exif_of(path) is None


def test_no_damage_to_a_picture_raises_or_warns(tmp_path: Path) -> None:
    whole = _picture(tmp_path / "a.jpg").read_bytes()
    chance = random.Random(20261018)  # noqa: S311 - the same damage every time
    path = tmp_path / "b.jpg"
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        for _ in range(400):
            damaged = bytearray(whole)
            for _ in range(chance.randrange(1, 12)):
                damaged[chance.randrange(min(len(damaged), 400))] = chance.randrange(256)
            path.write_bytes(
                bytes(damaged[: chance.randrange(1, len(damaged) + 1)]) if chance.random() < 0.3 else damaged
            )
            found = exif_of(path)
            assert found is None or {"width", "height"} <= set(found)
    assert heard == []
