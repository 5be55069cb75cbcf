"""Rows that leave one database and enter another are the same rows, of whatever kind the databases are."""

import json
import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import undefer

from storage import audit, portable, refill, schema, upgrading
from storage.campaign import drafts, forms
from storage.campaign.campaigns import Round, Unit
from storage.campaign.drafts import DraftFile, FormDraft
from storage.chat import conversations, inbox, outbox, timers
from storage.chat.inbox import Arrival
from storage.database import Database
from storage.entity import Entity, Moment, Session, Words
from storage.files import pictures
from storage.files.evidence import Evidence
from storage.portable import Shape
from storage.vault.sealed import SealedBytes, SealedJson
from storage.visit import visits
from storage.voices import notices, surveys
from storage.voices.surveys import Survey
from supervision.doubts import Print
from tests.storage.conftest import World


@dataclass
class Carried:
    """What a backup would hold of a database, as text."""

    revision: str = ""
    tables: list[tuple[bytes, list[bytes], int | None]] = field(default_factory=list)


async def carry(database: Database) -> Carried:
    carried = Carried()
    async with database.read() as db:
        carried.revision = str(await portable.revision(db))
        for shape in portable.shapes():
            lines = [portable.line(row) async for batch in portable.rows(db, shape) for row in batch]
            assert len(lines) == await portable.count(db, shape)
            carried.tables.append((portable.line(shape.as_data()), lines, await portable.highest(db, shape)))
    return carried


async def put(carried: Carried, database: Database) -> None:
    async with database.begin() as db:
        await refill.prepare(db, carried.revision)
        for head, lines, highest in carried.tables:
            filler = await refill.Filler.of(db, Shape.from_data(json.loads(head)))
            for at in range(0, len(lines), 2):
                await filler.add([json.loads(one) for one in lines[at : at + 2]])
            await filler.close(highest)
        await refill.finish(db)


async def everything(database: Database) -> dict[str, list[dict[str, object]]]:
    """Every row of every table, read through the entities and not through what is tested here."""
    found = {}
    async with database.read() as db:
        for mapper in Entity.registry.mappers:
            rows = await db.scalars(sa.select(mapper.class_).order_by(*mapper.primary_key).options(undefer("*")))
            found[mapper.class_.__tablename__] = [row.as_data() for row in rows.unique()]
    return found


@pytest.fixture
async def filled(database: Database, world: World, now: datetime) -> Database:
    """A database with everything in it that two databases could disagree about."""
    odd = {"text": "半个\ud83d表情 \x00 \u200fשלום \u2028", "n": 2**53 + 1, "deep": [{"a": None}, 1.5, True]}
    async with database.begin() as db:
        await inbox.store(db, [(2**40, -1001234567890, odd), (5, 7, {})], now)
        (done, waiting) = await db.scalars(sa.select(Arrival).order_by(Arrival.id))
        done.done(now)
        waiting.fail("KeyError at visit.py:7", now)
        await outbox.put(db, 7, [{"kind": "say", "text": "第一句\n第二行"}], now=now, key="k", topic="notice:1")
        await outbox.set_card(db, 7, 99)
        await timers.plan(db, "t", datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), 7, "visit.remind", {"v": 1})
        conversation = await conversations.load(db, 7, now)
        conversation.keep("visit", {"item": 6, "waiting": ["x"]}, now, world.first.id)
        # A unit that was written down before the one it belongs to.
        late = Unit(campaign_id=world.campaign.id, code="33", name="浙江", level=3, tags=["a", "b"])
        db.add(late)
        await db.flush()
        await db.execute(sa.update(Unit).where(Unit.id == world.unit.id).values(parent_id=late.id))
        visit = await visits.get(db, world.visit.id)
        assert visit is not None
        visit.planned_on = date(2026, 10, 20)
        for value in ("yes", "no", ""):
            await visits.write(db, visit, "/data/i1", value, world.first, now, chat_id=7, message_id=1)
        place = Evidence(
            visit_id=visit.id,
            path="",
            kind="place",
            sender_id=world.first.id,
            sent_at=now,
            latitude=30.1,
            longitude=1e-7,
        )
        picture = Evidence(
            visit_id=visit.id,
            path="/data/i1",
            kind="photo",
            sender_id=world.second.id,
            sent_at=now,
            exif={"camera": "机"},
            scan=True,
            codes=["6901234567892", "机"],
        )
        db.add_all([place, picture])
        audit.record(db, "visit.answered", "visit:1", now=now)
        await _forms_in_hand(db, world, now)
        await _asked_about(db, world, picture, now)
        notice = await notices.add(db, world.first.id, now)
        await notices.send(db, notice, [world.first.id, world.second.id], now)
        await _ballot(db, world, now)
        await _one_of_each(db)
    async with database.begin() as db:  # a number that was given and is gone
        await inbox.store(db, [(6, 7, {})], now)
        await db.execute(sa.delete(Arrival).where(Arrival.update_id == 6))
    return database


