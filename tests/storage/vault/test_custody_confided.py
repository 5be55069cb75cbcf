"""What was said in confidence, what else was done and what was drawn is in custody as well, byte for byte, keyless."""

from __future__ import annotations

import base64
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import audit, upgrading
from storage.audit import Audit, Chain
from storage.chat import inbox
from storage.chat.inbox import Arrival
from storage.files.blobs import Blobs
from storage.vault import custody, rehashing, rotation, sealed
from storage.vault.sealing import Keyring, new_key
from storage.vault.verification import Found
from storage.visit import activities, draws, interviewees, interviews, quotes, talks, visits
from storage.visit.activities import Activity, Kind
from storage.visit.draws import Draw
from storage.visit.interviewees import Interviewee
from storage.visit.interviews import Entry, Interview, Look
from storage.visit.quotes import Quote
from storage.visit.talks import Coverage
from supervision.custody import Fault
from supervision.draw import Entry as Listed
from tests.storage.vault.test_tampering import tampered
from tests.storage.vault.working import DAY, check, faults

if TYPE_CHECKING:
    from storage.database import Database
    from tests.storage.conftest import World

OLD, NEW = new_key(), new_key()
SAID = "食堂的事拖了三年没人管"


def use(database: Database, *keys: str) -> None:
    for engine in (database._writer, database._reader, database._glancer):
        sealed.give(engine.sync_engine, Keyring.parse(",".join(keys)))


@pytest.fixture
async def confided(database: Database, world: World) -> Database:
    """A visit with a talk, a symposium, a draw and a quote, and each of them changed once."""
    use(database, OLD)
    await confide(database, world)
    return database


async def confide(database: Database, world: World) -> None:
    now = world.now
    async with database.begin() as db:
        audit.acting(db, world.first.id, now)
        visit = await visits.get(db, world.visit.id, lock=True)
        assert visit is not None
        await talks.set_due(db, visit, 5, world.first, now, ["张三", "李四"])
        talk = await interviews.begin(db, visit, world.first, None, now)
        await interviewees.name(db, talk.id, "张三")
        first = await interviews.add(db, talk, "text", "食堂", now, path="/data/q1")
        await interviews.add(db, talk, "text", SAID, now, path="/data/q1", instead_of=first)
        dropped = await interviews.add(db, talk, "text", "算了", now, path="/data/q2")
        dropped.removed_at = now
        held = await activities.add(db, visit, Kind.symposium, world.first, now, place="二楼")
        draw = await draws.commit(db, world.first, world.group.id, now)
        draw.fill("text", [Listed(f"支部{n}", "") for n in range(9)])
        await quotes.release(db, world.group.id, world.unit.id, SAID, DAY)
    async with database.begin() as db:
        audit.acting(db, world.second.id, now + timedelta(minutes=1))
        visit = await visits.get(db, world.visit.id, lock=True)
        assert visit is not None
        await talks.set_due(db, visit, 6, world.second, now + timedelta(minutes=1))
        found = await interviews.get(db, talk.id)
        assert found is not None
        found.finish(now + timedelta(minutes=1))
        interviews.look(db, found, world.second, "said", now + timedelta(minutes=1))
        sat = await activities.get(db, held.id)
        assert sat is not None
        sat.count, sat.points = 12, "意见集中在食堂"
        made = await draws.get(db, draw.id)
        assert made is not None
        made.make("uniform", 3, now + timedelta(minutes=1))


async def test_all_that_is_done_in_confidence_is_linked_and_found_sound(confided: Database, world: World) -> None:
    before = await check(confided)
    assert before.breaks == []
    assert before.rows >= 10
    async with confided.begin() as db:
        assert await custody.close_day(db, DAY, world.now + timedelta(hours=16)) is not None
    assert await faults(confided) == []
    async with confided.begin() as db:
        audit.acting(db, world.first.id, world.now + timedelta(hours=17))
        (quote,) = await quotes.of_group(db, world.group.id)
        assert await quotes.take_back(db, quote.id)
        await interviewees.name(db, 1, "")
        talk = await interviews.get(db, 1)
        assert talk is not None
        await interviews.erase(db, talk, world.now + timedelta(hours=17))
    assert await faults(confided) == []


async def test_a_quote_is_linked_without_its_hour_and_without_whose_it_was(confided: Database, world: World) -> None:
    async with confided.read() as db:
        (quote,) = await quotes.of_group(db, world.group.id)
        assert await audit.of_subject(db, f"quote:{quote.id}") == []
    late = world.now + timedelta(hours=16)
    async with confided.begin() as db:
        await custody.close_day(db, DAY, late)
    async with confided.read() as db:
        (link,) = await audit.of_subject(db, f"quote:{quote.id}")
    assert (link.action, link.person_id, link.at, link.details) == ("quote.released", None, late, {})


