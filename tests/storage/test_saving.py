"""What every turn changes is written as it stands, and nothing besides."""

from datetime import datetime, timedelta

from storage.chat import conversations, inbox
from storage.database import Database
from storage.saving import save

CHAT = 7


async def test_what_has_changed_is_written_and_the_rest_left_as_it_is(database: Database, now: datetime) -> None:
    async with database.begin() as db:
        (await conversations.load(db, CHAT, now)).keep("visit", {"item": 3}, now)
        await inbox.store(db, [(1, CHAT, {"text": "x"})], now)
    later = now + timedelta(seconds=1)
    async with database.begin() as db:
        conversation = await conversations.load(db, CHAT, now)
        update = await inbox.next_for(db, CHAT, now)
        assert update is not None
        conversation.state = {"item": 4}
        conversation.updated_at = later
        update.done(later)
        await save(db, conversation, update)
    async with database.read() as db:
        conversation = await conversations.load(db, CHAT, now)
        assert (conversation.journey, conversation.state, conversation.updated_at) == ("visit", {"item": 4}, later)
        assert await inbox.next_for(db, CHAT, now) is None
        done = await inbox.get(db, 1)
        assert done is not None
        assert (done.state, done.payload) == ("done", None)


async def test_a_value_changed_in_place_is_written_too(database: Database, now: datetime) -> None:
    async with database.begin() as db:
        (await conversations.load(db, CHAT, now)).keep("visit", {"items": [1]}, now)
    async with database.begin() as db:
        conversation = await conversations.load(db, CHAT, now)
        conversation.state["items"].append(2)
        conversation.keep("visit", conversation.state, now)
        await save(db, conversation)
    async with database.read() as db:
        assert (await conversations.load(db, CHAT, now)).state == {"items": [1, 2]}


async def test_a_row_that_is_new_is_written_by_its_session(database: Database, now: datetime) -> None:
    async with database.begin() as db:
        conversation = await conversations.load(db, CHAT, now)
        conversation.keep("visit", {"item": 1}, now)
        await save(db, conversation)
    async with database.read() as db:
        assert (await conversations.load(db, CHAT, now)).journey == "visit"