async def _one_of_each(db: Session) -> None:
    """A row in every table that has none yet, so that nobody who makes a table can forget it here."""
    await db.flush()
    for table in schema.METADATA.sorted_tables:
        if await db.scalar(sa.select(sa.exists().select_from(table))):
            continue
        given = {}
        for column in table.columns:
            if column.foreign_keys:
                (key,) = column.foreign_keys
                given[column.name] = await db.scalar(sa.select(key.column).limit(1))
            elif column is not table.autoincrement_column:
                given[column.name] = _some(column.type)
        await db.execute(sa.insert(table).values(given))


_SOME: dict[type, object] = {
    Moment: datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    sa.Date: date(2028, 2, 29),
    sa.Boolean: True,
    sa.Double: 1e-7,
    sa.BigInteger: 2**53 + 1,
    Words: "半个\ud83d表情 \u200fשלום \u2028",
    SealedBytes: b"\x01" + bytes(range(40)),
    sa.LargeBinary: b"\x00\xff",
    SealedJson: {"甲": [1, None, "\u2028"]},
    sa.JSON: {"甲": [1, None, "\u2028"]},
}


def _some(kind: sa.types.TypeEngine[object]) -> object:
    """A value of a column's type, odd where it may be."""
    return list(kind.enum_class or kind.enums)[-1] if isinstance(kind, sa.Enum) else _SOME[type(kind)]


async def _asked_about(db: Session, world: World, picture: Evidence, now: datetime) -> None:
    """A picture with a fingerprint that was asked about, and somebody who was told something."""
    await db.flush()
    await pictures.put_in_line(db, picture.id)
    line = await pictures.fingerprint(db, picture.id)
    assert line is not None
    line.taken(Print(2**64 - 3, 2**255 + 7), now)
    why = {"why": "far", "metres": 1.5}
    db.add(pictures.Doubt(visit_id=world.visit.id, evidence_id=picture.id, why=why, asked_at=now))
    assert await pictures.advise(db, world.first.id, "file", now)


async def _ballot(db: Session, world: World, now: datetime) -> None:
    """A survey whose answers lie partly in the pool."""
    survey = Survey(author_id=world.first.id, created_at=now)
    survey.questions = {"questions": [{"kind": "choice", "text": "?", "choices": ["是", "否"]}]}
    await surveys.add(db, survey)
    await surveys.start(db, survey, now, now)
    for voter in range(2 * surveys.BATCH + 1):
        await surveys.cast(db, survey, voter, {"1": "1"}, "浙江省|5", now)


async def _forms_in_hand(db: Session, world: World, now: datetime) -> None:
    """A form that is being sent in, and one that is chosen for a round."""
    draft = FormDraft(
        person_id=world.first.id, chat_id=7, name="表.xlsx", created_at=now, asked_at=now, found={"warnings": ["甲"]}
    )
    await drafts.add(db, draft, DraftFile(draft_id=0, name="表.xlsx", file_id="f", content=b"\x00\xff"))
    later = Round(campaign_id=world.campaign.id, number=9, starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 9))
    db.add(later)
    await db.flush()
    version = await forms.get(db, world.visit.form_version_id)
    assert version is not None
    await forms.choose(db, later, version, world.first, now)
    await forms.keep_media(db, version.id, {"牌.png": "ab" * 32})