async def test_a_quote_that_was_put_in_is_found_once_its_day_has_ended(confided: Database, world: World) -> None:
    async with confided.begin() as db:
        await custody.close_day(db, DAY, world.now + timedelta(hours=16))
    words = Keyring.parse(OLD).seal(b"forged", "quotes.words")
    put = sa.insert(Quote.__table__).values(  # type: ignore[arg-type]  # it is a Table
        id=7,
        group_id=world.group.id,
        unit_id=world.unit.id,
        words=words,
        released_on=DAY,
    )
    assert await tampered(confided, put) == [Fault.content_unrecorded]


async def test_another_key_leaves_every_chain_whole_and_on_sqlite_the_old_bytes_nowhere(
    confided: Database, world: World
) -> None:
    async with confided.read() as db:
        box = await db.scalar(sa.select(Interview.box))
    assert box is not None
    async with confided.begin() as db:  # long ones, which fill pages of their own, as a day's updates do
        await inbox.store(db, [(n, 7, {"message": {"text": SAID * 400}}) for n in range(9)], world.now)
    async with confided.begin() as db:
        await db.execute(sa.delete(Arrival))
    use(confided, NEW, OLD)
    keyring = Keyring.parse(f"{NEW},{OLD}")
    done = await rotation.rotate(confided, keyring, world.now + timedelta(hours=1))
    assert done.changed >= 5
    assert done.left is not confided.embedded
    assert await faults(confided) == []
    if confided.embedded:
        head = b"\x01" + bytes.fromhex(Keyring.parse(OLD).ids[0])
        path = Path(str(confided.url.database))
        lying = {one.name: one.read_bytes() for one in path.parent.glob(f"{path.name}*")}
        assert f"{path.name}-wal" in lying
        for trace in (box, head, sealed.MARK.encode() + base64.b64encode(head)[:6]):
            assert [name for name, content in lying.items() if trace in content] == []


async def test_while_somebody_reads_all_the_while_old_bytes_may_be_left_and_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "_PATIENCE", 0.01)
    path = str(tmp_path / "a.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.executescript(
            "PRAGMA journal_mode=WAL; CREATE TABLE a (b); INSERT INTO a VALUES (1); BEGIN; SELECT * FROM a"
        )
        reader.execute("SELECT * FROM a").fetchall()
        assert not rotation._written_anew(path)
        reader.execute("ROLLBACK")
        assert rotation._written_anew(path)


KINDS = (Interview, Entry, Look, Interviewee, Coverage, Activity, Draw)

