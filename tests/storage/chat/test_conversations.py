"""Where a chat stands is kept, follows a group that moves, and is forgotten for strangers."""

from datetime import datetime, timedelta

from storage.chat import conversations, inbox, outbox, timers
from storage.chat.conversations import Conversation
from storage.database import Database

CHAT = -4001
NEW = -1001234567890


async def test_state_changed_in_place_is_kept_too(database: Database, now: datetime) -> None:
    async with database.begin() as db:
        (await conversations.load(db, CHAT, now)).keep("visit", {"items": [1]}, now)
    async with database.begin() as db:
        conversation = await conversations.load(db, CHAT, now)
        conversation.state["items"].append(2)
        conversation.keep("visit", conversation.state, now)
    async with database.read() as db:
        assert (await conversations.load(db, CHAT, now)).state == {"items": [1, 2]}


async def test_a_group_that_moves_takes_all_that_waits_with_it(database: Database, now: datetime) -> None:
    async with database.begin() as db:
        await inbox.store(db, [(1, CHAT, {"n": 1}), (2, CHAT, {"n": 2})], now)
        done = await inbox.next_for(db, CHAT, now)
        assert done is not None
        done.done(now)
        (await conversations.load(db, CHAT, now)).keep("digest", {"round": 1}, now)
        await outbox.put(db, CHAT, [{"kind": "say", "text": "digest"}], now=now)
        await outbox.set_card(db, CHAT, 5)
        await timers.plan(db, "digest:1", now, CHAT, "digest.send", {})
    async with database.begin() as db:
        await conversations.move(db, CHAT, NEW)
    async with database.begin() as db:
        assert await inbox.waiting_chats(db, now) == [NEW]
        assert (await conversations.load(db, NEW, now)).state == {"round": 1}
        assert [row.chat_id for row in await outbox.pending(db, now)] == [NEW]
        assert await outbox.card_of(db, CHAT) is None
        assert await timers.fire_due(db, now) == [NEW]
        assert await db.get(Conversation, CHAT) is None


async def test_a_group_whose_new_chat_has_spoken_already_keeps_what_stands_there(
    database: Database, now: datetime
) -> None:
    async with database.begin() as db:
        (await conversations.load(db, CHAT, now)).keep("digest", {"old": 1}, now)
        (await conversations.load(db, NEW, now)).keep("digest", {"new": 1}, now)
        await db.flush()
        await conversations.move(db, CHAT, NEW)
    async with database.read() as db:
        assert (await conversations.load(db, NEW, now)).state == {"new": 1}


async def test_only_strangers_who_fell_silent_are_forgotten(database: Database, now: datetime) -> None:
    async with database.begin() as db:
        (await conversations.load(db, 1, now)).keep("", {}, now)
        (await conversations.load(db, 2, now)).keep("welcome", {}, now)
        (await conversations.load(db, 3, now)).keep("", {}, now + timedelta(days=2))
        await db.flush()
        assert await conversations.prune(db, now + timedelta(days=1)) == 1
        assert await db.get(Conversation, 1, populate_existing=True) is None
