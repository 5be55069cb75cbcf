"""Whatever is tampered with, past everything, the chain of custody tells."""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.audit import Audit
from storage.entity import Words
from storage.files.evidence import Evidence
from storage.vault import custody
from storage.vault.verification import Verification
from storage.visit.visits import Answer, Visit
from supervision.custody import REGISTER, Break, Fault, Link, Reader, hash_of, moment
from tests.storage.vault.working import DAY, faults, work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.database import Database, Session
    from tests.storage.conftest import World


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
        if isinstance(column.type, Words):
            return "x"
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
        links.append(Link("c", seq, moment(at), who, action, subject, "{}", digest, previous))
    assert _broken(links) is None
    at = data.draw(st.integers(0, len(links) - 1))
    field, value = data.draw(
        st.sampled_from(
            [
                ("at", links[at].at.replace("000+", "001+")), ("who", 10), ("action", links[at].action + "x"),
                ("subject", "x" + links[at].subject), ("details", '{"a": 1}'), ("digest", ""), ("hash", "0" * 64),
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_no_column_should_hold_is_told_as_well(worked: Database, world: World) -> None:
    """SQLite lets a column hold what its type forbids; the check names it, and does not fall over it."""
    async with worked.begin() as db:
        await custody.close_day(db, DAY, world.now + timedelta(hours=1))
    for chain, name, value in (
        *(("visit:1", name, "x'ff00'") for name in ("at", "person_id", "action", "subject", "digest", "hash")),
        ("visit:1", "seq", "'x'"),
        ("visit:1", "details", "'{'"),
        (REGISTER, "details", "'[1]'"),
        (REGISTER, "subject", "'day:x'"),
    ):
        link = sa.update(Audit.__table__).where(Audit.chain == chain, Audit.seq == 2)  # type: ignore[arg-type]
        found = await tampered(worked, link.values({name: sa.literal_column(value)}))
        assert found[:1] in ([Fault.changed], [Fault.removed]), (chain, name, value)
    for column, value in ((Answer.value, "x'ff00'"), (Answer.by_id, "'x'"), (Evidence.latitude, "'x'")):
        row = sa.update(column.class_.__table__).where(column.class_.id == 1)
        assert await tampered(worked, row.values({column: sa.literal_column(value)})) == [Fault.content_changed], column
    copied = [one for one in Evidence.__table__.c if one.name != "id"]
    torn = [sa.literal_column("'{'") if one.name == "exif" else one for one in copied]
    put_in = sa.insert(Evidence.__table__).from_select([one.name for one in copied], sa.select(*torn))  # type: ignore[arg-type]
    assert await tampered(worked, put_in) == [Fault.content_unrecorded]