async def test_every_row_arrives_as_it_was(filled: Database, elsewhere: str):
    other = Database(elsewhere)
    await put(await carry(filled), other)
    before, after = await everything(filled), await everything(other)
    assert set(before) == set(schema.METADATA.tables)
    assert [name for name, rows in before.items() if not rows] == []
    assert after == before
    assert await other.revision() == (schema.head(), schema.head())
    await other.close()


async def test_what_was_carried_once_can_be_carried_on_unchanged(filled: Database, elsewhere: str):
    other = Database(elsewhere)
    first = await carry(filled)
    await put(first, other)
    assert await carry(other) == first
    await other.close()


async def test_no_number_is_given_twice(filled: Database, elsewhere: str, now: datetime):
    other = Database(elsewhere)
    await put(await carry(filled), other)
    async with filled.read() as db:
        given = await portable.highest(db, next(one for one in portable.shapes() if one.name == "inbox"))
    async with other.begin() as db:
        await inbox.store(db, [(7, 7, {})], now)
        assert await db.scalar(sa.select(sa.func.max(Arrival.id))) == (given or 0) + 1
        db.add(Unit(campaign_id=1, code="x", name="x", level=5))
        audit.record(db, "x", now=now)
    await other.close()


async def test_a_number_is_not_given_again_by_a_table_that_is_empty_now(
    database: Database, elsewhere: str, now: datetime
):
    async with database.begin() as db:
        await inbox.store(db, [(n, 7, {}) for n in range(5)], now)
        await db.execute(sa.delete(Arrival))
    other = Database(elsewhere)
    await put(await carry(database), other)
    async with other.begin() as db:
        await inbox.store(db, [(9, 7, {})], now)
        assert await db.scalar(sa.select(Arrival.id)) == 6
    await other.close()


async def test_rows_of_an_older_version_are_brought_up_to_this_one(
    filled: Database, elsewhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    carried = await carry(filled)
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_newer.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        f"revision, down_revision, branch_labels, depends_on = '9999', {carried.revision!r}, None, None\n"
        "def upgrade():\n"
        "    op.add_column('people', sa.Column('badge', sa.Text(), nullable=False, server_default='new'))\n"
        "def downgrade():\n"
        "    with op.batch_alter_table('people') as table:\n"
        "        table.drop_column('badge')\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    other = Database(elsewhere)
    await upgrading.migrate(other)  # empty, and newer than the rows: it is taken back first
    assert await other.revision() == ("9999", "9999")
    await put(carried, other)
    assert await other.revision() == ("9999", "9999")
    async with other.read() as db:
        badges = (await db.execute(sa.text("SELECT name, badge FROM people ORDER BY id"))).all()
    assert [tuple(row) for row in badges] == [("督导员01", "new"), ("督导员02", "new")]
    await other.close()


async def test_rows_of_an_unknown_version_are_refused(database: Database):
    async with database.begin() as db:
        with pytest.raises(refill.UnknownRevision, match="4711"):
            await refill.prepare(db, "4711")


async def test_a_database_with_rows_is_refused(filled: Database):
    async with filled.begin() as db:
        with pytest.raises(refill.NotEmpty):
            await refill.prepare(db, str(schema.head()))


def test_every_column_has_a_kind_that_can_be_written_and_read():
    assert {kind for shape in portable.shapes() for _, kind in shape.columns} <= set(portable.KINDS)
    names = [shape.name for shape in portable.shapes()]
    assert sorted(names) == sorted(schema.METADATA.tables)
    for table in schema.METADATA.tables.values():
        for key in table.foreign_keys:
            assert names.index(key.column.table.name) <= names.index(table.name)


def test_a_table_with_columns_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="hologram"):
        Shape.from_data({"table": "people", "columns": [["id", "hologram"]]})
