"""The copy of a video that somebody else sees says nothing of when, where and with what it was taken."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from storage.files.scrubbing import scrubbed, tells_of_itself

if TYPE_CHECKING:
    from pathlib import Path

PLACE = b"+30.2741+120.1551/"
TAKEN = struct.pack(">II", 3_870_000_000, 3_870_000_001)


def box(kind: bytes, *inner: bytes) -> bytes:
    content = b"".join(inner)
    return struct.pack(">I4s", len(content) + 8, kind) + content


def timed(kind: bytes, version: int = 0) -> bytes:
    taken = struct.pack(">QQ", 3_870_000_000, 3_870_000_001) if version else TAKEN
    return box(kind, bytes([version, 0, 0, 0]), taken, b"rest of it")


def track(handler: bytes = b"vide", *more: bytes) -> bytes:
    media = box(
        b"mdia",
        timed(b"mdhd", 1),
        box(b"hdlr", bytes(8), handler, bytes(12)),
        box(b"minf", box(b"vmhd", b"v"), box(b"stbl", box(b"stco", b"offsets"), box(b"udta", PLACE))),
    )
    return box(b"trak", timed(b"tkhd"), media, *more)


def video(*tracks: bytes, last: bytes = b"") -> bytes:
    head = box(b"ftyp", b"qt  ", bytes(4), b"qt  ")
    said = box(b"udta", box(b"\xa9xyz", PLACE), box(b"loci", b"Hangzhou"), bytes(4))
    keys = box(b"meta", b"com.apple.quicktime.location.ISO6709", PLACE)
    moov = box(b"moov", timed(b"mvhd"), *(tracks or (track(), track(b"soun"))), said, keys)
    samples = struct.pack(">I4sQ", 1, b"mdat", 16 + 7) + b"samples"  # with a long size, as QuickTime writes it
    return head + box(b"free", PLACE) + samples + moov + box(b"uuid", b"xmp", PLACE) + last


def clean(tmp_path: Path, data: bytes) -> bytes | None:
    (tmp_path / "a").write_bytes(data)
    return scrubbed(tmp_path / "a")


@pytest.mark.parametrize("more", [b"", b"tail!", box(b"sefd", PLACE), struct.pack(">I4s", 0, b"skip") + PLACE])
def test_time_and_place_are_gone_and_everything_else_stands_where_it_stood(tmp_path: Path, more: bytes) -> None:
    whole = video(last=more)
    found = clean(tmp_path, whole)
    assert found is not None
    assert len(found) == len(whole)
    for secret in (PLACE, b"Hangzhou", TAKEN, struct.pack(">Q", 3_870_000_000), b"location", b"tail"):
        assert secret not in found
    for kept in (b"samples", b"offsets", b"rest of it", b"vide", b"soun"):
        assert found.count(kept) == whole.count(kept)
        assert found.index(kept) == whole.index(kept)
    assert clean(tmp_path, found) == found


@pytest.mark.parametrize("handler", [b"meta", b"text", b"tmcd", b"sbtl"])
def test_a_track_that_is_neither_picture_nor_sound_has_no_copy(tmp_path: Path, handler: bytes) -> None:
    assert clean(tmp_path, video(track(), track(handler))) is None


def test_a_torn_or_a_strange_video_has_no_copy(tmp_path: Path) -> None:
    whole = video()
    assert clean(tmp_path, whole[: len(whole) // 2]) is None
    assert clean(tmp_path, box(b"ftyp", b"isom") + box(b"moof", b"x") + whole) is None
    assert clean(tmp_path, box(b"ftyp", b"isom") + box(b"mdat", b"x")) is None  # nothing says how to play it
    assert clean(tmp_path, box(b"ftyp", b"isom") + struct.pack(">I4s", 4, b"moov")) is None
    assert clean(tmp_path, box(b"ftyp", b"heic") + whole) is None


@pytest.mark.parametrize(
    ("head", "tells"),
    [
        (b"\xff\xd8\xff\xe0", True),
        (b"\x00\x00\x00\x18ftypheic", True),
        (b"\x00\x00\x00\x18ftypqt  ", True),
        (b"\x00\x00\x00\x08wide", True),
        (b"\x1a\x45\xdf\xa3", True),
        (b"RIFF\x00\x00\x00\x00AVI ", True),
        (b"RIFF\x00\x00\x00\x00WAVE", False),
        (b"%PDF-1.7", False),
        (b"PK\x03\x04", False),
        (b"OggS", False),
        (b"", False),
    ],
)
def test_a_file_is_known_by_what_it_begins_with(tmp_path: Path, head: bytes, tells: bool) -> None:
    (tmp_path / "a").write_bytes(head)
    assert tells_of_itself(tmp_path / "a") is tells
    assert not tells_of_itself(tmp_path / "none")