WAYS = {
    "another box": ("UPDATE interviews SET box = X'0100000000'", Fault.content_changed),
    "a box of another interview": ("UPDATE interviews SET box = (SELECT who FROM interviewees)", Fault.content_changed),
    "a byte of what was said": (
        "UPDATE interview_entries SET said = X'00' || substr(said, 2) WHERE id = 2", Fault.content_changed
    ),
    "what was said taken out": ("DELETE FROM interview_entries WHERE id = 2", Fault.content_gone),
    "the first wording made the one that stands": (
        "UPDATE interview_entries SET superseded_at = NULL WHERE id = 1", Fault.content_changed
    ),
    "what was taken back brought back": (
        "UPDATE interview_entries SET removed_at = NULL WHERE id = 3", Fault.content_changed
    ),
    "words put in": (
        """INSERT INTO interview_entries (interview_id, path, kind, fingerprint, at, duration, state, attempts)
        VALUES (1, '/data/q3', 'text', 'ab', '2026-10-16 08:00:00.000000', 0, 'none', 0)""", Fault.content_unrecorded
    ),
    "an interview taken out whole": (
        "DELETE FROM interviews", Fault.content_gone
    ),
    "a look hidden": ("DELETE FROM interview_looks", Fault.content_gone),
    "a look laid on somebody else": ("UPDATE interview_looks SET person_id = 1", Fault.content_changed),
    "somebody else made the one talked with": ("UPDATE interviewees SET who = X'0100'", Fault.content_changed),
    "somebody put in who was talked with in no interview": (
        "INSERT INTO interviewees (interview_id, who) VALUES (99, X'0100')", Fault.content_unrecorded
    ),
    "fewer to be talked with": ("UPDATE interview_coverage SET due = 1", Fault.content_changed),
    "more people at a symposium": ("UPDATE activities SET count = 40", Fault.content_changed),
    "a symposium dated back": ("UPDATE activities SET at = '2026-10-01 08:00:00.000000'", Fault.content_changed),
    "a symposium put in": (
        """INSERT INTO activities (visit_id, kind, place, points, by_id, at, changed_at) VALUES
        (1, 'site', '', '', 1, '2026-10-16 08:00:00.000000', '2026-10-16 08:00:00.000000')""", Fault.content_unrecorded
    ),
    "another list drawn from": ("UPDATE draws SET listed = seed", Fault.content_changed),
    "others drawn": ("UPDATE draws SET drawn = listed", Fault.content_changed),
    "another seed": ("UPDATE draws SET seed = '\"x1:AA==\"'", Fault.content_changed),
    "a draw nobody is to know of": ("DELETE FROM draws", Fault.content_gone),
}  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_tampering_with_what_was_confided_is_found_without_any_key(confided: Database) -> None:
    found = {name: await tampered(confided, sa.text(sql.replace(":", r"\:"))) for name, (sql, _) in WAYS.items()}
    assert found == {name: [fault] for name, (_, fault) in WAYS.items()}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_column_of_any_row_in_confidence_counts(confided: Database, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    table, name = kind.__table__, data.draw(st.sampled_from(kind.kept))
    key = table.c[kind.keyed_by]
    path = str(confided.url.database)
    with sqlite3.connect(path) as line:
        rows = line.execute(f"SELECT {key.name}, {name} FROM {table.name} ORDER BY 1").fetchall()  # noqa: S608
    number, value = data.draw(st.sampled_from(rows))
    changed = raw_other(table.c[name], value)
    statement = sa.text(f"UPDATE {table.name} SET {name} = :new WHERE {key.name} = {number}")  # noqa: S608
    assert await tampered(confided, statement.bindparams(new=changed)), (table.name, name, number)


def raw_other(column: sa.ColumnElement[object], value: object) -> object:
    """Return another value that the column can have, as SQLite keeps it."""
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    if isinstance(value, int):
        return value + 1000
    if isinstance(value, str) and value.endswith(".000000"):
        return "2026-01-01 08:00:00.000000"
    if isinstance(value, str) and value.startswith('"'):  # sealed, in a column of JSON
        return f'{value[:-2]}{"B" if value[-2] == "A" else "A"}"'
    if isinstance(value, str):
        return f"{value}x"
    return {"roster": b"x", "blob_sha256": "ab"}.get(str(column.key), 7)


async def test_a_recording_that_was_swapped_is_found(confided: Database, tmp_path: Path, world: World) -> None:
    blobs = Blobs(tmp_path / "evidence")
    stored = await blobs.put_bytes(b"sealed sound")
    async with confided.begin() as db:
        audit.acting(db, None, world.now + timedelta(hours=1))
        entry = await db.get(Entry, 2)
        assert entry is not None
        entry.stored(stored.sha256)
    assert await _files(confided, blobs) == []
    blobs.path(stored.sha256).write_bytes(b"other sound")
    assert await _files(confided, blobs) == [Fault.file_changed]


async def _files(database: Database, blobs: Blobs) -> list[Fault]:
    found = Found()
    async with database.read() as db:
        await rehashing.files(db, blobs, found)
    return [one.fault for one in found.breaks]


async def test_what_was_confided_before_it_was_in_custody_is_linked_as_it_is(confided: Database) -> None:
    kinds = ["interview", "entry", "look", "interviewee", "coverage", "activity", "draw", "quote"]
    async with confided.begin() as db:  # as it was: chains of visits and answers alone
        links = (await db.scalars(sa.select(Audit).order_by(Audit.id))).all()
        kept = [one for one in links if one.chain == "register" or one.subject.partition(":")[0] not in kinds]
        await db.execute(sa.delete(Audit))
        await db.execute(sa.delete(Chain))
        for one in kept:
            if one.chain != "register":
                audit.record(db, one.action, one.subject, now=one.at, person_id=one.person_id, chain=one.chain)
        visit = await visits.get(db, 1)
        audit.record(db, "visit.planned", now=links[-1].at, of=visit)
    assert Fault.content_unrecorded in await faults(confided)
    await confided.alone(_adopt)
    assert await faults(confided) == []


def _adopt(connection: sa.Connection) -> None:
    scripts = ScriptDirectory.from_config(upgrading.config(connection))
    (revision,) = [one.module for one in scripts.walk_revisions() if one.path.endswith("custody_of_all.py")]
    with Operations.context(MigrationContext.configure(connection)):
        revision.upgrade()
