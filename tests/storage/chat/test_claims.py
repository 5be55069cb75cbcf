"""The first question of a turn brings the update, the conversation and the person together."""

from datetime import datetime, timedelta

from storage.chat import claims, conversations, inbox
from storage.database import Database
from storage.people import Person, Role
from tests.storage.conftest import World

CHAT = 7


async def _store(database: Database, *ids: int, now: datetime, chat: int = CHAT) -> None:
    async with database.begin() as db:
        await inbox.store(db, [(one, chat, {"update_id": one}) for one in ids], now)


async def test_with_the_oldest_comes_whether_another_waits_behind_it(database: Database, now: datetime) -> None:
    await _store(database, 1, 2, now=now)
    await _store(database, 3, now=now, chat=CHAT + 1)
    more = []
    for _ in range(2):
        async with database.begin() as db:
            claim = await claims.oldest(db, CHAT, now)
            assert claim is not None
            assert claim.conversation is None, "nothing was said here yet"
            assert claim.person is None
            more.append((claim.update.update_id, claim.more))
            claim.update.done(now)
    assert more == [(1, True), (2, False)]
    async with database.read() as db:
        assert await claims.oldest(db, CHAT, now) is None


async def test_a_private_chat_brings_its_person_with_all_their_roles(
    database: Database, world: World, now: datetime
) -> None:
    async with database.begin() as db:
        person = Person(telegram_id=CHAT, name="李", created_at=now)
        person.appoint(Role.inspector, now, group_id=world.group.id)
        person.appoint(Role.liaison, now)
        person.appoint(Role.admin, now)
        db.add(person)
        (await conversations.load(db, CHAT, now)).keep("visit", {"item": 3}, now)
    await _store(database, 1, 2, now=now)
    async with database.begin() as db:
        claim = await claims.oldest(db, CHAT, now)
        assert claim is not None
        assert claim.person is not None
        assert [one.role for one in claim.person.roles] == [Role.inspector, Role.liaison, Role.admin]
        assert claim.conversation is not None
        assert claim.conversation.state == {"item": 3}
        assert claim.more
        assert await conversations.load(db, CHAT, now, claim.conversation) is claim.conversation


async def test_a_chat_that_waits_for_a_retry_is_left_alone(database: Database, now: datetime) -> None:
    await _store(database, 1, 2, now=now)
    async with database.begin() as db:
        claim = await claims.oldest(db, CHAT, now)
        assert claim is not None
        claim.update.fail("KeyError", now)
    async with database.read() as db:
        assert await claims.oldest(db, CHAT, now) is None
        assert await claims.oldest(db, CHAT, now + timedelta(seconds=1)) is not None
