"""Whatever is tampered with, the chain of custody tells; and what people do rightly never breaks it."""

from __future__ import annotations

import asyncio
import hashlib
import re
import sqlite3
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import audit, custody, evidence, people, verification, visits
from storage.audit import Audit, Chain
from storage.blobs import Blobs
from storage.custody import Kept
from storage.entity import Entity, Whom
from storage.evidence import Evidence
from storage.verification import Found, Verification
from storage.visits import Answer, Visit
from supervision.custody import OFFICE, REGISTER, Break, Fault, Link, Reader, hash_of, moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.database import Database, Session
    from tests.storage.conftest import World

DAY = date(2026, 10, 16)


async def check(database: Database, *heads: tuple[date, str]) -> Found:
    async with database.read() as db:
        return await Verification(db).run(heads)


async def faults(database: Database, *heads: tuple[date, str]) -> list[Fault]:
    return [one.fault for one in (await check(database, *heads)).breaks]


async def work(database: Database, world: World, minutes: int = 0, *, visit: int = 0, answers: int = 4) -> None:
    """A piece of a day: some answers, one of them changed, a photo filed, moved and taken out, the visit handed in."""
    now = world.now + timedelta(minutes=minutes)
    number = visit or world.visit.id
    async with database.begin() as db:
        found = await visits.get(db, number, lock=True)
        assert found is not None
        for at in range(answers):
            await visits.write(db, found, f"/data/i{at}", f"yes{minutes}.{at}", world.first, now)
        piece = Evidence(
            visit_id=number, path="/data/i1", kind="photo", caption="签到表", sender_id=world.first.id, sent_at=now
        )
        await evidence.attach(db, piece)
    async with database.begin() as db:
        audit.acting(db, world.second.id, now + timedelta(seconds=30))
        again = await evidence.get(db, piece.id)
        assert again is not None
        again.stored("ab" * 32, 7, {"taken_at": "2026-10-16T09:00:00", "latitude": 30.1234567})
        again.path = "/data/i2"
    async with database.begin() as db:
        found = await visits.get(db, number, lock=True)
        assert found is not None
        await visits.write(db, found, "/data/i0", f"no{minutes}", world.second, now + timedelta(minutes=1))


async def another_visit(database: Database, world: World) -> int:
    async with database.begin() as db:
        made = Visit(
            unit_id=world.unit.id, group_id=world.group.id, form_version_id=world.form.id, created_at=world.now
        )
        return (await visits.plan(db, made)).id


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
    kinds = list(verification.kinds())
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


# --- tampering ---


async def _forge(db: Session, chain: str) -> None:
    """Make all hashes of a chain true again, as somebody can who knows how they are made."""
    previous = ""
    rows = (await db.scalars(sa.select(Audit).where(Audit.chain == chain).order_by(Audit.seq))).all()
    for row in rows:
        said = (chain, row.seq, row.at, row.person_id, row.action, row.subject, row.details, row.digest)
        previous = row.hash = hash_of(previous, *said)
    await db.flush()


@dataclass(frozen=True)
class Tampering:
    """A way to tamper with the database past everything, and what it is found to be."""

    name: str
    sql: list[str]
    fault: set[Fault]


SQL = (Path(__file__).parent / "tampering.sql").read_text("utf-8")


def tamperings(pick: int) -> Iterator[Tampering]:
    """Read the ways to tamper that are written down; ``pick`` says which answer and which link."""
    for block in SQL.replace("$link", str(2 + pick % 6)).replace("$answer", str(pick % 4)).split("\n\n")[1:]:
        head, _, statements = block.partition("\n")
        name, _, found = head.removeprefix("-- ").partition(": ")
        kinds = {Fault(one) for one in found.split(", or ")}
        yield Tampering(name, [" ".join(one.split()) for one in statements.split(";") if one.strip()], kinds)


class _Undone(Exception):
    """The tampering is taken back."""


async def tampered(database: Database, *statements: sa.Executable) -> list[Fault]:
    """Tamper with the database past everything, look, and leave it as it was."""
    if database.embedded:  # what only reads is another connection there: a copy is tampered with
        with tempfile.TemporaryDirectory() as folder:
            line = sqlite3.connect(str(database.url.database))
            line.execute("VACUUM INTO ?", (f"{folder}/copy.db",))
            line.close()
            engine = sa.create_engine(f"sqlite:///{folder}/copy.db", poolclass=sa.NullPool)  # minds no foreign keys
            with engine.begin() as connection:
                for statement in statements:
                    assert connection.execute(statement).rowcount, statement
            copy = type(database)(f"sqlite:///{folder}/copy.db")
            try:
                return await faults(copy)
            finally:
                await copy.close()
    found: list[Fault] = []
    with pytest.raises(_Undone):  # noqa: PT012 - likewise
        async with database.begin() as db:
            for statement in statements:
                changed = await db.execute(statement)
                assert changed.rowcount, statement  # type: ignore[attr-defined]
            found = [one.fault for one in (await Verification(db).run()).breaks]
            raise _Undone
    return found


@pytest.fixture
async def worked(database: Database, world: World) -> Database:
    """A database with some work in it."""
    await work(database, world)
    return database


async def test_tampering_is_found_and_named(worked: Database) -> None:
    count = 0
    for how in tamperings(1):
        found = await tampered(worked, *(sa.text(one.replace(":", r"\:")) for one in how.sql))
        assert found, how.name
        assert found[0] in how.fault, how.name
        count += 1
    assert count > 25
    assert await faults(worked) == []


