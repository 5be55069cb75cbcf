"""Files are kept whole or not at all, under nothing but their hash."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.files.blobs import Blobs, BlobTooLarge


async def _chunks(*parts: bytes, then: Exception | None = None) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
    if then is not None:
        raise then


def _files(root: Path) -> list[str]:
    return sorted(str(one.relative_to(root)) for one in root.rglob("*") if one.is_file())


async def test_a_file_lies_under_its_hash(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    stored = await blobs.put(_chunks(b"one ", b"two"))
    digest = hashlib.sha256(b"one two").hexdigest()
    assert (stored.sha256, stored.size) == (digest, 7)
    assert blobs.exists(digest)
    assert blobs.path(digest).read_bytes() == b"one two"
    assert _files(blobs.root) == [f"{digest[:2]}/{digest[2:]}"]


async def test_the_same_file_twice_is_kept_once(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    assert await blobs.put_bytes(b"same") == await blobs.put(_chunks(b"sa", b"me"))
    assert len(_files(tmp_path)) == 1


async def test_a_download_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    with pytest.raises(ConnectionResetError):
        await blobs.put(_chunks(b"half", then=ConnectionResetError()))
    assert _files(tmp_path) == []


async def test_a_file_over_the_limit_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    with pytest.raises(BlobTooLarge):
        await blobs.put(_chunks(b"12345", b"67890"), limit=9)
    assert _files(tmp_path) == []
    assert (await blobs.put(_chunks(b"12345", b"6789"), limit=9)).size == 9


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "ab/" + "c" * 61, "a" * 64 + "\n"])
def test_what_is_no_hash_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="64"):
        Blobs(tmp_path).path(name)


async def test_a_deleted_file_is_gone(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    stored = await blobs.put_bytes(b"x")
    assert await blobs.delete(stored.sha256)
    assert not await blobs.delete(stored.sha256)
    assert not blobs.exists(stored.sha256)


async def test_what_a_kill_left_half_written_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    past, present = (datetime.now(UTC) + timedelta(seconds=s) for s in (-60, 1))
    assert blobs.clear_unfinished(present) == 0
    stored = await blobs.put_bytes(b"whole")
    (tmp_path / "unfinished" / "left.part").write_bytes(b"half")
    assert blobs.clear_unfinished(past) == 0, "somebody may be writing it"
    assert blobs.clear_unfinished(present) == 1
    assert blobs.exists(stored.sha256)


async def test_what_is_made_for_sending_is_found_and_swept_by_age_and_the_kept_stays(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    past, present = (datetime.now(UTC) + timedelta(seconds=s) for s in (-60, 1))
    made, kept, both = await blobs.put_once(b"made"), await blobs.put_bytes(b"kept"), await blobs.put_bytes(b"both")
    await blobs.put_once(b"both")
    assert [blobs.find(one.sha256).read_bytes() for one in (made, kept, both)] == [b"made", b"kept", b"both"]
    assert not blobs.exists(made.sha256)
    assert blobs.clear_once(past) == 0
    assert blobs.clear_once(present) == 2
    assert [blobs.find(one.sha256).is_file() for one in (made, kept, both)] == [False, True, True]
