"""What people do rightly is linked and never breaks a chain, on both databases and however many do it at once."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import audit, people
from storage.audit import Audit, Chain
from storage.entity import Entity, Whom
from storage.files import evidence
from storage.files.blobs import Blobs
from storage.files.evidence import Evidence
from storage.vault import custody, rehashing
from storage.vault.custody import Kept
from storage.vault.verification import Found
from storage.visit import visits
from storage.visit.visits import Answer, Visit
from supervision.custody import OFFICE, REGISTER, Fault
from tests.storage.vault.working import DAY, another_visit, check, faults, work

if TYPE_CHECKING:
    from storage.database import Database
    from tests.storage.conftest import World

# --- what is done rightly ---


async def test_what_is_done_is_linked_and_found_sound(database: Database, world: World) -> None:
    await work(database, world)
    found = await check(database)
    assert found.breaks == []
    async with database.read() as db:
        rows = await db.scalars(sa.select(Audit.action).where(Audit.chain == "visit:1").order_by(Audit.seq))
        assert rows.all() == [
            "visit.planned",
            *["answer.given"] * 4,
            "evidence.filed",
            "evidence.stored",
            "answer.given",
        ]
    assert (found.chains, found.links, found.rows, found.earlier) == (2, 9, 7, 0)


async def test_the_same_answer_again_is_no_deed(database: Database, world: World) -> None:
    await work(database, world)
    before = (await check(database)).links
    async with database.begin() as db:
        found = await visits.get(db, world.visit.id, lock=True)
        assert found is not None
        await visits.write(db, found, "/data/i1", "yes0.1", world.second, world.now)
    assert (await check(database)).links == before


async def test_what_a_transaction_gave_up_leaves_no_link(database: Database, world: World) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012 - what is undone is the whole block
        async with database.begin() as db:
            audit.record(db, "form.retired", "form:1", now=world.now)
            await db.flush()
            raise RuntimeError
    async with database.read() as db:
        assert await db.scalar(sa.select(Chain.links).where(Chain.chain == OFFICE)) is None
    assert await faults(database) == []


async def test_an_erased_person_breaks_no_chain(database: Database, world: World) -> None:
    await work(database, world)
    async with database.begin() as db:
        person = await people.by_id(db, world.first.id)
        assert person is not None
        await people.erase(db, person, world.now)
    assert await faults(database) == []


def test_what_an_erasure_takes_away_is_in_no_digest() -> None:
    kinds = list(custody.kinds())
    assert {Answer, Evidence, Visit} <= set(kinds)
    for kind in kinds:
        assert issubclass(kind, Entity)
        statement = kind.forget(Whom(id=1, telegram_id=2), datetime(2026, 1, 1, tzinfo=UTC))
        assert not isinstance(statement, sa.Delete), kind
        if statement is not None:
            assert {column.name for column in statement._values}.isdisjoint(kind.kept), kind


async def test_visits_worked_on_at_the_same_time_each_keep_their_own_chain(database: Database, world: World) -> None:
    numbers = [await another_visit(database, world) for _ in range(4)]
    await asyncio.gather(*(work(database, world, n, visit=number) for n, number in enumerate(numbers)))
    found = await check(database)
    assert found.breaks == []
    assert found.chains == 6  # and the register, and that of the visit nobody went on


async def test_several_processes_at_one_chain_lose_no_link(database: Database, world: World) -> None:
    async def deed(n: int) -> None:
        async with database.begin() as db:
            audit.record(db, "form.looked", f"form:{n}", now=world.now)

    await asyncio.gather(*(deed(n) for n in range(20)))
    async with database.read() as db:
        assert await db.scalar(sa.select(Chain.links).where(Chain.chain == OFFICE)) == 20
    assert await faults(database) == []


async def test_a_row_nobody_linked_when_there_was_no_chain_is_told_of_and_no_break(
    database: Database, world: World
) -> None:
    async with database.begin() as db:
        await db.execute(sa.delete(Audit))
        await db.execute(sa.delete(Chain))
    async with database.begin() as db:
        details = {"visit": world.visit.id, "answer": 0, "evidence": 0}
        audit.record(db, "custody.began", "custody", now=world.now, details=details, chain=REGISTER)
    found = await check(database)
    assert (found.breaks, found.earlier) == ([], 1)
    await another_visit(database, world)
    await work(database, world)
    assert await faults(database) == []


# --- a day's head ---


async def test_a_days_head_covers_every_chain_and_the_day_before(database: Database, world: World) -> None:
    await work(database, world)
    async with database.begin() as db:
        first = await custody.close_day(db, DAY, world.now + timedelta(hours=1))
        assert await custody.close_day(db, DAY, world.now + timedelta(hours=1)) is None
    async with database.begin() as db:  # nothing has happened since
        assert await custody.close_day(db, DAY + timedelta(days=1), world.now + timedelta(hours=2)) is None
    await work(database, world, 180)
    async with database.begin() as db:
        second = await custody.close_day(db, DAY + timedelta(days=1), world.now + timedelta(hours=5))
    assert first is not None
    assert second is not None
    found = await check(database, (DAY, first), (DAY + timedelta(days=1), second[:16]))
    assert found.breaks == []
    assert found.heads == {DAY: first, DAY + timedelta(days=1): second}


async def test_a_head_that_was_given_out_and_is_not_there_is_a_break(database: Database, world: World) -> None:
    await work(database, world)
    async with database.begin() as db:
        await custody.close_day(db, DAY, world.now + timedelta(hours=1))
    assert await faults(database, (DAY, "0" * 64)) == [Fault.head_wrong]
    assert await faults(database, (DAY + timedelta(days=3), "0" * 64)) == [Fault.head_gone]


# --- files ---


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_file_that_was_swapped_or_is_missing_is_found(database: Database, world: World, tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "evidence")
    stored = [await blobs.put_bytes(data) for data in (b"one", b"two")]
    async with database.begin() as db:
        for n, one in enumerate(stored):
            piece = Evidence(
                visit_id=world.visit.id, path=f"/data/i{n}", kind="file", sender_id=world.first.id, sent_at=world.now
            )
            piece.stored(one.sha256, one.size)
            await evidence.attach(db, piece)
    assert await _files(database, blobs) == []
    blobs.path(stored[0].sha256).write_bytes(b"three")
    blobs.path(stored[1].sha256).unlink()
    assert sorted(await _files(database, blobs)) == [Fault.file_changed, Fault.file_gone]


async def _files(database: Database, blobs: Blobs) -> list[Fault]:
    found = Found()
    async with database.read() as db:
        await rehashing.files(db, blobs, found)
    assert found.files == 2
    return [one.fault for one in found.breaks]


def test_nothing_in_custody_is_changed_past_the_session() -> None:
    """What a bulk statement changes is noticed by nobody: the one there is takes no column that is kept."""
    root = Path(custody.__file__).parents[2]
    found = []
    for path in (path for room in ("storage", "handlers", "bot") for path in (root / room).rglob("*.py")):
        text = path.read_text("utf-8")
        for kind in custody.kinds():
            own = ".".join(path.relative_to(root).with_suffix("").parts) == kind.__module__
            if own or re.search(rf"from {kind.__module__} import .*\b{kind.__name__}\b", text):
                found += [path.name for _ in re.finditer(rf"sa\.(update|delete|insert)\({kind.__name__}\b", text)]
    assert found == ["visits.py"]  # which notes when an answer was superseded


def test_every_row_in_custody_names_its_own_columns() -> None:
    for kind in custody.kinds():
        assert issubclass(kind, Kept)
        columns = {column.key for column in sa.inspect(kind).column_attrs}
        assert {*kind.kept, kind.keyed_by, *filter(None, [kind.chained_by, kind.linked_after])} <= columns
        assert {kind.keyed_by, *filter(None, [kind.chained_by])} <= set(kind.kept)
