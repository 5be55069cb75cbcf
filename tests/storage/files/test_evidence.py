"""Evidence: never lost between the chat and the disk, never deleted by an undo."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from storage.database import Database
from storage.files import evidence
from storage.files.evidence import LEASE, PAUSES, Evidence, State

if TYPE_CHECKING:
    from tests.storage.conftest import World

ITEM = "/data/a1/i5"


def _photo(world: World, number: int, *, album: str = "", path: str = ITEM) -> Evidence:
    return Evidence(
        visit_id=world.visit.id,
        path=path,
        kind="photo",
        file_id=f"file{number}",
        unique_id=f"unique{number}",
        album_id=album,
        sender_id=world.first.id,
        sent_at=world.now,
        chat_id=1,
        message_id=number,
    )


async def _attach(database: Database, *pieces: Evidence) -> list[int]:
    async with database.begin() as db:
        return [(await evidence.attach(db, one)).id for one in pieces]


async def test_evidence_lies_with_its_visit_in_the_order_it_came(database: Database, world: World) -> None:
    ids = await _attach(database, *(_photo(world, n) for n in (3, 1, 2)), _photo(world, 4, path="/data/other"))
    async with database.read() as db:
        assert [one.id for one in await evidence.of_visit(db, world.visit.id)] == ids


async def test_what_is_taken_back_is_out_of_the_visit_and_can_be_put_back(
    database: Database, world: World, now: datetime
) -> None:
    (one,) = await _attach(database, _photo(world, 1))
    async with database.begin() as db:
        piece = await evidence.get(db, one)
        assert piece is not None
        piece.remove(world.first, now, "undo")
    async with database.begin() as db:
        assert await evidence.of_visit(db, world.visit.id) == []
        (piece,) = await evidence.by_message(db, 1, 1)
        assert (piece.removed_by, piece.removed_why) == (world.first.id, "undo")
        piece.restore()
        await db.flush()
        assert len(await evidence.of_visit(db, world.visit.id)) == 1


async def test_an_album_is_found_whole_though_it_comes_in_pieces(database: Database, world: World) -> None:
    await _attach(database, _photo(world, 1, album="a"), _photo(world, 2, album="b"), _photo(world, 3))
    await _attach(database, _photo(world, 4, album="a"))
    async with database.read() as db:
        assert [one.message_id for one in await evidence.by_album(db, 1, "a")] == [1, 4]
        assert await evidence.by_album(db, 1, "") == []


async def test_a_place_needs_no_download(database: Database, world: World, now: datetime) -> None:
    place = _photo(world, 1)
    place.kind, place.latitude, place.longitude = "place", 30.1841, 120.2646
    await _attach(database, place)
    async with database.begin() as db:
        assert await evidence.waiting(db, now) == []
        (found,) = await evidence.of_visit(db, world.visit.id)
    assert (found.state, found.latitude, found.longitude) == (State.stored, 30.1841, 120.2646)


async def test_a_download_is_handed_to_one_and_again_when_that_one_vanishes(
    database: Database, database_url: str, world: World, now: datetime
) -> None:
    await _attach(database, *(_photo(world, n) for n in range(30)))
    other = Database(database_url)

    async def take(engine: Database) -> list[int]:
        async with engine.begin() as db:
            return [one.id for one in await evidence.waiting(db, now, limit=10)]

    taken = [one for batch in await asyncio.gather(*(take(e) for e in (database, other) * 3)) for one in batch]
    taken += await take(database) + await take(other)
    await other.close()
    assert Counter(taken).most_common(1)[0][1] == 1
    assert len(taken) == 30
    async with database.begin() as db:
        assert len(await evidence.waiting(db, now + LEASE, limit=100)) == 30


async def test_a_failed_download_is_tried_again_after_growing_pauses_and_then_given_up(
    database: Database, world: World, now: datetime
) -> None:
    await _attach(database, _photo(world, 1))
    for pause in PAUSES:
        async with database.begin() as db:
            (piece,) = await evidence.waiting(db, now)
            piece.failed("timed out", now)
            await db.flush()
            assert await evidence.waiting(db, now + pause - timedelta(seconds=1)) == []
        now += pause
    async with database.begin() as db:
        (piece,) = await evidence.waiting(db, now)
        piece.failed("timed out", now)
    assert piece.state is State.failed
    async with database.begin() as db:
        assert await evidence.waiting(db, now + timedelta(days=9)) == []


async def test_a_stored_file_is_known_by_its_hash(database: Database, world: World, now: datetime) -> None:
    await _attach(database, _photo(world, 1))
    async with database.begin() as db:
        (piece,) = await evidence.waiting(db, now)
        piece.stored("ab" * 32, 1234, {"camera": "Huawei P60"})
    async with database.begin() as db:
        assert await evidence.waiting(db, now + timedelta(days=9)) == []
        (found,) = await evidence.of_visit(db, world.visit.id)
    assert (found.state, found.blob_sha256, found.size, found.exif) == (
        State.stored, "ab" * 32, 1234, {"camera": "Huawei P60"},
    )  # fmt: skip