COLUMNS = [(entity.__table__, name) for entity in (Answer, Evidence, Visit) for name in entity.kept] + [
    (Audit.__table__, name) for name in ("chain", "seq", "at", "person_id", "action", "subject", "digest", "hash")
]
"""All that is in custody."""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_column_of_any_row_counts(worked: Database, data: st.DataObject) -> None:
    table, name = data.draw(st.sampled_from(COLUMNS))
    async with worked.read() as db:
        rows = (await db.execute(sa.select(table.c.id, table.c[name]).order_by(table.c.id))).all()
    number, value = data.draw(st.sampled_from(rows))
    if data.draw(st.booleans()):
        statement = sa.delete(table).where(table.c.id == number)
    else:
        statement = sa.update(table).where(table.c.id == number).values({name: other(table.c[name], value)})
    assert await tampered(worked, statement), (table.name, name, number)


def other(column: sa.Column[object], value: object) -> object:
    """Return another value that the column can have."""
    if value is None:
        others = {int: 7, str: "x", float: 1.5, dict: {"x": 1}}
        return others.get(column.type.python_type, datetime(2026, 1, 1, tzinfo=UTC))
    if isinstance(value, bool):
        return not value
    if isinstance(value, dict):
        return value | {"x": 1}
    if isinstance(value, datetime):
        return value - timedelta(days=1)
    return f"{value}x" if isinstance(value, str) else value + 1000  # type: ignore[operator]


async def test_a_chain_rewritten_by_somebody_who_knows_how_is_told_by_the_days_head(
    database: Database, world: World
) -> None:
    await work(database, world)
    async with database.begin() as db:
        head = await custody.close_day(db, DAY, world.now + timedelta(hours=1))
    assert head is not None
    async with database.begin() as db:
        await db.execute(sa.update(Answer).where(Answer.path == "/data/i3").values(value="forged"))
        (forged,) = (await db.scalars(sa.select(Answer).where(Answer.path == "/data/i3"))).all()
        await db.execute(sa.update(Audit).where(Audit.subject == forged.subject).values(digest=forged.digest()))
        await _forge(db, "visit:1")
    assert await faults(database) == [Fault.rewritten]
    async with database.begin() as db:  # and the register with it
        hashes = dict((await db.execute(sa.select(Audit.seq, Audit.hash).where(Audit.chain == "visit:1"))).all())
        rows = (await db.scalars(sa.select(Audit).where(Audit.chain == REGISTER).order_by(Audit.seq))).all()
        rows[0].digest = hashes[1]
        rows[-1].details = {"heads": {"visit:1": [len(hashes), hashes[len(hashes)]]}}
        await db.flush()
        await _forge(db, REGISTER)
    assert await faults(database) == []  # it is all consistent again, and only who has the head knows better
    assert await faults(database, (DAY, head)) == [Fault.head_wrong]


async def test_what_is_dated_back_behind_a_days_head_is_found(database: Database, world: World) -> None:
    await work(database, world)
    async with database.begin() as db:
        await custody.close_day(db, DAY, world.now + timedelta(hours=12))
    await work(database, world, minutes=5)  # a day that has ended already
    assert await faults(database) == [Fault.back_dated]


@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_byte_of_any_link_counts(data: st.DataObject) -> None:
    """Pure: a chain of random deeds, one field of one link changed."""
    moments = st.integers(0, 240).map(lambda one: datetime(2026, 1, 1, 0, one // 60, one % 60, tzinfo=UTC))
    deeds = data.draw(
        st.lists(st.tuples(moments, st.none() | st.integers(1, 9), st.text(), st.text(), st.just({})), min_size=1)
    )
    links, previous = [], ""
    for seq, (at, who, action, subject, details) in enumerate(deeds, 1):
        digest = hashlib.sha256(action.encode("utf-8", "replace")).hexdigest()
        said = ("c", seq, at, who, action, subject, details, digest)
        previous = hash_of(previous, *said)
        links.append(Link("c", seq, moment(at), *said[3:], previous))
    assert _broken(links) is None
    at = data.draw(st.integers(0, len(links) - 1))
    field, value = data.draw(
        st.sampled_from(
            [
                ("at", links[at].at.replace("000+", "001+")), ("who", 10), ("action", links[at].action + "x"),
                ("subject", "x" + links[at].subject), ("details", {"a": 1}), ("digest", ""), ("hash", "0" * 64),
            ]
        )
    )  # fmt: skip
    forged = [*links[:at], links[at]._replace(**{field: value}), *links[at + 1 :]]
    found = _broken(forged)
    assert found is not None
    assert (found.fault, found.seq) == (Fault.changed, at + 1)


def _broken(links: list[Link]) -> Break | None:
    reader = Reader("c")
    return next((wrong for link in links if (wrong := reader.read(link)) is not None), None)


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
        await verification.files(db, blobs, found)
    assert found.files == 2
    return [one.fault for one in found.breaks]


def test_nothing_in_custody_is_changed_past_the_session() -> None:
    """What a bulk statement changes is noticed by nobody: the one there is takes no column that is kept."""
    root = Path(verification.__file__).parents[1]
    found = []
    for path in (path for room in ("storage", "handlers", "bot") for path in (root / room).rglob("*.py")):
        text = path.read_text("utf-8")
        for kind in verification.kinds():
            own = f"storage.{path.stem}" == kind.__module__
            if own or re.search(rf"from {kind.__module__} import .*\b{kind.__name__}\b", text):
                found += [path.name for _ in re.finditer(rf"sa\.(update|delete|insert)\({kind.__name__}\b", text)]
    assert found == ["visits.py"]  # which notes when an answer was superseded


def test_every_row_in_custody_names_its_own_columns() -> None:
    for kind in verification.kinds():
        assert issubclass(kind, Kept)
        columns = {column.key for column in sa.inspect(kind).column_attrs}
        assert {*kind.kept, kind.chained_by, "id"} <= columns
        assert {"id", kind.chained_by} <= set(kind.kept)
