"""People, their roles, the one way in, and the way out again."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import invitations, people
from storage.audit import Audit, record
from storage.chat import conversations, inbox, outbox, timers
from storage.database import Database
from storage.files import evidence
from storage.files.evidence import Evidence
from storage.invitations import InvitationExpired, InvitationUnknown, InvitationUsed
from storage.people import Appointment, Person, Role
from storage.visit import visits
from storage.visit.visits import Answer

if TYPE_CHECKING:
    from tests.storage.conftest import World

WEEK = timedelta(days=7)


async def _invite(database: Database, now: datetime, role: Role = Role.inspector, **more: int) -> str:
    async with database.begin() as db:
        _, token = await invitations.create(db, role=role, name="督导员01", now=now, lifetime=WEEK, **more)
    return token


async def _redeem(database: Database, token: str, telegram_id: int, now: datetime) -> Person:
    async with database.begin() as db:
        await database.lock_chat(db, telegram_id)
        return await invitations.redeem(db, token, telegram_id, "Zhang", "en", now)


async def test_a_stranger_is_nobody(database: Database) -> None:
    async with database.read() as db:
        assert await people.by_telegram(db, 99) is None


async def test_whoever_opens_the_link_is_let_in_with_the_name_and_role_of_the_invitation(
    database: Database, now: datetime
) -> None:
    await _redeem(database, await _invite(database, now), 99, now)
    async with database.read() as db:
        person = await people.by_telegram(db, 99)
    assert person is not None
    assert (person.name, person.language, person.language_chosen) == ("督导员01", "en", False)
    assert person.has(now, Role.inspector)
    assert not person.has(now, Role.admin, Role.leader)


async def test_a_token_fits_a_deep_link_and_is_not_in_the_database(database: Database, now: datetime) -> None:
    token = await _invite(database, now)
    assert len(token) == 24
    assert token.replace("-", "").replace("_", "").isalnum()
    async with database.read() as db:
        rows = await db.execute(sa.select(invitations.Invitation.__table__))
        assert all(token not in str(row) and token[2:] not in str(row) for row in rows)


async def test_a_used_link_lets_nobody_in_and_says_who_used_it(database: Database, now: datetime) -> None:
    token = await _invite(database, now)
    person = await _redeem(database, token, 99, now)
    for again in (99, 100):
        with pytest.raises(InvitationUsed) as refusal:
            await _redeem(database, token, again, now)
        assert refusal.value.by == person.id


async def test_of_many_who_open_one_link_at_once_one_gets_in(
    database: Database, database_url: str, now: datetime
) -> None:
    token = await _invite(database, now)
    other = Database(database_url)
    outcomes = await asyncio.gather(
        *(_redeem((database, other)[n % 2], token, 100 + n, now) for n in range(10)), return_exceptions=True
    )
    await other.close()
    assert sum(isinstance(one, Person) for one in outcomes) == 1
    assert sum(isinstance(one, InvitationUsed) for one in outcomes) == 9
    async with database.read() as db:
        assert await db.scalar(sa.select(sa.func.count()).select_from(Person)) == 1


async def test_an_expired_a_revoked_and_a_foreign_link_are_refused(database: Database, now: datetime) -> None:
    token = await _invite(database, now)
    with pytest.raises(InvitationExpired):
        await _redeem(database, token, 99, now + WEEK)
    async with database.begin() as db:
        found = (await db.scalars(sa.select(invitations.Invitation))).one()
        found.revoke(now)
    for unknown in (token, "i_" + "A" * 22, "", "督导\ud800"):
        with pytest.raises(InvitationUnknown):
            await _redeem(database, unknown, 99, now)


@pytest.mark.parametrize("end", ["dismissed", "erased"])
async def test_the_open_links_of_somebody_who_lost_the_right_let_nobody_in(
    database: Database, world: World, now: datetime, end: str
) -> None:
    async with database.begin() as db:
        leader = await people.by_id(db, world.first.id)
        assert leader is not None
        leader.appoint(Role.leader, now, group_id=world.group.id)
    tokens = [await _invite(database, now, group_id=world.group.id, created_by=leader.id) for _ in range(2)]
    await _redeem(database, tokens[0], 99, now)
    async with database.begin() as db:
        leader = await people.by_id(db, world.first.id)
        assert leader is not None
        if end == "erased":
            await people.erase(db, leader, now)
        else:
            leader.dismiss(Role.leader, now)
    with pytest.raises(InvitationUnknown):
        await _redeem(database, tokens[1], 100, now)


async def test_an_invitation_cannot_be_taken_back_while_somebody_uses_it(postgres_url: str, now: datetime) -> None:
    database = Database(postgres_url)
    token = await _invite(database, now)

    async def take_back(number: int) -> bool:
        async with database.begin() as db:
            found = await invitations.get(db, number, lock=True)
            assert found is not None
            found.revoke(now)
            return found.revoked_at is not None

    async with database.begin() as db:
        await invitations.redeem(db, token, 99, "Zhang", "en", now)
        (number,) = await db.scalars(sa.select(invitations.Invitation.id))
        await db.flush()
        taking = asyncio.create_task(take_back(number))
        await asyncio.sleep(0.1)
    assert await taking is False
    await database.close()


async def test_of_two_administrators_who_leave_at_once_one_stays(
    database: Database, database_url: str, now: datetime
) -> None:
    for telegram_id in (98, 99):
        await _redeem(database, await _invite(database, now, Role.admin), telegram_id, now)
    other = Database(database_url)

    async def leave(engine: Database, telegram_id: int) -> bool:
        async with engine.begin() as db:
            person = await people.by_telegram(db, telegram_id)
            assert person is not None
            await people.lock_role(db, Role.admin, now)
            if len(await people.with_role(db, Role.admin, now)) == 1:
                return False
            await people.erase(db, person, now)
            return True

    assert sorted(await asyncio.gather(leave(database, 98), leave(other, 99))) == [False, True]
    await other.close()


async def test_a_further_invitation_adds_a_role_to_the_same_person(
    database: Database, world: World, now: datetime
) -> None:
    token = await _invite(database, now, Role.leader, group_id=world.group.id)
    person = await _redeem(database, token, 1, now)
    assert person.id == world.first.id
    assert person.has(now, Role.leader, group_id=world.group.id)
    assert person.has(now, Role.inspector)
    again = await _redeem(database, await _invite(database, now, Role.leader, group_id=world.group.id), 1, now)
    assert len(again.roles) == 2


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("since", "until", "held"),
    [
        (timedelta(0), None, True),  # begins this moment
        (-DAY, timedelta(hours=9), True),  # ends later today
        (-DAY, timedelta(microseconds=1), True),
        (DAY, None, False),  # begins tomorrow
        (timedelta(microseconds=1), None, False),
        (-2 * DAY, -DAY, False),  # ended yesterday
        (-DAY, timedelta(0), False),  # ends this moment
    ],
)
async def test_a_role_is_held_from_its_first_moment_to_its_last_whoever_asks(
    database: Database, world: World, now: datetime, since: timedelta, until: timedelta | None, held: bool
) -> None:
    async with database.begin() as db:
        person = Person(telegram_id=7, name="办公室", created_at=now)
        person.roles.append(
            Appointment(role=Role.office, since=now + since, until=None if until is None else now + until)
        )
        db.add(person)
    async with database.begin() as db:
        person = await people.by_id(db, person.id)
        assert person is not None
        assert person.has(now, Role.office) is held
        assert bool(person.roles_now(now)) is held
        assert bool(await people.with_role(db, Role.office, now)) is held
        token = (await invitations.create(
            db, role=Role.leader, name="", now=now, lifetime=WEEK, group_id=world.group.id, created_by=person.id
        ))[1]  # fmt: skip
    if held:
        await _redeem(database, token, 99, now)
    else:
        with pytest.raises(InvitationUnknown):
            await _redeem(database, token, 99, now)


@pytest.mark.parametrize("since", [-DAY, DAY])
@pytest.mark.parametrize("until", [None, 2 * DAY])
def test_a_role_that_has_not_ended_is_not_given_twice_and_goes_on_for_good(
    now: datetime, since: timedelta, until: timedelta | None
) -> None:
    person = Person(telegram_id=7, name="办公室", created_at=now)
    given = Appointment(role=Role.office, since=now + since, until=None if until is None else now + until)
    person.roles.append(given)
    person.appoint(Role.office, now)
    assert person.roles == [given]
    assert (given.since, given.until) == (min(now, now + since), None)


def test_a_role_that_has_ended_is_given_anew_and_stays_in_the_history(now: datetime) -> None:
    person = Person(telegram_id=7, name="办公室", created_at=now)
    person.appoint(Role.office, now - DAY)
    person.dismiss(Role.office, now)
    person.appoint(Role.office, now)
    assert [(one.since, one.until) for one in person.roles] == [(now - DAY, now), (now, None)]
    assert len(person.roles_now(now)) == 1


@pytest.mark.parametrize("how", ["dismissed", "erased"])
async def test_whoever_is_dismissed_or_erased_holds_the_role_no_more_and_will_not_tomorrow(
    database: Database, now: datetime, how: str
) -> None:
    async with database.begin() as db:
        person = Person(telegram_id=7, name="办公室", created_at=now)
        for since, until in ((-DAY, DAY), (DAY, None), (DAY, 2 * DAY)):
            ends = None if until is None else now + until
            person.roles.append(Appointment(role=Role.office, since=now + since, until=ends))
        db.add(person)
        await db.flush()
        if how == "erased":
            await people.erase(db, person, now)
        else:
            person.dismiss(Role.office, now)
    async with database.read() as db:
        found = await people.by_id(db, person.id)
        assert found is not None
        assert [found.roles_now(now + ahead) for ahead in (timedelta(0), DAY, 10 * DAY)] == [[], [], []]


async def test_who_holds_a_role_is_found_until_it_ends(database: Database, world: World, now: datetime) -> None:
    async with database.begin() as db:
        found = await people.with_role(db, Role.inspector, now, world.group.id)
        assert [one.id for one in found] == [world.first.id, world.second.id]
        assert await people.with_role(db, Role.inspector, now, world.group.id + 1) == []
        found[0].dismiss(Role.inspector, now)
    async with database.read() as db:
        assert [one.id for one in await people.with_role(db, Role.inspector, now)] == [world.second.id]
        former = await people.by_id(db, world.first.id)
    assert former is not None
    assert former.roles_now(now) == []
    assert not former.has(now, Role.inspector)


async def test_a_person_is_marked_blocked_once_and_unmarked_when_they_write_again(world: World, now: datetime) -> None:
    person = world.first
    person.blocked(now)
    person.blocked(now + WEEK)
    assert person.blocked_at == now
    person.unblocked()
    assert person.blocked_at is None


@pytest.fixture
async def busy(database: Database, world: World, now: datetime) -> World:
    """A person who has been through everything that is stored about anyone."""
    chat = 1
    _ = [await _redeem(database, await _invite(database, now, Role.leader, group_id=world.group.id), chat, now)]
    async with database.begin() as db:
        person = await people.by_id(db, world.first.id)
        visit = await visits.get(db, world.visit.id)
        assert person is not None
        assert visit is not None
        await inbox.store(db, [(1, chat, {"text": "old words"}), (2, chat, {"text": "erase me"})], now)
        old = await inbox.next_for(db, chat, now)
        assert old is not None
        for _ in range(3):
            old.fail("odd", now)
        said = await outbox.put(db, chat, [{"kind": "say", "text": "said"}], now=now)
        await db.flush()
        await outbox.settle(db, [(said[0].id, "sent", 5, None)], now)
        await outbox.set_card(db, chat, 5)
        (await conversations.load(db, chat, now)).keep("visit", {"item": 3}, now, person.id)
        await timers.plan(db, "k", now + WEEK, chat, "visit.remind", {})
        await visits.write(db, visit, "/data/i1", "yes", person, now, chat_id=chat, message_id=4)
        await evidence.attach(
            db,
            Evidence(
                visit_id=visit.id,
                path="/data/i1",
                kind="photo",
                sender_id=person.id,
                sent_at=now,
                chat_id=chat,
                message_id=6,
            ),
        )
        record(db, "visit.opened", f"visit:{visit.id}", now=now, person_id=person.id)
    return world


async def test_an_export_holds_everything_stored_about_a_person_and_nothing_of_others(
    database: Database, busy: World, now: datetime
) -> None:
    async with database.begin() as db:
        second = await people.by_id(db, busy.second.id)
        visit = await visits.get(db, busy.visit.id)
        assert second is not None
        assert visit is not None
        await visits.write(db, visit, "/data/i2", "no", second, now, chat_id=2, message_id=1)
    async with database.read() as db:
        person = await people.by_id(db, busy.first.id)
        assert person is not None
        found = await people.export(db, person)
    everything = json.dumps(found, ensure_ascii=False)
    assert set(found) == {
        "answers", "audit", "cards", "conversations", "evidence", "inbox", "invitations", "outbox", "people", "roles",
        "timers",
    }  # fmt: skip
    assert found["people"][0]["name"] == "督导员01"
    assert [one["value"] for one in found["answers"]] == ["yes"]
    assert "督导员02" not in everything
    assert "token" not in everything


async def test_an_erased_person_can_no_longer_be_found_but_their_work_can(
    database: Database, busy: World, now: datetime
) -> None:
    async with database.begin() as db:
        person = await people.by_telegram(db, 1)
        assert person is not None
        conversation = await conversations.load(db, 1, now)
        asking = await inbox.next_for(db, 1, now)
        assert asking is not None
        await people.erase(db, person, now)
        # The turn that asked for it goes on to its end, as the engine does it.
        conversation.keep("", {}, now)
        await outbox.put(db, 1, [{"kind": "say", "text": "goodbye"}], now=now)
        asking.done(now)
    async with database.read() as db:
        assert await people.by_telegram(db, 1) is None
        kept = await people.by_id(db, busy.first.id)
        assert kept is not None
        assert (kept.name, kept.telegram_id, kept.erased_at, kept.roles_now(now)) == ("", None, now, [])
        assert await people.with_role(db, Role.leader, now) == []
        assert await timers.next_due(db) is None
        assert await outbox.card_of(db, 1) is None
        assert await inbox.set_aside(db) == []
        assert await visits.answers(db, busy.visit.id) == {"/data/i1": "yes"}
        (answer,) = await db.scalars(sa.select(Answer))
        assert (answer.by_id, answer.chat_id, answer.message_id) == (busy.first.id, None, None)
        (piece,) = await evidence.of_visit(db, busy.visit.id)
        assert (piece.chat_id, piece.message_id) == (None, None)
        (goodbye,) = await outbox.pending(db, now)
        assert goodbye.chat_id == 1
        assert set(await db.scalars(sa.select(Audit.person_id))) == {busy.first.id, None}
        assert await db.scalar(sa.select(sa.func.count()).where(Evidence.chat_id == 1)) == 0


async def test_someone_erased_can_be_invited_again_as_a_new_person(
    database: Database, busy: World, now: datetime
) -> None:
    async with database.begin() as db:
        person = await people.by_telegram(db, 1)
        assert person is not None
        await people.erase(db, person, now)
    again = await _redeem(database, await _invite(database, now), 1, now)
    assert again.id != busy.first.id
    assert [one.role for one in again.roles] == [Role.inspector]
