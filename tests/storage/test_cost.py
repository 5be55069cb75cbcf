"""A turn stays cheap: few statements, and none that reads a table through, however much is stored."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import people
from storage.audit import record
from storage.chat import claims, conversations, inbox, outbox, timers
from storage.files import evidence
from storage.files.evidence import Evidence
from storage.saving import save
from storage.vault import custody
from storage.visit import visits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from storage.database import Database, Session
    from tests.storage.conftest import World

CHAT = 1
TURN = 13
"""Statements of the turn below on PostgreSQL, its lock included; SQLite needs no lock. Two are the chain of custody."""

FRAME = ("BEGIN", "SAVEPOINT", "RELEASE")
"""What a turn is set in; on SQLite turns share a BEGIN and a COMMIT."""


@pytest.fixture
def heard() -> Iterator[list[tuple[str, object]]]:
    """Every statement that any engine executes."""
    statements: list[tuple[str, object]] = []

    def hear(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        statements.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)
    yield statements
    sa.event.remove(sa.Engine, "before_cursor_execute", hear)


async def _turn(database: Database, db: Session, world: World, now: datetime) -> None:
    """Answer one item: what the engine and a journey ask of storage between a tap and its commit."""
    await database.lock_chat(db, CHAT)
    claim = await claims.oldest(db, CHAT, now)
    assert claim is not None
    update, person = claim.update, claim.person
    conversation = await conversations.load(db, CHAT, now, claim.conversation)
    visit = await visits.get(db, world.visit.id)
    assert person is not None
    assert visit is not None
    await visits.answers(db, visit.id)
    await evidence.of_visit(db, visit.id)
    await visits.write(db, visit, "/data/i5", "no", person, now, chat_id=CHAT, message_id=9)
    record(db, "visit.answered", f"visit:{visit.id}", now=now, person_id=person.id)
    conversation.keep("visit", {"item": 6}, now, person.id)
    await outbox.put(db, CHAT, [{"kind": "card", "text": "6/22"}], now=now)
    update.done(now)
    await save(db, conversation, update)
    await custody.link(db)


async def _rest(db: Session, world: World, now: datetime) -> None:
    """Ask what is asked all day long besides turns."""
    await inbox.waiting_chats(db, now)
    await inbox.set_aside(db)
    await timers.fire_due(db, now)
    await evidence.waiting(db, now)
    await evidence.of_visit(db, world.visit.id)
    await evidence.by_message(db, CHAT, 9)
    await evidence.by_album(db, CHAT, "a")
    await visits.by_message(db, CHAT, 9)
    await visits.history(db, world.visit.id, "/data/i5")
    await visits.standing(db, world.visit.id)
    await outbox.pending(db, now)
    await outbox.defer(db, 1, now, "429")
    await outbox.settle_chat(db, CHAT, outbox.State.blocked, now)
    await outbox.counts(db, "notice:1")
    await outbox.card_of(db, CHAT)
    await timers.cancel(db, "k")
    await timers.next_due(db)


async def _prepare(database: Database, world: World, now: datetime) -> None:
    async with database.begin() as db:
        await inbox.store(db, [(1, CHAT, {}), (2, CHAT, {})], now)
        (await conversations.load(db, CHAT, now)).keep("visit", {"item": 5}, now)
        visit = await visits.get(db, world.visit.id)
        person = await people.by_telegram(db, CHAT)
        assert visit is not None
        assert person is not None
        await visits.write(db, visit, "/data/i5", "yes", person, now)
        await evidence.attach(
            db, Evidence(visit_id=visit.id, path="/data/i5", kind="photo", sender_id=person.id, sent_at=now)
        )
        await timers.plan(db, "k", now + timedelta(days=1), CHAT, "visit.remind", {})


async def test_a_turn_takes_no_more_statements_than_it_did(
    database: Database, world: World, now: datetime, heard: list[tuple[str, object]]
) -> None:
    await _prepare(database, world, now)
    async with database.begin() as db:
        heard.clear()
        await _turn(database, db, world, now)
        texts = [statement for statement, _ in heard if not statement.startswith(FRAME)]
    assert len(texts) == (TURN - 1 if database.embedded else TURN), "\n".join(texts)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_no_question_reads_a_table_through_on_postgresql(database: Database, world: World, now: datetime) -> None:
    await _prepare(database, world, now)
    async with database.begin() as db:
        # With a handful of rows reading through is the cheapest plan: it is forbidden, to see whether another exists.
        await db.execute(sa.text("SET LOCAL enable_seqscan = off"))
        await _turn(database, db, world, now)
        await _rest(db, world, now)
        through = await db.execute(sa.text("SELECT relname FROM pg_stat_xact_user_tables WHERE seq_scan > 0"))
        assert through.scalars().all() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_question_reads_a_table_through_on_sqlite(
    database: Database, world: World, now: datetime, heard: list[tuple[str, object]]
) -> None:
    await _prepare(database, world, now)
    async with database.begin() as db:
        heard.clear()
        await _turn(database, db, world, now)
        await _rest(db, world, now)
        asked = list(heard)
    through = []
    async with database.begin() as db:
        connection = await db.connection()
        for statement, parameters in asked:
            if not statement.startswith(("SELECT", "UPDATE", "DELETE")) or isinstance(parameters, list):
                continue
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
            through += [
                (row.detail, statement) for row in plan if row.detail.startswith("SCAN") and "INDEX" not in row.detail
            ]
    assert through == []
